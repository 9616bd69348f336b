package boltfile_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/fnv"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"ersthelfer/internal/boltfile"
)

var march = time.Date(2026, 3, 6, 15, 0, 0, 0, time.UTC)

func inMarch() time.Time { return march }

// wantRefusal checks the reason, that the sentence contains all parts, and that it says what to do.
func wantRefusal(t *testing.T, err error, want boltfile.Reason, parts ...string) {
	t.Helper()
	var oe *boltfile.OpenError
	if !errors.As(err, &oe) || oe.Reason != want {
		t.Fatalf("error is %v, want an OpenError for %q", err, want)
	}
	for _, part := range append(parts, boltfile.Name, ": ") {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q does not contain %q", err, part)
		}
	}
}

// filled returns a directory with a database of some pages that nobody has open.
func filled(t *testing.T) (dir, path string) {
	t.Helper()
	dir = t.TempDir()
	f := mustOpen(t, dir, boltfile.Options{Now: inMarch})
	for _, r := range many(400, strings.Repeat("beamer ", 20)) { // several commits, so that the free list has entries
		if r.ID%100 == 0 {
			mustPut(t, f, r)
		}
	}
	mustPut(t, f, many(400, strings.Repeat("beamer ", 20))...)
	mustClose(t, f)
	return dir, f.Path()
}

func mustRead(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func mustWrite(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// metaField returns where a field of the newer meta page lies.
func metaField(data []byte, field int) int {
	ps := int(binary.NativeEndian.Uint32(data[16+8:]))
	if binary.NativeEndian.Uint64(data[16+48:]) < binary.NativeEndian.Uint64(data[ps+16+48:]) {
		return ps + 16 + field
	}
	return 16 + field
}

func cut(n int) func([]byte) []byte { return func(b []byte) []byte { return b[:n] } }

func TestRefuse(t *testing.T) {
	page := os.Getpagesize()
	tests := []struct {
		name   string
		change func(data []byte) []byte // nil result: the file is removed
		want   boltfile.Reason
		parts  string
	}{
		{"missing", func([]byte) []byte { return nil }, boltfile.Missing, "created on 2026-03-06"},
		{"empty", func([]byte) []byte { return []byte{} }, boltfile.Empty, "is empty"},
		{"1 byte", cut(1), boltfile.Foreign, "not a bbolt file"},
		{"100 bytes", cut(100), boltfile.Short, "(100 of "},
		{"1 page", cut(page), boltfile.Short, "cut short"},
		{"3 pages", cut(3 * page), boltfile.Short, "cut short"},
		{"half of the pages in use", func(b []byte) []byte {
			used := int(binary.NativeEndian.Uint64(b[metaField(b, 40):]))
			return b[:used/2*page]
		}, boltfile.Short, "cut short"},
		{"one byte less than the pages in use", func(b []byte) []byte {
			used := int(binary.NativeEndian.Uint64(b[metaField(b, 40):]))
			return b[:used*page-1]
		}, boltfile.Short, "cut short"},
		{"zeroes", func(b []byte) []byte { return make([]byte, len(b)) }, boltfile.Foreign, "not a bbolt file"},
		{"text", func([]byte) []byte { return bytes.Repeat([]byte("SQLite format 3\x00"), 4096) }, boltfile.Foreign, "not a bbolt file"},
		{"both meta pages", func(b []byte) []byte {
			b[16+50]++
			b[page+16+50]++
			return b
		}, boltfile.Damaged, "no valid meta page"},
		{"free list is another page", func(b []byte) []byte {
			at := int(binary.NativeEndian.Uint64(b[metaField(b, 32):])) * page
			b[at+8] = 2
			return b
		}, boltfile.Damaged, "not the free list"},
		{"free list without end", func(b []byte) []byte {
			at := int(binary.NativeEndian.Uint64(b[metaField(b, 32):])) * page
			binary.NativeEndian.PutUint16(b[at+10:], 0xFFFF)
			binary.NativeEndian.PutUint64(b[at+16:], 1<<40)
			return b
		}, boltfile.Damaged, "longer than its page"},
		{"root is beyond the end", func(b []byte) []byte {
			at := metaField(b, 0)
			binary.NativeEndian.PutUint64(b[at+16:], 5000)
			sum := fnv.New64a()
			_, _ = sum.Write(b[at : at+56])
			binary.NativeEndian.PutUint64(b[at+56:], sum.Sum64())
			return b
		}, boltfile.Damaged, "runtime error"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir, path := filled(t)
			bad := tt.change(mustRead(t, path))
			if bad == nil {
				if err := os.Remove(path); err != nil {
					t.Fatal(err)
				}
			} else {
				mustWrite(t, path, bad)
			}
			_, err := boltfile.Open(dir, boltfile.Options{})
			wantRefusal(t, err, tt.want, path, tt.parts)
			if bad == nil {
				if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
					t.Error("a new file was made")
				}
			} else if !bytes.Equal(mustRead(t, path), bad) {
				t.Error("the refused file was changed")
			}
		})
	}
}

