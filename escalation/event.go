package escalation

import "time"

// An ID is the number of a ticket, counted from 1: people say it on the phone.
type ID int64

// A Person is the lasting id of somebody in this installation ("mara"), the
// same on every platform. [Nobody] stands for the program itself.
type Person string

// Nobody is the author of events that the program brings about by itself.
const Nobody Person = ""

// A Kind says what happened. The same word names the action that brings it
// about: to take a ticket is [Desk.Do] with the kind [Taken].
type Kind string

// The kinds of events. Those of the conversation come first, then those of an
// opened ticket, then those that time alone brings.
const (
	Asked     Kind = "asked"      // the requester's first message
	Added     Kind = "added"      // a further message of the requester
	Detailed  Kind = "detailed"   // a field became known: Field, Value
	Offered   Kind = "offered"    // the bot showed Articles: one as the answer, several to choose from
	Chose     Kind = "chose"      // the requester picked one of them; none in Articles: "none of these"
	Prompted  Kind = "prompted"   // the bot asked something and waits for Expect
	Helped    Kind = "helped"     // the requester says the article helped
	NotHelped Kind = "not_helped" // the requester says it did not
	Cancelled Kind = "cancelled"  // the requester does not need it any more

	Opened    Kind = "opened"    // people have to act: To, Due
	Taken     Kind = "taken"     // somebody works on it: the first response
	Replied   Kind = "replied"   // staff wrote to the requester
	Noted     Kind = "noted"     // an internal note
	Paused    Kind = "paused"    // staff asked the requester something; the resolution clock stops
	Resumed   Kind = "resumed"   // the clock runs again: Due
	HandedOn  Kind = "handed_on" // somebody else is responsible now: To, Due
	Solved    Kind = "solved"    // staff say what was done
	Confirmed Kind = "confirmed" // the requester agrees
	Reopened  Kind = "reopened"  // the requester does not: Due
	Rated     Kind = "rated"     // the requester's stars, 1 to 5
	Merged    Kind = "merged"    // a duplicate of Ref

	Reminded Kind = "reminded" // Percent of a target has passed
	Breached Kind = "breached" // a target has passed
	Overdue  Kind = "overdue"  // it passed some time ago, and nothing has happened since: Round
	Nudged   Kind = "nudged"   // the requester is reminded that staff wait for an answer: Text, Until
	Lapsed   Kind = "lapsed"   // nobody answered the bot or staff for so long that it is over
)

// An Expect names what the bot waits for, so that "2" or "ja" has a meaning
// after a restart too. The dialogue defines the values; here it is only kept.
type Expect string

// A Clock is one of the two times that are measured for an opened ticket.
type Clock string

// The clocks. Both start when a ticket is opened and run in business time.
const (
	Response   Clock = "response"   // until a person's first qualified action; the bot's words never count
	Resolution Clock = "resolution" // until solved, without the time a ticket waits for its requester
)

// Due is by when something should happen, as promised at the time of an event.
type Due struct {
	Response   time.Time `json:"response,omitzero"`
	Resolution time.Time `json:"resolution,omitzero"`
}

// A Holder is who has to act on a ticket at one step of its way.
type Holder struct {
	Step     int      `json:"step"`             // index into the steps of the school's connection
	Role     Role     `json:"role"`             // the role that the step named
	Party    string   `json:"party"`            // who fills it
	People   []Person `json:"people,omitempty"` // who of them is on duty; none if the role is vacant and waits
	Deputies []Person `json:"deputies,omitempty"`
	Channel  string   `json:"channel,omitempty"` // the party's channel, "platform:channel"
	Vacant   []Role   `json:"vacant,omitempty"`  // roles that nobody filled and that were passed over
}

// A Recipient is whom a notice goes to: a person, or a channel.
type Recipient struct {
	Person  Person   `json:"person,omitempty"`
	Channel string   `json:"channel,omitempty"`
	As      Relation `json:"as"` // in which part they are told, which decides the words
}

// An Event is one thing that happened to a ticket. Which fields are set
// follows from its Kind. Events are stored: rename no tag.
type Event struct {
	At       time.Time   `json:"at"`
	By       Person      `json:"by,omitempty"`
	Kind     Kind        `json:"kind"`
	Text     string      `json:"text,omitempty"` // offered: what a language model wrote from the article; mostly none
	Articles []string    `json:"articles,omitempty"`
	Field    string      `json:"field,omitempty"`
	Value    string      `json:"value,omitempty"`
	Expect   Expect      `json:"expect,omitempty"`
	Room     string      `json:"room,omitempty"` // opened: the room of the building
	Task     Role        `json:"task,omitempty"` // opened: the role that the task belongs to
	Priority Priority    `json:"priority,omitempty"`
	To       *Holder     `json:"to,omitempty"`
	Due      Due         `json:"due,omitzero"`
	Clock    Clock       `json:"clock,omitempty"` // handed on: the target that was missed; none: a person did it
	Percent  int         `json:"percent,omitempty"`
	Round    int         `json:"round,omitempty"` // overdue: for which time, from 1
	Until    time.Time   `json:"until,omitzero"`  // nudged: when the ticket is closed without an answer
	Stars    int         `json:"stars,omitempty"`
	Ref      ID          `json:"ref,omitempty"`
	Message  string      `json:"message,omitempty"` // the platform's message that caused it; unique over all tickets
	Files    []File      `json:"files,omitempty"`
	Tell     []Recipient `json:"tell,omitempty"` // whom the model wants told besides the usual
}

// A File is something attached to a message. Only its name and where it can be
// found are kept, never its bytes.
type File struct {
	Name string `json:"name"`
	Link string `json:"link,omitempty"`
}
