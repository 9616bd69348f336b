package web

import (
	"net/http"
	"net/url"
	"slices"

	"ersthelfer/bot"
)

// A Person is somebody who can use the pages.
type Person struct {
	bot.User
	Kind   Kind     // what the card on the front page says of them
	School string   // the name of their school, if they belong to one
	Way    string   // how the school is connected: "direct", "multi-stage", "mixed"
	Roles  []string // as in bot.Known: "editor", "admin", "authority"
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

// base returns the path of a person's pages, without a slash at its end.
func base(id string) string { return "/als/" + url.PathEscape(id) }

// A personHandler answers a request of a known person.
type personHandler func(w http.ResponseWriter, r *http.Request, p Person)

// as calls h with the person in the path. A person who does not exist and one
// whom the request does not come from are answered alike.
func (s *Server) as(h personHandler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		p, ok := s.identify(r)
		if !ok || p.ID != r.PathValue("person") {
			s.notFound(w, r)
			return
		}
		h(w, r, p)
	}
}

// identify returns who a request comes from.
func (s *Server) identify(r *http.Request) (Person, bool) {
	if s.o.Identify == nil {
		p, ok := s.people[r.PathValue("person")]
		return p, ok
	}
	u, ok := s.o.Identify(r)
	if !ok {
		return Person{}, false
	}
	if p, known := s.people[u.ID]; known {
		return p, true
	}
	u.Platform = platform
	return Person{User: u, Kind: Teacher}, u.ID != ""
}
