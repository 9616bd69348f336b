package boltfile

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"syscall"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

// Name is the name of the database in its directory.
const Name = "ersthelfer.db"

// program is how a database says that it is one of ours.
const program = "ersthelfer"

// ownBucket holds under fileKey the identity of the file.
var (
	ownBucket = []byte("boltfile")
	fileKey   = []byte("file")
)

// An identity is what the database says of itself. It is stored; fields are never renamed.
type identity struct {
	Program string    `json:"program"`
	ID      string    `json:"id"`
	Created time.Time `json:"created"`
	Schema  int       `json:"schema"`
}

// A Migration changes what is stored from one schema to the next.
type Migration func(tx *bbolt.Tx) error

// Options say how to open. The zero value is useful.
type Options struct {
	Now func() time.Time // time.Now if nil
	Log *slog.Logger     // nothing is logged if nil
	// MaxSize is how many bytes the file may have, 0 for no limit. The file grows in steps of 16 MiB, so changes may be
	// refused with ErrFull when that much is left.
	MaxSize int
	// Timeout is how long to wait, in wall time, for another process to let go of the file; 1 s if 0.
	Timeout time.Duration
	// Migrations lead from each schema to the next, beginning with schema 1; the schema of this program is their number
	// plus one. A new file begins there. For an older one, all that are missing run in one transaction.
	Migrations []Migration
}

func (o Options) withDefaults() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Timeout == 0 {
		o.Timeout = time.Second
	}
	return o
}

func (o Options) schema() int { return len(o.Migrations) + 1 }

// bolt is what all openings for writing have in common: everything is synced.
func (o Options) bolt(open func(string, int, os.FileMode) (*os.File, error)) *bbolt.Options {
	b := &bbolt.Options{
		Timeout:      o.Timeout,
		FreelistType: bbolt.FreelistMapType,
		MaxSize:      o.MaxSize,
		OpenFile:     open,
	}
	if math.MaxInt > math.MaxInt32 && runtime.GOOS != "windows" {
		// To map a larger area, bbolt waits for all readers while all writers wait for it. Mapping only reserves
		// addresses, and the area is larger than any school's data. (On Windows the file would become as large.)
		b.InitialMmapSize = 1 << 30
	}
	return b
}

// Exists reports whether there is a database in dir, or was one.
func Exists(dir string) bool {
	path := filepath.Join(dir, Name)
	_, err := os.Lstat(path)
	_, gone := os.Lstat(path + markerSuffix)
	return err == nil || gone == nil
}

// Open opens the database in dir and keeps every other process out of it until [File.Close]. The first time it creates
// dir (mode 0700) and the database (mode 0600); an interruption at any moment leaves either nothing or a database that
// opens. A database that should be there and is not, or that is not what it should be, is refused with an [*OpenError]
// and not touched.
func Open(dir string, o Options) (*File, error) {
	o = o.withDefaults()
	path := filepath.Join(dir, Name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	last, marked, err := readMarker(path)
	if err != nil {
		return nil, refusal(path, err)
	}
	_, err = os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && marked:
		return nil, &OpenError{Path: path, Reason: Missing, Detail: last.String()}
	case errors.Is(err, fs.ErrNotExist):
		if err := create(path, o); err != nil {
			return nil, refusal(path, err)
		}
	}
	f := &File{path: path, opts: o, turn: make(chan struct{}, 1), failed: make(chan struct{})}
	if err := f.open(); err != nil {
		return nil, refusal(path, err)
	}
	if err := f.settle(last); err != nil {
		_ = f.Close()
		return nil, refusal(path, err)
	}
	return f, nil
}

// open opens and locks the existing file.
func (f *File) open() error {
	err := guard(f.path, func() (err error) {
		f.db, err = bbolt.Open(f.path, 0o600, f.opts.bolt(func(path string, flag int, _ os.FileMode) (_ *os.File, err error) {
			f.raw, err = openExisting(path, flag)
			return f.raw, err
		}))
		return err
	})
	switch {
	case err != nil && f.raw != nil:
		_ = f.raw.Close()
		return err
	case err != nil:
		return err
	case !sameFile(f.raw, f.path):
		// Whoever had it open has compacted it while we waited, and what we have locked is the old file.
		_ = f.db.Close()
		return f.open()
	}
	return nil
}

