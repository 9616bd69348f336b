package boltfile_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.etcd.io/bbolt"

	"ersthelfer/internal/boltfile"
)

// TestCheckEveryKind builds all that a file can consist of: large and small buckets, buckets in buckets, records over
// many pages, empty values, a long free list.
func TestCheckEveryKind(t *testing.T) {
	dir := t.TempDir()
	f := mustOpen(t, dir, boltfile.Options{})
	mustPut(t, f, many(30_000, strings.Repeat("x", 60))...)
	mustPut(t, f, many(5_000, "short")...)
	mustPut(t, f, record{ID: 7, Text: strings.Repeat("long", 50_000)})
	err := f.Update(t.Context(), func(tx *bbolt.Tx) error {
		b := tx.Bucket([]byte("test"))
		for _, name := range []string{"small", "large"} {
			sub, err := b.CreateBucket([]byte(name))
			if err != nil {
				return err
			}
			for i := range map[string]int{"small": 2, "large": 3000}[name] {
				if err := sub.Put(binary.BigEndian.AppendUint32(nil, uint32(i)), nil); err != nil {
					return err
				}
			}
		}
		_, err := tx.CreateBucket([]byte("empty"))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	mustClose(t, f)
	checkClean(t, f.Path())
}

func TestCheckNamesTheRecord(t *testing.T) {
	dir := t.TempDir()
	f := mustOpen(t, dir, boltfile.Options{})
	mustPut(t, f, many(200, "x")...)
	mustPut(t, f, record{ID: 412, Text: canary})
	err := f.Update(t.Context(), func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte("test")).Put([]byte("9"), []byte("without a seal"))
	})
	if err != nil {
		t.Fatal(err)
	}
	mustClose(t, f)
	damage(t, f.Path())
	problems, err := boltfile.Check(t.Context(), f.Path())
	if err != nil || len(problems) != 2 {
		t.Fatalf("problems %v, %v", problems, err)
	}
	for i, key := range []string{"00000412", "9"} { // in the order of keys
		p := problems[i]
		if p.Bucket != "test" || string(p.Key) != key || !errors.Is(p.Err, boltfile.ErrDamaged) {
			t.Errorf("problem %d: %+v", i, p)
		}
		if s := p.String(); strings.Contains(s, "Anna") || !strings.Contains(s, `bucket "test"`) {
			t.Errorf("problem %d says %q", i, s)
		}
	}
}

func TestCheckRefuses(t *testing.T) {
	_, path := filled(t)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := boltfile.Check(ended, path); !errors.Is(err, context.Canceled) {
		t.Errorf("ended context: %v", err)
	}
	_, err := boltfile.Check(t.Context(), filepath.Join(t.TempDir(), boltfile.Name))
	wantRefusal(t, err, boltfile.Missing)
	mustWrite(t, path, mustRead(t, path)[:100])
	_, err = boltfile.Check(t.Context(), path)
	wantRefusal(t, err, boltfile.Short)

	f := mustOpen(t, t.TempDir(), boltfile.Options{})
	_, err = boltfile.Check(t.Context(), f.Path())
	wantRefusal(t, err, boltfile.InUse)
}

// TestOneByte changes one byte anywhere in the pages in use, with more weight on the headers of pages. Whatever it is,
// checking ends, and a file that is called clean opens and holds every record as it was.
func TestOneByte(t *testing.T) {
	_, path := filled(t)
	whole := mustRead(t, path)
	used := int(binary.NativeEndian.Uint64(whole[metaField(whole, 40):])) * os.Getpagesize()
	whole = whole[:used] // the rest is room to grow
	random := rand.New(rand.NewPCG(412, 2026))
	dir := t.TempDir()
	bad := filepath.Join(dir, boltfile.Name)
	clean, refused, found := 0, 0, 0
	for i := range 1000 {
		at := random.IntN(used)
		if i%2 == 0 {
			at = at/os.Getpagesize()*os.Getpagesize() + random.IntN(48)
		}
		data := bytes.Clone(whole)
		data[at] ^= byte(1 + random.IntN(255))
		mustWrite(t, bad, data)
		problems, err := boltfile.Check(t.Context(), bad)
		switch {
		case err != nil:
			refused++
		case len(problems) > 0:
			found++
		default:
			clean++
			f := mustOpen(t, dir, boltfile.Options{})
			if got := records(t, f); len(got) != 400 || got[399] != strings.Repeat("beamer ", 20)+" 399" {
				t.Errorf("byte %d changed, called clean: %d records", at, len(got))
			}
			mustClose(t, f)
		}
	}
	if refused == 0 || found == 0 || clean == 0 {
		t.Errorf("refused %d, found %d, clean %d: the test shows nothing", refused, found, clean)
	}
	t.Logf("refused %d, found %d, harmless %d", refused, found, clean)
}

// TestSwappedPages exchanges two pages of one bucket, with and without their numbers: every checksum still holds.
func TestSwappedPages(t *testing.T) {
	for name, from := range map[string]int{"with their numbers": 0, "but for their numbers": 8} {
		_, path := filled(t)
		data, size := mustRead(t, path), os.Getpagesize()
		var leaves [][]byte
		for at := 2 * size; at < len(data); at += size {
			page := data[at : at+size]
			if binary.NativeEndian.Uint16(page[8:]) == 2 && bytes.Contains(page, []byte("beamer")) {
				leaves = append(leaves, page)
			}
		}
		a, b := leaves[len(leaves)-2][from:], leaves[len(leaves)-1][from:]
		first := bytes.Clone(a)
		copy(a, b)
		copy(b, first)
		mustWrite(t, path, data)
		problems, err := boltfile.Check(t.Context(), path)
		if err != nil || len(problems) == 0 {
			t.Errorf("pages exchanged %s: %v, %v", name, problems, err)
		}
	}
}

// TestFreeAndInUse makes the free list name a page that holds records: the next commit would write over it.
func TestFreeAndInUse(t *testing.T) {
	_, path := filled(t)
	data, size := mustRead(t, path), os.Getpagesize()
	list := int(binary.NativeEndian.Uint64(data[metaField(data, 32):])) * size
	root := binary.NativeEndian.Uint64(data[metaField(data, 16):])
	if binary.NativeEndian.Uint16(data[list+10:]) == 0 {
		t.Fatal("free list is empty; the test shows nothing")
	}
	binary.NativeEndian.PutUint64(data[list+16:], root)
	mustWrite(t, path, data)
	problems, err := boltfile.Check(t.Context(), path)
	if err != nil || len(problems) != 1 || problems[0].Page != root {
		t.Errorf("problems %v, %v", problems, err)
	}
}
