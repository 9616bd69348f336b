package escalation

import "time"

// A Step is one thing that happens in a rehearsal, and who is told of it.
type Step struct {
	Event   Event
	Notices []Notice
}

// Rehearse returns what would happen to a ticket that is opened at a time and
// that nobody ever touches, for at most so many steps: the same functions
// decide as for a real ticket. Nothing is stored and nobody is told.
func (m *Model) Rehearse(q Question, opened Action, at time.Time, steps int) ([]Step, error) {
	t := &Ticket{ID: 1, School: q.School, Requester: q.Requester, Language: q.Language}
	if err := t.apply(Event{At: at, By: q.Requester, Kind: Asked, Text: q.Text}); err != nil {
		return nil, err
	}
	opened.Kind = Opened
	events, err := m.plan(t, q.Requester, opened, at)
	if err != nil {
		return nil, err
	}
	var out []Step
	for len(events) > 0 && len(out) < steps {
		for _, e := range events {
			if err := t.apply(e); err != nil {
				return nil, err
			}
			out = append(out, Step{e, notices(t, &e)})
		}
		next := m.Next(t)
		if next.IsZero() {
			break
		}
		events = m.Due(t, next)
	}
	return out, nil
}