// TestOneMetaPage: the other page is there for exactly that, but what was committed last is gone, so it is said.
func TestOneMetaPage(t *testing.T) {
	for page := range 2 {
		dir, path := filled(t)
		data := mustRead(t, path)
		data[page*os.Getpagesize()+16+50]++
		mustWrite(t, path, data)
		problems, err := boltfile.Check(t.Context(), path)
		if err != nil || len(problems) != 1 || problems[0].Page != uint64(page) {
			t.Errorf("problems %v, %v", problems, err)
		}
		var log bytes.Buffer
		f := mustOpen(t, dir, boltfile.Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
		if !strings.Contains(log.String(), "last transaction may be lost") {
			t.Errorf("log is %q", log.String())
		}
		mustPut(t, f, record{ID: 1000})
		mustClose(t, f)
		checkClean(t, path)
	}
}

func TestRefuseForeign(t *testing.T) {
	dir, path := filled(t)
	t.Run("another ersthelfer", func(t *testing.T) {
		_, other := filled(t)
		mustWrite(t, path, mustRead(t, other))
		_, err := boltfile.Open(dir, boltfile.Options{})
		wantRefusal(t, err, boltfile.Foreign, "another database than the one created on 2026-03-06")
	})
	t.Run("another program", func(t *testing.T) {
		dir := t.TempDir()
		db, err := bbolt.Open(filepath.Join(dir, boltfile.Name), 0o600, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		_, err = boltfile.Open(dir, boltfile.Options{})
		wantRefusal(t, err, boltfile.Foreign, "a bbolt file of another program")
	})
	t.Run("directory", func(t *testing.T) {
		dir := t.TempDir()
		if err := os.Mkdir(filepath.Join(dir, boltfile.Name), 0o700); err != nil {
			t.Fatal(err)
		}
		_, err := boltfile.Open(dir, boltfile.Options{})
		wantRefusal(t, err, boltfile.Foreign, "not a plain file")
	})
	t.Run("identity damaged", func(t *testing.T) {
		dir, path := filled(t)
		data := mustRead(t, path)
		mustWrite(t, path, bytes.ReplaceAll(data, []byte(`{"program":"ersthelfer"`), []byte(`{"program":"ersthelfes"`)))
		_, err := boltfile.Open(dir, boltfile.Options{})
		wantRefusal(t, err, boltfile.Damaged, "does not match its checksum")
	})
}

func TestRefuseReadOnly(t *testing.T) {
	dir, path := filled(t)
	if err := os.Chmod(path, 0o400); err != nil {
		t.Fatal(err)
	}
	_, err := boltfile.Open(dir, boltfile.Options{})
	wantRefusal(t, err, boltfile.ReadOnly, path, "permission to write")
}

// TestMarkerLost: a database without its marker, or with one that cannot be read, is still the database.
func TestMarkerLost(t *testing.T) {
	for _, name := range []string{"removed", "garbage"} {
		t.Run(name, func(t *testing.T) {
			dir, path := filled(t)
			marker := path + ".marker"
			if name == "removed" {
				if err := os.Remove(marker); err != nil {
					t.Fatal(err)
				}
			} else {
				mustWrite(t, marker, []byte("{"))
			}
			f := mustOpen(t, dir, boltfile.Options{})
			if got := records(t, f); len(got) != 400 {
				t.Errorf("%d records", len(got))
			}
			mustClose(t, f)
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			_, err := boltfile.Open(dir, boltfile.Options{})
			wantRefusal(t, err, boltfile.Missing)
		})
	}
}

// TestInterruptedCreation covers what is on disk between the steps of the first creation.
func TestInterruptedCreation(t *testing.T) {
	dir := t.TempDir()
	part := filepath.Join(dir, boltfile.Name+".part-ABC")
	mustWrite(t, part, make([]byte, 100)) // before it got its name
	f := mustOpen(t, dir, boltfile.Options{})
	mustPut(t, f, record{ID: 1, Text: "x"})
	if _, err := os.Stat(part); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("leftover is still there: %v", err)
	}
}

// TestFirstStartTwice starts several at once in an empty directory: one gets it, and it is the only one there ever was.
func TestFirstStartTwice(t *testing.T) {
	dir := t.TempDir()
	var wg sync.WaitGroup
	files := make([]*boltfile.File, 4)
	for i := range files {
		wg.Go(func() {
			f, err := boltfile.Open(dir, boltfile.Options{Timeout: 100 * time.Millisecond})
			if err != nil {
				return // in use, or its own attempt at creation was cleaned away
			}
			files[i] = f
			if err := put(t.Context(), f, record{ID: i, Text: "first"}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	winner := -1
	for i, f := range files {
		if f == nil {
			continue
		}
		if winner >= 0 {
			t.Errorf("both %d and %d have it open", winner, i)
		}
		winner = i
		mustClose(t, f)
	}
	if winner < 0 {
		t.Fatal("nobody got it")
	}
	f := mustOpen(t, dir, boltfile.Options{})
	if got := records(t, f); len(got) != 1 || got[winner] != "first" {
		t.Errorf("records are %v, winner was %d", got, winner)
	}
}

func TestSetAside(t *testing.T) {
	dir := t.TempDir()
	f := mustOpen(t, dir, boltfile.Options{})
	mustPut(t, f, record{ID: 1, Text: "old"})
	_, err := boltfile.SetAside(dir, march)
	wantRefusal(t, err, boltfile.InUse)
	mustClose(t, f)

	// Even one that is beyond opening.
	whole := mustRead(t, f.Path())
	mustWrite(t, f.Path(), whole[:100])
	aside, err := boltfile.SetAside(dir, march)
	if err != nil || aside != f.Path()+".20260306T150000Z" {
		t.Fatalf("SetAside = %q, %v", aside, err)
	}
	if got := mustRead(t, aside); !bytes.Equal(got, whole[:100]) {
		t.Errorf("%d bytes set aside", len(got))
	}
	f = mustOpen(t, dir, boltfile.Options{})
	if got := records(t, f); len(got) != 0 {
		t.Errorf("begun anew with %v", got)
	}
	mustClose(t, f)
	if _, err := boltfile.SetAside(dir, march); err == nil || !strings.Contains(err.Error(), "in the way") {
		t.Errorf("second time in the same second: %v", err)
	}
}
