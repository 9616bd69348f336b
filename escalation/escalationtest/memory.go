// Package escalationtest holds what tests of escalation share: a store in
// memory and the suite that every [escalation.Store] passes, so that tests
// elsewhere may trust the store in memory to behave as the real one.
package escalationtest

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"ersthelfer/escalation"
)

// Memory is a store in memory. It keeps encoded tickets, so that nobody can
// hold on to a stored value. The zero value is an empty store.
type Memory struct {
	mu      sync.Mutex
	last    escalation.ID
	tickets map[escalation.ID][]byte
	keys    map[escalation.ID][]escalation.Key
}

var _ escalation.Store = (*Memory)(nil)

// Change implements escalation.Store.
func (s *Memory) Change(ctx context.Context, id escalation.ID, fn func(*escalation.Ticket) error) (*escalation.Ticket, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	t := &escalation.Ticket{ID: s.last + 1}
	if id != 0 {
		var err error
		if t, err = s.read(id); err != nil {
			return nil, err
		}
	}
	if err := fn(t); err != nil {
		return nil, err
	}
	t.ID = cmp.Or(id, s.last+1)
	data, err := escalation.Encode(t)
	if err != nil {
		return nil, err
	}
	stored, err := escalation.Decode(data)
	if err != nil {
		return nil, err
	}
	keys := stored.Keys()
	if owner := s.messageOwner(stored.ID, keys); owner != 0 {
		return nil, &escalation.SeenError{ID: owner}
	}
	if s.tickets == nil {
		s.tickets, s.keys = map[escalation.ID][]byte{}, map[escalation.ID][]escalation.Key{}
	}
	s.tickets[stored.ID], s.keys[stored.ID] = data, keys
	s.last = max(s.last, stored.ID)
	return stored, nil
}

// messageOwner returns the other ticket that owns one of the message keys.
func (s *Memory) messageOwner(id escalation.ID, keys []escalation.Key) escalation.ID {
	for other, theirs := range s.keys {
		for _, k := range theirs {
			if other != id && k.Index == escalation.ByMessage && slices.Contains(keys, k) {
				return other
			}
		}
	}
	return 0
}

// Ticket implements escalation.Store.
func (s *Memory) Ticket(ctx context.Context, id escalation.ID) (*escalation.Ticket, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return s.read(id)
}

func (s *Memory) read(id escalation.ID) (*escalation.Ticket, error) {
	data, ok := s.tickets[id]
	if !ok {
		return nil, escalation.ErrNotFound
	}
	return escalation.Decode(data)
}

// Find implements escalation.Store.
func (s *Memory) Find(ctx context.Context, q escalation.Query) ([]*escalation.Ticket, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	type hit struct {
		key escalation.Key
		id  escalation.ID
	}
	var hits []hit
	for id, keys := range s.keys {
		for _, k := range keys {
			if matches(q, k) {
				hits = append(hits, hit{k, id})
			}
		}
	}
	slices.SortFunc(hits, func(a, b hit) int {
		c := cmp.Or(a.key.At.Compare(b.key.At), cmp.Compare(a.id, b.id))
		if q.Newest {
			return -c
		}
		return c
	})
	hits = slices.CompactFunc(hits, func(a, b hit) bool { return a.id == b.id })
	hits = hits[:min(len(hits), cmp.Or(q.Limit, escalation.DefaultLimit))]
	var out []*escalation.Ticket
	for _, h := range hits {
		t, err := s.read(h.id)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, nil
}

func matches(q escalation.Query, k escalation.Key) bool {
	return k.Index == q.Index && k.Value == q.Value &&
		(q.From.IsZero() || !k.At.Before(q.From)) && (q.To.IsZero() || k.At.Before(q.To))
}
