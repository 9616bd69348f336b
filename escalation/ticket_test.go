package escalation_test

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	. "ersthelfer/escalation"
	"ersthelfer/escalation/escalationtest"
)

// transitionTable says which event may follow in which status, and the status
// it leads to; a dot: it is refused. "start" is a ticket without any event.
const transitionTable = `
	            start  asked     answered  helped    new      open     pending  solved  closed
	asked       asked  .         .         .         .        .        .        .       .
	added       .      asked     asked     .         new      open     pending  solved  .
	detailed    .      asked     answered  .         new      open     pending  .       .
	offered     .      answered  answered  .         .        .        .        .       .
	chose       .      .         answered  .         .        .        .        .       .
	prompted    .      asked     answered  .         new      open     pending  solved  closed
	helped      .      .         helped    .         .        .        .        .       .
	not_helped  .      .         answered  answered  .        .        .        .       .
	cancelled   .      closed    closed    .         closed   closed   closed   .       .
	opened      .      new       new       new       .        .        .        .       .
	taken       .      .         .         .         open     open     pending  .       .
	replied     .      .         .         .         open     open     pending  .       .
	noted       .      .         .         .         new      open     pending  solved  closed
	paused      .      .         .         .         pending  pending  pending  .       .
	resumed     .      .         .         .         .        .        open     .       .
	handed_on   .      .         .         .         new      new      new      .       .
	solved      .      .         .         .         solved   solved   solved   .       .
	confirmed   .      .         .         .         .        .        .        closed  .
	reopened    .      .         .         .         .        .        .        open    open
	rated       .      .         .         helped    .        .        .        solved  closed
	merged      .      closed    closed    .         closed   closed   closed   .       .
	reminded    .      .         .         .         new      open     pending  .       .
	breached    .      .         .         .         new      open     pending  .       .
	overdue     .      .         .         .         new      open     .        .       .
	nudged      .      .         .         .         .        .        pending  .       .
	lapsed      .      closed    closed    closed    .        .        closed   closed  .
`

// table reads a table like transitionTable: row → column → cell.
func table(text string) (rows, columns []string, cells map[string]map[string]string) {
	cells = map[string]map[string]string{}
	lines := strings.Split(strings.TrimSpace(text), "\n")
	columns = strings.Fields(lines[0])
	for _, line := range lines[1:] {
		fields := strings.Fields(line)
		rows = append(rows, fields[0])
		cells[fields[0]] = map[string]string{}
		for i, cell := range fields[1:] {
			cells[fields[0]][columns[i]] = cell
		}
	}
	return rows, columns, cells
}

func TestTransitions(t *testing.T) {
	kinds, statuses, want := table(transitionTable)
	for _, status := range statuses {
		for _, kind := range append(kinds, "see", "", "unknown") {
			x := &Ticket{Requester: "anna", Events: []Event{}}
			x.Opened = time.Unix(1, 0)
			if x.Status = Status(status); status == "start" {
				x.Status = ""
			}
			err := x.Apply(Event{Kind: Kind(kind), By: "mara", To: &Holder{Party: "regio-it"}})
			got := string(x.Status)
			if err != nil {
				got = "."
				var te *TransitionError
				if !errors.As(err, &te) || te.Kind != Kind(kind) || te.Status != Status(strings.Replace(status, "start", "", 1)) {
					t.Errorf("%s in %s: error %v, want a TransitionError that names both", kind, status, err)
				}
				if len(x.Events) != 0 || x.Status != te.Status {
					t.Errorf("%s in %s: refused, but the ticket has changed", kind, status)
				}
			}
			if w := want[kind][status]; got != w && (w != "" || got != ".") {
				t.Errorf("%s in %s: leads to %q, want %q", kind, status, got, w)
			}
		}
	}
}

// TestTransitionTableIsComplete checks that the text above names every status
// and kind that the program knows.
func TestTransitionTableIsComplete(t *testing.T) {
	kinds, statuses, _ := table(transitionTable)
	for status, row := range Transitions {
		if status != "" && !slices.Contains(statuses, string(status)) {
			t.Errorf("status %q is missing", status)
		}
		for kind, next := range row {
			if !slices.Contains(kinds, string(kind)) || !slices.Contains(statuses, string(next)) {
				t.Errorf("%q to %q is missing", kind, next)
			}
		}
	}
	for _, s := range statuses {
		if _, ok := Transitions[Status(s)]; !ok && s != "start" {
			t.Errorf("status %q is not the program's", s)
		}
	}
}

