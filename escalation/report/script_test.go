package report_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	. "ersthelfer/escalation"
	"ersthelfer/escalation/escalationtest"
	"ersthelfer/escalation/report"
)

// The days of scripts: "Mo" is in the week of 9 March 2026, "Mo2" a week later.
// There is no holiday in those weeks.
var firstDays = map[string]int{"Mo": 9, "Di": 10, "Mi": 11, "Do": 12, "Fr": 13, "Sa": 14, "So": 15}

// at reads "Mo 08:10", "Mo2 08:10" or "2026-10-16 08:10", in Berlin.
func at(t *testing.T, day, clock string) time.Time {
	t.Helper()
	if n, ok := firstDays[day[:2]]; ok {
		if len(day) > 2 {
			n += 7 * int(day[2]-'1')
		}
		day = "2026-03-" + strconv.Itoa(100 + n)[1:]
	}
	when, err := time.ParseInLocation("2006-01-02 15:04", day+" "+clock, berlin(t))
	if err != nil {
		t.Fatal(err)
	}
	return when
}

// when reads a day and a time in one string; "" is the zero time.
func when(t *testing.T, s string) time.Time {
	t.Helper()
	if s == "" {
		return time.Time{}
	}
	day, clock, _ := strings.Cut(s, " ")
	return at(t, day, clock)
}

func berlin(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// ticket reads a ticket from a script: school and requester, then events.
//
//	gs-nord anna: Mo 08:00 asked; Mo 08:10 opened P2 praesentation → contact by Mo 10:10, Di 08:10
//
// After "→" stands the role at its step of the school's way, after "by" what is
// promised for response and resolution.
func ticket(t *testing.T, script string) *Ticket {
	t.Helper()
	head, body, ok := strings.Cut(script, ": ")
	who := strings.Fields(head)
	if !ok || len(who) != 2 {
		t.Fatalf("script %q: write school and requester, a colon, and events", script)
	}
	made := &Ticket{ID: 1, School: who[0], Requester: Person(who[1])}
	if who[1] == "nobody" {
		made.Requester = Nobody
	}
	for line := range strings.SplitSeq(strings.TrimRight(body, "; "), ";") {
		made.Events = append(made.Events, event(t, made, strings.TrimSpace(line)))
	}
	data, err := Encode(made)
	if err != nil {
		t.Fatal(err)
	}
	folded, err := Decode(data)
	if err != nil {
		t.Fatalf("script %q: %v", script, err)
	}
	return folded
}

func event(t *testing.T, made *Ticket, line string) Event {
	t.Helper()
	line, promised, _ := strings.Cut(line, " by ")
	line, role, _ := strings.Cut(line, " → ")
	words := strings.Fields(line)
	e := Event{At: at(t, words[0], words[1]), Kind: Kind(words[2]), By: made.Requester}
	if promised != "" {
		response, resolution, _ := strings.Cut(promised, ", ")
		e.Due = Due{Response: when(t, response), Resolution: when(t, resolution)}
	}
	switch args := words[3:]; e.Kind {
	case Offered, Chose:
		e.By = Nobody
		if len(args) > 0 {
			e.Articles = strings.Split(args[0], ",")
		}
	case Taken, Replied, Noted, Paused, Solved:
		e.By = "mara"
	case Lapsed, Breached, Prompted:
		e.By = Nobody
		if len(args) > 0 {
			e.Clock, e.Percent = Clock(args[0]), 100
		}
	case Rated:
		e.Stars = int(args[0][0] - '0')
	case Opened:
		e.Priority = Priority(args[0])
		if len(args) > 1 {
			e.Room = args[1]
		}
		e.To = holder(made.School, role)
	case HandedOn:
		e.By = Nobody
		e.To = holder(made.School, role)
	}
	return e
}

// holder returns the role's holder: the contact is the first step of the way,
// the provider the second; the supervisor comes last.
func holder(school, role string) *Holder {
	m := escalationtest.Model()
	if role == "supervisor" {
		return &Holder{Step: 2, Party: m.Supervisor}
	}
	way := m.Steps(Matter{School: school, Room: "praesentation"})
	h := &Holder{Step: max(0, slices.Index(way, Role(role))), Role: Role(role), Party: role}
	if s := m.Schools[school]; s != nil && s.Roles[Role(role)] != "" {
		h.Party = s.Roles[Role(role)]
	}
	return h
}

// draw returns the figures of scripts that were all asked in the period.
func draw(t *testing.T, o report.Options, scripts ...string) report.Result {
	t.Helper()
	r := report.New(escalationtest.Model(), time.Time{}, time.Time{}, o)
	for _, s := range scripts {
		r.Add(ticket(t, s))
	}
	return r.Result()
}

// alone are options that hide nothing.
func alone(t *testing.T, now string) report.Options {
	return report.Options{Now: when(t, now), MinGroup: 1}
}
