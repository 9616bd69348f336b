package escalation_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	. "ersthelfer/escalation"
	"ersthelfer/escalation/escalationtest"
)

func TestAskTwice(t *testing.T) {
	s := newStage(t, escalationtest.Model())
	s.now = wall(t, "Mo 2026-03-09 09:00")
	q := Question{School: "gs-nord", Requester: "anna", Text: "kein bild", Message: "console:1", Language: "de"}
	first, err := s.desk.Ask(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	again, err := s.desk.Ask(t.Context(), q)
	if err != nil || again.ID != first.ID || len(again.Events) != 1 {
		t.Errorf("the same message again: %+v, %v; want ticket %d unchanged", again, err, first.ID)
	}
	q.Message = "console:2"
	if other, err := s.desk.Ask(t.Context(), q); err != nil || other.ID == first.ID {
		t.Errorf("another message with the same words: %+v, %v; want another ticket", other, err)
	}
	q.Message = ""
	for want := ID(3); want < 5; want++ {
		if x, err := s.desk.Ask(t.Context(), q); err != nil || x.ID != want {
			t.Errorf("a question without a message: %+v, %v; want ticket %d", x, err, want)
		}
	}
}

func TestDoTwice(t *testing.T) {
	s, _ := play(t, escalationtest.Model(), "gs-nord", `Mo 2026-03-09 09:00 opened P2 praesentation`)
	s.do("mara", Action{Kind: Replied, Text: "komme", Message: "console:7"})
	before := tell(t, s.ticket())
	s.now = s.now.Add(time.Minute)
	for _, a := range []Action{
		{Kind: Replied, Text: "komme", Message: "console:7"},
		{Kind: Reopened, Message: "console:7"}, // whatever it would mean now
	} {
		s.do("mara", a)
		if after := tell(t, s.ticket()); after != before {
			t.Errorf("%s with the same message changes the ticket:\n%s", a.Kind, after)
		}
	}
	// The message is no key to a ticket that somebody must not know of.
	_, err := s.desk.Do(t.Context(), "bernd", s.id, Action{Kind: Added, Message: "console:7"})
	if !errors.Is(err, ErrNotFound) {
		t.Errorf("a stranger with a message that was seen: %v, want ErrNotFound", err)
	}
	// Nor can a message of one ticket change another.
	s.ask("gs-nord", "Mo 2026-03-09 10:00")
	s.do("anna", Action{Kind: Added, Message: "console:7"})
	if x := s.ticket(); len(x.Events) != 1 {
		t.Errorf("a message of another ticket was recorded: %+v", x.Events)
	}
}

func TestAllOrNothing(t *testing.T) {
	s := newStage(t, escalationtest.Model())
	s.ask("gs-nord", "Mo 2026-03-09 09:00")
	_, err := s.desk.Do(t.Context(), "anna", s.id,
		Action{Kind: Detailed, Field: "place", Value: "204"}, Action{Kind: Opened, Room: "praesentation"}, Action{Kind: Taken})
	if !errors.Is(err, ErrDenied) {
		t.Errorf("the third is denied: %v", err)
	}
	_, err = s.desk.Do(t.Context(), "anna", s.id, Action{Kind: Opened}, Action{Kind: Opened})
	var te *TransitionError
	if !errors.As(err, &te) || te.Status != StatusNew {
		t.Errorf("the second cannot follow the first: %v", err)
	}
	if x := s.ticket(); len(x.Events) != 1 || len(x.Notices) != 0 || x.IsOpened() {
		t.Errorf("a part was stored: %+v", x)
	}
	s.do("anna", Action{Kind: Detailed, Field: "place", Value: "204"}, Action{Kind: Opened, Room: "praesentation"})
	if x := s.ticket(); len(x.Events) != 3 || x.Status != StatusNew || x.Fields["place"] != "204" {
		t.Errorf("not all was stored: %+v", x)
	}
}

func TestDoRefuses(t *testing.T) {
	s, _ := play(t, escalationtest.Model(), "gs-nord", `Mo 2026-03-09 09:00 opened P2 praesentation`)
	refuse := func(by Person, id ID, want error, a Action) {
		t.Helper()
		if _, err := s.desk.Do(t.Context(), by, id, a); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", a.Kind, err, want)
		}
	}
	refuse("mara", 99, ErrNotFound, Action{Kind: Taken})
	refuse("mara", s.id, ErrNobody, Action{Kind: HandedOn, Role: "caretaker"}) // nobody fills it here
	refuse("mara", s.id, ErrNobody, Action{Kind: HandedOn, Role: "unknown"})
	s.do("mara", Action{Kind: HandedOn})
	s.do("paul", Action{Kind: HandedOn}) // to the supervisor, after the last step
	if x := s.ticket(); x.Holder.Party != "traeger" {
		t.Errorf("after the last step it is with %s", x.Holder.Party)
	}
	refuse("sven", s.id, ErrNobody, Action{Kind: HandedOn})
	for _, k := range []Kind{HandedOn, Resumed} {
		s.ask("gs-nord", "Mo 2026-03-09 10:00")
		_, err := s.desk.Do(t.Context(), Nobody, s.id, Action{Kind: k})
		var te *TransitionError
		if !errors.As(err, &te) {
			t.Errorf("%s of a conversation: %v, want a TransitionError", k, err)
		}
	}
}

