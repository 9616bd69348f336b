package escalation

import (
	"fmt"
	"slices"
	"time"
)

// A Status is where a ticket stands.
type Status string

// The statuses, in the order a ticket passes them.
const (
	StatusAsked    Status = "asked"    // a question without an answer yet
	StatusAnswered Status = "answered" // the bot has offered something
	StatusHelped   Status = "helped"   // solved by the bot, confirmed
	StatusNew      Status = "new"      // opened, nobody has reacted
	StatusOpen     Status = "open"     // somebody works on it
	StatusPending  Status = "pending"  // waits for the requester
	StatusSolved   Status = "solved"   // staff say it is done
	StatusClosed   Status = "closed"   // over
)

// An Address is a conversation on a platform: a channel, and a thread in it.
type Address struct {
	Platform string `json:"platform,omitempty"`
	Channel  string `json:"channel,omitempty"`
	Thread   string `json:"thread,omitempty"`
}

// String returns the address as one word, the key of the thread index.
func (a Address) String() string { return a.Platform + ":" + a.Channel + ":" + a.Thread }

// A Question is what starts a ticket.
type Question struct {
	School    string
	Requester Person
	Thread    Address
	Language  string // "de" or "en": the language the requester is spoken to in
	Text      string
	Message   string // the platform's id of the message; the same one again starts nothing
	Files     []File
}

// A Ticket is one request for help, from the first question to the solution.
//
// The exported fields with JSON tags are stored and must keep their names and
// meaning; [Event] likewise. Everything else is derived from Events by apply.
type Ticket struct {
	ID        ID        `json:"id"`
	School    string    `json:"school"`
	Requester Person    `json:"requester"` // Nobody: an alarm the program raised itself
	Thread    Address   `json:"thread,omitzero"`
	Language  string    `json:"language,omitempty"`
	Events    []Event   `json:"events"`
	Notices   []Notice  `json:"notices,omitempty"`
	Next      time.Time `json:"next,omitzero"` // when time alone brings the next event

	state `json:"-"`
}

// state is what apply derives; it is never stored.
type state struct {
	Status   Status
	Article  string            // the article that was last offered alone or chosen
	Tried    []string          // articles that were shown and did not help
	Fields   map[string]string // details: "place" → "204"
	Expect   Expect            // what the bot waits for
	Room     string            // the room of the building that the task belongs to
	Task     Role              // the role that the task belongs to
	Priority Priority
	Holder   *Holder   // who must act, from Opened on
	Assignee Person    // who works on it
	Due      Due       // what is promised now
	Held     time.Time // since when the holder holds it: the start of the response clock
	Stopped  time.Time // since when the resolution clock stands still; zero while it runs
	Asked    time.Time
	Opened   time.Time
	Response time.Time // the first qualified action of a person, whoever held the ticket then
	Solved   time.Time
	Closed   time.Time
	Stars    int
}

// transitions is the transition table: which event may follow in which status,
// and the status it leads to. What is not listed is refused.
var transitions = map[Status]map[Kind]Status{
	"": {Asked: StatusAsked},
	StatusAsked: {
		Added: StatusAsked, Detailed: StatusAsked, Prompted: StatusAsked, Offered: StatusAnswered,
		Opened: StatusNew, Cancelled: StatusClosed, Lapsed: StatusClosed, Merged: StatusClosed,
	},
	StatusAnswered: {
		Added: StatusAsked, Detailed: StatusAnswered, Prompted: StatusAnswered, Offered: StatusAnswered,
		Chose: StatusAnswered, Helped: StatusHelped, NotHelped: StatusAnswered,
		Opened: StatusNew, Cancelled: StatusClosed, Lapsed: StatusClosed, Merged: StatusClosed,
	},
	StatusHelped: {
		NotHelped: StatusAnswered, Rated: StatusHelped, Lapsed: StatusClosed, Opened: StatusNew,
	},
	StatusNew: {
		Added: StatusNew, Detailed: StatusNew, Prompted: StatusNew, Taken: StatusOpen, Replied: StatusOpen,
		Noted: StatusNew, Paused: StatusPending, HandedOn: StatusNew, Solved: StatusSolved,
		Cancelled: StatusClosed, Merged: StatusClosed, Reminded: StatusNew, Breached: StatusNew,
		Overdue: StatusNew,
	},
	StatusOpen: {
		Added: StatusOpen, Detailed: StatusOpen, Prompted: StatusOpen, Taken: StatusOpen, Replied: StatusOpen,
		Noted: StatusOpen, Paused: StatusPending, HandedOn: StatusNew, Solved: StatusSolved,
		Cancelled: StatusClosed, Merged: StatusClosed, Reminded: StatusOpen, Breached: StatusOpen,
		Overdue: StatusOpen,
	},
	StatusPending: {
		Added: StatusPending, Detailed: StatusPending, Prompted: StatusPending, Taken: StatusPending,
		Replied: StatusPending, Noted: StatusPending, Paused: StatusPending, Resumed: StatusOpen,
		HandedOn: StatusNew, Solved: StatusSolved, Cancelled: StatusClosed, Merged: StatusClosed,
		Reminded: StatusPending, Breached: StatusPending, Nudged: StatusPending, Lapsed: StatusClosed,
	},
	StatusSolved: {
		Added: StatusSolved, Noted: StatusSolved, Confirmed: StatusClosed, Reopened: StatusOpen,
		Rated: StatusSolved, Prompted: StatusSolved, Lapsed: StatusClosed,
	},
	StatusClosed: {
		Rated: StatusClosed, Prompted: StatusClosed, Noted: StatusClosed,
		Reopened: StatusOpen, // only what was open once: see apply
	},
}

