package escalation

import (
	"slices"
	"strings"
	"time"
)

// A Matter is what decides who is responsible: at which school, about what, and
// who asks.
type Matter struct {
	School string
	Room   string // the room of the building that the task belongs to
	Task   Role   // whose task it is, where that is known; else the room's role
	Asker  Person // is never called to act on what they ask themselves
}

// Matter returns what decides who is responsible for the ticket.
func (t *Ticket) Matter() Matter { return Matter{t.School, t.Room, t.Task, t.Requester} }

// Steps returns the roles that a ticket passes, in order. Task is replaced by
// the role that the task belongs to, and a role that would follow itself is
// named once.
func (m *Model) Steps(x Matter) []Role {
	s := m.Schools[x.School]
	if s == nil || m.Connections[s.Connection] == nil {
		return nil
	}
	task := x.Task
	if r, ok := m.Room(x.Room); ok && task == "" {
		task = r.Role
	}
	if task == "" {
		task = m.Otherwise
	}
	for _, rule := range m.Connections[s.Connection].Rules {
		if len(rule.Rooms) > 0 && !slices.Contains(rule.Rooms, x.Room) {
			continue
		}
		var steps []Role
		for _, role := range rule.Steps {
			if role == Task {
				role = task
			}
			if role != "" && (len(steps) == 0 || steps[len(steps)-1] != role) {
				steps = append(steps, role)
			}
		}
		return steps
	}
	return nil
}

// Route returns who holds a ticket from step on: the first step whose role
// somebody but the asker fills at that time, or whose rule says to wait. When no
// step is left, last is true and the supervisor holds it, so that a ticket is
// never without somebody responsible.
func (m *Model) Route(x Matter, step int, now time.Time) (h *Holder, last bool) {
	steps := m.Steps(x)
	var vacant []Role
	for i := step; i < len(steps); i++ {
		h, empty := m.fill(x, steps[i], now)
		if h != nil {
			h.Step, h.Vacant = i, append(vacant, h.Vacant...)
			return h, false
		}
		if empty {
			vacant = append(vacant, steps[i])
		}
	}
	if h = m.staffed(x, "", m.Supervisor, now); !h.filled() {
		h = m.staffed(Matter{School: x.School}, "", m.Supervisor, now)
	}
	h.Step, h.Vacant = len(steps), vacant
	return h, true
}

// fill returns the holder for a role, or nil if the role is to be passed over:
// because it is vacant, or because nobody but the asker fills it.
func (m *Model) fill(x Matter, role Role, now time.Time) (h *Holder, vacant bool) {
	party := m.Schools[x.School].Roles[role]
	if h = m.staffed(x, role, party, now); h.filled() {
		return h, false
	}
	vacant = !m.staffed(Matter{School: x.School}, role, party, now).filled()
	rule := m.Roles[role]
	switch {
	case rule == nil:
	case rule.Vacant == VacantWait && party != "" && vacant:
		h.Vacant = []Role{role}
		return h, true
	case rule.Vacant == VacantFallback && rule.Fallback != role:
		if party := m.Schools[x.School].Roles[rule.Fallback]; party != "" {
			if h = m.staffed(x, rule.Fallback, party, now); h.filled() {
				return h, vacant
			}
		}
	}
	return nil, vacant
}

// filled reports whether there is somebody to call.
func (h *Holder) filled() bool { return len(h.People) > 0 || h.Channel != "" }

// staffed returns the party as holder of a role, with who but the asker is on
// duty when its calendar next opens: a ticket of Friday evening is Monday's
// people's. A channel that is the asker's alone is none.
func (m *Model) staffed(x Matter, role Role, party string, now time.Time) *Holder {
	h := &Holder{Role: role, Party: party}
	p := m.Parties[party]
	if p == nil {
		return h
	}
	at := now
	if c := m.calendar(x.School, party); c != nil {
		at = c.local(now)
		if next := c.Next(now); !next.IsZero() {
			at = next
		}
	}
	h.People, h.Deputies = m.onDuty(p, DateOf(at), x.Asker)
	if len(h.People) > 0 || !p.has(x.Asker) {
		h.Channel = p.Channel
	}
	return h
}

// onDuty returns who of the party, but for one, answers on the day, and who
// stands in. When none of them is there the deputies are on duty themselves,
// and without deputies those of the party whose turn it is not.
func (m *Model) onDuty(p *Party, day Date, but Person) (people, deputies []Person) {
	present := func(all []Person) []Person {
		return slices.DeleteFunc(slices.Clone(all), func(who Person) bool {
			return who == but || m.People[who].away(day)
		})
	}
	people = p.People
	if rota := p.Rota[day.Weekday()]; len(rota) > 0 {
		people = rota
	}
	people, deputies = present(people), present(p.Deputies)
	switch {
	case len(people) > 0:
		return people, deputies
	case len(deputies) > 0:
		return deputies, nil
	}
	return present(p.People), nil
}

// A Vacant is a role that nobody fills at a school from a day on.
type Vacant struct {
	School string
	Role   Role
	Since  Date // the first day of the gap; zero if it began more than a year ago
}

// lookBack is how many days the beginning of a gap is searched for. It has an
// end because a party without any people has been vacant since ever.
const lookBack = 366

// Vacancies returns the roles of all schools that have a party but nobody on
// duty on the day, each with the first day of the gap. The supervisor is told of
// each once.
func (m *Model) Vacancies(day Date) []Vacant {
	var out []Vacant
	for id, s := range m.Schools {
		for role, party := range s.Roles {
			p := m.Parties[party]
			if p == nil || p.Channel != "" || !m.empty(p, day) {
				continue
			}
			out = append(out, Vacant{id, role, m.emptySince(p, day)})
		}
	}
	slices.SortFunc(out, func(a, b Vacant) int {
		if a.School != b.School {
			return strings.Compare(a.School, b.School)
		}
		return strings.Compare(string(a.Role), string(b.Role))
	})
	return out
}

// emptySince returns the first day of the gap that the day lies in.
func (m *Model) emptySince(p *Party, day Date) Date {
	for range lookBack {
		before := day.Add(-1)
		if !m.empty(p, before) {
			return day
		}
		day = before
	}
	return Date{}
}

func (m *Model) empty(p *Party, day Date) bool {
	people, _ := m.onDuty(p, day, Nobody)
	return len(people) == 0
}
