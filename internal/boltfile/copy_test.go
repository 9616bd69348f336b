package boltfile_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
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

const canary = "KANARIE-Anna-Beispiel"

// TestBackupUnderLoad copies while every commit writes a pair; a copy of one moment holds only whole pairs.
func TestBackupUnderLoad(t *testing.T) {
	f := mustOpen(t, t.TempDir(), boltfile.Options{})
	mustPut(t, f, many(2, "pair")...)
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := 2; ctx.Err() == nil; i += 2 {
			text := strings.Repeat("x", i%5000)
			if err := put(context.Background(), f, record{ID: i, Text: text}, record{ID: i + 1, Text: text}); err != nil {
				t.Error(err)
			}
		}
	})
	target, most := t.TempDir(), 0
	for range 10 {
		path := filepath.Join(target, boltfile.Name)
		if err := f.Backup(t.Context(), path); err != nil {
			t.Fatal(err)
		}
		checkClean(t, path)
		dir := t.TempDir() // restored on another machine
		mustWrite(t, filepath.Join(dir, boltfile.Name), mustRead(t, path))
		restored := mustOpen(t, dir, boltfile.Options{})
		n := len(records(t, restored))
		if n < most || n < 2 || n%2 != 0 {
			t.Errorf("backup holds %d records, the one before %d", n, most)
		}
		most = n
		mustClose(t, restored)
	}
	cancel()
	wg.Wait()
	if most <= 2 {
		t.Error("nothing was written meanwhile; the test shows nothing")
	}
	entries, err := os.ReadDir(target)
	if err != nil || len(entries) != 1 {
		t.Errorf("%v beside the backup, %v", entries, err)
	}
}

// TestRestore puts a backup in the place of a lost database, with the marker still there.
func TestRestore(t *testing.T) {
	dir := t.TempDir()
	f := mustOpen(t, dir, boltfile.Options{})
	mustPut(t, f, record{ID: 1, Text: "saved"})
	backup := filepath.Join(t.TempDir(), "b")
	if err := f.Backup(t.Context(), backup); err != nil {
		t.Fatal(err)
	}
	mustClose(t, f)
	mustWrite(t, f.Path(), mustRead(t, backup))
	f = mustOpen(t, dir, boltfile.Options{})
	if got := records(t, f); got[1] != "saved" {
		t.Errorf("restored %v", got)
	}
}

// damage changes the stored canary behind the back of the open database.
func damage(t *testing.T, path string) {
	t.Helper()
	w, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = w.Close() }()
	data, found := mustRead(t, path), false
	for i := range data {
		if !bytes.HasPrefix(data[i:], []byte(canary)) {
			continue
		}
		found = true
		if _, err := w.WriteAt([]byte("k"), int64(i)); err != nil {
			t.Fatal(err)
		}
	}
	if !found {
		t.Fatal("canary is not stored")
	}
}

