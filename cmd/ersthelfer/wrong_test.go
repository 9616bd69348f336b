package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.etcd.io/bbolt"

	"ersthelfer/internal/boltfile"
)

// command runs the program in this process and returns its exit code and what it
// says on the standard error.
func command(t *testing.T, args ...string) (code int, said string) {
	t.Helper()
	var errs bytes.Buffer
	code = run(t.Context(), args, strings.NewReader(""), io.Discard, &errs)
	return code, errs.String()
}

// fresh makes a database in a folder, as the program leaves it when it is killed
// (its note of who holds it is still there) or ends.
func fresh(t *testing.T, killed bool) string {
	t.Helper()
	dir := t.TempDir()
	f, err := boltfile.Open(dir, boltfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	err = f.Update(t.Context(), func(tx *bbolt.Tx) error {
		b, err := tx.CreateBucketIfNotExists([]byte("filling"))
		for i := range 2000 {
			err = errors.Join(err, b.Put(fmt.Appendf(nil, "%06d", i), bytes.Repeat([]byte("x"), 100)))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	note, err := os.ReadFile(f.Path() + ".holder")
	if err == nil {
		err = f.Close()
	}
	if err == nil && killed {
		err = os.WriteFile(f.Path()+".holder", note, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// breakPage blanks a page that the database needs and that is not looked at on
// opening.
func breakPage(t *testing.T, dir string) error {
	t.Helper()
	path, size := filepath.Join(dir, boltfile.Name), os.Getpagesize()
	whole, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	for at := 2 * size; at < len(whole); at += size {
		broken := bytes.Clone(whole)
		clear(broken[at : at+size])
		if err := os.WriteFile(path, broken, 0o600); err != nil {
			return err
		}
		problems, err := boltfile.Check(t.Context(), path)
		if err == nil && slices.ContainsFunc(problems, boltfile.Problem.Bad) {
			return nil
		}
	}
	return errors.New("no page matters")
}

// TestWrongData: whatever is wrong with the data, the program says in a sentence
// which file it is about and what to do, ends with 1, and changes nothing.
func TestWrongData(t *testing.T) {
	name := boltfile.Name
	tests := []struct {
		what   string
		killed bool
		spoil  func(t *testing.T, dir string) error
		want   string
	}{
		{"gone", false, func(_ *testing.T, dir string) error { return os.Remove(filepath.Join(dir, name)) }, "backup"},
		{"empty", false, func(_ *testing.T, dir string) error { return os.Truncate(filepath.Join(dir, name), 0) }, "backup"},
		{"cut off", false, func(_ *testing.T, dir string) error { return os.Truncate(filepath.Join(dir, name), 9000) }, "backup"},
		{"another program's", false, func(_ *testing.T, dir string) error {
			return os.WriteFile(filepath.Join(dir, name), bytes.Repeat([]byte("SQLite format 3"), 5000), 0o600)
		}, "backup"},
		{"damaged by a crash", true, breakPage, "was not closed properly and is damaged"},
		{"in use", false, func(t *testing.T, dir string) error {
			f, err := boltfile.Open(dir, boltfile.Options{})
			if err == nil {
				t.Cleanup(func() { _ = f.Close() })
			}
			return err
		}, "is in use by process"},
	}
	for _, test := range tests {
		t.Run(test.what, func(t *testing.T) {
			dir := fresh(t, test.killed)
			if err := test.spoil(t, dir); err != nil {
				t.Fatal(err)
			}
			before, _ := os.ReadFile(filepath.Join(dir, name))
			code, said := command(t, "ticket", "list", "--data", dir)
			if code != 1 || !strings.Contains(said, test.want) || !strings.Contains(said, dir) {
				t.Errorf("exit %d, said %q; want 1 and a sentence with %q and the folder", code, said, test.want)
			}
			if after, _ := os.ReadFile(filepath.Join(dir, name)); !bytes.Equal(before, after) {
				t.Error("the file has changed")
			}
		})
	}
}

// TestDamagedRecords: records that a crash has damaged are told of in one line,
// however many they are, and the program goes on with the rest.
func TestDamagedRecords(t *testing.T) {
	dir := fresh(t, true) // none of its 2,000 records has a seal
	var log bytes.Buffer
	f, err := openFile(dir, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	said := log.String()
	if strings.Count(said, "\n") != 1 || !strings.Contains(said, "damaged=2000") || !strings.Contains(said, `in="filling 2000"`) ||
		!strings.Contains(said, "backup") || !strings.Contains(said, "key 303030303030") {
		t.Errorf("the log says\n%s", said)
	}
}

// TestUnusableFolder: where no data can be kept, the folder and the way out are
// named.
func TestUnusableFolder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(file, "data")
	code, said := command(t, "demo", "--listen", "127.0.0.1:0", "--data", dir)
	if code != 1 || !strings.Contains(said, "cannot keep data in "+dir) || !strings.Contains(said, "--data") {
		t.Errorf("exit %d, said %q", code, said)
	}
}

// TestForbiddenFolder: a folder that others may not look into is not called empty.
func TestForbiddenFolder(t *testing.T) {
	for err, want := range map[error]string{
		fs.ErrPermission: "may not be read; run ersthelfer as the user whom it belongs to",
		fs.ErrNotExist:   "there is no database in data",
	} {
		if got := noDatabase("data", &fs.PathError{Op: "lstat", Err: err}).Error(); !strings.Contains(got, want) {
			t.Errorf("%v: %q, want %q", err, got, want)
		}
	}
}

// TestAfterCrash: a database that a killed program left in order opens.
func TestAfterCrash(t *testing.T) {
	if code, said := command(t, "ticket", "list", "--data", fresh(t, true)); code != 0 {
		t.Errorf("exit %d, said %q", code, said)
	}
}

// TestTakenPort: the address that is taken is named, with the flag for another.
func TestTakenPort(t *testing.T) {
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	code, said := command(t, "demo", "--data", t.TempDir(), "--listen", l.Addr().String())
	if code != 1 || !strings.Contains(said, l.Addr().String()) || !strings.Contains(said, "--listen takes another") {
		t.Errorf("exit %d, said %q", code, said)
	}
}

// TestUsage: a mistake in the command line says what is wrong and what is right,
// and ends with code 2.
func TestUsage(t *testing.T) {
	for _, test := range []struct {
		args string
		want string
	}{
		{"nonsense", `unknown command "nonsense" for "ersthelfer"; ersthelfer --help shows how`},
		{"ask --foo", "unknown flag: --foo; ersthelfer ask --help shows how"},
		{"ticket show", "accepts 1 arg(s), received 0; ersthelfer ticket show --help shows how"},
		{"ticket list --days 0", "--days 0: give a number from 1"},
		{"demo --speed x", `invalid argument "x" for "--speed" flag; ersthelfer demo --help shows how`},
		{"demo --listen foo", `cannot listen on "foo"; write --listen as 127.0.0.1:8080`},
		{"report --from 2026-11-31", `--from: "2026-11-31" is no time of the calendar; write it as`},
		{"report --from 2026-11-01 --to 2026-10-01", "--from: 2026-11-01 does not lie before the day of --to, 2026-10-01"},
		{"report --language fr", `--language: no language "fr"; there are: de, en`},
		{"report --format xml", `--format: "xml" is none; there are text, csv and json`},
		{"rehearse --room netzwerk", `--school: no school ""; there are: gs-nord`},
		{"rehearse --school gs-nord --room netzwerk --at 18.12.2026", `--at: "18.12.2026" is no time of the calendar; write it as`},
		{"rehearse --school gs-nord --room netzwerk --language fr", `--language: no language "fr"`},
		{"rehearse --school gs-nord --room netzwerk --steps -1", "--steps -1: give a number from 1"},
		{"rehearse --school gs-nord --room netzwerk --priority P9", `--priority: no priority "P9"; there are P1, P2`},
	} {
		code, said := command(t, strings.Fields(test.args)...)
		if code != 2 || !strings.Contains(said, test.want) {
			t.Errorf("ersthelfer %s: exit code %d, %q, want 2 and %q", test.args, code, said, test.want)
		}
	}
}