// TestEveryStatusIsReachable walks the table from its start.
func TestEveryStatusIsReachable(t *testing.T) {
	reached := map[Status]bool{}
	var walk func(s Status)
	walk = func(s Status) {
		if !reached[s] {
			reached[s] = true
			for _, next := range Transitions[s] {
				walk(next)
			}
		}
	}
	walk("")
	for s := range Transitions {
		if !reached[s] {
			t.Errorf("status %q cannot be reached", s)
		}
	}
}

func TestApplyRefusesNobody(t *testing.T) {
	for kind, status := range map[Kind]Status{Opened: StatusAsked, HandedOn: StatusOpen} {
		x := &Ticket{}
		x.Status = status
		if err := x.Apply(Event{Kind: kind}); err == nil || len(x.Events) > 0 || x.Status != status {
			t.Errorf("%s to nobody: %v, then %d events in %q", kind, err, len(x.Events), x.Status)
		}
	}
}

// TestStoredForm checks that only what the comments call stored is written:
// the tags are a format, and the derived state is not part of it.
func TestStoredForm(t *testing.T) {
	s, _ := play(t, escalationtest.Model(), "gs-nord", `
		Mo 2026-03-09 09:00 opened P2 praesentation
		Mo 2026-03-09 12:00 mara solved
	`)
	data, err := Encode(s.ticket())
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]any
	if err := json.Unmarshal(data, &fields); err != nil {
		t.Fatal(err)
	}
	got := slices.Sorted(maps.Keys(fields))
	want := []string{"events", "id", "next", "notices", "requester", "school"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("stored fields (-want +got):\n%s", diff)
	}
}

// TestDecodeOld reads a ticket in the form of the first version.
func TestDecodeOld(t *testing.T) {
	const old = `{"id":7,"school":"gs-nord","requester":"anna","thread":{"platform":"console","channel":"anna"},"events":[
		{"at":"2026-03-09T09:00:00+01:00","by":"anna","kind":"asked","text":"kein bild","message":"console:1"},
		{"at":"2026-03-09T09:01:00+01:00","by":"anna","kind":"opened","room":"praesentation","task":"provider","priority":"P2",
		 "to":{"step":0,"role":"contact","party":"kontakt-nord","people":["mara"],"deputies":["dora"]},
		 "due":{"response":"2026-03-09T11:01:00+01:00","resolution":"2026-03-10T09:01:00+01:00"}},
		{"at":"2026-03-09T10:01:00+01:00","kind":"reminded","clock":"response","percent":50},
		{"at":"2026-03-09T10:10:00+01:00","by":"mara","kind":"taken"}],
		"notices":[{"key":"7/1/mara","event":1,"to":{"person":"mara","as":"responsible"},"sent":"2026-03-09T09:01:01+01:00"}],
		"next":"2026-03-09T13:01:00+01:00"}`
	x, err := Decode([]byte(old))
	if err != nil {
		t.Fatal(err)
	}
	if x.Status != StatusOpen || x.Assignee != "mara" || x.Holder.Party != "kontakt-nord" || x.Priority != P2 ||
		minutes(t, x.Due.Response) != "Mo 2026-03-09 11:01" || minutes(t, x.Response) != "Mo 2026-03-09 10:10" {
		t.Errorf("decoded as %+v", x)
	}
	for _, bad := range []string{``, `{`, `[]`, `{"events":[{"kind":"taken"}]}`, `{"events":[{"kind":"asked"},{"kind":"opened"}]}`} {
		if x, err := Decode([]byte(bad)); err == nil {
			t.Errorf("decoded %s as %+v", bad, x)
		}
	}
}

