package report

import (
	"time"

	"ersthelfer/escalation"
)

// A reading is what one clock of a ticket shows.
type reading struct {
	ended   bool          // stopped for good; else spent and wall say nothing
	spent   time.Duration // business time
	wall    time.Duration
	promise promise
}

// A promise is what became of the due times of a clock.
type promise int

const (
	undecided promise = iota
	kept
	broken
)

// readClock returns what a clock of an opened ticket shows.
func readClock(m *escalation.Model, t *escalation.Ticket, clock escalation.Clock, now time.Time) reading {
	end := t.Response
	if clock == escalation.Resolution {
		end = t.Solved
	}
	r := reading{ended: !end.IsZero(), promise: promiseOf(t, clock, now)}
	if r.ended {
		r.spent, r.wall = m.Spent(t, clock, now), end.Sub(t.Opened)
	}
	return r
}

// promiseOf follows the due times of a clock through the events of a ticket.
func promiseOf(t *escalation.Ticket, clock escalation.Clock, now time.Time) promise {
	var due time.Time
	running := false
	late := func(at time.Time) bool { return running && !due.IsZero() && at.After(due) }
	for _, e := range t.Events {
		if late(e.At) || e.Kind == escalation.Breached && e.Clock == clock {
			return broken
		}
		switch e.Kind {
		case escalation.Opened, escalation.HandedOn, escalation.Resumed, escalation.Reopened:
			running = true
			if due = e.Due.Resolution; clock == escalation.Response {
				due = e.Due.Response
			}
		case escalation.Paused, escalation.Solved:
			running = false
		case escalation.Cancelled, escalation.Merged:
			return undecided
		}
		// A second holder's response clock is not about the first response.
		if clock == escalation.Response && responded(t, &e) {
			running = false
			break
		}
	}
	switch {
	case late(now):
		return broken
	case running || due.IsZero():
		return undecided
	case clock == escalation.Resolution && t.Solved.IsZero():
		return undecided
	}
	return kept
}

// responded reports whether e is the event that ended the response clock.
func responded(t *escalation.Ticket, e *escalation.Event) bool {
	switch e.Kind {
	case escalation.Taken, escalation.Replied, escalation.Paused, escalation.Solved:
		return e.At.Equal(t.Response)
	}
	return false
}

// measurable reports whether the model still has the calendar of everybody who
// held the ticket. Without it business time would come out as none at all.
func measurable(m *escalation.Model, t *escalation.Ticket) bool {
	for _, e := range t.Events {
		if e.To != nil && m.Hours(t.School, e.To.Party) == nil {
			return false
		}
	}
	return true
}
