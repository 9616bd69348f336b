package bolt_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"ersthelfer/escalation"
	"ersthelfer/escalation/bolt"
	"ersthelfer/escalation/escalationtest"
	"ersthelfer/internal/boltfile"
)

func TestStore(t *testing.T) {
	escalationtest.TestStore(t, func(t *testing.T) escalation.Store {
		return mustOpen(t, mustFile(t, t.TempDir()), nil)
	})
}

func mustFile(t testing.TB, dir string) *boltfile.File {
	t.Helper()
	f, err := boltfile.Open(dir, boltfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

func mustOpen(t testing.TB, f *boltfile.File, log *slog.Logger) *bolt.Store {
	t.Helper()
	s, err := bolt.Open(f, log)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// mustAsk stores a new ticket that asks text.
func mustAsk(t testing.TB, s escalation.Store, text string) escalation.ID {
	t.Helper()
	x, err := s.Change(t.Context(), 0, func(x *escalation.Ticket) error {
		x.School, x.Requester = "gs-nord", "anna"
		x.Events = []escalation.Event{{At: time.Unix(int64(x.ID), 0), By: "anna", Kind: escalation.Asked, Text: text}}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return x.ID
}

func TestSurvivesReopening(t *testing.T) {
	dir := t.TempDir()
	f := mustFile(t, dir)
	id := mustAsk(t, mustOpen(t, f, nil), "kein bild")
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	s := mustOpen(t, mustFile(t, dir), nil)
	x, err := s.Ticket(t.Context(), id)
	if err != nil || x.Question() != "kein bild" {
		t.Errorf("after reopening: %+v, %v", x, err)
	}
	if next := mustAsk(t, s, ""); next != id+1 {
		t.Errorf("next number after reopening is %d, want %d", next, id+1)
	}
}

// TestDamage spoils the record of ticket 2 of 3 in every way.
func TestDamage(t *testing.T) {
	const secret = "geheimnis"
	record := func(b *bbolt.Bucket, n byte) []byte { return bytes.Clone(b.Get([]byte{0, 0, 0, 0, 0, 0, 0, n})) }
	seal := func(version byte, v any) []byte {
		data, err := boltfile.Seal(version, v)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	impossible := map[string]any{"id": 2, "events": []any{map[string]any{"kind": "taken", "text": secret}}}
	tests := []struct {
		name    string
		spoil   func(b *bbolt.Bucket) []byte
		damaged bool // the bytes themselves are not what was stored
	}{
		{"flipped byte", func(b *bbolt.Bucket) []byte { r := record(b, 2); r[len(r)/2] ^= 1; return r }, true},
		{"cut short", func(b *bbolt.Bucket) []byte { r := record(b, 2); return r[:len(r)-1] }, true},
		{"empty", func(*bbolt.Bucket) []byte { return nil }, true},
		{"another ticket", func(b *bbolt.Bucket) []byte { return record(b, 1) }, true},
		{"newer form", func(*bbolt.Bucket) []byte { return seal(2, map[string]any{"id": 2}) }, false},
		{"impossible events", func(*bbolt.Bucket) []byte { return seal(1, impossible) }, false},
		{"no ticket", func(*bbolt.Bucket) []byte { return seal(1, []string{secret}) }, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := mustFile(t, t.TempDir())
			var log bytes.Buffer
			s := mustOpen(t, f, slog.New(slog.NewTextHandler(&log, nil)))
			for range 3 {
				mustAsk(t, s, secret)
			}
			err := f.Update(t.Context(), func(tx *bbolt.Tx) error {
				b := tx.Bucket([]byte("tickets"))
				return b.Put([]byte{0, 0, 0, 0, 0, 0, 0, 2}, test.spoil(b))
			})
			if err != nil {
				t.Fatal(err)
			}
			if x, err := s.Ticket(t.Context(), 2); err == nil || errors.Is(err, boltfile.ErrDamaged) != test.damaged {
				t.Errorf("ticket 2 is %+v, %v; want an error, damage %t", x, err, test.damaged)
			}
			_, err = s.Change(t.Context(), 2, func(*escalation.Ticket) error { return nil })
			if err == nil {
				t.Error("a damaged ticket can be changed, which loses what could be saved of it")
			}
			for range 2 {
				wantIDs(t, s, escalation.Query{Index: escalation.ByAsked}, "1 3")
			}
			wantIDs(t, s, escalation.Query{Index: escalation.ByAsked, Limit: 2, Newest: true}, "3 1")
			if got := log.String(); strings.Count(got, "\n") != 1 || !strings.Contains(got, "tickets=[2] ") {
				t.Errorf("log is %q, want one line that names ticket 2", got)
			}
			if strings.Contains(log.String(), secret) {
				t.Errorf("log shows what was asked: %s", log.String())
			}
		})
	}
}

func wantIDs(t *testing.T, s escalation.Store, q escalation.Query, want string) {
	t.Helper()
	found, err := s.Find(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, x := range found {
		ids = append(ids, fmt.Sprint(x.ID))
	}
	if got := strings.Join(ids, " "); got != want {
		t.Errorf("found tickets %q, want %q", got, want)
	}
}

// TestFileStaysClean checks that every record and entry is as boltfile wants
// it, and that a ticket leaves no entries behind that it no longer names.
func TestFileStaysClean(t *testing.T) {
	dir := t.TempDir()
	f := mustFile(t, dir)
	s := mustOpen(t, f, nil)
	id := mustAsk(t, s, "kein bild")
	for n := range 20 {
		_, err := s.Change(t.Context(), id, func(x *escalation.Ticket) error {
			at := time.Unix(int64(100+n), 0)
			x.Events = append(x.Events, escalation.Event{At: at, By: "anna", Kind: escalation.Added})
			x.Next = at.Add(time.Hour)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	want := map[string]int{
		"tickets": 1, "tickets.thread": 1, "tickets.requester": 1, "tickets.waiting": 1, "tickets.due": 1, "tickets.asked": 1,
	}
	err := f.View(t.Context(), func(tx *bbolt.Tx) error {
		return tx.ForEach(func(name []byte, b *bbolt.Bucket) error {
			if n := b.Stats().KeyN; strings.HasPrefix(string(name), "tickets") && n != want[string(name)] {
				t.Errorf("bucket %s holds %d entries, want %d", name, n, want[string(name)])
			}
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	problems, err := boltfile.Check(t.Context(), f.Path())
	if err != nil || len(problems) > 0 {
		t.Errorf("check finds %v, %v", problems, err)
	}
}

func TestUnknownIndex(t *testing.T) {
	s := mustOpen(t, mustFile(t, t.TempDir()), nil)
	if _, err := s.Find(t.Context(), escalation.Query{Index: "colour"}); err == nil {
		t.Error("an index that does not exist finds nothing without an error")
	}
}

// BenchmarkChange measures one durable change of a ticket.
func BenchmarkChange(b *testing.B) {
	s := mustOpen(b, mustFile(b, b.TempDir()), nil)
	id := mustAsk(b, s, "kein bild")
	n := 0
	for b.Loop() {
		n++
		_, err := s.Change(b.Context(), id, func(x *escalation.Ticket) error {
			x.Next = time.Unix(int64(n), 0)
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkTick measures a tick over 10,000 open tickets of which none is due.
func BenchmarkTick(b *testing.B) {
	s := mustOpen(b, mustFile(b, b.TempDir()), nil)
	monday := time.Date(2026, time.March, 9, 9, 0, 0, 0, time.UTC)
	desk := escalation.NewDesk(s, escalationtest.Model(), func() time.Time { return monday })
	for range 10_000 {
		_, err := s.Change(b.Context(), 0, func(x *escalation.Ticket) error {
			x.School, x.Requester = "gs-nord", "anna"
			x.Events = []escalation.Event{
				{At: monday, By: "anna", Kind: escalation.Asked, Text: "kein bild"},
				{At: monday, By: "anna", Kind: escalation.Opened, To: &escalation.Holder{Party: "kontakt-nord"}},
			}
			x.Next = monday.Add(time.Hour)
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		next, err := desk.Tick(b.Context(), monday)
		if err != nil || !next.Equal(monday.Add(time.Hour)) {
			b.Fatal(next, err)
		}
	}
}