func TestTakenAgainChangesNothing(t *testing.T) {
	s, before := play(t, escalationtest.Model(), "gs-nord", `
		Mo 2026-03-09 09:00 opened P2 praesentation
		Mo 2026-03-09 09:10 mara taken
	`)
	s.do("mara", Action{Kind: Taken})
	if after := tell(t, s.ticket()); after != before {
		t.Errorf("taken again:\n%s", after)
	}
}

// TestClockBack says what holds when the clock steps back an hour: no event is
// before the one that it follows, and nothing fires twice.
func TestClockBack(t *testing.T) {
	s, before := play(t, escalationtest.Model(), "gs-nord", `
		Mo 2026-03-09 09:00 opened P2 praesentation
		Mo 2026-03-09 10:40 -
	`)
	for at := wall(t, "Mo 2026-03-09 09:40"); at.Before(wall(t, "Mo 2026-03-09 10:59")); at = at.Add(time.Minute) {
		s.tick(at)
	}
	if after := tell(t, s.ticket()); after != before {
		t.Errorf("in the hour that comes again something happened again:\n%s", after)
	}
	// Something that was due is found with the clock before the ticket's last event.
	late, _ := play(t, escalationtest.Model(), "gs-nord", `
		Mo 2026-03-09 09:00 opened P2 praesentation
		Mo 2026-03-09 10:50 late anna added
		Mo 2026-03-09 10:10 outage
	`)
	if e := late.ticket().Last(Reminded); e == nil || minutes(t, e.At) != "Mo 2026-03-09 10:50" {
		t.Errorf("recorded before what it follows:\n%s", tell(t, late.ticket()))
	}
	s.now = wall(t, "Mo 2026-03-09 09:45")
	x := s.do("mara", Action{Kind: Taken})
	if got := minutes(t, x.Response); got != "Mo 2026-03-09 10:36" {
		t.Errorf("taken at %s, want the time of the event before", got)
	}
	if x.Next.IsZero() || minutes(t, x.Next) != "Mo 2026-03-09 13:00" {
		t.Errorf("next is %s, want the resolution reminder", minutes(t, x.Next))
	}
}

// TestClockForward says what holds when the clock jumps ten years ahead and
// comes back: every ticket moves by one step at most, none is lost, and nothing
// fires twice. (Whether such a jump is believed is decided by who calls Tick.)
func TestClockForward(t *testing.T) {
	s, _ := play(t, escalationtest.Model(), "gs-nord", `Mo 2026-03-09 09:00 opened P2 praesentation`)
	later := s.now.AddDate(10, 0, 0)
	s.tick(later)
	x := s.ticket()
	if x.Status != StatusNew || x.Holder.Party != "regio-it" || len(x.Events) != 5 {
		t.Errorf("ten years later:\n%s", tell(t, x))
	}
	before := tell(t, x)
	s.tick(wall(t, "Mo 2026-03-09 09:30"))
	s.tick(wall(t, "Di 2026-03-10 09:30"))
	if after := tell(t, s.ticket()); after != before {
		t.Errorf("when the clock is right again something fired again:\n%s", after)
	}
	s.now = wall(t, "Di 2026-03-10 10:00")
	s.do("paul", Action{Kind: Solved})
	s.do("anna", Action{Kind: Confirmed})
	if x := s.ticket(); x.Status != StatusClosed {
		t.Errorf("the ticket cannot be worked on any more: %s", x.Status)
	}
}

// count is a store that counts the tickets it reads.
type count struct {
	Store
	read int
}

func (c *count) Find(ctx context.Context, q Query) ([]*Ticket, error) {
	found, err := c.Store.Find(ctx, q)
	c.read += len(found)
	return found, err
}

func (c *count) Ticket(ctx context.Context, id ID) (*Ticket, error) {
	c.read++
	return c.Store.Ticket(ctx, id)
}

func (c *count) Change(ctx context.Context, id ID, fn func(*Ticket) error) (*Ticket, error) {
	c.read++
	return c.Store.Change(ctx, id, fn)
}

