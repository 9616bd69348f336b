package escalation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// ErrNotFound says that there is no such ticket, or none that the person may
// know of: the two are deliberately the same.
var ErrNotFound = errors.New("no such ticket")

// A SeenError says that a message has already started or changed ticket ID.
type SeenError struct{ ID ID }

// Error implements error.
func (e *SeenError) Error() string { return fmt.Sprintf("message already belongs to ticket %d", e.ID) }

// A Store keeps tickets with their keys. Package escalationtest holds the suite
// that every store passes, and a store in memory.
type Store interface {
	// Change runs fn on ticket id, with its state folded, and stores what fn
	// leaves behind together with all of its keys, in one transaction. With id
	// 0 the ticket is new and gets the next number before fn runs. When fn
	// returns an error nothing is stored and Change returns that error.
	//
	// Errors: ErrNotFound; *SeenError if the ticket names a message key that
	// belongs to another ticket. Calls for the same ticket run one after the other.
	Change(ctx context.Context, id ID, fn func(*Ticket) error) (*Ticket, error)

	// Ticket returns ticket id, or ErrNotFound.
	Ticket(ctx context.Context, id ID) (*Ticket, error)

	// Find returns the tickets whose keys match q, in the order of the index,
	// each at most once. It reads only the part of the index that q names.
	Find(ctx context.Context, q Query) ([]*Ticket, error)
}

// An Index names one of the look-ups that a Store answers.
type Index string

// The indexes. The comment says what Key.Value and Key.At are.
const (
	ByMessage   Index = "message"   // the platform's message id; unique over all tickets
	ByThread    Index = "thread"    // Address.String(); when something last happened
	ByRequester Index = "requester" // the person; when asked
	BySchool    Index = "school"    // unsolved tickets: the school; when opened
	ByParty     Index = "party"     // unsolved tickets: the party that holds them; when opened
	ByDue       Index = "due"       // no value; when time alone brings the next event
	ByUnsent    Index = "unsent"    // no value; when the next notice may be tried
	ByWaiting   Index = "waiting"   // no value; when last spoken: questions that the bot has not answered
	ByPost      Index = "post"      // the platform's name of a notice's post; when it was posted
	ByAsked     Index = "asked"     // no value; when asked: all tickets in the order of time
)

// Indexes lists all indexes, for stores.
var Indexes = []Index{
	ByMessage, ByThread, ByRequester, BySchool, ByParty, ByDue, ByUnsent, ByWaiting, ByPost, ByAsked,
}

// A Key is one entry of an index that leads to a ticket.
type Key struct {
	Index Index
	Value string
	At    time.Time
}

// A Query asks for the tickets of one index with one value, within [From, To)
// of Key.At; zero bounds are open.
type Query struct {
	Index  Index
	Value  string
	From   time.Time
	To     time.Time
	Newest bool // newest first
	Limit  int  // at most so many tickets; 0 means 100
}

// DefaultLimit is how many tickets a Query without a Limit returns at most.
const DefaultLimit = 100

// Keys returns the keys under which a store must file the ticket. Stores keep
// exactly these: keys that a change no longer names disappear with it.
func (t *Ticket) Keys() []Key {
	var keys []Key
	for _, e := range t.Events {
		if e.Message != "" {
			keys = append(keys, Key{Index: ByMessage, Value: e.Message})
		}
	}
	keys = append(keys, Key{ByAsked, "", t.Asked})
	if t.Requester != Nobody {
		keys = append(keys,
			Key{ByThread, t.Thread.String(), t.Active()},
			Key{ByRequester, string(t.Requester), t.Asked})
	}
	if t.Unsolved() {
		keys = append(keys, Key{BySchool, t.School, t.Opened}, Key{ByParty, t.Holder.Party, t.Opened})
	}
	if t.Status == StatusAsked && t.Expect == "" {
		keys = append(keys, Key{ByWaiting, "", t.Active()})
	}
	for i := range t.Notices {
		if n := &t.Notices[i]; n.Ref != "" {
			keys = append(keys, Key{ByPost, n.Ref, n.Sent})
		}
	}
	if !t.Next.IsZero() {
		keys = append(keys, Key{ByDue, "", t.Next})
	}
	if at, ok := t.unsent(); ok {
		keys = append(keys, Key{ByUnsent, "", at})
	}
	return keys
}

// Encode returns the stored form of a ticket, for stores.
func Encode(t *Ticket) ([]byte, error) {
	data, err := json.Marshal(t)
	if err != nil {
		return nil, fmt.Errorf("encode ticket %d: %w", t.ID, err)
	}
	return data, nil
}

// Decode reads the stored form and folds the ticket's state, for stores.
func Decode(data []byte) (*Ticket, error) {
	t := new(Ticket)
	if err := json.Unmarshal(data, t); err != nil {
		return nil, fmt.Errorf("decode ticket: %w", err)
	}
	if err := t.fold(); err != nil {
		return nil, err
	}
	return t, nil
}
