package escalation

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"
)

// ErrDenied says that the person may not do this with a ticket that they are
// allowed to know of.
var ErrDenied = errors.New("not allowed")

// A Desk is the only door to tickets. Every method is one transaction, checks
// the rights of the person it acts for, and records with a change who must be
// told of it. A Desk is safe for concurrent use.
type Desk struct {
	store Store
	model atomic.Pointer[Model]
	now   func() time.Time
}

// NewDesk returns a desk over a store. The clock is now; what it says is
// recorded, so it may be set differently only for demonstrations and tests.
func NewDesk(s Store, m *Model, now func() time.Time) *Desk {
	d := &Desk{store: s, now: now}
	d.model.Store(m)
	return d
}

// Model returns the model in force.
func (d *Desk) Model() *Model { return d.model.Load() }

// Adopt puts another model in force from the next call on. Promises that were
// made stay as they were recorded.
func (d *Desk) Adopt(m *Model) { d.model.Store(m) }

// Now returns what the desk's clock says.
func (d *Desk) Now() time.Time { return d.now() }

// An Action is something a person, or the bot for that person, wants to do with
// a ticket. Its Kind is the kind of the event that it brings about.
type Action struct {
	Kind     Kind
	Text     string
	Articles []string
	Field    string
	Value    string
	Expect   Expect
	Priority Priority // Opened
	Room     string   // Opened: the room of the building
	Task     Role     // Opened: whose task it is, where the article says so; else the room's role
	Role     Role     // HandedOn: to whom; empty: the next step
	Stars    int
	Ref      ID
	Message  string // the platform's message that asks for it
	Files    []File
}

// Ask starts a ticket with a question. The same message again starts nothing:
// Ask then returns the ticket that it belongs to.
func (d *Desk) Ask(ctx context.Context, q Question) (*Ticket, error) {
	t, err := d.store.Change(ctx, 0, func(t *Ticket) error {
		t.School, t.Requester, t.Thread, t.Language = q.School, q.Requester, q.Thread, q.Language
		e := Event{At: d.stamp(t), By: q.Requester, Kind: Asked, Text: q.Text, Message: q.Message, Files: q.Files}
		return d.record(t, e)
	})
	var seen *SeenError
	if errors.As(err, &seen) {
		return d.store.Ticket(ctx, seen.ID)
	}
	if err != nil {
		return nil, fmt.Errorf("ask question: %w", err)
	}
	return t, nil
}

// Do performs actions on a ticket, all of them or none. [Offered] and
// [Prompted] are the bot's own words in answer to the person's; whoever may know
// of the ticket may bring them about. If the first action carries a message
// that has already been dealt with, nothing changes. The ticket that Do returns
// is whole, for the program; what the person may see of it is [Desk.Ticket].
//
// Errors: ErrNotFound if there is no such ticket or by must not know of it,
// ErrDenied, *TransitionError, ErrNobody.
func (d *Desk) Do(ctx context.Context, by Person, id ID, actions ...Action) (*Ticket, error) {
	t, err := d.store.Change(ctx, id, func(t *Ticket) error {
		if len(actions) > 0 && t.Seen(actions[0].Message) {
			return errUnchanged
		}
		for _, a := range actions {
			if err := d.do(t, by, a); err != nil {
				return err
			}
		}
		return nil
	})
	var seen *SeenError
	if errors.Is(err, errUnchanged) || errors.As(err, &seen) {
		t, err = d.store.Ticket(ctx, id)
		if err == nil && !d.Model().knows(by, t) {
			err = ErrNotFound
		}
	}
	if err != nil {
		return nil, fmt.Errorf("change ticket %d: %w", id, err)
	}
	return t, nil
}

// errUnchanged ends a transaction that has nothing to store.
var errUnchanged = errors.New("unchanged")

func (d *Desk) do(t *Ticket, by Person, a Action) error {
	m := d.Model()
	if !m.knows(by, t) {
		return ErrNotFound
	}
	if a.Kind == Offered || a.Kind == Prompted {
		by = Nobody
	}
	if !m.Can(by, a.Kind, t) {
		return ErrDenied
	}
	if _, ok := transitions[t.Status][a.Kind]; !ok {
		return &TransitionError{t.Status, a.Kind}
	}
	events, err := m.plan(t, by, a, d.stamp(t))
	if err != nil {
		return err
	}
	for _, e := range events {
		if err := d.record(t, e); err != nil {
			return err
		}
	}
	return nil
}

