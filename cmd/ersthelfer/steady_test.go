package main

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ersthelfer/escalation"
	"ersthelfer/escalation/escalationtest"
)

// TestSteadyClock lets a ticket live through jumps of the wall clock. The ticket
// is opened on Monday at 9 with targets of 2 h and 8 h; the program looks every
// five seconds, as its loop does. What is told is what a person hears.
func TestSteadyClock(t *testing.T) {
	tests := []struct {
		name string
		// jumps: after so long, the wall clock is moved by so much
		after []time.Duration
		by    []time.Duration
		until time.Duration // real time that passes
		want  string        // kinds of events after opening, and how far from 9:00 the clock showed them
	}{
		{"no jump", nil, nil, 65 * time.Minute, "reminded 50 +1h0m"},
		{"ten years ahead for half a minute", []time.Duration{time.Minute, 90 * time.Second},
			[]time.Duration{10 * 8766 * time.Hour, -10 * 8766 * time.Hour}, 65 * time.Minute, "reminded 50 +1h0m"},
		{"an hour back for half a minute", []time.Duration{30 * time.Minute, 30*time.Minute + 30*time.Second},
			[]time.Duration{-time.Hour, time.Hour}, 65 * time.Minute, "reminded 50 +1h0m"},
		{"an hour back for good: nothing twice, nothing lost", []time.Duration{62 * time.Minute},
			[]time.Duration{-time.Hour}, 2 * time.Hour, "reminded 50 +1h0m"},
		{"asleep over the reminders: only the last, a minute later", []time.Duration{10 * time.Minute},
			[]time.Duration{90 * time.Minute}, 15 * time.Minute, "reminded 80 +1h41m"},
		{"a small correction is followed at once", []time.Duration{10 * time.Minute},
			[]time.Duration{90 * time.Second}, time.Hour, "reminded 50 +1h0m"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				got := lived(t, test.until, func(passed time.Duration) (by time.Duration) {
					for len(test.after) > 0 && passed >= test.after[0] {
						by += test.by[0]
						test.after, test.by = test.after[1:], test.by[1:]
					}
					return by
				})
				if got != test.want {
					t.Errorf("time brought %q, want %q", got, test.want)
				}
			})
		})
	}
}

// lived opens a ticket at 9 and lets it live for a time by a clock that jump
// moves. It returns what time brought, and when by that clock.
func lived(t *testing.T, until time.Duration, jump func(passed time.Duration) time.Duration) string {
	t.Helper()
	m := escalationtest.Model()
	zone := m.Calendars["school"].Zone
	nine := time.Date(2026, time.March, 9, 9, 0, 0, 0, zone)
	shift := time.Until(nine)
	clock := newSteadyClock(func() time.Time { return time.Now().Add(shift).In(zone) }, slog.New(slog.DiscardHandler))
	desk := escalation.NewDesk(new(escalationtest.Memory), m, clock.Now)
	ticket, err := desk.Ask(t.Context(), escalation.Question{School: "gs-nord", Requester: "anna", Text: "kein bild"})
	if err != nil {
		t.Fatal(err)
	}
	open := escalation.Action{Kind: escalation.Opened, Priority: escalation.P2, Room: "praesentation"}
	if _, err := desk.Do(t.Context(), "anna", ticket.ID, open); err != nil {
		t.Fatal(err)
	}
	for start := time.Now(); time.Since(start) < until; {
		time.Sleep(5 * time.Second)
		shift += jump(time.Since(start))
		if _, err := desk.Tick(t.Context(), clock.Now()); err != nil {
			t.Fatal(err)
		}
	}
	whole, err := desk.Ticket(t.Context(), escalation.Nobody, ticket.ID)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range whole.Events[2:] {
		at := strings.TrimSuffix(e.At.Sub(nine).Truncate(time.Minute).String(), "0s")
		got = append(got, fmt.Sprintf("%s %d +%s", e.Kind, e.Percent, at))
	}
	return strings.Join(got, ", ")
}
