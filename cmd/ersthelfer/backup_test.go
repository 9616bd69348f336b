package main

import (
	"os"
	"path/filepath"
	"testing"

	"ersthelfer/internal/boltfile"
)

// TestBackUpLive: a running program copies its own database, and the copy begins
// where it stood.
func TestBackUpLive(t *testing.T) {
	p := &program{t: t, data: t.TempDir()}
	p.start()
	if err := p.say("anna", "message-1-0", "papierstau im kopierer"); err != nil {
		t.Fatal(err)
	}
	p.until("anna", "Hat geholfen", 1)
	restored := t.TempDir()
	path := filepath.Join(restored, boltfile.Name)
	if code, said := command(t, "backup", path, "--data", p.data); code != 0 {
		t.Fatalf("exit code %d: %s", code, said)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("the copy: %v, %v", info, err)
	}
	if code, said := command(t, "ticket", "show", "1", "--data", restored); code != 0 {
		t.Errorf("the copy does not know the ticket: %s", said)
	}
}