// TestTickReadsOnlyWhatIsDue also says what Tick returns.
func TestTickReadsOnlyWhatIsDue(t *testing.T) {
	s := newStage(t, escalationtest.Model())
	for range 250 {
		s.ask("gs-nord", "Mo 2026-03-09 09:00")
		s.do("anna", Action{Kind: Opened, Priority: P2, Room: "praesentation"})
	}
	c := &count{Store: s.store}
	s.desk = NewDesk(c, s.model, func() time.Time { return s.now })
	next := s.tick(wall(t, "Mo 2026-03-09 09:59"))
	if minutes(t, next) != "Mo 2026-03-09 10:00" || c.read > 1 {
		t.Errorf("nothing is due: next %s, %d tickets read; want 10:00 and one", minutes(t, next), c.read)
	}
	next = s.tick(wall(t, "Mo 2026-03-09 10:00"))
	if minutes(t, next) != "Mo 2026-03-09 10:36" {
		t.Errorf("all are due: next %s", minutes(t, next))
	}
	for id := ID(1); id <= 250; id++ {
		if s.id = id; s.ticket().Last(Reminded) == nil {
			t.Fatalf("ticket %d was left out", id)
		}
	}
	if next := newStage(t, s.model).tick(s.now); !next.IsZero() {
		t.Errorf("an empty store: next is %s, want never", minutes(t, next))
	}
}

// stubborn is a store that cannot change some tickets.
type stubborn struct {
	Store
	stuck func(ID) bool
}

func (s stubborn) Change(ctx context.Context, id ID, fn func(*Ticket) error) (*Ticket, error) {
	if s.stuck(id) {
		return nil, fmt.Errorf("record %d is stuck", id)
	}
	return s.Store.Change(ctx, id, fn)
}

// TestTickGoesOn checks that tickets which cannot be changed keep no other one
// waiting, even if there are more of them than one look-up finds.
func TestTickGoesOn(t *testing.T) {
	const stuck, all = DefaultLimit + 20, DefaultLimit + 30
	s := newStage(t, escalationtest.Model())
	for range all {
		s.ask("gs-nord", "Mo 2026-03-09 09:00")
		s.do("anna", Action{Kind: Opened, Priority: P2, Room: "praesentation"})
	}
	desk := NewDesk(stubborn{s.store, func(id ID) bool { return 0 < id && id <= stuck }}, s.model, func() time.Time { return s.now })
	_, err := desk.Tick(t.Context(), wall(t, "Mo 2026-03-09 10:00"))
	if n := strings.Count(fmt.Sprint(err), "is stuck"); n != stuck {
		t.Errorf("%d errors, want %d", n, stuck)
	}
	for id := ID(1); id <= all; id++ {
		if s.id = id; (s.ticket().Last(Reminded) != nil) != (id > stuck) {
			t.Errorf("ticket %d: %s", id, tell(t, s.ticket()))
		}
	}
}

// TestTargetsOfNothing checks that targets of no time do not make Tick go round
// for ever, and that afterwards nothing is due.
func TestTargetsOfNothing(t *testing.T) {
	m := escalationtest.Model()
	m.Targets[P2] = Target{}
	s, _ := play(t, m, "gs-nord", `
		Mo 2026-03-09 09:00 opened P2 praesentation
		Mo 2026-03-09 09:00 outage
	`)
	x := s.ticket()
	if x.Holder.Party != "regio-it" || x.Last(Breached) == nil || !x.Next.IsZero() {
		t.Errorf("next is %s after\n%s", minutes(t, x.Next), tell(t, x))
	}
}

// TestModelWithoutCalendars checks that a ticket without hours is opened,
// without promises.
func TestModelWithoutCalendars(t *testing.T) {
	m := escalationtest.Model()
	m.Calendars = nil
	_, got := play(t, m, "gs-nord", `
		Mo 2026-03-09 09:00 opened P2 praesentation
		Di 2026-03-10 09:00 mara handed_on
		Di 2026-03-10 10:00 paul paused
		Di 2026-03-10 11:00 anna resumed
	`)
	if strings.Count(got, "by never and never") != 3 {
		t.Errorf("without calendars:\n%s", got)
	}
}

func TestAdopt(t *testing.T) {
	s, _ := play(t, escalationtest.Model(), "gs-nord", `Mo 2026-03-09 09:00 opened P2 praesentation`)
	m := escalationtest.Model()
	m.Targets[P2] = Target{Response: span(t, "4h"), Resolution: span(t, "2 workdays")}
	s.desk.Adopt(m)
	s.run(wall(t, "Mo 2026-03-09 11:00"))
	x := s.ticket()
	if x.Holder.Party != "regio-it" || minutes(t, x.Due.Response) != "Mo 2026-03-09 15:00" {
		t.Errorf("the old promise and the next one with the new target:\n%s", tell(t, x))
	}
	if s.desk.Model() != m {
		t.Error("the model in force is another one")
	}
}

