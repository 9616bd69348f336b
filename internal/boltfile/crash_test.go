//go:build linux

package boltfile_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"ersthelfer/internal/boltfile"
)

// The tests in this file run this test binary again as another process, which does what the environment says.
const (
	childTask = "BOLTFILE_CHILD"
	childDir  = "BOLTFILE_DIR"
)

func TestMain(m *testing.M) {
	task := os.Getenv(childTask)
	if task == "" {
		os.Exit(m.Run())
	}
	// All system calls in one thread, so that strace counts them in one row.
	runtime.LockOSThread()
	if err := child(task, os.Getenv(childDir)); err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
}

// child writes a line for everything that it knows to be done.
func child(task, dir string) error {
	ctx := context.Background()
	f, err := boltfile.Open(dir, boltfile.Options{})
	if err != nil {
		return err
	}
	fmt.Println("open")
	switch task {
	case "hold":
		_, err := os.Stdin.Read(make([]byte, 1))
		return err
	case "write":
		return childWrite(ctx, f, 1<<30, "")
	case "some":
		return errors.Join(childWrite(ctx, f, 12, ""), f.Close())
	case "compact":
		return errors.Join(childWrite(ctx, f, 2, ""), f.Compact(ctx), childWrite(ctx, f, 2, ""), f.Close())
	case "grow":
		limit := syscall.Rlimit{Cur: 24 << 20, Max: 24 << 20}
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
			return err
		}
		return errors.Join(childWrite(ctx, f, 10, strings.Repeat("x", 1<<22)), f.Close())
	}
	return errors.New("no such task")
}

// childWrite stores n more records and says of each what became of it: ok, full or unknown.
func childWrite(ctx context.Context, f *boltfile.File, n int, text string) error {
	next := 0
	if err := f.View(ctx, func(tx *bbolt.Tx) error {
		if b := tx.Bucket([]byte("test")); b != nil {
			if last, _ := b.Cursor().Last(); last != nil {
				i, err := strconv.Atoi(string(last))
				next = i + 1
				return err
			}
		}
		return nil
	}); err != nil {
		return err
	}
	for id := next; id < next+n; id++ {
		switch err := put(ctx, f, record{ID: id, Text: text}); {
		case err == nil:
			fmt.Println("ok", id)
		case errors.Is(err, boltfile.ErrFull):
			fmt.Println("full", id)
		case errors.Is(err, boltfile.ErrUnknown):
			fmt.Println("unknown", id)
			return childFailed(ctx, f)
		default:
			return err
		}
	}
	return nil
}

// childFailed checks what is promised after an unknown outcome.
func childFailed(ctx context.Context, f *boltfile.File) error {
	<-f.Failed()
	if err := put(ctx, f, record{ID: 1 << 20}); !errors.Is(err, boltfile.ErrFailed) {
		return fmt.Errorf("update after failure: %v", err)
	}
	if err := f.View(ctx, func(*bbolt.Tx) error { return nil }); !errors.Is(err, boltfile.ErrFailed) {
		return fmt.Errorf("view after failure: %v", err)
	}
	fmt.Println("failed")
	return nil
}

// run is a command that runs task in another process, behind the words of wrap.
func run(t *testing.T, dir, task string, wrap ...string) *exec.Cmd {
	t.Helper()
	args := append(wrap, os.Args[0])
	cmd := exec.CommandContext(t.Context(), args[0], args[1:]...)
	// Under -race a process would linger for a second at its end.
	cmd.Env = append(os.Environ(), childTask+"="+task, childDir+"="+dir, "GORACE=atexit_sleep_ms=0")
	return cmd
}

// said collects the numbers behind a word in what a child wrote.
func said(out []byte, word string) []int {
	var ids []int
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		if len(fields) == 2 && fields[0] == word {
			if id, err := strconv.Atoi(fields[1]); err == nil {
				ids = append(ids, id)
			}
		}
	}
	return ids
}

// recovered checks the file as it was left, opens it, and checks that all of acked and nothing of refused is there.
func recovered(t *testing.T, dir string, acked, refused []int) {
	t.Helper()
	checkClean(t, dir+"/"+boltfile.Name)
	f := mustOpen(t, dir, boltfile.Options{})
	defer mustClose(t, f)
	got := records(t, f)
	for _, id := range acked {
		if _, ok := got[id]; !ok {
			t.Errorf("record %d was acknowledged and is lost", id)
		}
	}
	for _, id := range refused {
		if _, ok := got[id]; ok {
			t.Errorf("record %d was refused and is stored", id)
		}
	}
}

// TestSecondProcess names the process that has the file, and gets it when that one is killed.
func TestSecondProcess(t *testing.T) {
	dir := t.TempDir()
	holder := run(t, dir, "hold")
	stdin, err := holder.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stdin.Close() }()
	out, err := holder.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := holder.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "open\n" {
		t.Fatalf("child says %q, %v", line, err)
	}
	_, err = boltfile.Open(dir, boltfile.Options{Timeout: time.Millisecond})
	wantRefusal(t, err, boltfile.InUse, fmt.Sprintf("process %d since %d-", holder.Process.Pid, time.Now().Year()))
	var oe *boltfile.OpenError
	if errors.As(err, &oe) && oe.Holder.PID != holder.Process.Pid {
		t.Errorf("holder is %+v", oe.Holder)
	}
	_ = holder.Process.Kill()
	_ = holder.Wait()
	mustOpen(t, dir, boltfile.Options{})
}

