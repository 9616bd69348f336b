package escalation_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	. "ersthelfer/escalation"
	"ersthelfer/escalation/escalationtest"
)

func ids(tickets []*Ticket) (out []ID) {
	for _, x := range tickets {
		out = append(out, x.ID)
	}
	return out
}

func wantIDs(t *testing.T, what string, found []*Ticket, err error, want ...ID) {
	t.Helper()
	if got := ids(found); err != nil || !slices.Equal(got, want) {
		t.Errorf("%s: tickets %v, %v; want %v", what, got, err, want)
	}
}

// TestRequesterSeesNoNotes reads a ticket through every door that is open to
// its requester.
func TestRequesterSeesNoNotes(t *testing.T) {
	s, _ := play(t, escalationtest.Model(), "gs-nord", `Mo 2026-03-09 09:00 opened P2 praesentation`)
	s.do("mara", Action{Kind: Noted, Text: "intern", Message: "console:8"})
	s.do("mara", Action{Kind: Replied, Text: "komme"})
	one := func(x *Ticket, err error) []*Ticket {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return []*Ticket{x}
	}
	doors := map[string]func(by Person) []*Ticket{
		"Ticket":    func(by Person) []*Ticket { return one(s.desk.Ticket(t.Context(), by, s.id)) },
		"ByMessage": func(by Person) []*Ticket { return one(s.desk.ByMessage(t.Context(), by, "console:8")) },
		"Mine": func(Person) []*Ticket {
			found, err := s.desk.Mine(t.Context(), "anna", 10)
			wantIDs(t, "mine", found, err, s.id)
			return found
		},
		"Recent": func(Person) []*Ticket {
			found, err := s.desk.Recent(t.Context(), "anna", Address{}, 10)
			wantIDs(t, "recent", found, err, s.id)
			return found
		},
	}
	for name, door := range doors {
		for _, x := range door("anna") {
			if x.Last(Noted) != nil || x.Notices != nil {
				t.Errorf("%s shows the requester notes or notices: %+v", name, x)
			}
			if x.Status != StatusOpen || x.Last(Replied) == nil {
				t.Errorf("%s shows the requester too little: %+v", name, x)
			}
		}
	}
	for _, who := range []Person{"mara", "paul", "sven", Nobody} {
		if x := doors["Ticket"](who)[0]; x.Last(Noted) == nil {
			t.Errorf("%q does not see notes", who)
		}
	}
	if s.ticket().Last(Noted) == nil {
		t.Error("looking at a ticket took away its note")
	}
	for _, who := range []Person{"bernd", "wanda", "unknown"} {
		if x, err := s.desk.Ticket(t.Context(), who, s.id); !errors.Is(err, ErrNotFound) {
			t.Errorf("%s sees %+v, %v", who, x, err)
		}
		if x, err := s.desk.ByMessage(t.Context(), who, "console:8"); !errors.Is(err, ErrNotFound) {
			t.Errorf("%s finds %+v, %v by its message", who, x, err)
		}
	}
}

// TestByMessage checks that messages of both sides lead to the ticket.
func TestByMessage(t *testing.T) {
	s, _ := play(t, escalationtest.Model(), "gs-nord", `Mo 2026-03-09 09:00 opened P2 praesentation`)
	s.do("anna", Action{Kind: Added, Message: "console:anna"})
	s.do("mara", Action{Kind: Replied, Message: "console:mara"})
	s.do("mara", Action{Kind: HandedOn, Message: "console:on"})
	s.do("paul", Action{Kind: Solved, Message: "console:paul"})
	for _, message := range []string{"console:anna", "console:mara", "console:on", "console:paul"} {
		for _, by := range []Person{"anna", "mara", "paul", Nobody} {
			if x, err := s.desk.ByMessage(t.Context(), by, message); err != nil || x.ID != s.id {
				t.Errorf("%q finds %v, %v by %s", by, x, err, message)
			}
		}
	}
	if _, err := s.desk.ByMessage(t.Context(), "mara", "console:none"); !errors.Is(err, ErrNotFound) {
		t.Errorf("a message of no ticket: %v", err)
	}
}

