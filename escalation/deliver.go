package escalation

import (
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

// Told marks a notice as posted; ref is what the platform calls the post.
func (d *Desk) Told(ctx context.Context, id ID, key, ref string) error {
	return d.mark(ctx, id, key, func(_ *Ticket, n *Notice) { n.Sent, n.Ref = d.now().Round(0), ref })
}

// Retry records that posting a notice did not work and may be tried again
// after some time.
func (d *Desk) Retry(ctx context.Context, id ID, key string, after time.Time) error {
	return d.mark(ctx, id, key, func(_ *Ticket, n *Notice) { n.Tries, n.After = n.Tries+1, after })
}

// Undeliverable gives a notice up for good, and tells somebody else at once if
// it was a call to act: the deputies, else the supervisor. The reason is for
// the operator and must hold no text of a message.
func (d *Desk) Undeliverable(ctx context.Context, id ID, key, reason string) error {
	return d.mark(ctx, id, key, func(t *Ticket, n *Notice) {
		n.Dead = reason
		if reason == "" {
			n.Dead = "undeliverable"
		}
		for _, r := range d.Model().instead(t, n, d.now()) {
			key := fmt.Sprintf("%d/%d/%s%s", t.ID, n.Event, r.Person, r.Channel)
			if !slices.ContainsFunc(t.Notices, func(o Notice) bool { return o.Key == key }) {
				t.Notices = append(t.Notices, Notice{Key: key, Event: n.Event, To: r})
			}
		}
	})
}

// instead returns who is told when a call to act does not reach its recipient.
func (m *Model) instead(t *Ticket, n *Notice, now time.Time) []Recipient {
	if n.To.As != Responsible || t.Holder == nil {
		return nil
	}
	others := slices.DeleteFunc(slices.Clone(t.Holder.Deputies), func(p Person) bool { return p == n.To.Person })
	if n.To.Channel != "" {
		others = append(slices.Clone(t.Holder.People), others...)
	}
	if len(others) > 0 {
		return tell(others)
	}
	out := m.staffed(t.School, "", m.Supervisor, now).recipients()
	for i := range out {
		out[i].As = Supervisor
	}
	return out
}

func (d *Desk) mark(ctx context.Context, id ID, key string, mark func(*Ticket, *Notice)) error {
	_, err := d.store.Change(ctx, id, func(t *Ticket) error {
		i := slices.IndexFunc(t.Notices, func(n Notice) bool { return n.Key == key })
		if i < 0 {
			return ErrNotFound
		}
		n := t.Notices[i]
		if n.Done() {
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
