package escalation

import "slices"

// A Relation is the part that a person plays in a ticket.
type Relation string

// The relations. A person can have several.
const (
	Requester   Relation = "requester"   // asked
	Responsible Relation = "responsible" // on duty or deputy at the party that holds the ticket
	Staff       Relation = "staff"       // belongs to a party that fills some role at the ticket's school
	Supervisor  Relation = "supervisor"  // belongs to the party that is told when nobody acts; of opened tickets only
	Program     Relation = "program"     // Nobody: the bot and the clock
)

// See is the right to read a ticket with its internal notes; everything else
// that needs a right is named by the kind of the event it brings about.
const See Kind = "see"

// rights is the whole table of who may do what; what is not listed is denied.
// What time brings, nobody does: [Desk.Tick] records it.
var rights = map[Relation][]Kind{
	Requester: {
		Added, Detailed, Chose, Helped, NotHelped, Cancelled, Opened, Resumed, Confirmed, Reopened, Rated, Merged,
	},
	Responsible: {
		See, Taken, Replied, Noted, Paused, Resumed, HandedOn, Solved, Merged, Detailed, Reopened,
	},
	Staff: {
		See, Taken, Replied, Noted, Paused, Resumed, HandedOn, Solved, Merged, Detailed, Reopened,
	},
	Supervisor: {See, Noted, HandedOn},
	Program: {
		Offered, Prompted, Opened, Resumed, HandedOn, Detailed, Added, Cancelled,
	},
}

// Can reports whether p may do the action k on t. It is the only place that
// decides a right, and says no to everything it does not know.
func (m *Model) Can(p Person, k Kind, t *Ticket) bool {
	return slices.ContainsFunc(m.Relations(p, t), func(r Relation) bool {
		return slices.Contains(rights[r], k)
	})
}

// knows reports whether p may know that t exists.
func (m *Model) knows(p Person, t *Ticket) bool {
	return p == Nobody || p == t.Requester || m.Can(p, See, t)
}

// Relations returns the parts that p plays in t.
func (m *Model) Relations(p Person, t *Ticket) []Relation {
	if p == Nobody {
		return []Relation{Program}
	}
	var out []Relation
	if p == t.Requester {
		out = append(out, Requester)
	}
	if t.Holder != nil && m.Parties[t.Holder.Party].has(p) {
		out = append(out, Responsible)
	}
	if t.IsOpened() && m.serves(p, t.School) {
		out = append(out, Staff)
	}
	if t.IsOpened() && m.Parties[m.Supervisor].has(p) {
		out = append(out, Supervisor)
	}
	return out
}

// serves reports whether p belongs to a party that fills a role at the school.
func (m *Model) serves(p Person, school string) bool {
	s := m.Schools[school]
	if s == nil {
		return false
	}
	for _, party := range s.Roles {
		if m.Parties[party].has(p) {
			return true
		}
	}
	return false
}

// Queues returns the parties whose tickets p may take, in the order of their ids.
func (m *Model) Queues(p Person) []string {
	var out []string
	for id, party := range m.Parties {
		if party.has(p) {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return out
}
