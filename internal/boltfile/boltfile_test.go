package boltfile_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.etcd.io/bbolt"

	"ersthelfer/internal/boltfile"
)

// A record is what the tests store.
type record struct {
	ID   int    `json:"id"`
	Text string `json:"text"`
}

func mustOpen(t *testing.T, dir string, o boltfile.Options) *boltfile.File {
	t.Helper()
	f, err := boltfile.Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

func mustClose(t *testing.T, f *boltfile.File) {
	t.Helper()
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// put stores records under their numbers in one transaction.
func put(ctx context.Context, f *boltfile.File, rs ...record) error {
	return f.Update(ctx, func(tx *bbolt.Tx) error {
		b, err := tx.CreateBucketIfNotExists([]byte("test"))
		if err != nil {
			return err
		}
		for _, r := range rs {
			data, err := boltfile.Seal(1, r)
			if err != nil {
				return err
			}
			if err := b.Put(fmt.Appendf(nil, "%08d", r.ID), data); err != nil {
				return err
			}
		}
		return nil
	})
}

func mustPut(t *testing.T, f *boltfile.File, rs ...record) {
	t.Helper()
	if err := put(t.Context(), f, rs...); err != nil {
		t.Fatal(err)
	}
}

// records reads all that is stored.
func records(t *testing.T, f *boltfile.File) map[int]string {
	t.Helper()
	found := map[int]string{}
	err := f.View(t.Context(), func(tx *bbolt.Tx) error {
		b := tx.Bucket([]byte("test"))
		if b == nil {
			return nil
		}
		return b.ForEach(func(_, v []byte) error {
			var r record
			if _, err := boltfile.Unseal(v, &r); err != nil {
				return err
			}
			found[r.ID] = r.Text
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// checkClean fails the test if the file at path has problems.
func checkClean(t *testing.T, path string) {
	t.Helper()
	problems, err := boltfile.Check(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", filepath.Base(path), p)
	}
}

func many(n int, text string) []record {
	rs := make([]record, n)
	for i := range rs {
		rs[i] = record{ID: i, Text: fmt.Sprintf("%s %d", text, i)}
	}
	return rs
}

func TestStoreAndReopen(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	f := mustOpen(t, dir, boltfile.Options{})
	mustPut(t, f, many(300, "beamer")...)
	mustClose(t, f)
	mustClose(t, f)
	if err := put(t.Context(), f, record{}); !errors.Is(err, boltfile.ErrClosed) {
		t.Errorf("update after close: %v", err)
	}
	checkClean(t, f.Path())
	for name, want := range map[string]os.FileMode{dir: 0o700, f.Path(): 0o600} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("mode of %s is %o, want %o", name, got, want)
		}
	}
	f = mustOpen(t, dir, boltfile.Options{})
	if got := records(t, f); len(got) != 300 || got[299] != "beamer 299" {
		t.Errorf("%d records, the last %q", len(got), got[299])
	}
}

func TestUpdateStoresAllOrNothing(t *testing.T) {
	f := mustOpen(t, t.TempDir(), boltfile.Options{})
	mustPut(t, f, record{ID: 1, Text: "kept"})
	refused := errors.New("refused")
	err := f.Update(t.Context(), func(tx *bbolt.Tx) error {
		if err := tx.DeleteBucket([]byte("test")); err != nil {
			return err
		}
		return refused
	})
	if err != refused {
		t.Errorf("error is %v, want the very error of fn", err)
	}
	if got := records(t, f); got[1] != "kept" {
		t.Errorf("records are %v", got)
	}
	select {
	case <-f.Failed():
		t.Error("a refused change made the database fail")
	default:
	}
}

func TestManyWriters(t *testing.T) {
	f := mustOpen(t, t.TempDir(), boltfile.Options{})
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			if err := put(t.Context(), f, record{ID: i, Text: "x"}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got := records(t, f); len(got) != 50 {
		t.Errorf("%d records, want 50", len(got))
	}
}

func TestContextEndsWaiting(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		f := mustOpen(t, dir, boltfile.Options{})
		begun, release, done := make(chan bool), make(chan bool), make(chan error)
		go func() {
			done <- f.Update(t.Context(), func(*bbolt.Tx) error {
				close(begun)
				<-release
				return nil
			})
		}()
		<-begun
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := put(ctx, f, record{ID: 1}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("waiting writer: %v", err)
		}
		if err := f.View(ctx, func(*bbolt.Tx) error { return nil }); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("late reader: %v", err)
		}
		close(release)
		if err := <-done; err != nil {
			t.Errorf("first writer: %v", err)
		}
		if err := put(ctx, f, record{ID: 1}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("late writer: %v", err)
		}
		if got := records(t, f); len(got) != 0 {
			t.Errorf("stored %v after the end of the context", got)
		}
	})
}

func TestMaxSize(t *testing.T) {
	dir := t.TempDir()
	f := mustOpen(t, dir, boltfile.Options{MaxSize: 24 << 20})
	big := strings.Repeat("x", 1<<20)
	stored := 0
	var err error
	for err == nil && stored < 64 {
		if err = put(t.Context(), f, record{ID: stored, Text: big}); err == nil {
			stored++
		}
	}
	if !errors.Is(err, boltfile.ErrFull) || stored == 0 {
		t.Fatalf("after %d MiB: %v", stored, err)
	}
	if info, err := os.Stat(f.Path()); err != nil || info.Size() > 24<<20 {
		t.Errorf("file: %v, %v", info.Size(), err)
	}
	// What was stored stays, and room can be made.
	if got := records(t, f); len(got) != stored {
		t.Errorf("%d records, want %d", len(got), stored)
	}
	err = f.Update(t.Context(), func(tx *bbolt.Tx) error { return tx.DeleteBucket([]byte("test")) })
	if err != nil {
		t.Fatal(err)
	}
	mustPut(t, f, record{ID: 7, Text: "again"})
	mustClose(t, f)
	checkClean(t, f.Path())
}

func TestMigrate(t *testing.T) {
	dir := t.TempDir()
	f := mustOpen(t, dir, boltfile.Options{})
	mustPut(t, f, record{ID: 1, Text: "of schema 1"})
	mustClose(t, f)

	broken := errors.New("broken")
	add := func(id int) boltfile.Migration {
		return func(tx *bbolt.Tx) error {
			data, err := boltfile.Seal(1, record{ID: id, Text: "migrated"})
			if err != nil {
				return err
			}
			return tx.Bucket([]byte("test")).Put(fmt.Appendf(nil, "%08d", id), data)
		}
	}
	fails := func(*bbolt.Tx) error { return broken }

	_, err := boltfile.Open(dir, boltfile.Options{Migrations: []boltfile.Migration{add(2), fails}})
	if !errors.Is(err, broken) || !strings.Contains(err.Error(), "migrate to schema 3") {
		t.Errorf("broken migration: %v", err)
	}
	f = mustOpen(t, dir, boltfile.Options{})
	if got := records(t, f); len(got) != 1 {
		t.Errorf("half a migration was stored: %v", got)
	}
	mustClose(t, f)

	two := boltfile.Options{Migrations: []boltfile.Migration{add(2), add(3)}}
	for range 2 { // the second time there is nothing to do
		f = mustOpen(t, dir, two)
		if got := records(t, f); len(got) != 3 {
			t.Errorf("records after migration: %v", got)
		}
		mustClose(t, f)
		two.Migrations = []boltfile.Migration{fails, fails}
	}
	_, err = boltfile.Open(dir, boltfile.Options{})
	wantRefusal(t, err, boltfile.Newer, "schema 3, this program knows up to 1")

	fresh := mustOpen(t, t.TempDir(), two)
	if got := records(t, fresh); len(got) != 0 {
		t.Errorf("a new file was migrated: %v", got)
	}
}
