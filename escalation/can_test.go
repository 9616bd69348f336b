package escalation_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	. "ersthelfer/escalation"
	"ersthelfer/escalation/escalationtest"
)

// rightsTable says who may do what with an opened ticket; a dot: denied.
const rightsTable = `
	            requester  responsible  staff  supervisor  program  nobody-in-particular
	see         .          x            x      x           .        .
	asked       .          .            .      .           .        .
	added       x          .            .      .           x        .
	detailed    x          x            x      .           x        .
	offered     .          .            .      .           x        .
	chose       x          .            .      .           .        .
	prompted    .          .            .      .           x        .
	helped      x          .            .      .           .        .
	not_helped  x          .            .      .           .        .
	cancelled   x          .            .      .           x        .
	opened      x          .            .      .           x        .
	taken       .          x            x      .           .        .
	replied     .          x            x      .           .        .
	noted       .          x            x      x           .        .
	paused      .          x            x      .           .        .
	resumed     x          x            x      .           x        .
	handed_on   .          x            x      x           x        .
	solved      .          x            x      .           .        .
	confirmed   x          .            .      .           .        .
	reopened    x          x            x      .           .        .
	rated       x          .            .      .           .        .
	merged      x          x            x      .           .        .
	reminded    .          .            .      .           .        .
	breached    .          .            .      .           .        .
	overdue     .          .            .      .           .        .
	nudged      .          .            .      .           .        .
	lapsed      .          .            .      .           .        .
`

// persons are one for each column: the ticket is Anna's and Mara's party holds it.
var persons = map[string]Person{
	"requester": "anna", "responsible": "mara", "staff": "paul", "supervisor": "sven", "program": Nobody,
	"nobody-in-particular": "bernd",
}

func TestRights(t *testing.T) {
	m := escalationtest.Model()
	s, _ := play(t, m, "gs-nord", `Mo 2026-03-09 09:00 opened P2 praesentation`)
	x := s.ticket()
	kinds, columns, want := table(rightsTable)
	for _, kind := range append(kinds, "", "unknown", "SEE", "see ") {
		for _, as := range columns {
			if got := m.Can(persons[as], Kind(kind), x); got != (want[kind][as] == "x") {
				t.Errorf("%s may %q: %t, want %t", as, kind, got, !got)
			}
		}
	}
}

// TestRightsTableIsComplete checks that the text above knows every right that
// the program gives, so that none is given without being written down.
func TestRightsTableIsComplete(t *testing.T) {
	kinds, columns, _ := table(rightsTable)
	for as, given := range Rights {
		if !slices.Contains(columns, string(as)) {
			t.Errorf("relation %q is missing", as)
		}
		for _, k := range given {
			if !slices.Contains(kinds, string(k)) {
				t.Errorf("right %q is missing", k)
			}
		}
	}
	known, _, _ := table(transitionTable)
	for _, k := range known {
		if !slices.Contains(kinds, k) {
			t.Errorf("nobody has said who may %q", k)
		}
	}
}

func TestRelations(t *testing.T) {
	m := escalationtest.Model()
	s := newStage(t, m)
	s.ask("gs-nord", "Mo 2026-03-09 09:00")
	want := func(text string) {
		t.Helper()
		for line := range strings.Lines(strings.TrimSpace(text)) {
			fields := strings.Fields(line)
			who := Person(strings.TrimSuffix(fields[0], ":"))
			var got []string
			for _, r := range m.Relations(who, s.ticket()) {
				got = append(got, string(r))
			}
			if !slices.Equal(got, fields[1:]) {
				t.Errorf("%s is %v, want %v", who, got, fields[1:])
			}
		}
	}
	// A conversation with the bot is between the two, whoever works here.
	want(`anna: requester
		mara:
		paul:
		sven:
		bernd:
		: program`)
	s.do("anna", Action{Kind: Opened, Room: "praesentation"})
	want(`anna: requester
		mara: responsible staff
		dora: responsible staff
		paul: staff
		pia: staff
		peer: staff
		wanda:
		sven: supervisor
		bernd:
		: program`)
	s.do("mara", Action{Kind: HandedOn})
	want(`mara: staff
		paul: responsible staff
		pia: responsible staff`)
}

// TestDeniedOrUnknown says what somebody hears who may not do a thing: who may
// not even know of the ticket hears that there is none.
func TestDeniedOrUnknown(t *testing.T) {
	tests := []struct {
		by   Person
		do   Kind
		want error
	}{
		{"anna", Taken, ErrDenied},
		{"anna", Noted, ErrDenied},
		{"anna", "unknown", ErrDenied},
		{"mara", Confirmed, ErrDenied},
		{"mara", Added, ErrDenied},
		{"sven", Solved, ErrDenied},
		{"bernd", Added, ErrNotFound},
		{"bernd", Taken, ErrNotFound},
		{"bernd", Offered, ErrNotFound}, // the bot's words need a person who may know of the ticket
		{"bernd", Prompted, ErrNotFound},
		{"wanda", Taken, ErrNotFound},
		{"unknown", See, ErrNotFound},
		{Nobody, Taken, ErrDenied},
	}
	for _, test := range tests {
		s, before := play(t, escalationtest.Model(), "gs-nord", `Mo 2026-03-09 09:00 opened P2 praesentation`)
		_, err := s.desk.Do(t.Context(), test.by, s.id, Action{Kind: test.do})
		if !errors.Is(err, test.want) {
			t.Errorf("%q %s: %v, want %v", test.by, test.do, err, test.want)
		}
		if after := tell(t, s.ticket()); after != before {
			t.Errorf("%q %s: refused, but it happened:\n%s", test.by, test.do, after)
		}
	}
}

// TestQueues says whose tickets somebody may take.
func TestQueues(t *testing.T) {
	m := escalationtest.Model()
	m.Parties["kontakt-west"].Deputies = []Person{"mara"}
	for who, want := range map[Person][]string{
		"mara": {"kontakt-nord", "kontakt-west"}, "dora": {"kontakt-nord"}, "anna": nil, Nobody: nil,
	} {
		if got := m.Queues(who); !slices.Equal(got, want) {
			t.Errorf("queues of %q: %v, want %v", who, got, want)
		}
	}
}
