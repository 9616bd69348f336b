package web

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"ersthelfer/knowledge"
)

// A gatePage says what publishing an article would do to the questions that
// people ask.
type gatePage struct {
	curating
	articleHead
	Action, Back  string // where publishing is sent, and where one turns back to
	All           []link // the articles, if it is about all that wait for review
	Before, After string // how many questions find their article
	Asked         int
	Taken         []takenView
	Gained        []moveView // find this article now
	GainedCount   string
	Others        int        // how many questions else find their article now, or find it no more
	Found, Lost   []moveView // these
	Blocked       bool       // it was to be published and takes questions away
	Why, When     string
	WhenWrong     string
}

// A takenView is an article from which questions are taken away.
type takenView struct {
	Text      string // "… takes 4 questions from …"
	Href      string
	Questions []moveView
}

// A moveView is a question for which something else is shown.
type moveView struct {
	Text    string
	Real    string // that somebody really asked it
	Belongs string // the title of the article that it should find
}

// showGate tries the newest text of an article on the questions.
func (s *Server) showGate(w http.ResponseWriter, r *http.Request, p Person) {
	id := r.PathValue("id")
	if !s.fit(w, r, p, id) {
		return
	}
	t, err := s.o.Library.Try(r.Context(), p.article(), id)
	if err != nil {
		s.refuseArticle(w, r, err)
		return
	}
	s.renderGate(w, r, p, http.StatusOK, t, func(*gatePage) {})
}

func (s *Server) renderGate(w http.ResponseWriter, r *http.Request, p Person, status int, t knowledge.Trial, fn func(*gatePage)) {
	e, rev, err := s.newest(r.Context(), p, r.PathValue("id"))
	if err != nil {
		s.refuseArticle(w, r, err)
		return
	}
	data := &gatePage{curating: s.curating(p, "gate.title", "")}
	data.articleHead = s.head(data.curating, p, e, rev.Article.Title, "")
	data.Action, data.Back = data.Article+"/veroeffentlichen", data.Article
	s.found(data, p, t)
	fn(data)
	s.render(w, r, status, gateTemplate, data)
}

// found puts into a page what a trial has found.
func (s *Server) found(data *gatePage, p Person, t knowledge.Trial) {
	v := data.voice
	data.Asked = t.After.Asked
	data.Before = v.W("gate.found", "count", t.Before.Right+t.Before.Offered, "of", t.Before.Asked)
	data.After = v.W("gate.found", "count", t.After.Right+t.After.Offered, "of", t.After.Asked)
	data.Taken = s.takenViews(v, p, t)
	taken := t.Taken()
	for _, m := range t.Moves {
		switch {
		case slices.Contains(t.Changed, m.Belongs) && !m.From.Offered && m.To.Offered:
			data.Gained = append(data.Gained, v.moveView(m))
		case !m.From.Offered && m.To.Offered:
			data.Found = append(data.Found, s.otherView(v, m))
		case m.Lost() && !slices.Contains(taken, m):
			data.Lost = append(data.Lost, s.otherView(v, m))
		}
	}
	data.Others = len(data.Found) + len(data.Lost)
	data.GainedCount = v.counted("gate.gained", len(data.Gained))
}

func (v voice) moveView(m knowledge.Move) moveView {
	out := moveView{Text: line(m.Question)}
	if m.Real {
		out.Real = v.W("gate.real")
	}
	return out
}

// otherView returns a question with the article that it belongs to.
func (s *Server) otherView(v voice, m knowledge.Move) moveView {
	out := v.moveView(m)
	out.Belongs = s.articleTitle(m.Belongs)
	return out
}

// takenViews returns the questions that are taken away, by the articles that they
// belong to.
func (s *Server) takenViews(v voice, p Person, t knowledge.Trial) []takenView {
	var ids []string
	by := map[string][]moveView{}
	for _, m := range t.Taken() {
		if by[m.Belongs] == nil {
			ids = append(ids, m.Belongs)
		}
		by[m.Belongs] = append(by[m.Belongs], v.moveView(m))
	}
	var out []takenView
	for _, id := range ids {
		out = append(out, takenView{
			Text: v.counted("gate.taken", len(by[id]), "title", s.articleTitle(id)), Href: base(p.ID) + articlePath(id), Questions: by[id],
		})
	}
	return out
}

// publishArticle brings the newest text of an article into force, now or at a time
// (wann). If it takes questions from other articles it does so only when told
// (trotzdem), with the reason (warum).
func (s *Server) publishArticle(w http.ResponseWriter, r *http.Request, p Person) {
	id := r.PathValue("id")
	if !s.form(w, r) || !s.fit(w, r, p, id) {
		return
	}
	order := knowledge.Order{Anyway: r.PostForm.Has("trotzdem"), Why: plainLine(r.PostForm.Get("warum"))}
	e, err := s.o.Library.Entry(r.Context(), p.article(), id)
	if err == nil && e.State == knowledge.StateDraft && s.may(p, submitting, "") {
		e, err = s.o.Library.Submit(r.Context(), p.article(), id, order.Why)
	}
	if err != nil {
		s.refuseArticle(w, r, err)
		return
	}
	when := r.PostForm.Get("wann")
	at, ok := s.date(when, "2006-01-02T15:04")
	late := !ok || !at.IsZero() && !at.After(s.o.Now())
	var t knowledge.Trial
	done := "publish"
	switch {
	case late:
		t, err = s.o.Library.Try(r.Context(), p.article(), id)
	case at.IsZero():
		t, err = s.o.Library.Publish(r.Context(), p.article(), order, id)
	default:
		done = "planned"
		t, err = s.o.Library.Schedule(r.Context(), p.article(), id,
			knowledge.Plan{Owner: e.Owner, Review: e.Review, Publish: at, Order: order})
	}
	var gate *knowledge.GateError
	if late && err == nil || errors.As(err, &gate) {
		s.renderGate(w, r, p, http.StatusConflict, t, func(d *gatePage) {
			d.Blocked, d.Why, d.When = gate != nil, order.Why, when
			if late {
				d.WhenWrong = d.W("gate.late")
			}
		})
		return
	}
	s.stepped(w, r, p, id, done, err)
}

// date reads a time in the zone of the pages; nothing is the zero time.
func (s *Server) date(text, layout string) (time.Time, bool) {
	if text == "" {
		return time.Time{}, true
	}
	at, err := time.ParseInLocation(layout, text, s.o.Zone)
	return at, err == nil
}
