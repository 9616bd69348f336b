// Package bolt keeps the bot's own records in the one database file.
//
// Each bucket of package bot is a bucket of the file:
//
//	bot.people    => key → record
//	bot.users     => …
//
// A record is sealed by [boltfile.Seal] together with its own key, so that it
// cannot be taken for another one's. A damaged record is logged and counts as
// none: what these buckets hold can be asked or done once more, while a person
// whose record cannot be read would never be answered or told anything again.
package bolt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"

	"go.etcd.io/bbolt"

	"ersthelfer/bot"
	"ersthelfer/internal/boltfile"
)

// recordVersion is the version of the stored form of a record.
const recordVersion = 1

// A stored record is JSON in an envelope: rename no tag.
type stored struct {
	Key    string `json:"key"` // with the bytes that are not UTF-8 replaced
	Record []byte `json:"record"`
}

var buckets = []bot.Bucket{bot.People, bot.Users, bot.Seen, bot.Marks, bot.SignIns, bot.Histories}

func bucketName(in bot.Bucket) []byte { return []byte("bot." + string(in)) }

// A Store keeps records in a database file. It is safe for concurrent use.
type Store struct {
	file *boltfile.File
	log  *slog.Logger
}

var _ bot.Store = (*Store)(nil)

// Open returns the bot's records in a database file, which stays the caller's
// to close. The log hears of damaged records, never of what is in one.
func Open(ctx context.Context, f *boltfile.File, log *slog.Logger) (*Store, error) {
	err := f.Update(ctx, func(tx *bbolt.Tx) error {
		for _, in := range buckets {
			if _, err := tx.CreateBucketIfNotExists(bucketName(in)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("open the bot's records: %w", err)
	}
	return &Store{f, log}, nil
}

// Read implements [bot.Store].
func (s *Store) Read(ctx context.Context, in bot.Bucket, key string) (record []byte, err error) {
	err = s.file.View(ctx, func(tx *bbolt.Tx) error {
		b, err := bucket(tx, in)
		if err != nil {
			return err
		}
		record, err = s.intact(open(in, key, b.Get([]byte(key))))
		return err
	})
	return record, err
}

// Change implements [bot.Store].
func (s *Store) Change(
	ctx context.Context, in bot.Bucket, key string, fn func(old []byte) ([]byte, error),
) error {
	return s.file.Update(ctx, func(tx *bbolt.Tx) error {
		b, err := bucket(tx, in)
		if err != nil {
			return err
		}
		old, err := s.intact(open(in, key, b.Get([]byte(key))))
		if err != nil {
			return err
		}
		record, err := fn(old)
		if err != nil {
			return err
		}
		if record == nil {
			return b.Delete([]byte(key))
		}
		sealed, err := boltfile.Seal(recordVersion, stored{Key: plainKey(key), Record: record})
		if err != nil {
			return fmt.Errorf("seal record of %s: %w", in, err)
		}
		return b.Put([]byte(key), sealed)
	})
}

// pageSize is how many records one read transaction of Each copies.
const pageSize = 100

// Each implements [bot.Store]. It reads a hundred records at a time: one that is
// changed meanwhile is seen as it is when its turn comes.
func (s *Store) Each(
	ctx context.Context, in bot.Bucket, prefix string, fn func(key string, record []byte) error,
) error {
	from, damaged := []byte(prefix), 0
	defer func() {
		if damaged > 0 {
			s.log.Error("records of the bot are damaged and left out", "bucket", string(in), "damaged", damaged)
		}
	}()
	for {
		page, err := s.page(ctx, in, []byte(prefix), from)
		if err != nil {
			return err
		}
		for _, e := range page {
			if e.damaged {
				damaged++
				continue
			}
			if err := fn(e.key, e.record); err != nil {
				return err
			}
		}
		if len(page) < pageSize {
			return ctx.Err()
		}
		from = append([]byte(page[len(page)-1].key), 0)
	}
}

type entry struct {
	key     string
	record  []byte
	damaged bool
}

// page returns the next records from a key on.
func (s *Store) page(ctx context.Context, in bot.Bucket, prefix, from []byte) (page []entry, err error) {
	err = s.file.View(ctx, func(tx *bbolt.Tx) error {
		b, err := bucket(tx, in)
		if err != nil {
			return err
		}
		c := b.Cursor()
		for k, v := c.Seek(from); k != nil && bytes.HasPrefix(k, prefix) && len(page) < pageSize; k, v = c.Next() {
			record, err := open(in, string(k), v)
			damaged := errors.Is(err, boltfile.ErrDamaged)
			if err != nil && !damaged {
				return err
			}
			page = append(page, entry{string(k), record, damaged})
		}
		return nil
	})
	return page, err
}

func bucket(tx *bbolt.Tx, in bot.Bucket) (*bbolt.Bucket, error) {
	if b := tx.Bucket(bucketName(in)); b != nil {
		return b, nil
	}
	return nil, fmt.Errorf("there is no bucket %q", in)
}

// open returns the record in an envelope, nil if there is none.
func open(in bot.Bucket, key string, sealed []byte) ([]byte, error) {
	if sealed == nil {
		return nil, nil
	}
	var s stored
	version, err := boltfile.Unseal(sealed, &s)
	switch {
	case err != nil:
	case version != recordVersion:
		err = fmt.Errorf("stored in form %d, this program knows %d", version, recordVersion)
	case s.Key != plainKey(key):
		err = fmt.Errorf("%w: record is that of another key", boltfile.ErrDamaged)
	case s.Record == nil:
		err = errors.New("record has no content")
	}
	if err != nil {
		return nil, fmt.Errorf("read record of %s: %w", in, err) // a key may be a secret
	}
	return s.Record, nil
}

// intact makes a damaged record none.
func (s *Store) intact(record []byte, err error) ([]byte, error) {
	if errors.Is(err, boltfile.ErrDamaged) {
		s.log.Error("a record of the bot is damaged and counts as none", "error", err)
		return nil, nil
	}
	return record, err
}

// plainKey returns a key as JSON keeps it.
func plainKey(key string) string { return string(bytes.ToValidUTF8([]byte(key), []byte("\ufffd"))) }
