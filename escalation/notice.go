package escalation

import (
	"fmt"
	"slices"
	"time"
)

// A Notice is the record that somebody must be told of an event. It is stored
// with the event, posted, and then marked; its Key lets a platform recognise
// the second attempt at the same post. Notices are stored: rename no tag.
type Notice struct {
	Key   string    `json:"key"`             // stable: "412/7/mara"
	Event int       `json:"event"`           // index into Ticket.Events
	To    Recipient `json:"to"`              //
	Tries int       `json:"tries,omitempty"` // attempts that failed
	After time.Time `json:"after,omitzero"`  // wall time before which it is not tried (again)
	Sent  time.Time `json:"sent,omitzero"`   // when the platform took it
	Ref   string    `json:"ref,omitempty"`   // the platform's name of the post, for changing it later
	Dead  string    `json:"dead,omitempty"`  // why it is given up: never empty then
}

// Done reports whether nothing is left to do for the notice.
func (n *Notice) Done() bool { return !n.Sent.IsZero() || n.Dead != "" }

// unsent returns when the next notice of the ticket may be tried.
func (t *Ticket) unsent() (at time.Time, ok bool) {
	for i := range t.Notices {
		n := &t.Notices[i]
		if !n.Done() && (!ok || n.After.Before(at)) {
			at, ok = n.After, true
		}
	}
	return at, ok
}

// audience says who is told of an event of a kind, besides those in Event.Tell.
var audience = map[Kind]struct{ requester, holder, assignee bool }{
	Offered:   {requester: true},
	Prompted:  {requester: true},
	Opened:    {requester: true, holder: true},
	Added:     {assignee: true},
	Detailed:  {assignee: true},
	Helped:    {requester: true},
	Cancelled: {requester: true, assignee: true},
	Taken:     {requester: true},
	Replied:   {requester: true},
	Paused:    {requester: true},
	Resumed:   {assignee: true},
	Nudged:    {requester: true},
	HandedOn:  {requester: true, holder: true},
	Solved:    {requester: true},
	Confirmed: {assignee: true},
	Reopened:  {requester: true, assignee: true},
	Rated:     {requester: true},
	Reminded:  {holder: true, assignee: true},
	Breached:  {holder: true, assignee: true},
	Overdue:   {holder: true, assignee: true},
	Merged:    {requester: true, assignee: true},
}

// notices returns who must be told of e, which apply has just appended to t.
// Nobody is told of what he did himself, except of the bot's answers to it.
func notices(t *Ticket, e *Event) []Notice {
	a := audience[e.Kind]
	var to []Recipient
	if a.requester && t.Requester != Nobody {
		to = append(to, Recipient{Person: t.Requester, As: Requester})
	}
	if t.IsOpened() && a.holder {
		to = append(to, t.Holder.recipients()...)
	}
	if t.IsOpened() && a.assignee && t.Holder != nil {
		if t.Assignee != "" {
			to = append(to, Recipient{Person: t.Assignee, As: Responsible})
		}
		// The thread in a team's channel is the log of the work, whoever does it.
		if t.Assignee == "" || t.Holder.Channel != "" {
			to = append(to, t.Holder.recipients()...)
		}
	}
	to = append(to, e.Tell...)

	seq := len(t.Events) - 1
	var out []Notice
	told := map[string]bool{}
	for _, r := range to {
		key := noticeKey(t, seq, r)
		if told[key] || r.Person == e.By && r.Person != Nobody && r.As != Requester {
			continue
		}
		told[key] = true
		out = append(out, Notice{Key: key, Event: seq, To: r, After: e.At})
	}
	return out
}

// noticeKey returns the key of the notice of an event to a recipient.
func noticeKey(t *Ticket, event int, to Recipient) string {
	return fmt.Sprintf("%d/%d/%s%s", t.ID, event, to.Person, to.Channel)
}

// recipients returns who is told when the holder must hear of something: the
// party's channel where it has one, else every person on duty.
func (h *Holder) recipients() []Recipient {
	if h.Channel != "" {
		return []Recipient{{Channel: h.Channel, As: Responsible}}
	}
	var out []Recipient
	for _, p := range h.People {
		out = append(out, Recipient{Person: p, As: Responsible})
	}
	return out
}

// supersede gives up unsent notices that a later event has made untrue, so that
// after an outage nobody is asked to take a ticket that is already closed.
// Only calls to act are dropped; of what the requester is to be told only what
// has become untrue. Of
// several reminders that time has brought while nobody could be told, as over a
// gap or together in one moment, everybody hears the last: news are the notices
// of e.
func (t *Ticket) supersede(e *Event, news []Notice) {
	for i := range t.Notices {
		n := &t.Notices[i]
		if n.Done() {
			continue
		}
		old := &t.Events[n.Event]
		again := alarms[e.Kind] > 0 && alarms[old.Kind] > 0 && alarms[old.Kind] <= alarms[e.Kind] &&
			slices.ContainsFunc(news, func(x Notice) bool { return x.To == n.To })
		if again || e.outdates(old, n.To.As) {
			n.Dead = "superseded by " + string(e.Kind)
		}
	}
}

// settles reports whether the requester need not hear of old any more after e:
// that it takes long, or that staff wait for an answer.
func (e *Event) settles(old *Event) bool {
	switch e.Kind {
	case Solved, Cancelled, Merged, Paused, Lapsed:
		return old.Kind == Breached || old.Kind == Nudged
	case Added, Resumed:
		return old.Kind == Nudged
	}
	return false
}

// alarms are what time alone says of a clock, by weight: a lighter one never
// takes the place of a heavier.
var alarms = map[Kind]int{Reminded: 1, Breached: 2, Overdue: 2}

// outdates reports whether nobody has to act on old any more after e. What the
// supervisor is told, that a role was vacant or a target passed, stays true
// until the ticket is done.
func (e *Event) outdates(old *Event, as Relation) bool {
	if as == Requester {
		return e.settles(old)
	}
	call := old.Kind == Opened || old.Kind == HandedOn || old.Kind == Reminded
	gone := old.Kind == Breached || old.Kind == Overdue || old.Kind == Reopened
	switch e.Kind {
	case Solved, Cancelled, Merged:
		return call || gone
	case HandedOn:
		return call && as == Responsible
	case Taken, Replied:
		return call && as == Responsible && old.Clock != Resolution
	case Paused:
		return call && as == Responsible
	}
	return false
}
