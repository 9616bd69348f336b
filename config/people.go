package config

import (
	"net/mail"
	"slices"
	"strings"
	"time"

	"ersthelfer/escalation"
)

// people returns who is named, and what the model needs of them.
func (c cursor) people(language string) (all []Person, members map[escalation.Person]*escalation.Member) {
	members = map[escalation.Person]*escalation.Member{}
	taken := map[string]string{}
	for name, at := range c.entries() {
		p := Person{ID: escalation.Person(name), Accounts: map[string]string{}}
		m := &escalation.Member{}
		at.fields(fields{
			"name":       into(&p.Name, cursor.text),
			"school":     func(c cursor) { p.School = c.ref("schools") },
			"roles":      into(&p.Roles, cursor.duties),
			"languages":  into(&p.Languages, cursor.languages),
			"email":      into(&p.Email, cursor.email),
			"absent":     into(&m.Absent, cursor.absences),
			"mattermost": p.account("mattermost", taken),
			"slack":      p.account("slack", taken),
			"web":        p.account("web", taken),
		})
		at.need("name")
		if len(p.Languages) == 0 {
			p.Languages = []string{language}
		}
		m.Name = p.Name
		all, members[p.ID] = append(all, p), m
	}
	return all, members
}

// account stores the person's name on a platform, which nobody else may have; true stands for the id.
func (p *Person) account(platform string, taken map[string]string) func(cursor) {
	return func(c cursor) {
		name := strings.TrimPrefix(c.text(), "@")
		yes, known := truth(name)
		switch {
		case name == "" || known && !yes:
			return
		case known:
			name = string(p.ID)
		}
		if other, ok := taken[platform+":"+name]; ok {
			c.problem("write each account at one person", "%q is already the account of %q", name, other)
		}
		taken[platform+":"+name] = string(p.ID)
		p.Accounts[platform] = name
	}
}

func (c cursor) duties() (all []Duty) {
	for item := range c.items() {
		if s := item.one(string(Editor), string(Admin), string(Authority)); s != "" {
			all = append(all, Duty(s))
		}
	}
	return all
}

func (c cursor) email() string {
	s := c.text()
	if a, err := mail.ParseAddress(s); s != "" && (err != nil || a.Address != s) {
		c.problem("write name@school.example", "is not an e-mail address")
		return ""
	}
	return s
}

// absences returns a list of {from, to}. Nobody needs to know why.
func (c cursor) absences() (all []escalation.DayOff) {
	for item := range c.items() {
		var off escalation.DayOff
		item.fields(fields{"from": into(&off.First, cursor.date), "to": into(&off.Last, cursor.date)})
		item.need("from")
		all = append(all, item.checkDays(off))
	}
	return all
}

// persons returns people of the section, each once.
func (c cursor) persons() (all []escalation.Person) {
	for item := range c.items() {
		p := escalation.Person(item.ref("people"))
		if p != "" && slices.Contains(all, p) {
			item.problem("name everybody once", "%q is named twice", p)
		} else if p != "" {
			all = append(all, p)
		}
	}
	return all
}

// asSchool is the calendar of a party that keeps the hours of the school it works for.
const asSchool = "as-school"

// defaultCalendar is the calendar of a party that names none.
const defaultCalendar = "provider"

// parties returns who fills roles.
func (c cursor) parties() map[string]*escalation.Party {
	all := map[string]*escalation.Party{}
	for name, at := range c.entries() {
		all[name] = at.party(name)
	}
	return all
}

func (c cursor) party(name string) *escalation.Party {
	p := &escalation.Party{ID: name, Calendar: defaultCalendar}
	c.fields(fields{
		"name":     into(&p.Name, cursor.text),
		"people":   into(&p.People, cursor.persons),
		"deputies": into(&p.Deputies, cursor.persons),
		"rota":     into(&p.Rota, cursor.rota),
		"channel":  into(&p.Channel, cursor.channel),
		"calendar": into(&p.Calendar, cursor.partyCalendar),
		"targets":  into(&p.Targets, cursor.targets),
	})
	c.need("name")
	if all := c.at("people"); !c.shapeless() && !c.at("channel").written() && len(p.People) == 0 && !all.full() {
		all.problem("name people: [...] or a channel:", "is empty, so that nobody is told")
	}
	c.checkParty(p)
	return p
}

// checkParty records people who are in two places of a party, or in the rota alone.
func (c cursor) checkParty(p *escalation.Party) {
	for item := range c.at("deputies").items() {
		if slices.Contains(p.People, escalation.Person(item.node.Value)) {
			item.problem("name somebody else, or take it out", "%q stands in for itself: it is in people too", item.node.Value)
		}
	}
	for _, day := range c.at("rota").pairs() {
		for item := range day.items() {
			who := item.node.Value
			if item.known("people") && !slices.Contains(p.People, escalation.Person(who)) {
				item.problem("add "+who+" to people:", "%q is not among the people of the party", who)
			}
		}
	}
}

// known reports whether the value is the name of an entry of a section.
func (c cursor) known(section string) bool {
	return c.node != nil && slices.Contains(c.r.names(section), c.node.Value)
}

func (c cursor) rota() map[time.Weekday][]escalation.Person {
	all := map[time.Weekday][]escalation.Person{}
	if !c.mapping() {
		return all
	}
	for key, at := range c.pairs() {
		d, err := weekday(key.Value)
		if err != nil {
			for _, r := range remarks(err) {
				cursor{r: c.r, path: c.path, key: key}.problem(r.fix, "%s", r.text)
			}
			continue
		}
		if _, twice := all[d]; twice {
			at.problem("write each day once", "%s is named twice", d)
		}
		all[d] = at.persons()
	}
	return all
}

func (c cursor) partyCalendar() string {
	if c.node.Value == asSchool {
		return ""
	}
	return c.ref("calendars")
}

// channel returns "platform:channel".
func (c cursor) channel() string {
	s := c.text()
	if s == "" {
		return ""
	}
	platform, name, _ := strings.Cut(s, ":")
	switch {
	case platform != "mattermost" && platform != "slack" || name == "":
		c.problem("write mattermost: or slack: and the channel, such as mattermost:schul-it", "%q is not a channel", s)
		return ""
	case !c.r.root.at("platforms", platform).written():
		c.problem("add platforms: "+platform+": with its settings", "%s is not set up", platform)
	}
	return s
}
