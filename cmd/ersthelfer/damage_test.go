package main

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"ersthelfer/bot/bottest"
	"ersthelfer/config"
	"ersthelfer/internal/boltfile"
)

// chatIn lets people write to the bot, which is opened for it and closed.
func chatIn(t *testing.T, dir string, now time.Time, log *slog.Logger, lines ...string) *bottest.Platform {
	t.Helper()
	cfg, err := config.Demo()
	if err != nil {
		t.Fatal(err)
	}
	a, err := openApp(cfg, dir, func() time.Time { return now }, log)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	chat := bottest.NewPlatform("web", bottest.Full)
	b, err := a.newBot(0, nil, chat)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range lines {
		who, text, _ := strings.Cut(line, ": ")
		m := chat.Message(who, text)
		m.ID += now.String()
		if _, err := b.Handle(t.Context(), m); err != nil {
			t.Errorf("%s: %v", line, err)
		}
		for range 3 {
			if _, err := b.Work(t.Context()); err != nil {
				t.Errorf("after %s: %v", line, err)
			}
		}
	}
	return chat
}

// TestOneDamagedRecord: whichever record is damaged, the program starts, answers
// everybody, and says in a few lines what is the matter.
func TestOneDamagedRecord(t *testing.T) {
	cfg, err := config.Demo()
	if err != nil {
		t.Fatal(err)
	}
	dir, now := t.TempDir(), time.Date(2026, 11, 24, 10, 0, 0, 0, cfg.Zone)
	if err := remember(t.Context(), cfg, dir, now); err != nil {
		t.Fatal(err)
	}
	chatIn(t, dir, now, slog.New(slog.DiscardHandler), "anna: drucker in 204 druckt nicht", "anna: hilft nicht", "anna: nein",
		"anna: weiß nicht", "mara: liste", "mara: übernehmen 1", "cem: papierstau")
	path := filepath.Join(dir, boltfile.Name)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for bucket, key := range firstRecords(t, path) {
		if bucket == "boltfile" {
			continue // the file's own: it is refused as a whole
		}
		t.Run(bucket, func(t *testing.T) {
			if err := os.WriteFile(path, whole, 0o600); err != nil {
				t.Fatal(err)
			}
			spoil(t, path, bucket, key)
			var log bytes.Buffer
			chat := chatIn(t, dir, now.Add(time.Hour), slog.New(slog.NewTextHandler(&log, nil)),
				"anna: kein ton im klassenzimmer", "mara: liste", "ada: faq lücken", "sven: hallo")
			for _, who := range []string{"anna", "mara", "ada", "sven"} {
				if len(chat.Posts(who)) == 0 {
					t.Errorf("%s is not answered", who)
				}
			}
			if n := strings.Count(log.String(), "\n"); n > 4 || !strings.Contains(log.String(), "backup") {
				t.Errorf("the log says in %d lines:\n%s", n, log.String())
			}
		})
	}
}

// firstRecords returns the key of a record in every bucket that holds some.
func firstRecords(t *testing.T, path string) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	change(t, path, func(tx *bbolt.Tx) error {
		return tx.ForEach(func(name []byte, b *bbolt.Bucket) error {
			if k, v := b.Cursor().First(); len(v) > 0 {
				out[string(name)] = bytes.Clone(k)
			}
			return nil
		})
	})
	return out
}

// spoil changes a byte of a record, and leaves the file as after a crash.
func spoil(t *testing.T, path, bucket string, key []byte) {
	t.Helper()
	change(t, path, func(tx *bbolt.Tx) error {
		b := tx.Bucket([]byte(bucket))
		v := bytes.Clone(b.Get(key))
		v[len(v)/2] ^= 4
		return b.Put(key, v)
	})
	if err := os.WriteFile(path+".holder", []byte(`{"pid":1,"since":"2026-11-24T09:00:00Z"}`), 0o600); err != nil {
		t.Fatal(err)
	}
}

func change(t *testing.T, path string, fn func(*bbolt.Tx) error) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, nil)
	if err == nil {
		err = db.Update(fn)
	}
	if err == nil {
		err = db.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
}
