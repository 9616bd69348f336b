package boltfile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"go.etcd.io/bbolt"
)

// Backup writes a copy of the database to path while work goes on, as of one moment. The copy is complete, checked and
// durable when Backup returns nil; until then path keeps what it had, so that a bad copy never replaces a good one. An
// interruption leaves at most path with ".part" behind it. The error is [ErrDamaged] if the check of the copy finds
// something. path must be on a disk of this machine: a slow peer would hold up everybody.
func (f *File) Backup(ctx context.Context, path string) error {
	if f.is(path) {
		return fmt.Errorf("back up to %s: that is the database itself", path)
	}
	temp := path + ".part"
	defer func() { _ = os.Remove(temp) }()
	if err := f.copyTo(ctx, temp); err != nil {
		return fmt.Errorf("back up to %s: %w", path, err)
	}
	problems, err := Check(ctx, temp)
	if err := errors.Join(err, summary(problems)); err != nil {
		return fmt.Errorf("check backup %s: %w", path, err)
	}
	if err := os.Rename(temp, path); err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	return syncDir(path)
}

// is reports whether path leads to the database itself, by whatever name.
func (f *File) is(path string) bool {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return sameFile(f.raw, path)
}

func (f *File) copyTo(ctx context.Context, path string) error {
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	err = f.View(ctx, func(tx *bbolt.Tx) error {
		_, err := tx.WriteTo(writerFunc(func(p []byte) (int, error) {
			if err := ctx.Err(); err != nil {
				return 0, err
			}
			return out.Write(p)
		}))
		return err
	})
	return errors.Join(err, out.Sync(), out.Close())
}

// A writerFunc is a function as an io.Writer.
type writerFunc func(p []byte) (int, error)

// Write implements io.Writer.
func (w writerFunc) Write(p []byte) (int, error) { return w(p) }

var _ io.Writer = writerFunc(nil)

// summary is nil without problems, and otherwise an error with the first one.
func summary(problems []Problem) error {
	if len(problems) == 0 {
		return nil
	}
	return fmt.Errorf("%d problems, first on page %d: %w", len(problems), problems[0].Page, problems[0].Err)
}

// compactTx is how many bytes Compact copies in one transaction.
const compactTx = 4 << 20

// Compact rewrites the file without what was deleted. Until then deleted records can still be read in its bytes, and
// the file never becomes smaller, so it belongs to every erasure. Transactions wait meanwhile (40,000
// records in 10 MiB: about 0.1 s). An interruption leaves the old file or the new one; with an error the old
// one goes on being used, or the database has failed as after a commit ([ErrUnknown]). The end of ctx is noticed only
// before it begins.
func (f *File) Compact(ctx context.Context) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.usable(ctx); err != nil {
		return err
	}
	temp := f.path + leftover + "compact"
	defer func() { _ = os.Remove(temp) }()
	var raw *os.File
	db, err := bbolt.Open(temp, 0o600, f.opts.bolt(func(path string, flag int, mode os.FileMode) (_ *os.File, err error) {
		raw, err = os.OpenFile(path, flag|os.O_TRUNC, mode)
		return raw, err
	}))
	if err != nil {
		return fmt.Errorf("compact: %w", err)
	}
	if err := f.rewrite(ctx, db, raw); err != nil {
		return errors.Join(fmt.Errorf("compact: %w", err), db.Close())
	}
	// The new file is open and locked before it gets its name, so nobody can come in between.
	if err := os.Rename(temp, f.path); err != nil {
		return errors.Join(fmt.Errorf("compact: %w", err), db.Close())
	}
	old := f.db
	f.db, f.raw = db, raw
	if err := old.Close(); err != nil {
		f.opts.Log.Warn("close after compaction", "path", f.path, "error", err)
	}
	if err := syncDir(f.path); err != nil {
		// A power cut could bring the old file back, without what is written from now on.
		f.fail(err)
		return fmt.Errorf("compact: %w: %w", ErrUnknown, err)
	}
	return nil
}

// rewrite copies all records into db, which syncs every commit, and checks the copy.
func (f *File) rewrite(ctx context.Context, db *bbolt.DB, raw *os.File) error {
	if err := bbolt.Compact(db, f.db, compactTx); err != nil {
		return err
	}
	problems, err := checkPages(ctx, raw)
	return errors.Join(err, summary(problems))
}
