package config

import (
	"slices"
	"strings"
	"time"

	"ersthelfer/escalation"
)

// check looks at what only the whole model shows.
func (c cursor) check(cfg *Config) {
	c.checkFallbacks(cfg.Model)
	c.checkRooms()
	for _, id := range cfg.Schools {
		at := c.at("schools", id)
		at.checkConnection(cfg.Model, id)
		at.checkRoles(cfg.Model, id)
	}
	dropBroken(cfg)
	for _, p := range cfg.People {
		c.at("people", string(p.ID)).checkReach(p, cfg.Platforms)
	}
}

// checkRooms warns of rooms that articles of the program belong to and that the building has not.
func (c cursor) checkRooms() {
	have, standard := c.r.rooms(), standard()
	missing := slices.DeleteFunc(standard.rooms(), func(id string) bool { return slices.Contains(have, id) })
	if len(missing) > 0 {
		c.at("building").warn("add them, so that tickets about these articles find their role",
			"has no room %s, to which articles of the program belong", strings.Join(missing, ", "))
	}
}

// standard returns a reading of the defaults alone. Its rooms and roles are those that the articles
// of the program name.
func standard() *reader {
	r := &reader{}
	r.root = cursor{r: r, node: builtIn()}
	return r
}

// checkConnection records a built-in way of connecting schools that does not fit a building of one's own.
func (c cursor) checkConnection(m *escalation.Model, id string) {
	connection := m.Schools[id].Connection
	if room := strayRoom(m, connection); room != "" && c.r.root.at("models", connection).builtIn() {
		c.at("model").problem("write models: "+connection+": with the rooms of your building",
			"%q names the room %q, which your building has not", connection, room)
	}
}

// strayRoom returns a room that a connection names and the building has not.
func strayRoom(m *escalation.Model, connection string) string {
	if m.Connections[connection] == nil {
		return ""
	}
	for _, rule := range m.Connections[connection].Rules {
		for _, room := range rule.Rooms {
			if _, ok := m.Room(room); !ok {
				return room
			}
		}
	}
	return ""
}

// dropBroken takes ways of connecting schools out of the model that fit neither the building nor a school.
func dropBroken(cfg *Config) {
	for name := range cfg.Model.Connections {
		if strayRoom(cfg.Model, name) != "" {
			delete(cfg.Model.Connections, name)
		}
	}
}

// checkRoles records roles of a school that tickets can come to and that nobody fills. That a role may be
// skipped is a decision only if the file says so, and that another acts instead is worth a warning.
func (c cursor) checkRoles(m *escalation.Model, id string) {
	conn := m.Connections[m.Schools[id].Connection]
	if conn == nil {
		return
	}
	instead := map[escalation.Role][]string{}
	for _, role := range c.r.neededRoles(conn, m.Otherwise) {
		if m.Roles[role] == nil || c.filled(role) {
			continue
		}
		acting, missing := c.standIn(role, m.Roles[role])
		if acting != "" {
			instead[acting] = append(instead[acting], string(role))
		}
		if missing != "" {
			c.at("roles", string(missing)).problem("add "+string(missing)+": with a party or [people]", "nobody fills this role")
		}
	}
	for _, fallback := range sortedKeys(instead) {
		c.at("roles").warn("add them, or leave it so", "nobody is %s, so that %s acts",
			strings.Join(instead[fallback], ", "), fallback)
	}
}

// filled reports whether the school says who fills the role, rightly or wrongly.
func (c cursor) filled(role escalation.Role) bool {
	return c.at("roles", string(role)).node != nil || role == "contact" && c.at("contact").node != nil
}

// standIn returns who acts for a role that nobody fills at the school, or the role that is missing;
// neither if the file says that it may be skipped.
func (c cursor) standIn(role escalation.Role, rule *escalation.RoleRule) (acting, missing escalation.Role) {
	switch {
	case rule.Vacant == escalation.VacantFallback && c.filled(rule.Fallback):
		return rule.Fallback, ""
	case rule.Vacant == escalation.VacantFallback && rule.Fallback != "":
		return "", rule.Fallback
	case rule.Vacant == escalation.VacantSkip && !c.r.root.at("roles", string(role), "vacant").builtIn():
		return "", ""
	}
	return "", role
}

// neededRoles returns the roles that tickets can come to: as steps, by the rooms of the building,
// by the articles, or because no room is known.
func (r *reader) neededRoles(conn *escalation.Connection, otherwise escalation.Role) []escalation.Role {
	all := []escalation.Role{otherwise}
	for _, rule := range conn.Rules {
		all = append(all, rule.Steps...)
	}
	for floor := range r.root.at("building").items() {
		for room := range floor.at("rooms").items() {
			if at := room.at("role"); at.node != nil {
				all = append(all, escalation.Role(at.node.Value))
			}
		}
	}
	for _, name := range standard().names("roles") {
		if name != "contact" {
			all = append(all, escalation.Role(name))
		}
	}
	slices.Sort(all)
	return slices.DeleteFunc(slices.Compact(all), func(role escalation.Role) bool { return role == escalation.Task })
}

// checkReach warns of a person whom the program can tell nothing.
func (c cursor) checkReach(p Person, on Platforms) {
	reached := on.Mattermost != nil && p.Accounts["mattermost"] != "" ||
		on.Slack != nil && p.Accounts["slack"] != "" || on.Web.Chat && p.Accounts["web"] != ""
	if !reached {
		c.warn("add mattermost:, slack: or web: with the account there", "has no account on a platform that is set up, and can be told nothing")
	}
}

// ahead is for how many days school holidays should be known.
const ahead = 90

// A follower is a calendar of the file that follows the school holidays that the program knows.
type follower struct {
	at       cursor
	calendar *escalation.Calendar
}

// Lacks returns what the program needs before it can talk with anybody: a chat, and its tokens. Everything else can
// be done with the configuration as it is.
func (c *Config) Lacks() Problems { return c.lacks }

// Warnings returns what works, but is hardly meant, at a time: among it the calendars whose school
// holidays end within 90 days, after which the clocks of schools run through holidays.
func (c *Config) Warnings(now time.Time) Problems {
	warnings := slices.Clone(c.warnings)
	soon := escalation.DateOf(now.In(c.Zone)).Add(ahead)
	for _, f := range c.followers {
		if known := f.calendar.KnownUntil(); known.Before(soon) {
			warnings = append(warnings, f.at.place(remark{
				"the last school holidays that are known end on " + known.String(),
				"update the program, or add the next ones below off",
			})...)
		}
	}
	return warnings.sorted()
}
