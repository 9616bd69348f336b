package escalation

import (
	"slices"
	"time"
)

// A Model is what a Schulträger has decided about support, as data. It is
// never changed after it has been built; package config builds and checks it.
type Model struct {
	Building    []Floor
	Connections map[string]*Connection // "direct", "multi-stage", "mixed"
	Schools     map[string]*School
	Roles       map[Role]*RoleRule
	Parties     map[string]*Party
	People      map[Person]*Member
	Calendars   map[string]*Calendar
	Targets     map[Priority]Target
	Remind      []int         // percent of a target after which the holder is reminded, ascending: 50, 80
	Otherwise   Role          // whose task it is when no room of the building is known
	Supervisor  string        // the party that is told when nobody acts
	Lapse       time.Duration // wall time after which an unanswered conversation is over
	Close       Span          // business time of the school after which a solved ticket is closed
	Silence     Silence
	Overdue     OverdueRule
}

// A Floor is one storey of the Gebäudemodell: a group of tasks.
type Floor struct {
	Title string
	Rooms []Room
}

// A Room is one room of the Gebäudemodell: a task around school IT, and the
// role that it belongs to.
type Room struct {
	ID    string
	Title string
	Role  Role
}

// A Role is a part somebody plays in support: "contact", "provider",
// "platform-admin", "caretaker", … A school says who fills it.
type Role string

// Task stands, among the steps of a connection, for the role that the ticket's
// room of the building names. It is never a role of its own.
const Task Role = "task"

// A RoleRule says how a role is called and what happens where nobody fills it.
type RoleRule struct {
	Title    map[string]string // by language
	Vacant   Vacancy
	Fallback Role // the role that acts instead, with Vacant == VacantFallback
}

// A Vacancy is the rule for a role that nobody fills.
type Vacancy string

// The rules. The zero value is VacantSkip.
const (
	VacantSkip     Vacancy = "skip"     // the ticket goes to the next step
	VacantWait     Vacancy = "wait"     // the ticket waits with the party; the supervisor is told
	VacantFallback Vacancy = "fallback" // another role acts instead
)

// A Connection is one of the ways a school is connected to support: direct,
// multi-stage or mixed. The first rule that fits the room holds.
type Connection struct {
	Title map[string]string
	Rules []ConnectionRule
}

// A ConnectionRule gives the steps of a ticket whose task belongs to one of
// Rooms; without Rooms it fits all.
type ConnectionRule struct {
	Rooms []string
	Steps []Role
}

// A School is one school: how it is connected, and who fills which role there.
type School struct {
	ID         string
	Name       string
	Connection string
	Calendar   string          // the hours of the school: its own people's clocks run in it
	Roles      map[Role]string // role → party
	Targets    map[Priority]Target
}

// A Party is who fills a role: people with deputies, a rota, or a channel.
type Party struct {
	ID       string
	Name     string
	People   []Person
	Deputies []Person
	Rota     map[time.Weekday][]Person // who of People is on duty on a day; days without an entry: all
	Channel  string                    // "platform:channel": one post for all instead of a message to each
	Calendar string                    // empty: the school's
	Targets  map[Priority]Target
}

// has reports whether p belongs to the party; nobody belongs to a nil party.
func (p *Party) has(who Person) bool {
	return p != nil && who != Nobody && (slices.Contains(p.People, who) || slices.Contains(p.Deputies, who))
}

// A Member is a person that the configuration knows by name.
type Member struct {
	Name   string
	Absent []DayOff
}

// away reports whether the person is absent on the day.
func (m *Member) away(day Date) bool {
	return m != nil && slices.ContainsFunc(m.Absent, func(d DayOff) bool {
		return !day.Before(d.First) && !d.Last.Before(day)
	})
}

// A Priority says how urgent a ticket is, from P1 (whole school, exam,
// security) to P4 (a request).
type Priority string

// The priorities.
const (
	P1 Priority = "P1"
	P2 Priority = "P2"
	P3 Priority = "P3"
	P4 Priority = "P4"
)

// A Target is how long something may take, in business time.
type Target struct {
	Response   Span
	Resolution Span
}

// An Urgency is what is going on where the fault is.
type Urgency string

// The urgencies.
const (
	NoUrgency Urgency = "none"
	Lesson    Urgency = "lesson"
	Exam      Urgency = "exam"
)

// PriorityOf returns the priority from impact and urgency. Floor is the least
// priority that the article demands ("" for none), request says that it is a
// service request, wide that the whole school is affected. (Own choice, after
// domain practice: P1 school, exam or security; P2 a lesson is blocked; P3 one
// person or device; P4 a request.)
func PriorityOf(floor Priority, u Urgency, request, wide bool) Priority {
	p := P3
	switch {
	case wide || u == Exam:
		p = P1
	case u == Lesson:
		p = P2
	case request:
		p = P4
	}
	if floor != "" && floor < p {
		p = floor
	}
	return p
}

// Name returns the name of a person, or the id where the model has none.
func (m *Model) Name(p Person) string {
	if who := m.People[p]; who != nil && who.Name != "" {
		return who.Name
	}
	return string(p)
}

// Room returns the room of the building with the id.
func (m *Model) Room(id string) (Room, bool) {
	for _, f := range m.Building {
		for _, r := range f.Rooms {
			if r.ID == id {
				return r, true
			}
		}
	}
	return Room{}, false
}

// target returns the target of a priority: the school's own, else the party's,
// else the general one.
func (m *Model) target(school string, party *Party, p Priority) Target {
	if s := m.Schools[school]; s != nil {
		if t, ok := s.Targets[p]; ok {
			return t
		}
	}
	if party != nil {
		if t, ok := party.Targets[p]; ok {
			return t
		}
	}
	return m.Targets[p]
}

// calendar returns the calendar in which a party's clock runs for a school.
func (m *Model) calendar(school string, party string) *Calendar {
	if p := m.Parties[party]; p != nil && p.Calendar != "" {
		return m.Calendars[p.Calendar]
	}
	return m.hours(school)
}

// hours returns the calendar of the school itself.
func (m *Model) hours(school string) *Calendar {
	if s := m.Schools[school]; s != nil {
		return m.Calendars[s.Calendar]
	}
	return nil
}

// Hours returns the calendar in which the clock of a ticket runs at a school
// while a party holds it, or nil if there is none.
func (m *Model) Hours(school, party string) *Calendar { return m.calendar(school, party) }
