// Package bolt keeps tickets in the one bbolt file.
//
// # Key schema
//
// Numbers are big-endian, so that the order of the bytes is the order of the values.
//
//	tickets              id => sealed ticket
//	tickets.<index>      value 0x00 seconds nanoseconds id => (empty)
//
// There is one bucket for each [escalation.Index]. The parts after the value have a fixed width: 8 bytes of seconds
// since 1970 with the sign bit turned, so that earlier times and the zero time come first, 4 bytes of nanoseconds,
// 8 bytes of the ticket's number. What is between two times is therefore one stretch of the bucket. The value may hold
// any byte: an entry belongs to a value only if its length fits too.
//
// The index entries of a ticket follow from its record alone ([escalation.Ticket.Keys]). A change derives those of the
// record that it replaces, deletes them, and writes the new ones; nothing else remembers them.
//
// # Damage
//
// A record whose seal is broken, that cannot be read, or that says to be another ticket, is never answered as a ticket.
// [Store.Ticket] and [Store.Change] return the error, [Store.Find] leaves the ticket out so that the others can be
// worked on, and each such number is logged once.
package bolt

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"iter"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"go.etcd.io/bbolt"

	"ersthelfer/escalation"
	"ersthelfer/internal/boltfile"
)

// recordVersion is the version of the stored form of a ticket.
const recordVersion = 1

var ticketsBucket = []byte("tickets")

func indexBucket(i escalation.Index) []byte { return []byte("tickets." + string(i)) }

// A Store keeps tickets in a database file. It is safe for concurrent use.
type Store struct {
	file     *boltfile.File
	log      *slog.Logger
	reported sync.Map // escalation.ID → struct{}: damaged tickets that have been logged
}

var _ escalation.Store = (*Store)(nil)

