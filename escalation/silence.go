package escalation

import "time"

// A Silence is the rule for a ticket that waits for an answer of its requester.
// Both spans are business time of the school from when staff last asked; a zero
// span never comes. The time counts for no target: the resolution clock stands
// still until the ticket is given back or reopened.
type Silence struct {
	Remind   Span // after which the requester is reminded, once
	End      Span // after which the ticket is closed; the requester may open it again
	GiveBack bool // at End it goes back to staff instead, and their clock runs on
}

// silence returns what comes next while a ticket waits for its requester: its
// kind, and when.
func (m *Model) silence(t *Ticket) (at time.Time, kind Kind, ok bool) {
	if t.Status != StatusPending {
		return time.Time{}, "", false
	}
	end, ends := m.silent(t, m.Silence.End)
	remind, reminds := m.silent(t, m.Silence.Remind)
	if t.Last(Paused, Nudged).Kind == Paused && reminds && t.Requester != Nobody && (!ends || remind.Before(end)) {
		return remind, Nudged, true
	}
	if kind = Lapsed; m.Silence.GiveBack || t.Requester == Nobody {
		kind = Resumed
	}
	return end, kind, ends
}

// silent returns when nobody has answered staff for so long.
func (m *Model) silent(t *Ticket, s Span) (time.Time, bool) {
	cal := m.hours(t.School)
	if cal == nil || s.IsZero() {
		return time.Time{}, false
	}
	at := cal.Due(t.Last(Paused).At, s)
	return at, !at.IsZero()
}

// unanswered returns the event that the silence of a requester has brought.
// After an outage over both moments only the end counts.
func (m *Model) unanswered(t *Ticket, kind Kind, now time.Time) Event {
	end, ends := m.silent(t, m.Silence.End)
	if kind == Nudged && (!ends || end.After(now)) {
		e := Event{At: now, Kind: Nudged, Text: t.Last(Paused).Text, Expect: t.Expect}
		if ends {
			e.Until = end
		}
		return e
	}
	if m.Silence.GiveBack || t.Requester == Nobody {
		return m.running(t, Event{At: now, Kind: Resumed})
	}
	e := Event{At: now, Kind: Lapsed, Tell: []Recipient{{Person: t.Requester, As: Requester}}}
	if t.Assignee != Nobody {
		e.Tell = append(e.Tell, Recipient{Person: t.Assignee, As: Responsible})
	} else {
		e.Tell = append(e.Tell, t.Holder.recipients()...)
	}
	return e
}
