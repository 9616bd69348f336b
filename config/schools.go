package config

import (
	"slices"

	"ersthelfer/escalation"

	"go.yaml.in/yaml/v4"
)

// schools completes the model with the schools, the parties of their own and their calendars, and
// returns their ids. It needs everything else of the model.
func (c cursor) schools(m *escalation.Model, language string) (ids []string) {
	m.Schools = map[string]*escalation.School{}
	for name, at := range c.entries() {
		m.Schools[name] = at.school(name, m, language)
		ids = append(ids, name)
	}
	if len(ids) == 0 {
		c.problem("add schools: with an entry for each school", "no school")
	}
	return ids
}

func (c cursor) school(name string, m *escalation.Model, language string) *escalation.School {
	s := &escalation.School{ID: name, Calendar: "school", Roles: map[escalation.Role]string{}}
	var off, movable []escalation.DayOff
	// The name comes first: the parties of the school are called after it.
	if at := c.at("name"); at.written() && at.node.Kind == yaml.ScalarNode {
		s.Name = at.node.Value
	}
	c.fields(fields{
		"name":         into(&s.Name, cursor.text),
		"model":        func(c cursor) { s.Connection = c.ref("models") },
		"contact":      func(c cursor) { s.Roles["contact"] = c.filler(s, "contact", m, language) },
		"roles":        func(c cursor) { c.fillers(s, m, language) },
		"calendar":     func(c cursor) { s.Calendar = c.ref("calendars") },
		"movable_days": into(&movable, cursor.movableDays),
		"off":          into(&off, cursor.daysOff),
		"targets":      into(&s.Targets, cursor.targets),
	})
	c.need("name")
	if !c.at("model").written() {
		s.Connection = defaultConnection(s)
	}
	s.Calendar = ownCalendar(s, m, append(movable, off...))
	return s
}

// defaultConnection is how a school is connected that does not say it: through its contact, if it has one.
func defaultConnection(s *escalation.School) string {
	if s.Roles["contact"] != "" {
		return "multi-stage"
	}
	return "direct"
}

// fillers stores who fills the roles of a school.
func (c cursor) fillers(s *escalation.School, m *escalation.Model, language string) {
	for name, at := range c.entries() {
		role := escalation.Role(name)
		known := c.r.names("roles")
		if !slices.Contains(known, name) {
			cursor{r: c.r, path: c.path, key: at.key}.problem(oneOf(name, known), "no role %q", name)
			continue
		}
		if s.Roles[role] != "" {
			at.problem("keep one of the two", "is written twice: here and as contact")
			continue
		}
		s.Roles[role] = at.filler(s, role, m, language)
	}
}

// filler returns the party that fills a role: a value names one, a list of people makes one, of which
// the first is on duty and the others stand in. Its clock runs in the calendar of the school.
func (c cursor) filler(s *escalation.School, role escalation.Role, m *escalation.Model, language string) string {
	if !c.written() || c.node.Kind == yaml.ScalarNode {
		if c.known("people") && !c.known("parties") {
			c.problem("write a list: ["+c.node.Value+"]", "%q is a person and no party", c.node.Value)
			return ""
		}
		return c.ref("parties")
	}
	people := c.persons()
	if len(c.node.Content) == 0 {
		c.problem("name people, or take it out", "is empty")
	}
	if len(people) == 0 {
		return ""
	}
	party := &escalation.Party{ID: s.ID + "/" + string(role), People: people[:1], Deputies: people[1:]}
	party.Name = s.Name
	if rule := m.Roles[role]; rule != nil {
		party.Name = titleIn(rule.Title, language) + " " + s.Name
	}
	m.Parties[party.ID] = party
	return party.ID
}

func titleIn(title map[string]string, language string) string {
	if t := title[language]; t != "" {
		return t
	}
	return title["de"]
}

// ownCalendar gives the school a calendar of its own if it has days off of its own, and returns its name.
func ownCalendar(s *escalation.School, m *escalation.Model, off []escalation.DayOff) string {
	shared := m.Calendars[s.Calendar]
	if shared == nil || len(off) == 0 {
		return s.Calendar
	}
	name := "school/" + s.ID
	m.Calendars[name] = &escalation.Calendar{
		Name: s.Name, Zone: shared.Zone, Week: shared.Week, Holidays: shared.Holidays,
		Off: append(off, shared.Off...), Special: shared.Special,
	}
	return name
}
