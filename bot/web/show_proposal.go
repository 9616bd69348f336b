package web

import (
	"net/http"
	"strings"

	"ersthelfer/knowledge"
)

// A proposalPage shows what the program would change in an article that was
// changed here.
type proposalPage struct {
	curating
	articleHead
	Gone                bool // the program no longer ships the article
	When                string
	Diffs               []fieldDiff
	Conflicts           string // fields that both sides changed
	Theirs              []fieldDiff
	MayTake, MayDismiss bool
}

// showProposal shows what the program proposes for an article.
func (s *Server) showProposal(w http.ResponseWriter, r *http.Request, p Person) {
	e, rev, err := s.newest(r.Context(), p, r.PathValue("id"))
	if err == nil && e.Proposal == nil {
		err = knowledge.ErrNotFound
	}
	if err != nil {
		s.refuseArticle(w, r, err)
		return
	}
	d := &proposalPage{curating: s.curating(p, "proposal.title", ""), Gone: e.Proposal.Gone}
	d.articleHead = s.head(d.curating, p, e, rev.Article.Title, "/vorschlag")
	d.When = d.Day(e.Proposal.At)
	if !d.Gone {
		d.Diffs = s.diffs(d.voice, rev.Article, e.Proposal.Merged)
	}
	d.MayTake, d.MayDismiss = s.may(p, saving, "") && len(d.Diffs) > 0, s.may(p, dismissing, "")
	var names []string
	for _, field := range e.Proposal.Conflicts {
		names = append(names, d.W(fieldWords[field]))
	}
	if len(names) > 0 {
		d.Conflicts = strings.Join(names, ", ")
		d.Theirs = s.diffs(d.voice, e.Proposal.Merged, e.Proposal.Shipped)
	}
	s.render(w, r, http.StatusOK, proposalTemplate, d)
}

// acceptProposal makes a draft of what the program proposes.
func (s *Server) acceptProposal(w http.ResponseWriter, r *http.Request, p Person) {
	if !s.form(w, r) {
		return
	}
	id := r.PathValue("id")
	_, err := s.o.Library.Accept(r.Context(), p.article(), id)
	s.stepped(w, r, p, id, "accept", err)
}
