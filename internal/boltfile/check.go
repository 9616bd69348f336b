package boltfile

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// A Problem is one thing that is wrong inside a database file.
type Problem struct {
	Page   uint64 // where it was seen
	Bucket string // names of the buckets down to it, joined with "/"; empty at the top
	Key    []byte // nil if it is not about one record
	Err    error  // wraps [ErrDamaged]
}

// String names the place and what is wrong. It contains a record's key, in hexadecimal, but nothing of its content.
func (p Problem) String() string {
	s := fmt.Sprintf("page %d", p.Page)
	if p.Bucket != "" {
		s += fmt.Sprintf(", bucket %q", p.Bucket)
	}
	if p.Key != nil {
		s += fmt.Sprintf(", key %x", p.Key)
	}
	return s + ": " + p.Err.Error()
}

// Check walks through all pages and all records of a database file that nobody has open for writing, such as a backup,
// and returns what is wrong: pages that are not what they should be, keys out of order, records whose seal is broken,
// space that is called free and is in use. It reads the file without mapping it and visits each page once, so that no
// damage makes it crash, loop or use more memory than the file is large: unlike bbolt's own check it may run inside a
// program that has other things to do. The error says why the walk could not be made or finished; it is an *OpenError
// if the file as a whole is unusable or in use.
func Check(ctx context.Context, path string) ([]Problem, error) {
	db, raw, err := openShared(path, openExisting)
	if err != nil {
		return nil, err
	}
	defer func() { _ = db.Close() }()
	return checkPages(ctx, raw)
}

// CheckAfterCrash is [Check] for the database in dir if whoever had it open last has not closed it; else, and if there is
// no database or it is in use, it returns nothing: [Open] has more to say about that.
func CheckAfterCrash(ctx context.Context, dir string) ([]Problem, error) {
	path := filepath.Join(dir, Name)
	if _, err := os.Lstat(path + holderSuffix); err != nil {
		return nil, nil
	}
	problems, err := Check(ctx, path)
	var refused *OpenError
	if errors.As(err, &refused) || errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return problems, err
}

// Bad reports whether the database cannot be worked with: its tree of pages is broken. A broken record is refused by
// itself when it is read, and one of the two meta pages may be lost by a power cut.
func (p Problem) Bad() bool { return p.Key == nil && p.Page > 1 }

// checkPages is Check for a file that is open and does not change.
func checkPages(ctx context.Context, f *os.File) ([]Problem, error) {
	h, err := readHead(f)
	if err != nil {
		return nil, err
	}
	w := newWalk(f, h)
	if h.alone {
		w.problem((h.tx+1)%2, span{}, nil, "meta page is not valid, the last transaction may be lost")
	}
	if err := w.page(ctx, h.root, span{top: true}); err != nil {
		return nil, fmt.Errorf("check %s: %w", f.Name(), err)
	}
	if h.freelist != noFreelist {
		w.freelist()
	}
	return w.problems, nil
}

// A walk goes once through the tree of pages.
type walk struct {
	file     io.ReaderAt
	head     head
	used     []bool
	problems []Problem
}

func newWalk(f io.ReaderAt, h head) *walk {
	return &walk{file: f, head: h, used: make([]bool, h.pages)}
}

// A span is what is known of a page before it is read: whose it is and which keys may be on it.
type span struct {
	bucket string
	top    bool   // the bucket of buckets, which holds no records
	lo, hi []byte // lo <= key < hi; nil means no limit
	depth  int
}

// deepest is more levels of pages and buckets than any database has: even with two keys on a page it is 2^64 pages.
const deepest = 64

func (w *walk) problem(page uint64, s span, key []byte, format string, args ...any) {
	err := fmt.Errorf("%w: "+format, append([]any{ErrDamaged}, args...)...)
	w.problems = append(w.problems, Problem{Page: page, Bucket: s.bucket, Key: bytes.Clone(key), Err: err})
}

// page checks one page of a tree and all below it. The error is only ever that of ctx.
func (w *walk) page(ctx context.Context, id uint64, s span) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	b, ok := w.read(id, s)
	switch {
	case !ok:
		return nil
	case s.depth > deepest:
		w.problem(id, s, nil, "pages are nested too deep")
		return nil
	}
	s.depth++
	switch flags := order.Uint16(b[8:]); flags {
	case branchPage:
		return w.branch(ctx, id, b, s)
	case leafPage:
		return w.leaf(ctx, id, b, s)
	default:
		w.problem(id, s, nil, "page is of kind %#02x", flags)
		return nil
	}
}

// read returns a page with all that overflows from it, and marks it as used.
func (w *walk) read(id uint64, s span) ([]byte, bool) {
	if id < 2 || id >= w.head.pages {
		w.problem(id, s, nil, "there is no such page")
		return nil, false
	}
	size := w.head.pageSize
	var header [pageHeaderSize]byte
	if _, err := w.file.ReadAt(header[:], int64(id*size)); err != nil {
		w.problem(id, s, nil, "page cannot be read: %v", err)
		return nil, false
	}
	n := uint64(order.Uint32(header[12:])) + 1
	if self := order.Uint64(header[0:]); self != id || id+n > w.head.pages {
		w.problem(id, s, nil, "page says that it is page %d with %d more", self, n-1)
		return nil, false
	}
	for i := id; i < id+n; i++ {
		if w.used[i] {
			w.problem(i, s, nil, "page is used twice")
			return nil, false
		}
		w.used[i] = true
	}
	b := make([]byte, n*size)
	if _, err := w.file.ReadAt(b, int64(id*size)); err != nil {
		w.problem(id, s, nil, "page cannot be read: %v", err)
		return nil, false
	}
	return b, true
}