// A TransitionError says that an event cannot happen in a ticket's status.
type TransitionError struct {
	Status Status
	Kind   Kind
}

// Error implements error.
func (e *TransitionError) Error() string {
	return fmt.Sprintf("event %q cannot follow in status %q", e.Kind, e.Status)
}

// apply appends e and folds it into the derived state. It refuses, without any
// change, what the transition table does not allow, and a ticket without a holder.
// What people never had to act on cannot be reopened.
func (t *Ticket) apply(e Event) error {
	next, ok := transitions[t.Status][e.Kind]
	if !ok || e.Kind == Reopened && t.Status == StatusClosed && !t.IsOpened() {
		return &TransitionError{t.Status, e.Kind}
	}
	if (e.Kind == Opened || e.Kind == HandedOn) && e.To == nil {
		return fmt.Errorf("event %q names nobody", e.Kind)
	}
	t.Status = next
	t.Events = append(t.Events, e)
	t.converse(e)
	t.work(e)
	return nil
}

// converse folds what belongs to the conversation with the requester.
func (t *Ticket) converse(e Event) {
	switch e.Kind {
	case Asked:
		t.Asked = e.At
	case Detailed:
		if t.Fields == nil {
			t.Fields = map[string]string{}
		}
		t.Fields[e.Field] = e.Value
		t.Expect = ""
	case Offered:
		t.Expect = e.Expect
		if t.Article = ""; len(e.Articles) == 1 {
			t.Article = e.Articles[0]
		}
	case Chose:
		t.Expect = ""
		if t.Article = ""; len(e.Articles) == 1 {
			t.Article = e.Articles[0]
		}
	case NotHelped:
		t.Expect = ""
		if t.Article != "" && !slices.Contains(t.Tried, t.Article) {
			t.Tried = append(t.Tried, t.Article)
		}
	case Prompted, Paused, Solved, Nudged:
		t.Expect = e.Expect
	case Added, Helped, Opened, Resumed, Confirmed, Reopened, Cancelled, Merged, Lapsed:
		t.Expect = ""
	case Rated:
		t.Stars = e.Stars
		t.Expect = ""
	}
}

// work folds what belongs to an opened ticket.
func (t *Ticket) work(e Event) {
	switch e.Kind {
	case Opened:
		t.Opened, t.Priority, t.Room, t.Task = e.At, e.Priority, e.Room, e.Task
		t.Holder, t.Held, t.Due = e.To, e.At, e.Due
	case HandedOn:
		t.Holder, t.Held, t.Due = e.To, e.At, e.Due
		t.Assignee = Nobody
	case Resumed:
		t.Due = e.Due
	case Reopened:
		t.Due, t.Solved, t.Closed = e.Due, time.Time{}, time.Time{}
	case Solved:
		t.Solved = e.At
	case Taken:
		t.Assignee = e.By
	}
	if e.qualified() {
		// Who answers a ticket that nobody has taken, has taken it.
		if t.Assignee == Nobody {
			t.Assignee = e.By
		}
		if t.Response.IsZero() {
			t.Response = e.At
		}
	}
	t.stopped(e.At)
}

// stopped notes when the resolution clock stops and when it is all over.
func (t *Ticket) stopped(at time.Time) {
	switch {
	case t.Status == StatusNew || t.Status == StatusOpen:
		t.Stopped = time.Time{}
	case t.IsOpened() && t.Stopped.IsZero():
		t.Stopped = at
	}
	if t.Status == StatusClosed && t.Closed.IsZero() {
		t.Closed = at
	}
}

// qualified reports whether e is a person's first qualified action, the end of
// the response clock: staff taking, answering, asking back or solving. An
// internal note or handing on is not (reference: Reaktionszeit, "report to
// first qualified action").
func (e *Event) qualified() bool {
	switch e.Kind {
	case Taken, Replied, Paused, Solved:
		return e.By != Nobody
	}
	return false
}

// fold rebuilds the derived state from the events of a stored ticket.
func (t *Ticket) fold() error {
	events := t.Events
	t.Events, t.state = make([]Event, 0, len(events)+4), state{}
	for i, e := range events {
		if err := t.apply(e); err != nil {
			return fmt.Errorf("fold ticket %d: event %d: %w", t.ID, i, err)
		}
	}
	return nil
}

// IsOpened reports whether people had or have to act on the ticket.
func (t *Ticket) IsOpened() bool { return !t.Opened.IsZero() }

// Unsolved reports whether the ticket is opened and still waits to be solved.
func (t *Ticket) Unsolved() bool {
	return t.Status == StatusNew || t.Status == StatusOpen || t.Status == StatusPending
}

// Question returns the requester's own words: the first message and what was
// added before people had to act, one message a line.
func (t *Ticket) Question() string {
	text := ""
	for _, e := range t.Events {
		if e.Kind == Opened {
			break
		}
		if (e.Kind == Asked || e.Kind == Added) && e.Text != "" {
			if text != "" {
				text += "\n"
			}
			text += e.Text
		}
	}
	return text
}

// Seen reports whether the platform's message id has already been dealt with
// in this ticket.
func (t *Ticket) Seen(message string) bool {
	return message != "" && slices.ContainsFunc(t.Events, func(e Event) bool { return e.Message == message })
}

// Last returns the newest event of one of the kinds, or nil.
func (t *Ticket) Last(kinds ...Kind) *Event {
	for i := len(t.Events) - 1; i >= 0; i-- {
		if slices.Contains(kinds, t.Events[i].Kind) {
			return &t.Events[i]
		}
	}
	return nil
}

// Active returns when something last happened.
func (t *Ticket) Active() time.Time {
	if len(t.Events) == 0 {
		return time.Time{}
	}
	return t.Events[len(t.Events)-1].At
}
