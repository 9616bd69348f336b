package boltfile

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"
)

// What follows is bbolt's file format, version 2 (go.etcd.io/bbolt/internal/common, page.go and meta.go), read by hand:
// bbolt trusts what it maps, so a file that is cut short kills the process and a changed page header can make it loop
// for ever. All numbers are in the byte order of the machine.
const (
	boltMagic   = 0xED0CDAED
	boltVersion = 2

	pageHeaderSize    = 16 // id 8, flags 2, count 2, overflow 4
	pageElementSize   = 16
	metaSize          = 64
	bucketHeaderSize  = 16 // root page 8, sequence 8
	smallestPage      = 1 << 10
	largestPage       = 1 << 24
	noFreelist        = ^uint64(0)
	branchPage        = 0x01
	leafPage          = 0x02
	freelistPage      = 0x10
	bucketElementFlag = 0x01
)

var order = binary.NativeEndian

// A head is what the newest valid one of the two meta pages says.
type head struct {
	pageSize uint64
	root     uint64 // page of the bucket of buckets
	freelist uint64 // page of the free list, or noFreelist
	pages    uint64 // all pages in use have a lower number
	tx       uint64
	alone    bool // the other meta page is damaged; it may have been the newer one
}

// readHead reads the meta pages and compares what they say with the size of the file. The error is an *OpenError
// without a path.
func readHead(f *os.File) (head, error) {
	info, err := f.Stat()
	if err != nil {
		return head{}, &OpenError{Reason: Damaged, Detail: err.Error()}
	}
	if info.Size() == 0 {
		return head{}, &OpenError{Reason: Empty}
	}
	h, err := newestMeta(f)
	if err != nil {
		return head{}, err
	}
	if want := h.pages * h.pageSize; h.pages > 1<<40 || want > uint64(info.Size()) {
		return head{}, &OpenError{Reason: Short, Detail: fmt.Sprintf("%d of %d bytes", info.Size(), want)}
	}
	return h, nil
}

// newestMeta finds the two meta pages as bbolt does: the first is at the beginning; the second follows after one page,
// the size of which only the first could tell.
func newestMeta(r io.ReaderAt) (head, error) {
	newest, err := readMeta(r, 0)
	found, magic := err == nil, !errors.Is(err, errNoMeta)
	newest.alone = true
	for at := int64(smallestPage); at <= largestPage; at <<= 1 {
		if found && uint64(at) != newest.pageSize {
			continue
		}
		h, err := readMeta(r, at)
		magic = magic || !errors.Is(err, errNoMeta)
		if err != nil || uint64(at) != h.pageSize {
			continue
		}
		h.alone, newest.alone = !found, false
		if !found || h.tx > newest.tx {
			return h, nil
		}
	}
	switch {
	case found:
		return newest, nil
	case magic:
		return head{}, &OpenError{Reason: Damaged, Detail: "no valid meta page"}
	}
	return head{}, &OpenError{Reason: Foreign, Detail: "not a bbolt file"}
}

var (
	errNoMeta  = errors.New("no meta page")
	errBadMeta = errors.New("damaged meta page")
)

func readMeta(r io.ReaderAt, at int64) (head, error) {
	var b [metaSize]byte
	if _, err := r.ReadAt(b[:], at+pageHeaderSize); err != nil || order.Uint32(b[0:]) != boltMagic {
		return head{}, errNoMeta
	}
	sum := fnv.New64a()
	_, _ = sum.Write(b[:metaSize-8])
	h := head{
		pageSize: uint64(order.Uint32(b[8:])),
		root:     order.Uint64(b[16:]),
		freelist: order.Uint64(b[32:]),
		pages:    order.Uint64(b[40:]),
		tx:       order.Uint64(b[48:]),
	}
	oddSize := h.pageSize < smallestPage || h.pageSize > largestPage || h.pageSize&(h.pageSize-1) != 0
	if order.Uint32(b[4:]) != boltVersion || order.Uint64(b[56:]) != sum.Sum64() || oddSize {
		return head{}, errBadMeta
	}
	return h, nil
}
