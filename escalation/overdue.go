package escalation

import "time"

// An OverdueRule says what happens to a ticket that is still not solved after
// its target: who has it is reminded after every stretch of business time in
// which staff gave no sign of life, and at the last time the ticket goes on to
// the next step. Behind the last step the supervisor is told once more, and then
// nobody is reminded until somebody acts. A sign of life begins the count anew.
type OverdueRule struct {
	Every Span // business time of the holder; none: nothing happens after a target
	Times int  // the last time, counted from 1
}

// signs are the events after which the count of reminders begins anew.
var signs = map[Kind]bool{
	Opened: true, Taken: true, Replied: true, Noted: true, Resumed: true, Reopened: true, HandedOn: true,
}

// chased returns when a ticket whose resolution target has passed is spoken of
// again, and for which time. It is over when ok is false.
func (m *Model) chased(t *Ticket) (at time.Time, round int, ok bool) {
	if t.Status != StatusNew && t.Status != StatusOpen || !t.told(Resolution, 100) {
		return time.Time{}, 0, false
	}
	cal := m.calendarOf(t)
	if cal == nil || m.Overdue.Every.IsZero() {
		return time.Time{}, 0, false
	}
	var last time.Time // since when nothing has happened
	round = 1
	for i := len(t.Events) - 1; i >= 0; i-- {
		e := &t.Events[i]
		told := e.Kind == Overdue || e.Kind == Breached && e.Clock == Resolution
		if (told || signs[e.Kind]) && last.IsZero() {
			last = e.At
		}
		if e.Kind == Overdue {
			round++
		} else if told || signs[e.Kind] {
			break
		}
	}
	if round > m.Overdue.Times {
		return time.Time{}, 0, false
	}
	at = cal.Due(last, m.Overdue.Every)
	return at, round, !at.IsZero()
}

// chase returns the events of that moment.
func (m *Model) chase(t *Ticket, round int, now time.Time) []Event {
	e := Event{At: now, Kind: Overdue, Clock: Resolution, Round: round, Due: t.Due, Tell: tell(t.Holder.Deputies)}
	if round < m.Overdue.Times {
		return []Event{e}
	}
	if h, last := m.Route(t.Matter(), t.Holder.Step+1, now); !last {
		return []Event{e, m.handedOn(t, h, Resolution, now)}
	}
	e.Tell = append(e.Tell, m.supervisors(t.School, now)...)
	return []Event{e}
}

// NextStep returns who gets the ticket after its holder, and whether there is
// such a step, seen at a time.
func (m *Model) NextStep(t *Ticket, now time.Time) (h *Holder, ok bool) {
	h, last := m.Route(t.Matter(), t.Holder.Step+1, now)
	return h, !last
}
