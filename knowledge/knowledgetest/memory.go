// Package knowledgetest holds what tests of knowledge share: a store in memory
// and the suite that every [knowledge.Store] passes, so that tests elsewhere may
// trust the store in memory to behave as the real one.
package knowledgetest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"sync"

	"ersthelfer/knowledge"
)

// Memory is a store in memory. The zero value is an empty store.
type Memory struct {
	mu      sync.RWMutex
	records shelves
}

type shelves map[knowledge.Shelf]map[string]json.RawMessage

var _ knowledge.Store = (*Memory)(nil)

// Clone returns a store of its own that holds the same.
func (m *Memory) Clone() *Memory {
	m.mu.RLock()
	defer m.mu.RUnlock()
	out := &Memory{records: shelves{}}
	for s, records := range m.records {
		out.records[s] = maps.Clone(records)
	}
	return out
}

// Update implements knowledge.Store.
func (m *Memory) Update(ctx context.Context, fn func(knowledge.Tx) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	next := shelves{}
	for _, s := range knowledge.Shelves {
		next[s] = maps.Clone(m.records[s])
		if next[s] == nil {
			next[s] = map[string]json.RawMessage{}
		}
	}
	if err := fn(&memoryTx{next, true}); err != nil {
		return err
	}
	m.records = next
	return nil
}

// View implements knowledge.Store.
func (m *Memory) View(ctx context.Context, fn func(knowledge.Tx) error) error {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	return fn(&memoryTx{m.records, false})
}

// memoryTx is a transaction on records of its own, or for reading only.
type memoryTx struct {
	records  shelves
	writable bool
}

// Get implements knowledge.Tx.
func (tx *memoryTx) Get(s knowledge.Shelf, key string) (json.RawMessage, error) {
	value, ok := tx.records[s][key]
	if !ok {
		return nil, knowledge.ErrNotFound
	}
	return bytes.Clone(value), nil
}

// Put implements knowledge.Tx.
func (tx *memoryTx) Put(s knowledge.Shelf, key string, value json.RawMessage) error {
	switch {
	case !tx.writable:
		return errors.New("transaction is for reading")
	case tx.records[s] == nil:
		return fmt.Errorf("no shelf %q", s)
	case key == "":
		return errors.New("key is empty")
	case !json.Valid(value):
		return errors.New("value is not JSON")
	}
	tx.records[s][key] = bytes.Clone(value)
	return nil
}

// Delete implements knowledge.Tx.
func (tx *memoryTx) Delete(s knowledge.Shelf, key string) error {
	if !tx.writable {
		return errors.New("transaction is for reading")
	}
	delete(tx.records[s], key)
	return nil
}

// Scan implements knowledge.Tx.
func (tx *memoryTx) Scan(s knowledge.Shelf, from string) iter.Seq2[knowledge.Item, error] {
	return func(yield func(knowledge.Item, error) bool) {
		for _, key := range slices.Sorted(maps.Keys(tx.records[s])) {
			if key >= from && !yield(knowledge.Item{Key: key, Value: bytes.Clone(tx.records[s][key])}, nil) {
				return
			}
		}
	}
}
