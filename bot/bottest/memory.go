package bottest

import (
	"bytes"
	"context"
	"maps"
	"slices"
	"strings"
	"sync"

	"ersthelfer/bot"
)

// Memory is a [bot.Store] in memory. The zero value is an empty store. It is
// safe for concurrent use.
type Memory struct {
	mu      sync.Mutex
	buckets map[bot.Bucket]map[string][]byte
}

var _ bot.Store = (*Memory)(nil)

// Read implements [bot.Store].
func (s *Memory) Read(ctx context.Context, in bot.Bucket, key string) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return bytes.Clone(s.buckets[in][key]), nil
}

// Change implements [bot.Store].
func (s *Memory) Change(ctx context.Context, in bot.Bucket, key string, fn func(old []byte) ([]byte, error)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	record, err := fn(bytes.Clone(s.buckets[in][key]))
	if err != nil {
		return err
	}
	if record == nil {
		delete(s.buckets[in], key)
		return nil
	}
	if s.buckets == nil {
		s.buckets = map[bot.Bucket]map[string][]byte{}
	}
	if s.buckets[in] == nil {
		s.buckets[in] = map[string][]byte{}
	}
	s.buckets[in][key] = bytes.Clone(record)
	return nil
}

// Each implements [bot.Store].
func (s *Memory) Each(
	ctx context.Context, in bot.Bucket, prefix string, fn func(key string, record []byte) error,
) error {
	s.mu.Lock()
	found := maps.Clone(s.buckets[in])
	s.mu.Unlock()
	for _, key := range slices.Sorted(maps.Keys(found)) {
		if err := ctx.Err(); err != nil {
			return err
		}
		if !strings.HasPrefix(key, prefix) {
			continue
		}
		if err := fn(key, bytes.Clone(found[key])); err != nil {
			return err
		}
	}
	return ctx.Err()
}
