// Package bolt keeps the library in the one bbolt file.
//
// # Key schema
//
//	knowledge.<shelf>    key => sealed {key, value}
//
// There is one bucket for each [knowledge.Shelf], whose keys are described there. Every record carries its own key, so
// that one in the wrong place is not taken for another.
//
// # Damage
//
// A record whose seal is broken, or that says to be another one, is never answered as a record: Get returns the error,
// which wraps boltfile.ErrDamaged, and Scan yields it and goes on.
package bolt

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"

	"go.etcd.io/bbolt"

	"ersthelfer/internal/boltfile"
	"ersthelfer/knowledge"
)

// recordVersion is the version of the stored form of a record.
const recordVersion = 1

func bucket(s knowledge.Shelf) []byte { return []byte("knowledge." + string(s)) }

// A Store keeps a library in a database file. It is safe for concurrent use.
type Store struct{ file *boltfile.File }

var _ knowledge.Store = (*Store)(nil)

// Open returns the library's store in a database file, which stays the caller's to close.
func Open(f *boltfile.File) (*Store, error) {
	err := f.Update(context.Background(), func(tx *bbolt.Tx) error {
		for _, s := range knowledge.Shelves {
			if _, err := tx.CreateBucketIfNotExists(bucket(s)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("open library: %w", err)
	}
	return &Store{f}, nil
}

// Update implements knowledge.Store. An error of the commit that wraps boltfile.ErrUnknown leaves open whether the
// change is stored; after every other error it is not.
func (s *Store) Update(ctx context.Context, fn func(knowledge.Tx) error) error {
	return s.file.Update(ctx, func(tx *bbolt.Tx) error { return fn(transaction{tx}) })
}

// View implements knowledge.Store.
func (s *Store) View(ctx context.Context, fn func(knowledge.Tx) error) error {
	return s.file.View(ctx, func(tx *bbolt.Tx) error { return fn(transaction{tx}) })
}

type transaction struct{ tx *bbolt.Tx }

// A record is the stored form. It is a format: rename nothing.
type record struct {
	Key   string          `json:"key"`
	Value json.RawMessage `json:"value"`
}

// Get implements knowledge.Tx.
func (t transaction) Get(s knowledge.Shelf, key string) (json.RawMessage, error) {
	b := t.tx.Bucket(bucket(s))
	if b == nil {
		return nil, fmt.Errorf("no shelf %q", s)
	}
	sealed := b.Get([]byte(key))
	if sealed == nil {
		return nil, knowledge.ErrNotFound
	}
	return unseal(sealed, key)
}

func unseal(sealed []byte, key string) (json.RawMessage, error) {
	var r record
	version, err := boltfile.Unseal(sealed, &r)
	switch {
	case err != nil:
		return nil, err
	case version != recordVersion:
		return nil, fmt.Errorf("stored in form %d, this program knows %d", version, recordVersion)
	case r.Key != key:
		return nil, fmt.Errorf("%w: record is that of another key", boltfile.ErrDamaged)
	}
	return r.Value, nil
}

// Put implements knowledge.Tx.
func (t transaction) Put(s knowledge.Shelf, key string, value json.RawMessage) error {
	b := t.tx.Bucket(bucket(s))
	switch {
	case b == nil:
		return fmt.Errorf("no shelf %q", s)
	case key == "":
		return errors.New("key is empty")
	case len(value) == 0:
		return errors.New("value is not JSON")
	}
	sealed, err := boltfile.Seal(recordVersion, record{key, value})
	if err != nil {
		return err
	}
	return b.Put([]byte(key), sealed)
}

// Delete implements knowledge.Tx.
func (t transaction) Delete(s knowledge.Shelf, key string) error {
	b := t.tx.Bucket(bucket(s))
	if b == nil {
		return fmt.Errorf("no shelf %q", s)
	}
	return b.Delete([]byte(key))
}

// Scan implements knowledge.Tx.
func (t transaction) Scan(s knowledge.Shelf, from string) iter.Seq2[knowledge.Item, error] {
	return func(yield func(knowledge.Item, error) bool) {
		b := t.tx.Bucket(bucket(s))
		if b == nil {
			return
		}
		c := b.Cursor()
		for k, sealed := c.Seek([]byte(from)); k != nil; k, sealed = c.Next() {
			key := string(k)
			value, err := unseal(sealed, key)
			if !yield(knowledge.Item{Key: key, Value: value}, err) {
				return
			}
		}
	}
}