// openShared opens and locks a file that is only read, so that nobody writes it meanwhile.
func openShared(path string, open func(string, int) (*os.File, error)) (db *bbolt.DB, raw *os.File, err error) {
	err = guard(path, func() (err error) {
		db, err = bbolt.Open(path, 0, &bbolt.Options{
			ReadOnly: true,
			Timeout:  1, // one attempt
			OpenFile: func(path string, flag int, _ os.FileMode) (_ *os.File, err error) {
				raw, err = open(path, flag)
				return raw, err
			},
		})
		return err
	})
	if err != nil && raw != nil {
		_ = raw.Close()
	}
	return db, raw, err
}

// settle checks whose file it is, migrates it and writes down who has it.
func (f *File) settle(last marker) error {
	if h, err := readHead(f.raw); err == nil && h.alone {
		// A power cut during a commit leaves this too, so it is no reason to refuse.
		f.opts.Log.Warn("one of two meta pages is damaged, the last transaction may be lost", "path", f.path)
	}
	var own identity
	if err := guard(f.path, func() (err error) {
		own, err = f.identity()
		return err
	}); err != nil {
		return err
	}
	switch {
	case own.Program != program:
		return &OpenError{Reason: Foreign, Detail: "a bbolt file of another program"}
	case last.ID != "" && last.ID != own.ID:
		return &OpenError{Reason: Foreign, Detail: "another database than " + last.String()}
	case own.Schema > f.opts.schema():
		return &OpenError{Reason: Newer, Detail: fmt.Sprintf("schema %d, this program knows up to %d", own.Schema, f.opts.schema())}
	case own.Schema < f.opts.schema():
		if err := f.migrate(&own); err != nil {
			return err
		}
	}
	if err := writeNote(f.path+holderSuffix, Holder{PID: os.Getpid(), Since: f.opts.Now()}); err != nil {
		return err
	}
	f.removeLeftovers()
	return f.mark(own)
}

func (f *File) identity() (own identity, err error) {
	err = f.db.View(func(tx *bbolt.Tx) error {
		b := tx.Bucket(ownBucket)
		if b == nil {
			return nil
		}
		_, err := Unseal(b.Get(fileKey), &own)
		return err
	})
	return own, err
}

func (f *File) migrate(own *identity) error {
	from := own.Schema
	err := f.update(func(tx *bbolt.Tx) error {
		if from < 1 {
			return &OpenError{Reason: Damaged, Detail: fmt.Sprintf("schema %d", from)}
		}
		for i, step := range f.opts.Migrations[from-1:] {
			if err := step(tx); err != nil {
				return fmt.Errorf("migrate to schema %d: %w", from+i+1, err)
			}
		}
		own.Schema = f.opts.schema()
		return putIdentity(tx, *own)
	})
	if err == nil {
		f.opts.Log.Info("database migrated", "from", from, "to", own.Schema)
	}
	return err
}

func putIdentity(tx *bbolt.Tx, own identity) error {
	b, err := tx.CreateBucketIfNotExists(ownBucket)
	if err != nil {
		return err
	}
	data, err := Seal(1, own)
	if err != nil {
		return err
	}
	return b.Put(fileKey, data)
}

// create makes a new database under another name first, because bbolt does not survive an interruption while it
// initialises a file (etcd-io/bbolt issue 567). If two processes do it at once, the first one's stays.
func create(path string, o Options) error {
	temp := path + leftover + rand.Text()
	defer func() { _ = os.Remove(temp) }()
	db, err := bbolt.Open(temp, 0o600, o.bolt(nil))
	if err != nil {
		return err
	}
	own := identity{Program: program, ID: rand.Text(), Created: o.Now().UTC(), Schema: o.schema()}
	err = db.Update(func(tx *bbolt.Tx) error { return putIdentity(tx, own) })
	if err := errors.Join(err, db.Sync(), db.Close()); err != nil {
		return err
	}
	// A link, unlike a rename, never replaces what is there. Where the file system has none, there is no such care.
	if err := os.Link(temp, path); err != nil && !errors.Is(err, fs.ErrExist) {
		if err := os.Rename(temp, path); err != nil {
			return err
		}
	}
	return syncDir(path)
}

