package bot

import (
	"context"
	"errors"

	"ersthelfer/escalation"
)

// stop ends what is being talked about: the draft, the message that waits for a
// school, the conversation, or, after asking, an opened ticket.
func (t *turn) stop(ctx context.Context, id escalation.ID) error {
	if t.p.Draft != nil {
		_, err := t.b.changeProfile(ctx, t.p.Person, func(p *Profile) { p.Draft = nil })
		return errors.Join(err, t.say(ctx, t.v.say("stopped")))
	}
	if t.p.Held != nil {
		_, err := t.b.changeProfile(ctx, t.p.Person, func(p *Profile) { p.Held = nil })
		return errors.Join(err, t.say(ctx, t.v.say("stopped")))
	}
	cur, err := t.toStop(ctx, id)
	switch {
	case err != nil:
		return err
	case cur == nil || over(cur):
		return t.say(ctx, t.v.say("nothing"))
	case cur.Unsolved():
		_, err := t.b.desk.Do(ctx, t.p.Person, cur.ID, escalation.Action{Kind: escalation.Prompted, Expect: expectCancel, Message: t.m.ID})
		return err
	}
	if _, err := t.b.desk.Do(ctx, t.p.Person, cur.ID, escalation.Action{Kind: escalation.Cancelled, Message: t.m.ID}); err != nil {
		return err
	}
	return t.say(ctx, t.v.say("stopped"))
}

// toStop returns the ticket that is meant: the one with the number, else the one
// that the conversation is about, and after the end of that the latest that has
// not ended. It may be nil.
func (t *turn) toStop(ctx context.Context, id escalation.ID) (*escalation.Ticket, error) {
	if id != 0 {
		return t.b.desk.Ticket(ctx, t.p.Person, id)
	}
	recent, err := t.b.desk.Recent(ctx, t.p.Person, t.m.In, 10)
	if err != nil {
		return nil, err
	}
	cur := current(recent)
	if cur == nil || !over(cur) || cur.Status == escalation.StatusSolved {
		return cur, nil // whether it is solved has just been asked
	}
	for _, other := range recent {
		if !over(other) {
			return other, nil
		}
	}
	return cur, nil
}

// over reports whether there is nothing left of a ticket to stop.
func over(t *escalation.Ticket) bool {
	return t.Status == escalation.StatusClosed || t.Status == escalation.StatusHelped || t.Status == escalation.StatusSolved
}