func TestBadBackupReplacesNothing(t *testing.T) {
	f := mustOpen(t, t.TempDir(), boltfile.Options{})
	mustPut(t, f, record{ID: 1, Text: canary})
	path := filepath.Join(t.TempDir(), "backup")
	if err := f.Backup(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	good := mustRead(t, path)
	unchanged := func(why string) {
		t.Helper()
		if !bytes.Equal(mustRead(t, path), good) {
			t.Errorf("%s replaced the good backup", why)
		}
		if _, err := os.Stat(path + ".part"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s left a part: %v", why, err)
		}
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := f.Backup(ended, path); !errors.Is(err, context.Canceled) {
		t.Errorf("ended context: %v", err)
	}
	unchanged("an ended context")
	damage(t, f.Path())
	if err := f.Backup(t.Context(), path); !errors.Is(err, boltfile.ErrDamaged) {
		t.Errorf("damaged record: %v", err)
	}
	unchanged("a damaged copy")
	if err := f.Compact(t.Context()); !errors.Is(err, boltfile.ErrDamaged) {
		t.Errorf("compaction of a damaged record: %v", err)
	}
	if err := f.Backup(t.Context(), f.Path()); err == nil || !strings.Contains(err.Error(), "the database itself") {
		t.Errorf("backup onto itself: %v", err)
	}
	mustPut(t, f, record{ID: 2, Text: "goes on"})
}

func TestCompact(t *testing.T) {
	dir := t.TempDir()
	f := mustOpen(t, dir, boltfile.Options{})
	mustPut(t, f, many(2000, canary+strings.Repeat("x", 20_000))...)
	mustPut(t, f, many(10, "kept")...)
	err := f.Update(t.Context(), func(tx *bbolt.Tx) error {
		c := tx.Bucket([]byte("test")).Cursor()
		for k, _ := c.Seek([]byte("00000010")); k != nil; k, _ = c.Seek([]byte("00000010")) {
			if err := c.Delete(); err != nil {
				return err
			}
		}
		return tx.Bucket([]byte("test")).SetSequence(412)
	})
	if err != nil {
		t.Fatal(err)
	}
	before := mustRead(t, f.Path())
	if !bytes.Contains(before, []byte(canary)) {
		t.Fatal("nothing to erase; the test shows nothing")
	}
	if err := f.Compact(t.Context()); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if bytes.Contains(mustRead(t, filepath.Join(dir, e.Name())), []byte(canary)) {
			t.Errorf("%s still holds what was deleted", e.Name())
		}
	}
	if after := mustRead(t, f.Path()); len(after) > len(before)/2 {
		t.Errorf("%d bytes before, %d after", len(before), len(after))
	}
	// It goes on as the same database, still closed to others.
	mustPut(t, f, record{ID: 10, Text: "new"})
	_, err = boltfile.Open(dir, boltfile.Options{Timeout: 1})
	wantRefusal(t, err, boltfile.InUse)
	if err := f.Backup(t.Context(), filepath.Join(t.TempDir(), "b")); err != nil {
		t.Error(err)
	}
	mustClose(t, f)
	checkClean(t, f.Path())
	f = mustOpen(t, dir, boltfile.Options{})
	if got := records(t, f); len(got) != 11 || got[9] != "kept 9" || got[10] != "new" {
		t.Errorf("records after compaction: %v", got)
	}
	_ = f.View(t.Context(), func(tx *bbolt.Tx) error {
		if got := tx.Bucket([]byte("test")).Sequence(); got != 412 {
			t.Errorf("sequence is %d", got)
		}
		return nil
	})
}

func TestCompactUnderLoad(t *testing.T) {
	f := mustOpen(t, t.TempDir(), boltfile.Options{})
	const writers, each = 4, 25
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				if err := put(t.Context(), f, record{ID: w*each + i, Text: "x"}); err != nil {
					t.Error(err)
				}
				_ = records(t, f)
			}
		})
	}
	wg.Go(func() {
		for range 10 {
			if err := f.Compact(t.Context()); err != nil {
				t.Error(err)
			}
		}
	})
	wg.Wait()
	if got := records(t, f); len(got) != writers*each {
		t.Errorf("%d records, want %d", len(got), writers*each)
	}
	mustClose(t, f)
	checkClean(t, f.Path())
}

// TestCompactWhileAnotherWaits: who waited for the old file must not take it for the database.
func TestCompactWhileAnotherWaits(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		f := mustOpen(t, dir, boltfile.Options{})
		mustPut(t, f, record{ID: 1, Text: "before"})
		var second *boltfile.File
		var err error
		done := make(chan bool)
		go func() {
			second, err = boltfile.Open(dir, boltfile.Options{Timeout: time.Hour})
			close(done)
		}()
		synctest.Wait() // until it sleeps between two attempts
		if err := f.Compact(t.Context()); err != nil {
			t.Fatal(err)
		}
		mustPut(t, f, record{ID: 2, Text: "after"})
		mustClose(t, f)
		if <-done; err != nil {
			t.Fatal(err)
		}
		if got := records(t, second); len(got) != 2 {
			t.Errorf("the second process sees %v", got)
		}
		mustClose(t, second)
	})
}

func BenchmarkCompact(b *testing.B) {
	f, err := boltfile.Open(b.TempDir(), boltfile.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if err := put(b.Context(), f, many(40_000, strings.Repeat("x", 200))...); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := f.Compact(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkBackup(b *testing.B) {
	f, err := boltfile.Open(b.TempDir(), boltfile.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if err := put(b.Context(), f, many(40_000, strings.Repeat("x", 200))...); err != nil {
		b.Fatal(err)
	}
	path := filepath.Join(b.TempDir(), "backup")
	for b.Loop() {
		if err := f.Backup(b.Context(), path); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkUpdate(b *testing.B) {
	f, err := boltfile.Open(b.TempDir(), boltfile.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	for i := 0; b.Loop(); i++ {
		if err := put(b.Context(), f, record{ID: i, Text: "x"}); err != nil {
			b.Fatal(err)
		}
	}
}