func TestQueue(t *testing.T) {
	s := newStage(t, escalationtest.Model())
	open := func(p Priority, room string) {
		t.Helper()
		s.do("anna", Action{Kind: Opened, Priority: p, Room: room})
	}
	s.ask("gs-nord", "Mo 2026-03-09 09:00")
	open(P3, "praesentation")
	s.ask("gs-nord", "Mo 2026-03-09 09:01")
	open(P2, "praesentation")
	s.ask("gs-nord", "Mo 2026-03-09 09:02")
	open(P3, "praesentation")
	s.ask("gs-nord", "Mo 2026-03-09 09:03") // only asked
	s.ask("gs-nord", "Mo 2026-03-09 09:04")
	open(P1, "praesentation")
	s.do("mara", Action{Kind: HandedOn})
	s.ask("gs-nord", "Mo 2026-03-09 09:05")
	open(P1, "praesentation")
	s.do("mara", Action{Kind: Solved})
	for who, want := range map[Person][]ID{
		"mara": {2, 1, 3}, "dora": {2, 1, 3}, "paul": {5}, "sven": nil, "anna": nil,
	} {
		found, err := s.desk.Queue(t.Context(), who)
		wantIDs(t, "queue of "+string(who), found, err, want...)
	}
}

// TestQueueShowsUrgentBehindMany checks that an urgent ticket is seen behind
// more tickets than one look-up finds.
func TestQueueShowsUrgentBehindMany(t *testing.T) {
	s := newStage(t, escalationtest.Model())
	for range DefaultLimit {
		s.ask("gs-nord", "Mo 2026-03-09 09:00")
		s.do("anna", Action{Kind: Opened, Priority: P4, Room: "praesentation"})
	}
	s.ask("gs-nord", "Mo 2026-03-09 10:00")
	s.do("anna", Action{Kind: Opened, Priority: P1, Room: "praesentation"})
	found, err := s.desk.Queue(t.Context(), "mara")
	if err != nil || len(found) != DefaultLimit+1 || found[0].ID != s.id {
		t.Errorf("%d tickets, %v, first %v; want ticket %d first", len(found), err, ids(found[:1]), s.id)
	}
}

// TestRecent checks that others in the same channel do not hide one's own.
func TestRecent(t *testing.T) {
	s := newStage(t, escalationtest.Model())
	in := Address{Platform: "console", Channel: "lehrerzimmer"}
	ask := func(by Person, minute int) {
		t.Helper()
		s.now = wall(t, "Mo 2026-03-09 09:00").Add(time.Duration(minute) * time.Minute)
		x, err := s.desk.Ask(t.Context(), Question{School: "gs-nord", Requester: by, Thread: in})
		if err != nil {
			t.Fatal(err)
		}
		s.id = x.ID
	}
	ask("anna", 0)
	ask("anna", 1)
	ask("anton", 2)
	ask("anton", 3)
	s.id = 1
	s.now = s.now.Add(time.Hour)
	s.do("anna", Action{Kind: Added})
	found, err := s.desk.Recent(t.Context(), "anna", in, 10)
	wantIDs(t, "recent", found, err, 1, 2)
	found, err = s.desk.Recent(t.Context(), "anton", in, 1)
	wantIDs(t, "the most recent", found, err, 4)
	found, err = s.desk.Recent(t.Context(), "anna", Address{Platform: "console"}, 10)
	wantIDs(t, "recent elsewhere", found, err)
	found, err = s.desk.Mine(t.Context(), "anna", 1)
	wantIDs(t, "my newest", found, err, 2)
}

