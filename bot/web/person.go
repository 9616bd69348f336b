package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"

	"ersthelfer/bot"
	"ersthelfer/escalation"
	"ersthelfer/knowledge"
)

// A Person is somebody who can use the pages. The id of the User is the one in
// the paths; Person in it is who that is everywhere else, the same if empty.
type Person struct {
	bot.User
	Kind   Kind     // what the card on the front page says of them
	School string   // the name of their school, if they belong to one
	Way    string   // how the school is connected: "direct", "multi-stage", "mixed"
	Roles  []string // as in bot.Known: "editor", "admin", "authority"
	// Account is the name by which the sign-in of the school knows them, see [OIDC]; upper and lower case are the same.
	// Without one they sign in by a chat only.
	Account string
}

// A Kind is the part somebody plays in a demonstration.
type Kind string

// The kinds.
const (
	Teacher   Kind = "teacher"
	Contact   Kind = "contact"
	Deputy    Kind = "deputy"
	Provider  Kind = "provider"
	Editor    Kind = "editor"
	Authority Kind = "authority"
	Other     Kind = "other"
)

// roleAuthority is the role of the Schulträger, who reads the figures.
const roleAuthority = "authority"

// is reports whether the person has a role.
func (p Person) is(role string) bool { return slices.Contains(p.Roles, role) }

// key is who the person is outside of the pages.
func (p Person) key() escalation.Person {
	return cmp.Or(p.User.Person, escalation.Person(p.ID))
}

// article is who the person is to the library.
func (p Person) article() knowledge.Person { return knowledge.Person(p.key()) }

// base returns the path of a person's pages, without a slash at its end.
func base(id string) string { return "/als/" + url.PathEscape(id) }

// identify returns who a request comes from: in a demonstration the person in
// the path, else whoever signed in.
func (s *Server) identify(r *http.Request) (Person, bool) {
	if s.o.Demo {
		p, ok := s.people[r.PathValue("person")]
		return p, ok
	}
	key, ok := s.sessionOf(r)
	if !ok {
		return Person{}, false
	}
	return s.person(key), true
}

// person returns the person that somebody is on the pages. Whoever is not in the
// configuration has asked something in a chat, and is shown as a teacher.
func (s *Server) person(key escalation.Person) Person {
	p, known := s.byKey[key]
	if !known {
		p = Person{User: bot.User{Platform: platform, ID: string(key)}, Kind: Teacher}
	}
	p.User.Person = key
	return p
}

// nameOf returns how somebody is called, "" for the program and whoever has been
// forgotten.
func (s *Server) nameOf(key knowledge.Person) string {
	if p, ok := s.byKey[escalation.Person(key)]; ok {
		return p.Name
	}
	return string(key)
}