// Open returns the tickets of a database file, which stays the caller's to close. Damaged tickets are logged to log by
// their number; nil logs nothing.
func Open(f *boltfile.File, log *slog.Logger) (*Store, error) {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	err := f.Update(context.Background(), func(tx *bbolt.Tx) error {
		if _, err := tx.CreateBucketIfNotExists(ticketsBucket); err != nil {
			return err
		}
		for _, i := range escalation.Indexes {
			if _, err := tx.CreateBucketIfNotExists(indexBucket(i)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("open tickets: %w", err)
	}
	return &Store{file: f, log: log}, nil
}

// Change implements escalation.Store. An error of the commit that wraps boltfile.ErrUnknown leaves open whether the
// change is stored; after every other error it is not.
func (s *Store) Change(
	ctx context.Context, id escalation.ID, fn func(*escalation.Ticket) error,
) (*escalation.Ticket, error) {
	var stored *escalation.Ticket
	err := s.file.Update(ctx, func(tx *bbolt.Tx) (err error) {
		stored, err = change(tx, id, fn)
		return err
	})
	if err != nil {
		return nil, err
	}
	return stored, nil
}

func change(tx *bbolt.Tx, id escalation.ID, fn func(*escalation.Ticket) error) (*escalation.Ticket, error) {
	t, err := begin(tx, id)
	if err != nil {
		return nil, err
	}
	id, old := t.ID, t.Keys()
	if len(t.Events) == 0 {
		old = nil // a new ticket is filed nowhere
	}
	if err := fn(t); err != nil {
		return nil, err
	}
	t.ID = id
	data, err := escalation.Encode(t)
	if err != nil {
		return nil, err
	}
	// What is filed and returned is what a later reader will see, not what fn may still hold on to.
	stored, err := escalation.Decode(data)
	if err != nil {
		return nil, err
	}
	sealed, err := boltfile.Seal(recordVersion, json.RawMessage(data))
	if err != nil {
		return nil, err
	}
	if err := refile(tx, id, old, stored.Keys()); err != nil {
		return nil, err
	}
	return stored, tx.Bucket(ticketsBucket).Put(idKey(id), sealed)
}

// begin returns the ticket to be changed: the stored one, or for number 0 a new one with the next number.
func begin(tx *bbolt.Tx, id escalation.ID) (*escalation.Ticket, error) {
	if id != 0 {
		return read(tx, id)
	}
	next, err := tx.Bucket(ticketsBucket).NextSequence()
	if err != nil {
		return nil, fmt.Errorf("number ticket: %w", err)
	}
	return &escalation.Ticket{ID: escalation.ID(next)}, nil
}

// refile replaces the index entries of a ticket. It refuses a message that another ticket owns.
func refile(tx *bbolt.Tx, id escalation.ID, old, now []escalation.Key) error {
	for _, k := range old {
		if err := tx.Bucket(indexBucket(k.Index)).Delete(entryKey(k, id)); err != nil {
			return fmt.Errorf("unfile ticket %d: %w", id, err)
		}
	}
	for _, k := range now {
		b := tx.Bucket(indexBucket(k.Index))
		if b == nil {
			return fmt.Errorf("file ticket %d: no index %q", id, k.Index)
		}
		if k.Index == escalation.ByMessage {
			for owner := range entries(b, escalation.Query{Index: k.Index, Value: k.Value}) {
				if owner != id {
					return &escalation.SeenError{ID: owner}
				}
			}
		}
		if err := b.Put(entryKey(k, id), nil); err != nil {
			return fmt.Errorf("file ticket %d: %w", id, err)
		}
	}
	return nil
}

// Ticket implements escalation.Store. A damaged record is an error that wraps boltfile.ErrDamaged.
func (s *Store) Ticket(ctx context.Context, id escalation.ID) (*escalation.Ticket, error) {
	var t *escalation.Ticket
	err := s.file.View(ctx, func(tx *bbolt.Tx) (err error) {
		t, err = read(tx, id)
		return err
	})
	return t, err
}

// Find implements escalation.Store. Damaged tickets are left out.
func (s *Store) Find(ctx context.Context, q escalation.Query) ([]*escalation.Ticket, error) {
	var found []*escalation.Ticket
	lost := map[escalation.ID]error{}
	err := s.file.View(ctx, func(tx *bbolt.Tx) error {
		b := tx.Bucket(indexBucket(q.Index))
		if b == nil {
			return fmt.Errorf("no index %q", q.Index)
		}
		limit := cmp.Or(q.Limit, escalation.DefaultLimit)
		for id := range entries(b, q) {
			t, err := read(tx, id)
			if err != nil {
				lost[id] = err
				continue
			}
			if found = append(found, t); len(found) == limit {
				return nil
			}
		}
		return nil
	})
	s.report(lost)
	return found, err
}

// named is how many damaged tickets the log names at once.
const named = 10

// report logs damaged tickets, each once and all in one line, with numbers and nothing of their content.
func (s *Store) report(lost map[escalation.ID]error) {
	var news []escalation.ID
	for _, id := range slices.Sorted(maps.Keys(lost)) {
		if _, known := s.reported.LoadOrStore(id, struct{}{}); !known {
			news = append(news, id)
		}
	}
	if len(news) > 0 {
		s.log.Error("tickets are damaged and left out", "damaged", len(news), "tickets", news[:min(len(news), named)], "error", lost[news[0]])
	}
}

// read returns the ticket with the number. Nothing in it refers to the database.
func read(tx *bbolt.Tx, id escalation.ID) (*escalation.Ticket, error) {
	sealed := tx.Bucket(ticketsBucket).Get(idKey(id))
	if sealed == nil {
		return nil, escalation.ErrNotFound
	}
	var data json.RawMessage
	version, err := boltfile.Unseal(sealed, &data)
	if err != nil {
		return nil, fmt.Errorf("read ticket %d: %w", id, err)
	}
	if version != recordVersion {
		return nil, fmt.Errorf("read ticket %d: stored in form %d, this program knows %d", id, version, recordVersion)
	}
	t, err := escalation.Decode(data)
	if err != nil {
		return nil, fmt.Errorf("read ticket %d: %w", id, err)
	}
	if t.ID != id {
		return nil, fmt.Errorf("read ticket %d: %w: record is that of ticket %d", id, boltfile.ErrDamaged, t.ID)
	}
	return t, nil
}

// entries yields the numbers that q names in the bucket of its index, in the order of the index.
func entries(b *bbolt.Bucket, q escalation.Query) iter.Seq[escalation.ID] {
	lo, hi := append([]byte(q.Value), 0), append([]byte(q.Value), 1)
	length := len(lo) + timeLength + idLength
	if !q.To.IsZero() {
		hi = appendTime(bytes.Clone(lo), q.To)
	}
	if !q.From.IsZero() {
		lo = appendTime(lo, q.From)
	}
	return func(yield func(escalation.ID) bool) {
		c := b.Cursor()
		first, next := func() []byte { k, _ := c.Seek(lo); return k }, c.Next
		if q.Newest {
			first, next = func() []byte { return before(c, hi) }, c.Prev
		}
		for k := first(); k != nil && bytes.Compare(k, lo) >= 0 && bytes.Compare(k, hi) < 0; k, _ = next() {
			if len(k) != length {
				continue // of a longer value that begins like this one
			}
			if !yield(escalation.ID(binary.BigEndian.Uint64(k[len(k)-idLength:]))) {
				return
			}
		}
	}
}

// before moves the cursor to the last key below hi.
func before(c *bbolt.Cursor, hi []byte) []byte {
	k, _ := c.Seek(hi)
	if k == nil {
		k, _ = c.Last()
		return k
	}
	k, _ = c.Prev()
	return k
}

const (
	timeLength = 12
	idLength   = 8
)

func idKey(id escalation.ID) []byte { return binary.BigEndian.AppendUint64(nil, uint64(id)) }

func entryKey(k escalation.Key, id escalation.ID) []byte {
	key := appendTime(append([]byte(k.Value), 0), k.At)
	return binary.BigEndian.AppendUint64(key, uint64(id))
}

// appendTime appends the instant so that earlier ones sort first, before 1970 too.
func appendTime(b []byte, t time.Time) []byte {
	b = binary.BigEndian.AppendUint64(b, uint64(t.Unix())^(1<<63))
	return binary.BigEndian.AppendUint32(b, uint32(t.Nanosecond()))
}
