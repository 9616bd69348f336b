// Package boltfile is the plumbing of the one file in which everything is kept: how it is opened, guarded, checked,
// backed up and compacted. It knows nothing of tickets or articles.
//
// # The files
//
// In the data directory lie
//
//	ersthelfer.db          the database, a bbolt file
//	ersthelfer.db.marker   "here was data": created on, which file, how large; JSON
//	ersthelfer.db.holder   which process has the database open now; JSON, gone after an orderly end
//
// The marker is what makes an empty start impossible. bbolt takes a missing or empty file for a new one; here a
// database that is missing although there is a marker, or that is empty, cut short, damaged or foreign, is refused with
// an [*OpenError] and left as it is. Whoever wants to begin anew says so with [SetAside], which deletes nothing.
//
// # Records
//
// Each package that keeps something owns top-level buckets of its own, and its records are sealed: [Seal] puts a
// version, a length and a checksum in front of the JSON, [Unseal] verifies them, because bbolt has no checksum over what
// it stores and would hand out a changed byte as if nothing had happened. Every value in the file is either sealed or
// empty (an index entry whose key says it all); [Check] reports anything else. The checksum does not cover the key: a
// record that must not be taken for another carries its own key.
//
// The bucket "boltfile" belongs to this package:
//
//	file => {program, id, created, schema}
//
// # Failure
//
// When a commit fails at the disk, nobody can say whether the change is stored: the error may come after the bytes, and
// a second fsync reports success for pages that the first one lost (Rebello et al., "Can Applications Recover from fsync
// Failures?", USENIX ATC 2020). So there is no second try. [File.Update] answers [ErrUnknown], every later call answers
// [ErrFailed], and [File.Failed] closes so that the program ends and recovers by starting again. A full disk is the
// exception: the change is certainly not stored ([ErrFull]) and work goes on when there is room.
//
// # Transactions
//
// Transactions are short and hold no input or output: a read that lasts makes writers wait and the file grow. They do
// not nest.
package boltfile

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

var (
	// ErrUnknown says that a commit failed at the disk: the change may be stored or not. Only a new start tells.
	ErrUnknown = errors.New("unknown whether the change was stored")
	// ErrFailed says that an earlier commit failed at the disk and nothing was tried any more.
	ErrFailed = errors.New("database has failed, the program must start again")
	// ErrFull says that there was no room on the disk, or below the limit; nothing was stored, nothing is harmed.
	ErrFull = errors.New("no room to store the change")
	// ErrClosed says that the File was closed before.
	ErrClosed = errors.New("database is closed")
)

// longView is how long a read may last before it is logged; from then on it is felt by those who write.
const longView = time.Second

// A File is the open database. Its methods may be called by many goroutines at once.
type File struct {
	path string
	opts Options

	turn    chan struct{} // held by the one who writes; a channel, so that waiting for it can be given up
	failed  chan struct{} // closed after a commit of unknown outcome
	failing sync.Once

	mu     sync.RWMutex // held for reading by transactions, for writing to replace or close what follows
	db     *bbolt.DB
	raw    *os.File // the file that db has open and locked; closed by db
	closed bool
}

// Path returns where the database lies.
func (f *File) Path() string { return f.path }

// Failed returns a channel that closes when a commit had an unknown outcome. The program should end then.
func (f *File) Failed() <-chan struct{} { return f.failed }

// Update runs fn in the one write transaction and commits, durably, when fn returns nil. An error of fn is returned as
// it is, and nothing is stored. The end of ctx ends the waiting for other writers, but not a transaction that has
// begun. Errors of the commit are [ErrFull] (not stored) and [ErrUnknown]; then come [ErrFailed] and [ErrClosed].
func (f *File) Update(ctx context.Context, fn func(tx *bbolt.Tx) error) error {
	select {
	case f.turn <- struct{}{}:
		defer func() { <-f.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	f.mu.RLock()
	defer f.mu.RUnlock()
	if err := f.usable(ctx); err != nil {
		return err
	}
	return f.update(fn)
}

// update is Update for callers that hold turn and mu, or have the File to themselves.
func (f *File) update(fn func(tx *bbolt.Tx) error) error {
	var id int
	var fnErr error
	err := f.db.Update(func(tx *bbolt.Tx) error {
		id = tx.ID()
		fnErr = fn(tx)
		return fnErr
	})
	if err == nil || fnErr != nil {
		return err
	}
	if isFull(err) && f.lastCommit() < uint64(id) {
		return fmt.Errorf("commit: %w: %w", ErrFull, err)
	}
	f.fail(err)
	return fmt.Errorf("commit: %w: %w", ErrUnknown, err)
}

// View runs fn in a read transaction, which sees one moment of the database, and returns its error. What fn gets from
// bbolt is valid only until it returns.
func (f *File) View(ctx context.Context, fn func(tx *bbolt.Tx) error) error {
	f.mu.RLock()
	defer f.mu.RUnlock()
	if err := f.usable(ctx); err != nil {
		return err
	}
	begin := f.opts.Now()
	err := f.db.View(fn)
	if took := f.opts.Now().Sub(begin); took > longView {
		f.opts.Log.Warn("read transaction was long", "took", took)
	}
	return err
}

// Close waits for running transactions and closes the database. A second Close does nothing.
func (f *File) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return nil
	}
	f.closed = true
	// While the lock is held; afterwards the note might be the next process's.
	_ = os.Remove(f.path + holderSuffix)
	if err := f.db.Close(); err != nil {
		return fmt.Errorf("close %s: %w", f.path, err)
	}
	return nil
}

// usable says why no transaction may begin. It wants mu held.
func (f *File) usable(ctx context.Context) error {
	select {
	case <-f.failed:
		return ErrFailed
	default:
	}
	if f.closed {
		return ErrClosed
	}
	return ctx.Err()
}

func (f *File) fail(err error) {
	f.failing.Do(func() {
		f.opts.Log.Error("database failed", "path", f.path, "error", err)
		close(f.failed)
	})
}

// lastCommit is the newest transaction that can be read back from the file. If none can, it is the highest number, so
// that nobody concludes that a change was not stored.
func (f *File) lastCommit() uint64 {
	h, err := readHead(f.raw)
	if err != nil {
		return ^uint64(0)
	}
	return h.tx
}

// isFull reports whether a commit failed for want of room before the step that makes it count. A failing fsync is
// never that, whatever it says: it leaves pages in an unknown state.
func isFull(err error) bool {
	if errors.Is(err, berrors.ErrMaxSizeReached) {
		return true
	}
	// bbolt keeps only the text of the error when the file cannot grow (DB.grow).
	if strings.HasPrefix(err.Error(), "file resize error: ") {
		return true
	}
	var pe *fs.PathError
	if !errors.As(err, &pe) || pe.Op != "write" {
		return false
	}
	return errors.Is(pe, syscall.ENOSPC) || errors.Is(pe, syscall.EDQUOT) || errors.Is(pe, syscall.EFBIG)
}