// TestVacancyAlarm checks that the supervisor is told once of a role that
// became vacant, however often the program looks.
func TestVacancyAlarm(t *testing.T) {
	m := escalationtest.Model()
	absent(t, m, "wanda", "2026-03-09", "2026-03-13")
	absent(t, m, "wanda", "2026-04-20", "2026-04-24")
	s := newStage(t, m)
	alarms := func() (found []*Ticket) {
		found, err := s.store.Find(t.Context(), Query{Index: ByParty, Value: "traeger"})
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	s.tick(wall(t, "So 2026-03-08 23:59"))
	if n := len(alarms()); n != 0 {
		t.Errorf("%d alarms before the gap", n)
	}
	for at := wall(t, "Mo 2026-03-09 00:00"); at.Before(wall(t, "Sa 2026-03-14 00:00")); at = at.Add(time.Hour) {
		s.tick(at)
	}
	found := alarms()
	if len(found) != 1 {
		t.Fatalf("%d alarms in the gap, want 1", len(found))
	}
	x := found[0]
	if got := told(x, 1); got != " | responsible sven" {
		t.Errorf("the alarm tells%s", got)
	}
	if e := x.Events[0]; x.School != "grund-west" || e.Field != "vacant" || e.Value != "contact" || x.Requester != Nobody {
		t.Errorf("the alarm is %+v", x)
	}
	s.tick(wall(t, "Mo 2026-04-20 08:00"))
	if n := len(alarms()); n != 2 {
		t.Errorf("%d alarms after the second gap, want 2", n)
	}
	m.Supervisor = ""
	s.tick(wall(t, "Di 2026-04-21 08:00"))
}

// TestTargets says whose target holds: the school's own, else that of the
// party which holds the ticket, else the general one.
func TestTargets(t *testing.T) {
	hour, three := Target{Response: span(t, "1h")}, Target{Response: span(t, "3h")}
	tests := []struct {
		name   string
		change func(m *Model)
		want   string
	}{
		{"general", func(*Model) {}, "Mo 2026-03-09 11:00"},
		{"the party's", func(m *Model) { m.Parties["kontakt-nord"].Targets = map[Priority]Target{P2: three} }, "Mo 2026-03-09 12:00"},
		{"another priority's", func(m *Model) { m.Parties["kontakt-nord"].Targets = map[Priority]Target{P1: three} }, "Mo 2026-03-09 11:00"},
		{"the school's before the party's", func(m *Model) {
			m.Parties["kontakt-nord"].Targets = map[Priority]Target{P2: three}
			m.Schools["gs-nord"].Targets = map[Priority]Target{P2: hour}
		}, "Mo 2026-03-09 10:00"},
	}
	for _, test := range tests {
		m := escalationtest.Model()
		test.change(m)
		s, _ := play(t, m, "gs-nord", `Mo 2026-03-09 09:00 opened P2 praesentation`)
		if got := minutes(t, s.ticket().Due.Response); got != test.want {
			t.Errorf("%s: response is due %s, want %s", test.name, got, test.want)
		}
	}
}

// TestOpenedWithoutPriority checks that a ticket is never without a target.
func TestOpenedWithoutPriority(t *testing.T) {
	s := newStage(t, escalationtest.Model())
	s.ask("gs-nord", "Mo 2026-03-09 09:00")
	if x := s.do("anna", Action{Kind: Opened}); x.Priority != P3 || minutes(t, x.Due.Response) != "Mo 2026-03-09 13:00" {
		t.Errorf("opened as %q, due %s; want P3, 13:00", x.Priority, minutes(t, x.Due.Response))
	}
}

// TestConversationLapses checks that a conversation ends a day of wall time
// after its last word, at night and at the week-end too.
func TestConversationLapses(t *testing.T) {
	s := newStage(t, escalationtest.Model())
	s.ask("gs-nord", "Fr 2026-03-13 20:00")
	s.now = wall(t, "Fr 2026-03-13 21:00")
	s.do("anna", Action{Kind: Added})
	s.tick(wall(t, "Sa 2026-03-14 20:59"))
	if x := s.ticket(); x.Status != StatusAsked || minutes(t, x.Next) != "Sa 2026-03-14 21:00" {
		t.Errorf("before: %s, next %s", x.Status, minutes(t, x.Next))
	}
	s.tick(wall(t, "Sa 2026-03-14 21:00"))
	if x := s.ticket(); x.Status != StatusClosed || !x.Next.IsZero() || x.IsOpened() {
		t.Errorf("after: %s, next %s", x.Status, minutes(t, x.Next))
	}
}