// record applies an event and everything that must be stored with it.
func (d *Desk) record(t *Ticket, e Event) error {
	if err := t.apply(e); err != nil {
		return err
	}
	news := notices(t, &e)
	t.supersede(&e, news)
	t.Notices = append(t.Notices, news...)
	t.Next = d.Model().Next(t)
	return nil
}

// stamp returns the time for a ticket's next event: now, but never before the
// last one, whatever the clock does.
func (d *Desk) stamp(t *Ticket) time.Time {
	now := d.now().Round(0)
	if last := t.Active(); now.Before(last) {
		return last
	}
	return now
}

// Tick records what time alone has brought for all tickets by now, and alarms
// for roles that became vacant. It returns when it should be called next, or
// the zero time if nothing is waiting. It reads only the tickets that are due.
//
// A ticket that cannot be changed does not keep the others waiting; its error
// is joined to err. As it stays due and next does not speak of it, Tick should
// be called again soon after an error.
func (d *Desk) Tick(ctx context.Context, now time.Time) (next time.Time, err error) {
	now = now.Round(0)
	errs := d.tickAll(ctx, now)
	if err := d.alarm(ctx, now); err != nil {
		errs = append(errs, err)
	}
	soon, err := d.store.Find(ctx, Query{Index: ByDue, From: now.Add(1), Limit: 1})
	if err != nil {
		return time.Time{}, errors.Join(append(errs, fmt.Errorf("find next due ticket: %w", err))...)
	}
	if len(soon) > 0 {
		next = soon[0].Next
	}
	return next, errors.Join(errs...)
}

// tickAll ticks every ticket that is due by now, until none is: with a target of
// nothing, what a tick brings is due at once.
func (d *Desk) tickAll(ctx context.Context, now time.Time) (errs []error) {
	stuck := map[ID]bool{}
	for {
		due, err := d.store.Find(ctx, Query{Index: ByDue, To: now.Add(1), Limit: len(stuck) + DefaultLimit})
		if err != nil {
			return append(errs, fmt.Errorf("find due tickets: %w", err))
		}
		due = slices.DeleteFunc(due, func(t *Ticket) bool { return stuck[t.ID] })
		for _, t := range due {
			if err := d.tick(ctx, t.ID, now); err != nil {
				stuck[t.ID] = true
				errs = append(errs, err)
			}
		}
		if len(due) == 0 {
			return errs
		}
	}
}

// tick records what time has brought for a ticket.
func (d *Desk) tick(ctx context.Context, id ID, now time.Time) error {
	_, err := d.store.Change(ctx, id, func(t *Ticket) error {
		m := d.Model()
		if t.Active().After(now) {
			now = t.Active()
		}
		for _, e := range m.Due(t, now) {
			if err := d.record(t, e); err != nil {
				return err
			}
		}
		t.Next = m.Next(t)
		return nil
	})
	if err != nil {
		return fmt.Errorf("tick ticket %d: %w", id, err)
	}
	return nil
}

// alarm opens a ticket with the supervisor for each role that became vacant. A
// vacancy is known by its first day, so it is raised once however often the
// program looks.
func (d *Desk) alarm(ctx context.Context, now time.Time) error {
	m := d.Model()
	if m.Parties[m.Supervisor] == nil {
		return nil
	}
	for _, v := range m.Vacancies(m.today(now)) {
		key := fmt.Sprintf("vacant:%s:%s:%s", v.School, v.Role, v.Since)
		known, err := d.store.Find(ctx, Query{Index: ByMessage, Value: key, Limit: 1})
		if err != nil {
			return fmt.Errorf("find alarm: %w", err)
		}
		if len(known) > 0 {
			continue
		}
		_, err = d.store.Change(ctx, 0, func(t *Ticket) error {
			t.School = v.School
			at := d.stamp(t)
			x := Matter{School: v.School}
			h, _ := m.Route(x, len(m.Steps(x))+1, at)
			asked := Event{At: at, Kind: Asked, Field: "vacant", Value: string(v.Role), Message: key}
			opened := Event{At: at, Kind: Opened, Priority: P3, To: h, Due: m.promise(v.School, h, P3, at)}
			return errors.Join(d.record(t, asked), d.record(t, opened))
		})
		var seen *SeenError
		if err != nil && !errors.As(err, &seen) {
			return fmt.Errorf("raise alarm: %w", err)
		}
	}
	return nil
}

// today returns the date where the supervisor is.
func (m *Model) today(now time.Time) Date {
	if c := m.calendar("", m.Supervisor); c != nil {
		now = c.local(now)
	}
	return DateOf(now)
}
