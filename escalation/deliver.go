package escalation

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"
)

// Unsent returns tickets with notices that may be tried at now, those that
// waited longest first, at most limit.
func (d *Desk) Unsent(ctx context.Context, now time.Time, limit int) ([]*Ticket, error) {
	found, err := d.store.Find(ctx, Query{Index: ByUnsent, To: now.Add(1), Limit: limit})
	if err != nil {
		return nil, fmt.Errorf("find unsent notices: %w", err)
	}
	return found, nil
}

// NextUnsent returns when the next notice may be tried, or the zero time.
func (d *Desk) NextUnsent(ctx context.Context) (time.Time, error) {
	found, err := d.store.Find(ctx, Query{Index: ByUnsent, Limit: 1})
	if err != nil {
		return time.Time{}, fmt.Errorf("find unsent notices: %w", err)
	}
	if len(found) == 0 {
		return time.Time{}, nil
	}
	at, _ := found[0].unsent()
	return at, nil
}

// Waiting returns the notices of a ticket that may be tried at now.
func (t *Ticket) Waiting(now time.Time) []Notice {
	var out []Notice
	for _, n := range t.Notices {
		if !n.Done() && !n.After.After(now) {
			out = append(out, n)
		}
	}
	return out
}

// Told marks a notice as posted; ref is what the platform calls the post. A
// notice that was given up while it was being posted counts as posted.
func (d *Desk) Told(ctx context.Context, id ID, key, ref string) error {
	return d.mark(ctx, id, key, func(_ *Ticket, n *Notice) { n.Sent, n.Ref, n.Dead = d.now().Round(0), ref, "" })
}

// Retry records that posting a notice did not work and may be tried again
// after some time.
func (d *Desk) Retry(ctx context.Context, id ID, key string, after time.Time) error {
	return d.mark(ctx, id, key, func(_ *Ticket, n *Notice) { n.Tries, n.After = n.Tries+1, after.Round(0) })
}

// Undeliverable gives a notice up for good, and tells somebody else at once if
// it was meant for those who must act: the deputies, and the supervisor when
// nobody is left whom the event has reached or may still reach. The reason is
// for the operator and must hold no text of a message.
func (d *Desk) Undeliverable(ctx context.Context, id ID, key, reason string) error {
	return d.mark(ctx, id, key, func(t *Ticket, n *Notice) {
		if n.Done() {
			return
		}
		n.Dead = cmp.Or(reason, "undeliverable")
		now := d.stamp(t)
		for _, r := range d.Model().instead(t, n, now) {
			t.Notices = append(t.Notices, Notice{Key: noticeKey(t, n.Event, r), Event: n.Event, To: r, After: now})
		}
	})
}

// instead returns who is told when a call to act does not reach its recipient.
// Nobody is told twice of the same event.
func (m *Model) instead(t *Ticket, dead *Notice, now time.Time) []Recipient {
	if dead.To.As != Responsible || t.Holder == nil {
		return nil
	}
	alive := false
	told := map[string]bool{}
	for _, n := range t.Notices {
		if n.Event == dead.Event {
			told[n.Key] = true
			alive = alive || n.Key != dead.Key && n.To.As == Responsible && n.Dead == ""
		}
	}
	news := func(to []Recipient) []Recipient {
		return slices.DeleteFunc(to, func(r Recipient) bool { return told[noticeKey(t, dead.Event, r)] })
	}
	others := t.Holder.Deputies
	if dead.To.Channel != "" {
		others = slices.Concat(t.Holder.People, others)
	}
	if out := news(tell(others)); len(out) > 0 || alive {
		return out
	}
	return news(m.supervisors(t.School, now))
}

func (d *Desk) mark(ctx context.Context, id ID, key string, mark func(*Ticket, *Notice)) error {
	_, err := d.store.Change(ctx, id, func(t *Ticket) error {
		i := slices.IndexFunc(t.Notices, func(n Notice) bool { return n.Key == key })
		if i < 0 {
			return ErrNotFound
		}
		n := t.Notices[i]
		if !n.Sent.IsZero() {
			return nil
		}
		mark(t, &n)
		t.Notices[i] = n
		return nil
	})
	if err != nil {
		return fmt.Errorf("mark notice %s: %w", key, err)
	}
	return nil
}