// openExisting opens a file only if bbolt can be trusted with it. It never creates one.
func openExisting(path string, flag int) (*os.File, error) {
	info, err := os.Lstat(path)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, &OpenError{Reason: Foreign, Detail: "not a plain file"}
	case flag&os.O_RDWR != 0 && info.Mode().Perm()&0o200 == 0:
		// The system lets root write it all the same; who took the permission away had a reason.
		return nil, &OpenError{Reason: ReadOnly}
	}
	f, err := os.OpenFile(path, flag&^os.O_CREATE, 0)
	if err != nil {
		return nil, err
	}
	if err := inspect(f); err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}

// inspect looks at all that bbolt reads when it opens a file: a false length in the free list would make it ask for any
// amount of memory.
func inspect(f *os.File) error {
	h, err := readHead(f)
	if err != nil || h.freelist == noFreelist {
		return err
	}
	w := newWalk(f, h)
	w.freelist()
	if err := summary(w.problems); err != nil {
		// If somebody has written meanwhile, the page was perhaps no longer the free list. The lock will show that.
		if now, again := readHead(f); again == nil && now == h {
			return err
		}
	}
	return nil
}

// guard calls fn, in which bbolt looks at pages that may be damaged: it panics then, or touches what is not mapped.
// Such a panic becomes an error. All errors become an *OpenError if they are one in substance.
func guard(path string, fn func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = &OpenError{Path: path, Reason: Damaged, Detail: fmt.Sprint(p)}
		}
	}()
	if err := fn(); err != nil {
		return refusal(path, err)
	}
	return nil
}

// refusal turns an error of opening into an *OpenError where it has a known reason.
func refusal(path string, err error) error {
	var oe *OpenError
	switch {
	case errors.As(err, &oe):
		known := *oe
		if known.Path == "" {
			known.Path = path
		}
		return &known
	case errors.Is(err, berrors.ErrTimeout):
		return &OpenError{Path: path, Reason: InUse, Holder: readHolder(path)}
	case errors.Is(err, fs.ErrNotExist):
		return &OpenError{Path: path, Reason: Missing}
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return &OpenError{Path: path, Reason: ReadOnly, Detail: err.Error()}
	case errors.Is(err, ErrDamaged), errors.Is(err, berrors.ErrInvalid), errors.Is(err, berrors.ErrChecksum),
		errors.Is(err, berrors.ErrVersionMismatch):
		return &OpenError{Path: path, Reason: Damaged, Detail: err.Error()}
	}
	return fmt.Errorf("open %s: %w", path, err)
}

func sameFile(f *os.File, path string) bool {
	a, errA := f.Stat()
	b, errB := os.Stat(path)
	return errA == nil && errB == nil && os.SameFile(a, b)
}

// SetAside gives the database in dir and its marker other names, with the time in them, so that [Open] begins anew. It
// returns the new path of the database. Nothing is deleted; a database that is in use is refused with an *OpenError.
func SetAside(dir string, now time.Time) (string, error) {
	path := filepath.Join(dir, Name)
	aside := path + now.UTC().Format(".20060102T150405Z")
	db, _, err := openShared(path, func(path string, flag int) (*os.File, error) { return os.OpenFile(path, flag, 0) })
	switch {
	case isReason(err, InUse):
		return "", err
	case err == nil: // it may well be beyond opening
		defer func() { _ = db.Close() }()
	}
	if _, err := os.Lstat(aside); !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("set aside %s: %s is in the way", path, aside)
	}
	// The marker goes last: until then, an interruption leaves a database that is refused, not one that is empty.
	for _, suffix := range []string{"", markerSuffix} {
		if err := os.Rename(path+suffix, aside+suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", fmt.Errorf("set aside: %w", err)
		}
	}
	return aside, syncDir(path)
}

func isReason(err error, r Reason) bool {
	var oe *OpenError
	return errors.As(err, &oe) && oe.Reason == r
}
