package web

import (
	"errors"
	"net/http"

	"ersthelfer/knowledge"
)

// A curating page is one about the articles: it has the parts of that work above it.
type curating struct {
	page
	Parts []link
}

// parts are the pages about the articles, with the right that each asks for.
var parts = []struct {
	path, label string
	right       right
}{
	{"/aufgaben", "part.tasks", seeing},
	{"/artikel", "part.articles", seeing},
	{"/luecken", "part.gaps", seeing},
	{"/probe", "part.try", seeing},
	{"/austausch", "part.exchange", exporting},
	{"/protokoll", "part.audit", reading},
}

// curating returns the frame of a page about the articles.
func (s *Server) curating(p Person, title, here string) curating {
	out := curating{page: s.personPage(p, title, "/artikel")}
	for _, c := range parts {
		if s.may(p, c.right, "") {
			out.Parts = append(out.Parts, link{out.Base + c.path, out.W(c.label), c.path == here})
		}
	}
	return out
}

// articleTitle returns what an article in force is called, the id of any other.
func (s *Server) articleTitle(id string) string {
	if s.o.Library == nil {
		return id
	}
	if a, ok := s.o.Library.Article(id); ok {
		return line(a.Title)
	}
	return id
}

// refuseArticle answers for what the library did not do.
func (s *Server) refuseArticle(w http.ResponseWriter, r *http.Request, err error) {
	var state *knowledge.TransitionError
	switch {
	case errors.Is(err, knowledge.ErrNotFound), errors.Is(err, knowledge.ErrDenied), errors.Is(err, knowledge.ErrReadOnly):
		s.notFound(w, r)
	case errors.Is(err, knowledge.ErrStale):
		s.refuse(w, r, http.StatusConflict, "article.stale")
	case errors.As(err, &state):
		s.refuse(w, r, http.StatusConflict, "article.state")
	case errors.Is(err, knowledge.ErrNoProposal):
		s.refuse(w, r, http.StatusConflict, "article.state")
	default:
		s.fail(w, r, err)
	}
}
