package bolt_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"go.etcd.io/bbolt"

	"ersthelfer/internal/boltfile"
	"ersthelfer/knowledge"
	"ersthelfer/knowledge/bolt"
	"ersthelfer/knowledge/knowledgetest"
)

func TestStore(t *testing.T) {
	knowledgetest.TestStore(t, func(t *testing.T) knowledge.Store { return mustOpen(t, mustFile(t, t.TempDir())) })
}

func mustFile(t testing.TB, dir string) *boltfile.File {
	t.Helper()
	f, err := boltfile.Open(dir, boltfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

func mustOpen(t testing.TB, f *boltfile.File) *bolt.Store {
	t.Helper()
	s, err := bolt.Open(f)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func mustPut(t testing.TB, s knowledge.Store, keys ...string) {
	t.Helper()
	err := s.Update(t.Context(), func(tx knowledge.Tx) error {
		for _, key := range keys {
			if err := tx.Put(knowledge.ShelfEntries, key, json.RawMessage(`"geheimnis `+key+`"`)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// read returns what Get and Scan say of the records: "a b! c", with damaged ones marked.
func read(t testing.TB, s knowledge.Store) string {
	t.Helper()
	var out []string
	err := s.View(t.Context(), func(tx knowledge.Tx) error {
		for item, err := range tx.Scan(knowledge.ShelfEntries, "") {
			value, getErr := tx.Get(knowledge.ShelfEntries, item.Key)
			if (err == nil) != (getErr == nil) || !bytes.Equal(value, item.Value) {
				t.Errorf("key %s: Get says %s, %v and Scan %s, %v", item.Key, value, getErr, item.Value, err)
			}
			mark := ""
			if err != nil {
				mark = "?"
			}
			if errors.Is(err, boltfile.ErrDamaged) {
				mark = "!"
			}
			if err != nil && strings.Contains(err.Error(), "geheimnis") {
				t.Errorf("the error shows what is stored: %v", err)
			}
			out = append(out, item.Key+mark)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(out, " ")
}

func TestSurvivesReopening(t *testing.T) {
	dir := t.TempDir()
	f := mustFile(t, dir)
	mustPut(t, mustOpen(t, f), "a", "b")
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if got := read(t, mustOpen(t, mustFile(t, dir))); got != "a b" {
		t.Errorf("after reopening there are %q", got)
	}
}

// TestDamage spoils the record b of three in every way.
func TestDamage(t *testing.T) {
	seal := func(version byte, v any) []byte {
		data, err := boltfile.Seal(version, v)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	tests := []struct {
		name  string
		spoil func(b *bbolt.Bucket) []byte
		want  string
	}{
		{"flipped byte", func(b *bbolt.Bucket) []byte { r := bytes.Clone(b.Get([]byte("b"))); r[len(r)/2] ^= 1; return r }, "a b! c"},
		{"cut short", func(b *bbolt.Bucket) []byte { r := bytes.Clone(b.Get([]byte("b"))); return r[:len(r)-1] }, "a b! c"},
		{"empty", func(*bbolt.Bucket) []byte { return nil }, "a b! c"},
		{"another key", func(b *bbolt.Bucket) []byte { return bytes.Clone(b.Get([]byte("a"))) }, "a b! c"},
		{"newer form", func(*bbolt.Bucket) []byte { return seal(2, map[string]any{"key": "b", "value": 1}) }, "a b? c"},
		{"no record", func(*bbolt.Bucket) []byte { return seal(1, []string{"geheimnis"}) }, "a b? c"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := mustFile(t, t.TempDir())
			s := mustOpen(t, f)
			mustPut(t, s, "a", "b", "c")
			err := f.Update(t.Context(), func(tx *bbolt.Tx) error {
				b := tx.Bucket([]byte("knowledge.entries"))
				return b.Put([]byte("b"), test.spoil(b))
			})
			if err != nil {
				t.Fatal(err)
			}
			if got := read(t, s); got != test.want {
				t.Errorf("records are %q, want %q", got, test.want)
			}
		})
	}
}

// TestFileStaysClean checks that every record is as boltfile wants it.
func TestFileStaysClean(t *testing.T) {
	f := mustFile(t, t.TempDir())
	mustPut(t, mustOpen(t, f), "a", "b")
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	problems, err := boltfile.Check(t.Context(), f.Path())
	if err != nil || len(problems) > 0 {
		t.Errorf("check finds %v, %v", problems, err)
	}
}
