package escalation

import (
	"errors"
	"time"
)

// ErrNobody says that there is nobody left to hand a ticket on to.
var ErrNobody = errors.New("nobody to hand on to")

// plan returns the events that an action of a person brings about on a ticket.
// It is pure: the right and the transition have been checked.
func (m *Model) plan(t *Ticket, by Person, a Action, now time.Time) ([]Event, error) {
	e := Event{
		At: now, By: by, Kind: a.Kind, Text: a.Text, Articles: a.Articles, Field: a.Field, Value: a.Value,
		Expect: a.Expect, Stars: a.Stars, Ref: a.Ref, Message: a.Message, Files: a.Files,
	}
	switch a.Kind {
	case Opened:
		return []Event{m.opened(t, e, a)}, nil
	case HandedOn:
		return m.handOn(t, e, a.Role)
	case Taken:
		if t.Assignee == by && t.Status != StatusNew {
			return nil, nil
		}
	case Added:
		if t.Status == StatusPending && by == t.Requester {
			return []Event{e, m.running(t, Event{At: now, By: by, Kind: Resumed})}, nil
		}
	case Resumed, Reopened:
		return []Event{m.running(t, e)}, nil
	}
	return []Event{e}, nil
}

// opened completes an Opened event: who is responsible and by when.
func (m *Model) opened(t *Ticket, e Event, a Action) Event {
	e.Room, e.Task, e.Priority = a.Room, a.Task, a.Priority
	if e.Priority == "" {
		e.Priority = P3
	}
	h, _ := m.Route(Matter{t.School, a.Room, a.Task, t.Requester}, 0, e.At)
	e.To, e.Due = h, m.promise(t.School, h, e.Priority, e.At)
	return m.alarmed(t.School, e, e.At)
}

// handOn completes a HandedOn event: to the role that was named, else to the
// next step.
func (m *Model) handOn(t *Ticket, e Event, role Role) ([]Event, error) {
	var h *Holder
	if role == "" {
		next, last := m.Route(t.Matter(), t.Holder.Step+1, e.At)
		if last && next.Party == t.Holder.Party || m.Parties[next.Party] == nil {
			return nil, ErrNobody
		}
		h = next
	} else {
		if m.Schools[t.School] == nil {
			return nil, ErrNobody
		}
		if h, _ = m.fill(t.Matter(), role, e.At); h == nil {
			return nil, ErrNobody
		}
		h.Step = m.stepOf(t, role)
	}
	full := m.handedOn(t, h, "", e.At)
	full.By, full.Text, full.Message, full.Files = e.By, e.Text, e.Message, e.Files
	return []Event{full}, nil
}

// stepOf returns the step of a role on the ticket's way, or the present one if
// it is not on it: handing aside does not skip a step.
func (m *Model) stepOf(t *Ticket, role Role) int {
	for i, r := range m.Steps(t.Matter()) {
		if r == role {
			return i
		}
	}
	return t.Holder.Step
}

// running completes an event after which the resolution clock runs again, with
// what was left of it.
func (m *Model) running(t *Ticket, e Event) Event {
	e.Due = t.Due
	cal, left := m.calendarOf(t), m.left(t, e.At)
	if cal != nil && left > 0 {
		e.Due.Resolution = cal.Add(e.At, left)
	}
	return e
}
