package knowledge

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"sync"
)

// Remembered is what every list of the articles reads in full: the entries, and the observations. It is filled when
// it is first asked, and follows every transaction: only a library changes what is in its store.
type remembered struct {
	mu      sync.Mutex
	entries []*Entry // ordered by id; nil: not read yet. Neither the list nor what is in it is ever changed.

	seeing   sync.Mutex // held while observations are written
	observed []Observation
	at       map[string]int // by key: where it is among observed; nil: not read yet
}

// entries returns all entries, ordered by id; they must not be changed. Damaged ones are logged and left out.
func (l *Library) entries(ctx context.Context) ([]*Entry, error) {
	if all := l.memory.read(); all != nil {
		return all, nil
	}
	l.writing.Lock() // so that nothing changes between reading and remembering
	defer l.writing.Unlock()
	if all := l.memory.read(); all != nil {
		return all, nil
	}
	all := []*Entry{}
	var lost losses
	err := each(ctx, l.store, ShelfEntries, lost.add, func(tx Tx, item Item) error {
		e := new(Entry)
		if err := json.Unmarshal(item.Value, e); err != nil {
			lost.add(item.Key, err)
			return nil
		}
		e.resolve(tx)
		all = append(all, e)
		return nil
	})
	lost.tell(l)
	if err != nil {
		return nil, err
	}
	l.memory.keep(all)
	return all, nil
}

func (m *remembered) read() []*Entry {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.entries
}

// keep replaces the entries; nil forgets them.
func (m *remembered) keep(all []*Entry) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.entries = all
}

// follow takes over entries that a transaction has stored.
func (m *remembered) follow(stored []*Entry) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.entries == nil || len(stored) == 0 {
		return
	}
	next := slices.Clone(m.entries)
	for _, e := range stored {
		own := *e // the caller has the other one
		at, known := slices.BinarySearchFunc(next, e.ID, func(x *Entry, id string) int { return cmp.Compare(x.ID, id) })
		if known {
			next[at] = &own
		} else {
			next = slices.Insert(next, at, &own)
		}
	}
	m.entries = next
}

// observations calls fn with every observation, in no order that means anything. fn must not ask the library for
// observations, and not change what is in one.
func (l *Library) observations(ctx context.Context, fn func(Observation)) error {
	l.memory.seeing.Lock()
	defer l.memory.seeing.Unlock()
	if err := l.recall(ctx); err != nil {
		return err
	}
	for _, o := range l.memory.observed {
		fn(o)
	}
	return nil
}

// recall reads all observations, unless that was done. It wants seeing held.
func (l *Library) recall(ctx context.Context) error {
	m := &l.memory
	if m.at != nil {
		return nil
	}
	var all []Observation
	var lost losses
	err := each(ctx, l.store, ShelfObservations, lost.add, func(_ Tx, item Item) error {
		var o Observation
		if err := json.Unmarshal(item.Value, &o); err != nil {
			lost.add(item.Key, err)
			return nil
		}
		all = append(all, o)
		return nil
	})
	lost.tell(l)
	if err != nil {
		return err
	}
	m.observed, m.at = nil, make(map[string]int, len(all))
	m.see(all)
	return nil
}

// see takes over observations that were stored. It wants seeing held.
func (m *remembered) see(stored []Observation) {
	if m.at == nil {
		return
	}
	for _, o := range stored {
		if at, known := m.at[o.Key]; known {
			m.observed[at] = o
			continue
		}
		m.at[o.Key] = len(m.observed)
		m.observed = append(m.observed, o)
	}
}

// lose forgets an observation. It wants seeing held.
func (m *remembered) lose(key string) {
	at, known := m.at[key]
	if !known {
		return
	}
	last := len(m.observed) - 1
	m.observed[at] = m.observed[last]
	m.at[m.observed[at].Key] = at
	m.observed[last] = Observation{}
	m.observed = m.observed[:last]
	delete(m.at, key)
}
