package escalation

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"
)

// Ticket returns a ticket as far as the person may see it: the requester and
// staff; for the requester without internal notes and without what staff write to
// each other on handing on. For everybody else it does not exist: ErrNotFound.
func (d *Desk) Ticket(ctx context.Context, by Person, id ID) (*Ticket, error) {
	t, err := d.store.Ticket(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("read ticket %d: %w", id, err)
	}
	if v, ok := d.Model().view(by, t); ok {
		return v, nil
	}
	return nil, fmt.Errorf("read ticket %d: %w", id, ErrNotFound)
}

// view returns what by may see of t.
func (m *Model) view(by Person, t *Ticket) (*Ticket, bool) {
	if by == Nobody || m.Can(by, See, t) {
		return t, true
	}
	if !m.knows(by, t) {
		return nil, false
	}
	v := *t
	v.Events = slices.DeleteFunc(slices.Clone(t.Events), func(e Event) bool { return e.Kind == Noted })
	for i := range v.Events {
		if e := &v.Events[i]; e.Kind == HandedOn && e.By != t.Requester {
			e.Text, e.Files = "", nil
		}
	}
	v.Notices = nil // their event numbers no longer fit
	return &v, true
}

// Mine returns the person's own tickets, newest first.
func (d *Desk) Mine(ctx context.Context, by Person, limit int) ([]*Ticket, error) {
	return d.visible(ctx, by, Query{Index: ByRequester, Value: string(by), Newest: true, Limit: limit})
}

// Recent returns the person's own tickets among the latest of a conversation,
// which may be a channel of many, the one in which something happened last first.
func (d *Desk) Recent(ctx context.Context, by Person, thread Address, limit int) ([]*Ticket, error) {
	found, err := d.visible(ctx, by, Query{Index: ByThread, Value: thread.String(), Newest: true})
	found = slices.DeleteFunc(found, func(t *Ticket) bool { return t.Requester != by })
	return found[:min(len(found), cmp.Or(limit, DefaultLimit))], err
}

// longestQueue is how many tickets of a party are looked at; more than anybody
// reads, so that the urgent ones are found behind those that wait longer.
const longestQueue = 1000

// Queue returns the unsolved tickets that wait for the person's parties, by
// priority and then the longest waiting first.
func (d *Desk) Queue(ctx context.Context, by Person) ([]*Ticket, error) {
	var out []*Ticket
	for _, party := range d.Model().Queues(by) {
		found, err := d.visible(ctx, by, Query{Index: ByParty, Value: party, Limit: longestQueue})
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	slices.SortStableFunc(out, func(a, b *Ticket) int {
		return cmp.Or(cmp.Compare(a.Priority, b.Priority), a.Opened.Compare(b.Opened))
	})
	return out, nil
}

// ByMessage returns the ticket that a platform's message belongs to, as far as
// the person may see it.
func (d *Desk) ByMessage(ctx context.Context, by Person, message string) (*Ticket, error) {
	found, err := d.visible(ctx, by, Query{Index: ByMessage, Value: message, Limit: 1})
	if err == nil && len(found) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

// ByPost returns the ticket that a post of the bot told of, as far as the
// person may see it. Posts are named as [Desk.Told] was told.
func (d *Desk) ByPost(ctx context.Context, by Person, ref string) (*Ticket, error) {
	found, err := d.visible(ctx, by, Query{Index: ByPost, Value: ref, Limit: 1})
	if err == nil && len(found) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

// Waiting returns questions that the bot has not answered and that have been
// quiet since before, those that wait longest first.
func (d *Desk) Waiting(ctx context.Context, before time.Time) ([]*Ticket, error) {
	found, err := d.store.Find(ctx, Query{Index: ByWaiting, To: before.Add(1)})
	if err != nil {
		return nil, fmt.Errorf("find waiting questions: %w", err)
	}
	return found, nil
}

// Each calls fn for every ticket asked within [from, to), in order of time, for
// figures and exports. It reads in short transactions; fn may take its time.
func (d *Desk) Each(ctx context.Context, from, to time.Time, fn func(*Ticket) error) error {
	seen := map[ID]bool{}
	limit := DefaultLimit
	for {
		page, err := d.store.Find(ctx, Query{Index: ByAsked, From: from, To: to, Limit: limit})
		if err != nil {
			return fmt.Errorf("read tickets: %w", err)
		}
		news := 0
		for _, t := range page {
			if seen[t.ID] {
				continue
			}
			seen[t.ID] = true
			news++
			if err := fn(t); err != nil {
				return err
			}
		}
		if len(page) < limit {
			return nil
		}
		if news == 0 {
			limit *= 2 // as many were asked at the same instant
		}
		from = page[len(page)-1].Asked
	}
}

func (d *Desk) visible(ctx context.Context, by Person, q Query) ([]*Ticket, error) {
	found, err := d.store.Find(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("find tickets: %w", err)
	}
	out := found[:0]
	for _, t := range found {
		if v, ok := d.Model().view(by, t); ok {
			out = append(out, v)
		}
	}
	return out, nil
}
