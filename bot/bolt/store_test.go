package bolt_test

import (
	"log/slog"
	"testing"

	"go.etcd.io/bbolt"

	"ersthelfer/bot"
	"ersthelfer/bot/bolt"
	"ersthelfer/bot/bottest"
	"ersthelfer/internal/boltfile"
)

func mustOpen(t *testing.T, dir string) (*bolt.Store, *boltfile.File) {
	t.Helper()
	f, err := boltfile.Open(dir, boltfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	s, err := bolt.Open(t.Context(), f, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return s, f
}

func TestStore(t *testing.T) {
	bottest.TestStore(t, func(t *testing.T) bot.Store {
		s, _ := mustOpen(t, t.TempDir())
		return s
	})
}

func TestReopen(t *testing.T) {
	dir := t.TempDir()
	s, f := mustOpen(t, dir)
	for _, key := range []string{"web:anna", "web:ben"} {
		bottest.MustPut(t, s, bot.Histories, key, "of "+key)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	problems, err := boltfile.Check(t.Context(), f.Path())
	if err != nil || len(problems) > 0 {
		t.Errorf("check: %v, %v", problems, err)
	}
	s, _ = mustOpen(t, dir)
	if got := bottest.MustRead(t, s, bot.Histories, "web:ben"); got != "of web:ben" {
		t.Errorf("after opening again: %q", got)
	}
}

func TestEachReadsManyPages(t *testing.T) {
	s, f := mustOpen(t, t.TempDir())
	const many = 250
	err := f.Update(t.Context(), func(tx *bbolt.Tx) error {
		for i := range many {
			key := "m" + string(rune('a'+i/26)) + string(rune('a'+i%26))
			sealed, err := boltfile.Seal(1, map[string]any{"key": key, "record": []byte(key)})
			if err != nil {
				return err
			}
			if err := tx.Bucket([]byte("bot.seen")).Put([]byte(key), sealed); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	last, n := "", 0
	err = s.Each(t.Context(), bot.Seen, "m", func(key string, record []byte) error {
		if key <= last || string(record) != key {
			t.Errorf("%q with record %q after %q", key, record, last)
		}
		last, n = key, n+1
		return nil
	})
	if err != nil || n != many {
		t.Errorf("%d records, %v", n, err)
	}
}

// TestDamageIsNone: a damaged record counts as none, and can be made anew.
func TestDamageIsNone(t *testing.T) {
	for name, spoil := range map[string]func(b *bbolt.Bucket) error{
		"a changed byte": func(b *bbolt.Bucket) error {
			v := append([]byte(nil), b.Get([]byte("anna"))...)
			v[len(v)-3] ^= 1
			return b.Put([]byte("anna"), v)
		},
		"another one's record": func(b *bbolt.Bucket) error { return b.Put([]byte("anna"), b.Get([]byte("ben"))) },
	} {
		t.Run(name, func(t *testing.T) {
			s, f := mustOpen(t, t.TempDir())
			bottest.MustPut(t, s, bot.People, "anna", "Anna")
			bottest.MustPut(t, s, bot.People, "ben", "Ben")
			err := f.Update(t.Context(), func(tx *bbolt.Tx) error { return spoil(tx.Bucket([]byte("bot.people"))) })
			if err != nil {
				t.Fatal(err)
			}
			record, err := s.Read(t.Context(), bot.People, "anna")
			if record != nil || err != nil {
				t.Errorf("read %q, %v", record, err)
			}
			n := 0
			err = s.Each(t.Context(), bot.People, "", func(key string, _ []byte) error { n++; return nil })
			if n != 1 || err != nil {
				t.Errorf("%d records, %v; want that of ben", n, err)
			}
			bottest.MustPut(t, s, bot.People, "anna", "Anna again")
			if record, err := s.Read(t.Context(), bot.People, "anna"); string(record) != "Anna again" || err != nil {
				t.Errorf("read %q, %v", record, err)
			}
		})
	}
}