// TestWaiting checks that questions wait until the bot has said or asked something.
func TestWaiting(t *testing.T) {
	s := newStage(t, escalationtest.Model())
	for range 4 {
		s.ask("gs-nord", "Mo 2026-03-09 09:00")
	}
	s.id = 1
	s.do("anna", Action{Kind: Offered, Articles: []string{"a"}})
	s.id = 2
	s.do("anna", Action{Kind: Prompted, Expect: "room"})
	s.id, s.now = 3, wall(t, "Mo 2026-03-09 09:05")
	s.do("anna", Action{Kind: Added})
	for at, want := range map[string][]ID{
		"Mo 2026-03-09 08:59": nil, "Mo 2026-03-09 09:00": {4}, "Mo 2026-03-09 09:05": {4, 3},
	} {
		found, err := s.desk.Waiting(t.Context(), wall(t, at))
		wantIDs(t, "waiting at "+at, found, err, want...)
	}
}

func TestEach(t *testing.T) {
	s := newStage(t, escalationtest.Model())
	const n = 2*DefaultLimit + 30
	for i := range n {
		s.now = wall(t, "Mo 2026-03-09 09:00")
		if i >= n-20 { // more than one page at the same instant, some later
			s.now = s.now.Add(time.Duration(i) * time.Second)
		}
		if _, err := s.desk.Ask(t.Context(), Question{School: "gs-nord", Requester: "anna"}); err != nil {
			t.Fatal(err)
		}
	}
	each := func(from, to string) (got []ID) {
		t.Helper()
		var a, b time.Time
		if from != "" {
			a = wall(t, from)
		}
		if to != "" {
			b = wall(t, to)
		}
		err := s.desk.Each(t.Context(), a, b, func(x *Ticket) error { got = append(got, x.ID); return nil })
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	var all []ID
	for i := range n {
		all = append(all, ID(i+1))
	}
	if got := each("", ""); !slices.Equal(got, all) {
		t.Errorf("all: %v", got)
	}
	if got := each("Mo 2026-03-09 09:00", "Mo 2026-03-09 09:01"); !slices.Equal(got, all[:n-20]) {
		t.Errorf("within the first minute: %v", got)
	}
	if got := each("Mo 2026-03-09 09:01", ""); !slices.Equal(got, all[n-20:]) {
		t.Errorf("after it: %v", got)
	}
	stop := errors.New("stop")
	calls := 0
	err := s.desk.Each(t.Context(), time.Time{}, time.Time{}, func(*Ticket) error { calls++; return stop })
	if !errors.Is(err, stop) || calls != 1 {
		t.Errorf("after an error: %v, %d calls", err, calls)
	}
}

// TestSpent checks both clocks against values worked out by hand. Tickets are
// P2 at gs-nord; "now" is the last line.
func TestSpent(t *testing.T) {
	tests := []struct{ name, script, response, resolution string }{
		{"running", `
			Mo 2026-03-09 09:00 opened P2 praesentation
			Mo 2026-03-09 10:30 -`, "1h30m0s", "1h30m0s"},
		{"before the opening", `
			Mo 2026-03-09 06:00 opened P2 praesentation
			Mo 2026-03-09 07:30 -`, "0s", "0s"},
		{"taken, over night", `
			Mo 2026-03-09 15:00 opened P2 praesentation
			Di 2026-03-10 08:15 mara taken
			Di 2026-03-10 10:00 -`, "1h15m0s", "3h0m0s"},
		{"a note is no response", `
			Mo 2026-03-09 09:00 opened P2 praesentation
			Mo 2026-03-09 09:30 mara noted
			Mo 2026-03-09 10:00 mara replied
			Mo 2026-03-09 10:30 -`, "1h0m0s", "1h30m0s"},
		{"solved at once, long ago", `
			Mo 2026-03-09 09:00 opened P2 praesentation
			Mo 2026-03-09 09:45 mara solved
			Mi 2026-03-11 09:00 -`, "45m0s", "45m0s"},
		{"pending does not count, asked back twice", `
			Mo 2026-03-09 09:00 opened P2 praesentation
			Mo 2026-03-09 10:00 mara paused
			Mo 2026-03-09 14:00 mara paused
			Di 2026-03-10 09:00 anna added
			Di 2026-03-10 11:00 mara solved
			Di 2026-03-10 15:00 -`, "1h0m0s", "3h0m0s"},
		{"reopened goes on", `
			Mo 2026-03-09 09:00 opened P2 praesentation
			Mo 2026-03-09 10:00 mara solved
			Mo 2026-03-09 15:00 anna reopened
			Di 2026-03-10 08:30 mara solved
			Di 2026-03-10 09:00 -`, "1h0m0s", "2h30m0s"},
		{"cancelled before anybody reacted", `
			Mo 2026-03-09 09:00 opened P2 praesentation
			Mo 2026-03-09 09:20 anna cancelled
			Di 2026-03-10 09:00 -`, "20m0s", "20m0s"},
		// The contact's half hour of Friday, then the provider's half hour of Friday and its Monday
		// although the school has holidays: 30m + 30m + 8h.
		{"holders with different calendars", `
			Fr 2026-10-16 13:00 opened P2 praesentation
			Fr 2026-10-16 13:30 mara handed_on
			Mo 2026-10-19 16:00 -`, "9h0m0s", "9h0m0s"},
		// Back to the contact on Monday at 10: the holidays stop the clock until 2 November.
		{"handed back into the holidays", `
			Fr 2026-10-16 13:00 opened P2 praesentation
			Fr 2026-10-16 13:30 mara handed_on
			Mo 2026-10-19 09:00 paul taken
			Mo 2026-10-19 10:00 paul handed_on contact
			Mo 2026-11-02 08:20 mara solved`, "2h0m0s", "3h20m0s"},
		{"handed on while pending: the clock runs for the new holder", `
			Mo 2026-03-09 09:00 opened P2 praesentation
			Mo 2026-03-09 10:00 mara paused
			Mo 2026-03-09 12:00 mara handed_on
			Mo 2026-03-09 13:00 paul solved
			Mo 2026-03-09 15:00 -`, "1h0m0s", "2h0m0s"},
	}
	for _, test := range tests {
		s, story := play(t, escalationtest.Model(), "gs-nord", test.script)
		for clock, want := range map[Clock]string{Response: test.response, Resolution: test.resolution} {
			if got := s.model.Spent(s.ticket(), clock, s.now).String(); got != want {
				t.Errorf("%s: %s clock shows %s, want %s\n%s", test.name, clock, got, want, story)
			}
		}
	}
	s := newStage(t, escalationtest.Model())
	s.ask("gs-nord", "Mo 2026-03-09 09:00")
	if got := s.model.Spent(s.ticket(), Response, s.now.AddDate(0, 0, 7)); got != 0 {
		t.Errorf("a conversation has spent %s", got)
	}
}

// TestRequesterSeesNoWordsOnHandingOn checks that what staff write to each other
// on handing on is internal: the requester sees that it was, and to whom.
func TestRequesterSeesNoWordsOnHandingOn(t *testing.T) {
	s, _ := play(t, escalationtest.Model(), "gs-nord", `Mo 2026-03-09 09:00 opened P2 praesentation`)
	s.do("mara", Action{Kind: HandedOn, Text: "schon der dritte Fall dort", Files: []File{{Name: "intern.pdf"}}})
	for who, want := range map[Person]string{"anna": "", "mara": "schon der dritte Fall dort", "paul": "schon der dritte Fall dort"} {
		x, err := s.desk.Ticket(t.Context(), who, s.id)
		if err != nil {
			t.Fatal(err)
		}
		e := x.Last(HandedOn)
		if e.Text != want || (len(e.Files) > 0) != (want != "") || e.To == nil || e.To.Party != "regio-it" {
			t.Errorf("%s sees %+v", who, e)
		}
	}
	if s.ticket().Last(HandedOn).Text == "" {
		t.Error("looking at a ticket took away its words")
	}
}
