package escalation_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	. "ersthelfer/escalation"
	"ersthelfer/escalation/escalationtest"
)

// TestUndeliverable gives up one notice after the other and says who is told
// instead. The ticket is handed to a holder first.
func TestUndeliverable(t *testing.T) {
	const fresh = `Mo 2026-03-09 09:00 opened P2 praesentation`
	two := func(m *Model) { m.Parties["kontakt-nord"].Deputies = []Person{"dora", "dirk"} }
	none := func(m *Model) { m.Parties["kontakt-nord"].Deputies = nil }
	tests := []struct {
		name, script string
		change       func(*Model)
		give         string // whose notices of the last event are given up, in order
		want         string // whom the last event tells in the end
	}{
		{"one of two: the deputy", fresh, nil, "mara", "requester anna | responsible (mara) tom dora"},
		{"both: the deputy once", fresh, nil, "mara tom", "requester anna | responsible (mara) (tom) dora"},
		{"all: the supervisor", fresh, nil, "mara tom dora",
			"requester anna | responsible (mara) (tom) (dora) | supervisor sven"},
		{"the deputy first", fresh, two, "mara dora dirk tom",
			"requester anna | responsible (mara) (tom) (dora) (dirk) | supervisor sven"},
		{"one deputy is still being tried", fresh, two, "mara tom dora", "requester anna | responsible (mara) (tom) (dora) dirk"},
		{"no deputies, but Tom", fresh, none, "mara", "requester anna | responsible (mara) tom"},
		{"no deputies", fresh, none, "mara tom", "requester anna | responsible (mara) (tom) | supervisor sven"},
		{"not even the supervisor", fresh, none, "mara tom sven",
			"requester anna | responsible (mara) (tom) | supervisor (sven)"},
		{"the requester: nobody instead", fresh, nil, "anna", "requester (anna) | responsible mara tom"},
		{"a channel: its people", "Mo 2026-03-09 09:00 opened P2 konten\nMo 2026-03-09 09:10 mara handed_on", nil,
			"console:plattform", "requester anna | responsible (console:plattform) peer"},
		{"a channel and its people: the supervisor",
			"Mo 2026-03-09 09:00 opened P2 konten\nMo 2026-03-09 09:10 mara handed_on", nil,
			"console:plattform peer", "requester anna | responsible (console:plattform) (peer) | supervisor sven"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m := escalationtest.Model()
			if test.change != nil {
				test.change(m)
			}
			s, _ := play(t, m, "gs-nord", test.script)
			last := len(s.ticket().Events) - 1
			for _, who := range strings.Fields(test.give) {
				key := fmt.Sprintf("%d/%d/%s", s.id, last, who)
				for range 2 { // the second time changes nothing
					if err := s.desk.Undeliverable(t.Context(), s.id, key, ""); err != nil {
						t.Fatal(err)
					}
				}
			}
			x := s.ticket()
			if got := strings.TrimPrefix(told(x, last), " | "); got != test.want {
				t.Errorf("tells %q, want %q", got, test.want)
			}
			if next, err := s.desk.NextUnsent(t.Context()); err != nil || next.IsZero() != (len(x.Waiting(s.now)) == 0) {
				t.Errorf("next unsent %v, %v, with %d waiting", next, err, len(x.Waiting(s.now)))
			}
		})
	}
}

// TestDelivery follows notices from recorded to posted.
func TestDelivery(t *testing.T) {
	s, _ := play(t, escalationtest.Model(), "gs-nord", `Mo 2026-03-09 09:00 opened P2 praesentation`)
	unsent := func(at string) (keys []string) {
		t.Helper()
		found, err := s.desk.Unsent(t.Context(), wall(t, at), 10)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range found {
			for _, n := range x.Waiting(wall(t, at)) {
				keys = append(keys, n.Key)
			}
		}
		return keys
	}
	want := func(at, keys string) {
		t.Helper()
		if got := unsent(at); !slices.Equal(got, strings.Fields(keys)) {
			t.Errorf("unsent at %s: %v, want %s", at, got, keys)
		}
	}
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	want("Mo 2026-03-09 08:59", "")
	want("Mo 2026-03-09 09:00", "1/1/anna 1/1/mara 1/1/tom")
	ok(s.desk.Told(t.Context(), s.id, "1/1/anna", "console:a"))
	ok(s.desk.Retry(t.Context(), s.id, "1/1/mara", wall(t, "Mo 2026-03-09 09:05")))
	want("Mo 2026-03-09 09:04", "1/1/tom")
	want("Mo 2026-03-09 09:05", "1/1/mara 1/1/tom")
	ok(s.desk.Told(t.Context(), s.id, "1/1/tom", "console:t"))
	if next, err := s.desk.NextUnsent(t.Context()); err != nil || minutes(t, next) != "Mo 2026-03-09 09:05" {
		t.Errorf("next unsent is %v, %v; want 09:05", next, err)
	}
	ok(s.desk.Told(t.Context(), s.id, "1/1/tom", "console:again"))
	if n := s.ticket().Notices[2]; n.Ref != "console:t" {
		t.Errorf("posted again as %s: the first post is what people see", n.Ref)
	}
	// Mara takes it while a post to her is on its way: the post stays known.
	s.do("tom", Action{Kind: Taken})
	ok(s.desk.Told(t.Context(), s.id, "1/1/mara", "console:m"))
	if x, err := s.desk.ByPost(t.Context(), "mara", "console:m"); err != nil || x.ID != s.id {
		t.Errorf("the ticket of a post: %v, %v", x, err)
	}
	if err := s.desk.Told(t.Context(), s.id, "1/9/mara", ""); !errors.Is(err, ErrNotFound) {
		t.Errorf("a notice that does not exist: %v", err)
	}
	if n := s.ticket().Notices[1]; n.Tries != 1 {
		t.Errorf("%d attempts are recorded, want 1", n.Tries)
	}
}