// TestKill kills a writing process 30 times. (It cannot see a missing sync; only a power cut can.)
func TestKill(t *testing.T) {
	dir := t.TempDir()
	random := rand.New(rand.NewPCG(1, 2026))
	var acked []int
	for range 30 {
		cmd := run(t, dir, "write")
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		var all bytes.Buffer
		lines := bufio.NewScanner(out)
		for wait := random.IntN(20); lines.Scan(); wait-- {
			fmt.Fprintln(&all, lines.Text())
			if wait == 0 {
				_ = cmd.Process.Kill() // it goes on while the signal is under way
			}
		}
		_ = cmd.Wait()
		acked = append(acked, said(all.Bytes(), "ok")...)
		recovered(t, dir, acked, nil)
	}
	if len(acked) < 100 {
		t.Errorf("only %d records were acknowledged; the test shows little", len(acked))
	}
}

// straced skips the test, or returns the words before a command that inject a fault.
func straced(t *testing.T) func(inject string) []string {
	t.Helper()
	if testing.Short() {
		t.Skip("SKIPPED in short mode: faults of the disk are not tested")
	}
	words := func(inject string) []string {
		return []string{"strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=" + strings.SplitN(inject, ":", 2)[0], "-e", "inject=" + inject}
	}
	probe := words("fsync:error=EIO")
	if err := exec.CommandContext(t.Context(), probe[0], append(probe[1:], "true")...).Run(); err != nil {
		t.Skipf("SKIPPED, faults of the disk are not tested: strace: %v", err)
	}
	return words
}

// everyCall runs a task with a fault at its first call of a kind, its second and so on, until it ends before the fault.
// It returns how many calls there were.
func everyCall(t *testing.T, task, call, fault string, after func(t *testing.T, dir string, out []byte)) int {
	words := straced(t)
	for n := 1; ; n++ {
		dir := t.TempDir()
		inject := fmt.Sprintf("%s:%s:when=%d", call, fault, n)
		out, err := run(t, dir, task, words(inject)...).CombinedOutput()
		if err == nil && !bytes.Contains(out, []byte("unknown")) && !bytes.Contains(out, []byte("full")) {
			t.Logf("%d calls of %s", n-1, call)
			return n - 1
		}
		t.Run(fmt.Sprint(call, n), func(t *testing.T) { after(t, dir, out) })
		if t.Failed() {
			t.Fatalf("child said:\n%s", out)
		}
	}
}

// TestKillAtEveryCall kills a process at each call that changes something on disk, from the first creation on.
func TestKillAtEveryCall(t *testing.T) {
	total := 0
	for _, call := range strings.Fields("pwrite64 write fsync fdatasync ftruncate linkat renameat unlinkat") {
		total += everyCall(t, "compact", call, "signal=KILL", func(t *testing.T, dir string, out []byte) {
			f := mustOpen(t, dir, boltfile.Options{}) // where nothing was, it begins anew
			mustClose(t, f)
			recovered(t, dir, said(out, "ok"), nil)
		})
	}
	if total < 50 {
		t.Errorf("only %d calls; the test shows little", total)
	}
}

// TestSyncFails lets each sync of data fail once. Whether the change is stored is unknown, everything before it is.
func TestSyncFails(t *testing.T) {
	n := everyCall(t, "some", "fdatasync", "error=EIO", func(t *testing.T, dir string, out []byte) {
		if bytes.Contains(out, []byte("open\n")) && !bytes.Contains(out, []byte("failed\n")) {
			t.Error("the database did not fail")
		}
		f := mustOpen(t, dir, boltfile.Options{})
		mustClose(t, f)
		recovered(t, dir, said(out, "ok"), nil)
	})
	if n < 24 {
		t.Errorf("only %d syncs for 12 commits; something is not synced", n)
	}
}

// TestFileSyncFails does the same for the syncs of whole files and of the directory, those of a compaction among them.
func TestFileSyncFails(t *testing.T) {
	n := everyCall(t, "compact", "fsync", "error=EIO", func(t *testing.T, dir string, out []byte) {
		f := mustOpen(t, dir, boltfile.Options{})
		mustClose(t, f)
		recovered(t, dir, said(out, "ok"), nil)
	})
	// The directory after creation and after compaction; marker and holder, each with the directory.
	if n < 6 {
		t.Errorf("only %d syncs; something is not synced", n)
	}
}

// TestDiskFull lets each write of a page fail once for want of room. The change is not stored, and work goes on.
func TestDiskFull(t *testing.T) {
	everyCall(t, "some", "pwrite64", "error=ENOSPC", func(t *testing.T, dir string, out []byte) {
		ok, full := said(out, "ok"), said(out, "full")
		if bytes.Contains(out, []byte("open\n")) && (len(full) != 1 || len(ok) != 11) {
			t.Errorf("%d records stored and %d refused, want 11 and 1", len(ok), len(full))
		}
		f := mustOpen(t, dir, boltfile.Options{})
		mustClose(t, f)
		recovered(t, dir, ok, full)
	})
}

// TestFileCannotGrow has a limit on the size of files instead of a full disk.
func TestFileCannotGrow(t *testing.T) {
	dir := t.TempDir()
	out, err := run(t, dir, "grow").CombinedOutput()
	ok, full := said(out, "ok"), said(out, "full")
	if err != nil || len(ok) == 0 || len(full) == 0 {
		t.Fatalf("child said %v:\n%s", err, out)
	}
	recovered(t, dir, ok, full)
}
