package config

import (
	"slices"

	"ersthelfer/escalation"
)

// building returns the floors. An id belongs to one room only.
func (c cursor) building() (floors []escalation.Floor) {
	seen := map[string]bool{}
	for item := range c.items() {
		var f escalation.Floor
		item.fields(fields{
			"floor": into(&f.Title, cursor.text),
			"rooms": func(c cursor) { f.Rooms = c.rooms(seen) },
		})
		item.need("floor", "rooms")
		floors = append(floors, f)
	}
	if len(floors) == 0 {
		c.problem("write floors with rooms, or take building: out", "is empty")
	}
	return floors
}

func (c cursor) rooms(seen map[string]bool) (rooms []escalation.Room) {
	for item := range c.items() {
		var r escalation.Room
		item.fields(fields{
			"id":    into(&r.ID, cursor.text),
			"title": into(&r.Title, cursor.text),
			"role":  into(&r.Role, cursor.role),
		})
		item.need("id", "title", "role")
		if r.ID != "" && seen[r.ID] {
			item.at("id").problem("choose another id", "room %q is there twice", r.ID)
		}
		seen[r.ID] = true
		rooms = append(rooms, r)
	}
	return rooms
}

// role returns a role of the section.
func (c cursor) role() escalation.Role { return escalation.Role(c.ref("roles")) }

// roles returns the rules of the roles.
func (c cursor) roles() map[escalation.Role]*escalation.RoleRule {
	all := map[escalation.Role]*escalation.RoleRule{}
	for name, at := range c.entries() {
		if escalation.Role(name) == escalation.Task {
			at.problem("choose another name", "%q stands for the role that a room names", name)
		}
		all[escalation.Role(name)] = at.roleRule()
	}
	return all
}

func (c cursor) roleRule() *escalation.RoleRule {
	rule := &escalation.RoleRule{Vacant: escalation.VacantSkip}
	c.fields(fields{
		"title":    into(&rule.Title, cursor.title),
		"vacant":   func(c cursor) { rule.Vacant = escalation.Vacancy(c.one("skip", "wait", "fallback")) },
		"fallback": into(&rule.Fallback, cursor.role),
	})
	c.need("title")
	fallback := c.at("fallback")
	switch {
	case !c.at("vacant").written() && rule.Fallback != "":
		rule.Vacant = escalation.VacantFallback
	case rule.Vacant == escalation.VacantFallback && !fallback.written():
		fallback.problem("add fallback: and a role", "is missing")
	case rule.Vacant != escalation.VacantFallback && rule.Fallback != "" && !fallback.builtIn():
		fallback.problem("write vacant: fallback, or take it out", "counts only with vacant: fallback")
	}
	if rule.Vacant != escalation.VacantFallback {
		rule.Fallback = ""
	}
	return rule
}

// checkFallbacks records roles that fall back on each other in a circle.
func (c cursor) checkFallbacks(m *escalation.Model) {
	for _, start := range sortedKeys(m.Roles) {
		seen := []escalation.Role{start}
		for r := m.Roles[start]; r != nil && r.Fallback != ""; r = m.Roles[r.Fallback] {
			if r.Fallback == start && start == slices.Min(seen) {
				c.at("roles", string(start), "fallback").problem("let one of them fall back on a role outside the circle",
					"falls back on itself, through %v", seen)
			}
			if slices.Contains(seen, r.Fallback) {
				break
			}
			seen = append(seen, r.Fallback)
		}
	}
}

// connections returns the ways in which schools are connected.
func (c cursor) connections() map[string]*escalation.Connection {
	all := map[string]*escalation.Connection{}
	for name, at := range c.entries() {
		all[name] = at.connection()
	}
	return all
}

// connection returns a way with rules, or with the steps of its only rule.
func (c cursor) connection() *escalation.Connection {
	conn := &escalation.Connection{}
	var only escalation.ConnectionRule
	c.fields(fields{
		"title": into(&conn.Title, cursor.title),
		"steps": into(&only.Steps, cursor.steps),
		"rules": into(&conn.Rules, cursor.rules),
	})
	steps, rules := c.at("steps"), c.at("rules")
	switch {
	case c.shapeless():
	case steps.node != nil && rules.node != nil:
		steps.problem("write either steps or rules", "stands beside rules")
	case steps.node == nil && rules.node == nil:
		steps.problem("write the roles that a ticket passes, such as [contact, task]", "is missing")
	case rules.node == nil:
		conn.Rules = []escalation.ConnectionRule{only}
	}
	return conn
}

func (c cursor) rules() (rules []escalation.ConnectionRule) {
	all := false // whether a rule for all rooms has come
	for item := range c.items() {
		var r escalation.ConnectionRule
		item.fields(fields{"rooms": into(&r.Rooms, cursor.roomRefs), "steps": into(&r.Steps, cursor.steps)})
		item.need("steps")
		if all {
			item.problem("move it before the rule without rooms", "never applies")
		}
		all = all || !item.at("rooms").written()
		rules = append(rules, r)
	}
	if len(rules) == 0 {
		c.problem("write at least one rule, such as {steps: [contact, task]}", "is empty")
	} else if !all {
		c.problem("add a last rule without rooms", "leaves rooms without steps")
	}
	return rules
}

// roomRefs returns rooms of the building. What the defaults name is checked when a school uses it.
func (c cursor) roomRefs() (ids []string) {
	known := c.r.rooms()
	for item := range c.items() {
		s := item.text()
		if s == "" {
			continue
		}
		if !slices.Contains(known, s) && !item.builtIn() {
			item.problem(oneOf(s, known), "no room %q in the building", s)
		}
		ids = append(ids, s)
	}
	return ids
}

// rooms returns the ids of the building's rooms.
func (r *reader) rooms() (ids []string) {
	for floor := range r.root.at("building").items() {
		for room := range floor.at("rooms").items() {
			if id := room.at("id"); id.node != nil {
				ids = append(ids, id.node.Value)
			}
		}
	}
	return ids
}

// steps returns the roles that a ticket passes.
func (c cursor) steps() (steps []escalation.Role) {
	for item := range c.items() {
		if item.node.Value == string(escalation.Task) {
			steps = append(steps, escalation.Task)
		} else if role := item.role(); role != "" {
			steps = append(steps, role)
		}
	}
	if c.node != nil && len(c.node.Content) == 0 && len(steps) == 0 {
		c.problem("write the roles that a ticket passes, such as [contact, task]", "is empty")
	}
	return steps
}
