package web

import (
	"errors"
	"net/http"

	"ersthelfer/knowledge"
)

// reviewed returns the articles that wait for review and have no time at which
// they come into force.
func (s *Server) reviewed(r *http.Request, p Person) (ids []string, links []link, err error) {
	entries, err := s.o.Library.Entries(r.Context(), p.article())
	if err != nil {
		return nil, nil, err
	}
	for _, e := range entries {
		if e.State != knowledge.StateReview || !e.PublishAt.IsZero() {
			continue
		}
		rev, err := s.o.Library.Revision(r.Context(), p.article(), e.ID, e.Latest)
		if err != nil {
			return nil, nil, err
		}
		ids = append(ids, e.ID)
		links = append(links, link{Href: base(p.ID) + articlePath(e.ID), Label: line(rev.Article.Title)})
	}
	if len(ids) == 0 {
		err = knowledge.ErrNotFound
	}
	return ids, links, err
}

// showReviews tries all that waits for review together, as after an import.
func (s *Server) showReviews(w http.ResponseWriter, r *http.Request, p Person) {
	ids, links, err := s.reviewed(r, p)
	var t knowledge.Trial
	if err == nil {
		t, err = s.o.Library.Try(r.Context(), p.article(), ids...)
	}
	if err != nil {
		s.refuseArticle(w, r, err)
		return
	}
	s.renderReviews(w, r, p, http.StatusOK, t, links, func(*gatePage) {})
}

func (s *Server) renderReviews(
	w http.ResponseWriter, r *http.Request, p Person, status int, t knowledge.Trial, links []link, fn func(*gatePage),
) {
	d := &gatePage{curating: s.curating(p, "gate.title", "/aufgaben"), All: links}
	d.Action, d.Back = d.Base+"/pruefung", d.Base+"/aufgaben"
	s.found(d, p, t)
	fn(d)
	s.render(w, r, status, gateTemplate, d)
}

// publishReviews brings all that waits for review into force, all or none. If that
// takes questions from others it does so only when told (trotzdem), with the
// reason (warum).
func (s *Server) publishReviews(w http.ResponseWriter, r *http.Request, p Person) {
	if !s.form(w, r) {
		return
	}
	ids, links, err := s.reviewed(r, p)
	order := knowledge.Order{Anyway: r.PostForm.Has("trotzdem"), Why: plainLine(r.PostForm.Get("warum"))}
	var t knowledge.Trial
	if err == nil {
		t, err = s.o.Library.Publish(r.Context(), p.article(), order, ids...)
	}
	var gate *knowledge.GateError
	switch {
	case errors.As(err, &gate):
		s.renderReviews(w, r, p, http.StatusConflict, t, links, func(d *gatePage) { d.Blocked, d.Why = true, order.Why })
	case err != nil:
		s.refuseArticle(w, r, err)
	default:
		s.done(w, r, base(p.ID)+"/aufgaben?getan")
	}
}
