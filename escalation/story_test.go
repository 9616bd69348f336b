package escalation_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	. "ersthelfer/escalation"
	"ersthelfer/escalation/escalationtest"
)

// A stage is a desk with a clock that the test sets, and one ticket on it.
type stage struct {
	t     testing.TB
	model *Model
	store Store
	desk  *Desk
	now   time.Time
	id    ID
}

// newStage returns a desk over an empty store in memory.
func newStage(t testing.TB, m *Model) *stage {
	s := &stage{t: t, model: m, store: new(escalationtest.Memory)}
	s.desk = NewDesk(s.store, m, func() time.Time { return s.now })
	return s
}

// requesters are the teachers of the schools in the model.
var requesters = map[string]Person{"gs-nord": "anna", "gym-sued": "bernd", "grund-west": "clara"}

// ask starts the ticket at a school.
func (s *stage) ask(school, at string) {
	s.t.Helper()
	s.now = wall(s.t, at)
	q := Question{School: school, Requester: requesters[school], Text: "kein bild"}
	x, err := s.desk.Ask(s.t.Context(), q)
	if err != nil {
		s.t.Fatal(err)
	}
	s.id = x.ID
}

// do performs an action and stops the test if that is not possible.
func (s *stage) do(by Person, a ...Action) *Ticket {
	s.t.Helper()
	x, err := s.desk.Do(s.t.Context(), by, s.id, a...)
	if err != nil {
		s.t.Fatal(err)
	}
	return x
}

// ticket returns the ticket as it is stored.
func (s *stage) ticket() *Ticket {
	s.t.Helper()
	x, err := s.store.Ticket(s.t.Context(), s.id)
	if err != nil {
		s.t.Fatal(err)
	}
	return x
}

// tick lets time pass to at with one tick at its end.
func (s *stage) tick(at time.Time) time.Time {
	s.t.Helper()
	s.now = at
	next, err := s.desk.Tick(s.t.Context(), at)
	if err != nil {
		s.t.Fatal(err)
	}
	return next
}

// run lets time pass to at with a tick whenever the desk has asked for one.
func (s *stage) run(at time.Time) {
	s.t.Helper()
	for next := s.ticket().Next; !next.IsZero() && !next.After(at); next = s.ticket().Next {
		s.tick(next)
	}
	s.now = at
}

// play performs a script, one line for each thing that happens:
//
//	Mo 2026-03-09 09:00 opened P2 praesentation    by the requester
//	Mo 2026-03-09 09:30 mara taken
//	Mo 2026-03-09 09:40 mara handed_on provider    to a role; without one, to the next step
//	Mo 2026-03-09 10:00 -                          time passes
//	Mo 2026-03-09 10:00 outage                     time passes in which the program does not run, then it does
//	Mo 2026-03-09 10:00 late mara taken            the same, and then Mara is faster than the program
//
// It returns what happened from the opening on, and who was told.
func play(t testing.TB, m *Model, school, script string) (*stage, string) {
	t.Helper()
	s := newStage(t, m)
	for line := range strings.Lines(strings.TrimSpace(script)) {
		fields := strings.Fields(line)
		at, words := strings.Join(fields[:3], " "), append(fields[3:], "", "", "")
		switch {
		case s.id == 0:
			s.ask(school, at)
			a := Action{Kind: Opened, Priority: Priority(words[1]), Room: words[2]}
			s.do(requesters[school], a)
		case words[0] == "outage":
			s.tick(wall(t, at))
		case words[0] == "late":
			s.now = wall(t, at)
			s.do(Person(words[1]), Action{Kind: Kind(words[2]), Role: Role(words[3])})
		default:
			s.run(wall(t, at))
			if words[0] != "-" {
				s.do(Person(words[0]), Action{Kind: Kind(words[1]), Role: Role(words[2])})
			}
		}
	}
	return s, tell(t, s.ticket())
}

// tell returns the events of a ticket from its opening on with who is told, a
// line each.
func tell(t testing.TB, x *Ticket) string {
	var out strings.Builder
	for i, e := range x.Events {
		if e.Kind == Asked {
			continue
		}
		words := []string{minutes(t, e.At), string(e.By), string(e.Kind)}
		if e.Clock != "" {
			words = append(words, string(e.Clock))
		}
		if n := e.Percent + e.Round; n > 0 {
			words = append(words, fmt.Sprint(n))
		}
		if !e.Until.IsZero() {
			words = append(words, "until", minutes(t, e.Until))
		}
		if e.To != nil {
			words = append(words, "to", e.To.Party)
		}
		if e.Kind == Opened || e.Kind == HandedOn || e.Kind == Resumed || e.Kind == Reopened {
			words = append(words, "by", minutes(t, e.Due.Response), "and", minutes(t, e.Due.Resolution))
		}
		words = slices.DeleteFunc(words, func(w string) bool { return w == "" })
		fmt.Fprintln(&out, strings.Join(words, " ")+told(x, i))
	}
	return out.String()
}

// told returns who is told of event i: " | requester anna | responsible mara tom".
func told(x *Ticket, i int) string {
	out := ""
	for _, as := range []Relation{Requester, Responsible, Supervisor} {
		var who []string
		for _, n := range x.Notices {
			if n.Event == i && n.To.As == as {
				name := string(n.To.Person) + n.To.Channel
				if n.Dead != "" {
					name = "(" + name + ")"
				}
				who = append(who, name)
			}
		}
		if len(who) > 0 {
			out += " | " + string(as) + " " + strings.Join(who, " ")
		}
	}
	return out
}

// minutes returns a time as wall reads it.
func minutes(t testing.TB, at time.Time) string {
	if at.IsZero() {
		return "never"
	}
	at = at.In(place(t, "Europe/Berlin"))
	format := "2006-01-02 15:04"
	if at.Second() != 0 || at.Nanosecond() != 0 {
		format = "2006-01-02 15:04:05.999"
	}
	return germanDays[at.Weekday()] + " " + at.Format(format)
}

// dedent returns the lines of a text without the tabs around them.
func dedent(text string) string {
	var out strings.Builder
	for line := range strings.Lines(strings.TrimSpace(text)) {
		fmt.Fprintln(&out, strings.TrimSpace(line))
	}
	return out.String()
}