func (w *walk) branch(ctx context.Context, id uint64, b []byte, s span) error {
	count := int(order.Uint16(b[10:]))
	keys := make([][]byte, 0, count)
	for i := range count {
		e := pageHeaderSize + i*pageElementSize
		key, _, ok := element(b, e, 0, 4, 0)
		if !ok {
			w.problem(id, s, nil, "entry %d lies outside of its page", i)
			return nil
		}
		keys = append(keys, key)
	}
	if !w.ordered(id, keys, s) {
		return nil
	}
	for i, key := range keys {
		child := s
		child.lo = key
		if i+1 < count {
			child.hi = keys[i+1]
		}
		if err := w.page(ctx, order.Uint64(b[pageHeaderSize+i*pageElementSize+8:]), child); err != nil {
			return err
		}
	}
	return nil
}

func (w *walk) leaf(ctx context.Context, id uint64, b []byte, s span) error {
	if len(b) < pageHeaderSize {
		w.problem(id, s, nil, "bucket is shorter than its header")
		return nil
	}
	keys := make([][]byte, 0, order.Uint16(b[10:]))
	for i := range int(order.Uint16(b[10:])) {
		e := pageHeaderSize + i*pageElementSize
		key, value, ok := element(b, e, 4, 8, 12)
		if !ok {
			w.problem(id, s, nil, "entry %d lies outside of its page", i)
			break
		}
		keys = append(keys, key)
		if flags := order.Uint32(b[e:]); flags == bucketElementFlag {
			if err := w.bucket(ctx, id, key, value, s); err != nil {
				return err
			}
		} else {
			w.record(id, flags, key, value, s)
		}
	}
	w.ordered(id, keys, s)
	return nil
}

// bucket checks a bucket inside the one that s names. A small one lies in the value itself.
func (w *walk) bucket(ctx context.Context, id uint64, key, value []byte, s span) error {
	inner := span{bucket: string(key), depth: s.depth}
	if s.bucket != "" {
		inner.bucket = s.bucket + "/" + inner.bucket
	}
	switch {
	case len(value) < bucketHeaderSize:
		w.problem(id, inner, nil, "bucket is shorter than its header")
		return nil
	case order.Uint64(value) != 0:
		return w.page(ctx, order.Uint64(value), inner)
	case s.depth > deepest:
		w.problem(id, inner, nil, "buckets are nested too deep")
		return nil
	}
	inner.depth++
	return w.leaf(ctx, id, value[bucketHeaderSize:], inner)
}

func (w *walk) record(id uint64, flags uint32, key, value []byte, s span) {
	switch {
	case flags != 0 || s.top:
		w.problem(id, s, key, "entry is of kind %#02x", flags)
	case len(value) > 0:
		if _, err := Unseal(value, nil); err != nil {
			w.problems = append(w.problems, Problem{Page: id, Bucket: s.bucket, Key: bytes.Clone(key), Err: err})
		}
	}
}

// ordered reports whether keys ascend and lie in the span.
func (w *walk) ordered(id uint64, keys [][]byte, s span) bool {
	for i, key := range keys {
		low := s.lo != nil && bytes.Compare(key, s.lo) < 0
		high := s.hi != nil && bytes.Compare(key, s.hi) >= 0
		if low || high || i > 0 && bytes.Compare(keys[i-1], key) >= 0 {
			w.problem(id, s, key, "key is out of order")
			return false
		}
	}
	return true
}

// freelist checks that no page is called free that the walk has seen in use: bbolt would write over it.
func (w *walk) freelist() {
	b, ok := w.read(w.head.freelist, span{})
	if !ok {
		return
	}
	if flags := order.Uint16(b[8:]); flags != freelistPage {
		w.problem(w.head.freelist, span{}, nil, "page is of kind %#02x, not the free list", flags)
		return
	}
	ids, count := b[pageHeaderSize:], uint64(order.Uint16(b[10:]))
	if count == 0xFFFF { // then the first number is the count
		count, ids = order.Uint64(ids), ids[8:]
	}
	if count > uint64(len(ids)/8) {
		w.problem(w.head.freelist, span{}, nil, "free list of %d entries is longer than its page", count)
		return
	}
	for i := range count {
		id := order.Uint64(ids[i*8:])
		if id < 2 || id >= w.head.pages || w.used[id] {
			w.problem(id, span{}, nil, "page is called free")
			continue
		}
		w.used[id] = true // a second entry is as bad
	}
}

// element finds key and value of the entry at e. Each kind of entry keeps its position and its lengths elsewhere;
// vsize 0 means that it has no value.
func element(b []byte, e, pos, ksize, vsize int) (key, value []byte, ok bool) {
	if e+pageElementSize > len(b) {
		return nil, nil, false
	}
	begin := uint64(e) + uint64(order.Uint32(b[e+pos:]))
	middle := begin + uint64(order.Uint32(b[e+ksize:]))
	end := middle
	if vsize > 0 {
		end += uint64(order.Uint32(b[e+vsize:]))
	}
	if end > uint64(len(b)) {
		return nil, nil, false
	}
	return b[begin:middle], b[middle:end], true
}
