package escalation

import (
	"slices"
	"strings"
	"time"
)

// Steps returns the roles that a ticket passes at a school, in order, for a
// task of a room. Task is replaced by the role that the task belongs to, and a
// role that would follow itself is named once.
func (m *Model) Steps(school, room string, task Role) []Role {
	s := m.Schools[school]
	if s == nil || m.Connections[s.Connection] == nil {
		return nil
	}
	if r, ok := m.Room(room); ok && task == "" {
		task = r.Role
	}
	if task == "" {
		task = m.Otherwise
	}
	for _, rule := range m.Connections[s.Connection].Rules {
		if len(rule.Rooms) > 0 && !slices.Contains(rule.Rooms, room) {
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
// somebody fills at that time, or whose rule says to wait. When no step is
// left, last is true and the supervisor holds it, so that a ticket is never
// without somebody responsible.
func (m *Model) Route(school, room string, task Role, step int, now time.Time) (h *Holder, last bool) {
	steps := m.Steps(school, room, task)
	var vacant []Role
	for i := step; i < len(steps); i++ {
		if h := m.fill(school, steps[i], now); h != nil {
			h.Step, h.Vacant = i, append(vacant, h.Vacant...)
			return h, false
		}
		vacant = append(vacant, steps[i])
	}
	h = m.staffed(school, "", m.Supervisor, now)
	h.Step, h.Vacant = len(steps), vacant
	return h, true
}

// fill returns the holder for a role at a school, or nil if the role is to be
// passed over.
func (m *Model) fill(school string, role Role, now time.Time) *Holder {
	party := m.Schools[school].Roles[role]
	h := m.staffed(school, role, party, now)
	if len(h.People) > 0 || h.Channel != "" {
		return h
	}
	rule := m.Roles[role]
	switch {
	case rule == nil:
		return nil
	case rule.Vacant == VacantWait && party != "":
		h.Vacant = []Role{role}
		return h
	case rule.Vacant == VacantFallback && rule.Fallback != role:
		if party := m.Schools[school].Roles[rule.Fallback]; party != "" {
			if h := m.staffed(school, rule.Fallback, party, now); len(h.People) > 0 || h.Channel != "" {
				return h
			}
		}
	}
	return nil
}

// staffed returns the party as holder of a role, with who is on duty when its
// calendar next opens: a ticket of Friday evening is Monday's people's.
func (m *Model) staffed(school string, role Role, party string, now time.Time) *Holder {
	h := &Holder{Role: role, Party: party}
	p := m.Parties[party]
	if p == nil {
		return h
	}
	at := now
	if c := m.calendar(school, party); c != nil {
		at = c.local(now)
		if next := c.Next(now); !next.IsZero() {
			at = next
		}
	}
	h.Channel = p.Channel
	h.People, h.Deputies = m.onDuty(p, DateOf(at))
	return h
}

// onDuty returns who of the party answers on the day, and who stands in. When
// none of them is there the deputies are on duty themselves, and without
// deputies those of the party whose turn it is not.
func (m *Model) onDuty(p *Party, day Date) (people, deputies []Person) {
	present := func(all []Person) []Person {
		return slices.DeleteFunc(slices.Clone(all), func(who Person) bool { return m.People[who].away(day) })
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
	people, _ := m.onDuty(p, day)
	return len(people) == 0
}
