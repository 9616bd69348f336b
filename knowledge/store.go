package knowledge

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
)

// ErrNotFound says that there is no such article, revision or record.
var ErrNotFound = errors.New("not found")

// A Shelf is a part of a store. Keys are unique within a shelf.
type Shelf string

// The shelves, with their keys. What lies on them is JSON of the types named; a field of those is never renamed.
const (
	ShelfEntries      Shelf = "entries"      // article id: Entry, with pseudonyms for people
	ShelfRevisions    Shelf = "revisions"    // article id "/" 6 digits: Revision, with pseudonyms for people
	ShelfObservations Shelf = "observations" // the observation's key: Observation
	ShelfAudit        Shelf = "audit"        // 12 digits: AuditRecord
	ShelfPeople       Shelf = "people"       // "name/" person: pseudonym; "ref/" pseudonym: person
	ShelfMeta         Shelf = "meta"         // "audit": Checkpoint
)

// Shelves lists all shelves, for stores.
var Shelves = []Shelf{ShelfEntries, ShelfRevisions, ShelfObservations, ShelfAudit, ShelfPeople, ShelfMeta}

// A Store keeps the records of a library. Package knowledgetest holds the suite that every store passes, and a store
// in memory. A Store is safe for concurrent use.
type Store interface {
	// Update runs fn in a transaction and stores all that it did when it returns nil; on an error or a panic it stores
	// nothing. An error of fn is returned as it is. Transactions that write run one after the other, and do not nest.
	Update(ctx context.Context, fn func(Tx) error) error

	// View runs fn in a transaction that sees one moment of the store, and returns its error. Writing in it is an error.
	View(ctx context.Context, fn func(Tx) error) error
}

// A Tx is a transaction of a Store. It is of use only until the function that it was given to returns, and only to
// one goroutine. What it returns may be kept.
type Tx interface {
	// Get returns the record, or ErrNotFound, or another error if the record is damaged.
	Get(s Shelf, key string) (json.RawMessage, error)

	// Put stores a record, instead of one that has the key already. A key is not empty; the value is JSON, and comes
	// back as the same JSON value, perhaps spelt differently.
	Put(s Shelf, key string, value json.RawMessage) error

	// Delete removes a record; one that does not exist is no error.
	Delete(s Shelf, key string) error

	// Scan yields the records with keys from the given one on, ordered by the bytes of their keys. For a damaged
	// record it yields the key and an error, and goes on. Whoever scans a shelf must not write to it meanwhile.
	Scan(s Shelf, from string) iter.Seq2[Item, error]
}

// An Item is a record with its key.
type Item struct {
	Key   string
	Value json.RawMessage
}

// read decodes a record into v.
func read(tx Tx, s Shelf, key string, v any) error {
	data, err := tx.Get(s, key)
	if err != nil {
		return fmt.Errorf("read %s %s: %w", s, key, err)
	}
	if err := json.Unmarshal(data, v); err != nil {
		return fmt.Errorf("decode %s %s: %w", s, key, err)
	}
	return nil
}

// write encodes v as a record.
func write(tx Tx, s Shelf, key string, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode %s %s: %w", s, key, err)
	}
	if err := tx.Put(s, key, data); err != nil {
		return fmt.Errorf("write %s %s: %w", s, key, err)
	}
	return nil
}

// pageSize bounds how long a transaction that reads a whole shelf lasts.
const pageSize = 1000

// each calls fn with every record of a shelf, in short transactions of pageSize records: what is written meanwhile is
// seen or not. A damaged record is given to damaged; nil makes it an error.
func each(ctx context.Context, store Store, s Shelf, damaged func(key string, err error), fn func(Tx, Item) error) error {
	from, more := "", true
	for more {
		n := 0
		err := store.View(ctx, func(tx Tx) error {
			for item, err := range tx.Scan(s, from) {
				if n == pageSize {
					return nil
				}
				n++
				from = item.Key + "\x00"
				if err == nil {
					err = fn(tx, item)
				} else if damaged != nil {
					damaged(item.Key, err)
					err = nil
				}
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		more = n == pageSize
	}
	return nil
}
