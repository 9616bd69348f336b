package web

import (
	"maps"
	"net/http"
	"slices"
)

// A signedOutPage says that nobody is signed in, and keeps what was sent: somebody may have written for hours.
type signedOutPage struct {
	page
	SignIn string // where to
	Kept   []keptField
}

// A keptField is what stood in a field of the form that was sent.
type keptField struct{ Name, Value string }

// showSignedOut answers somebody who is not signed in, whatever they ask for below a person's path: nothing tells
// whether it exists.
func (s *Server) showSignedOut(w http.ResponseWriter, r *http.Request) {
	if fromScript(r) {
		s.refuse(w, r, http.StatusNotFound, "signedout.text")
		return
	}
	v := s.voiceFor(r)
	d := signedOutPage{page: page{voice: v, Title: v.W("signedout.title"), Home: "/"}, SignIn: "/anmelden"}
	if r.Method == http.MethodPost && r.ParseForm() == nil {
		for _, name := range slices.Sorted(maps.Keys(r.PostForm)) {
			for _, value := range r.PostForm[name] {
				d.Kept = append(d.Kept, keptField{name, value})
			}
		}
	}
	s.render(w, r, http.StatusNotFound, signedOutTemplate, d)
}