func TestFoldEqualsState(t *testing.T) {
	s, _ := play(t, escalationtest.Model(), "gs-nord", `
		Mo 2026-03-09 09:00 opened P2 praesentation
		Mo 2026-03-09 10:30 mara paused
		Mo 2026-03-09 11:00 anna added
		Mo 2026-03-09 11:30 mara handed_on
		Di 2026-03-10 11:30 paul solved
	`)
	x, again := s.ticket(), s.ticket()
	if err := again.Fold(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(x, again, cmpopts.EquateEmpty(), cmp.AllowUnexported(Ticket{})); diff != "" {
		t.Errorf("folding again changes the state (-before +after):\n%s", diff)
	}
}

// TestState says what is derived from a conversation.
func TestState(t *testing.T) {
	at := wall(t, "Mo 2026-03-09 09:00")
	x := &Ticket{}
	apply := func(e Event) {
		t.Helper()
		at = at.Add(time.Minute)
		e.At = at
		if err := x.Apply(e); err != nil {
			t.Fatal(err)
		}
	}
	want := func(what string, got, want any) {
		t.Helper()
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
	apply(Event{Kind: Asked, Text: "kein bild", Message: "m1"})
	apply(Event{Kind: Added, Text: "am laptop", Message: "m2"})
	apply(Event{Kind: Added, Text: ""})
	want("question", x.Question(), "kein bild\nam laptop")
	apply(Event{Kind: Offered, Articles: []string{"beamer", "adapter"}, Expect: "choice"})
	want("article with several to choose from", x.Article, "")
	want("expected", x.Expect, Expect("choice"))
	apply(Event{Kind: Chose, Articles: []string{"adapter"}})
	want("chosen article", x.Article, "adapter")
	want("expected after it came", x.Expect, Expect(""))
	apply(Event{Kind: NotHelped})
	apply(Event{Kind: NotHelped})
	want("tried", x.Tried, []string{"adapter"})
	apply(Event{Kind: Offered, Articles: []string{"beamer"}})
	want("article offered alone", x.Article, "beamer")
	apply(Event{Kind: Prompted, Expect: "room"})
	apply(Event{Kind: Detailed, Field: "place", Value: "204"})
	apply(Event{Kind: Detailed, Field: "place", Value: "205"})
	want("fields", x.Fields, map[string]string{"place": "205"})
	want("expected after the detail", x.Expect, Expect(""))
	apply(Event{Kind: Opened, To: &Holder{Party: "kontakt-nord"}, Priority: P2, Room: "praesentation"})
	apply(Event{Kind: Added, Text: "eilt", Message: "m3"})
	want("question after the opening", x.Question(), "kein bild\nam laptop")
	want("seen", []bool{x.Seen("m1"), x.Seen("m3"), x.Seen("m4"), x.Seen("")}, []bool{true, true, false, false})
	want("opened, unsolved", []bool{x.IsOpened(), x.Unsolved()}, []bool{true, true})
	apply(Event{Kind: Noted, By: "mara"})
	want("response after a note", x.Response.IsZero(), true)
	apply(Event{Kind: Solved, By: "mara"})
	want("response", x.Response, at)
	want("solved, unsolved", []any{x.Solved, x.Unsolved()}, []any{at, false})
	apply(Event{Kind: Reopened, By: "anna"})
	want("solved after reopening", x.Solved.IsZero(), true)
	apply(Event{Kind: Cancelled, By: "anna"})
	closed := at
	apply(Event{Kind: Rated, Stars: 4})
	want("closed, stars", []any{x.Closed, x.Stars}, []any{closed, 4})
	want("active", x.Active(), at)
	want("last", []any{x.Last(Offered, Chose).Articles, x.Last(Merged) == nil}, []any{[]string{"beamer"}, true})
}

// TestWhoAnswersHasTaken says who works on a ticket after something was done
// with it that nobody had taken, or that Tom had.
func TestWhoAnswersHasTaken(t *testing.T) {
	tests := []struct {
		kind            Kind
		status          Status
		new, afterTom   Person
		firstResponding bool
	}{
		{Taken, StatusOpen, "mara", "mara", true},
		{Replied, StatusOpen, "mara", "tom", true},
		{Paused, StatusPending, "mara", "tom", true},
		{Solved, StatusSolved, "mara", "tom", true},
		{Noted, StatusNew, Nobody, "tom", false},
		{HandedOn, StatusNew, Nobody, Nobody, false},
	}
	for _, test := range tests {
		fresh, _ := play(t, escalationtest.Model(), "gs-nord", `
			Mo 2026-03-09 09:00 opened P2 praesentation
			Mo 2026-03-09 09:30 mara `+string(test.kind))
		x := fresh.ticket()
		if x.Status != test.status || x.Assignee != test.new || x.Response.IsZero() == test.firstResponding {
			t.Errorf("%s: status %q, assignee %q, response %v", test.kind, x.Status, x.Assignee, x.Response)
		}
		taken, _ := play(t, escalationtest.Model(), "gs-nord", `
			Mo 2026-03-09 09:00 opened P2 praesentation
			Mo 2026-03-09 09:10 tom taken
			Mo 2026-03-09 09:30 mara `+string(test.kind))
		x = taken.ticket()
		if x.Assignee != test.afterTom || minutes(t, x.Response) != "Mo 2026-03-09 09:10" {
			t.Errorf("%s after Tom: assignee %q, response %s", test.kind, x.Assignee, minutes(t, x.Response))
		}
	}
}
