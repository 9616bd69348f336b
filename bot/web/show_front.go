package web

import (
	"cmp"
	"net/http"
	"slices"
)

// A frontPage asks who somebody wants to be.
type frontPage struct {
	page
	Other string // the address of the page in the other language
	Cards []card
}

// A card stands for a person.
type card struct {
	Href, Name, Initials string
	Kind                 Kind
	School, Way          string
}

// kindOrder is the order of the cards: who asks, who helps, who looks after it.
var kindOrder = []Kind{Teacher, Contact, Deputy, Provider, Other, Editor, Authority}

// showFront shows a card for everybody there is; without a demonstration it
// leads people to their own pages, or says how to sign in.
func (s *Server) showFront(w http.ResponseWriter, r *http.Request) {
	if !s.o.Demo {
		s.showSignIn(w, r)
		return
	}
	v := s.voiceFor(r)
	data := frontPage{page: page{voice: v, Title: v.W("front.title"), Home: "/"}, Other: "/?lang=en"}
	if v.Lang == "en" {
		data.Other = "/?lang=de"
	}
	for _, p := range s.o.People {
		data.Cards = append(data.Cards, card{
			Href: base(p.ID) + "/", Name: p.Name, Initials: initials(p.Name),
			Kind: cmp.Or(p.Kind, Other), School: p.School, Way: p.Way,
		})
	}
	slices.SortStableFunc(data.Cards, func(a, b card) int {
		return cmp.Compare(slices.Index(kindOrder, a.Kind), slices.Index(kindOrder, b.Kind))
	})
	s.render(w, r, http.StatusOK, frontTemplate, data)
}
