package web

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"ersthelfer/escalation"
	"ersthelfer/knowledge"
)

// maxGaps is how many gaps the page shows.
const maxGaps = 50

// A Solved is a ticket that somebody solved, from which an article can be drafted.
type Solved struct {
	ID              escalation.ID
	Title, Solution string
	School          string
	Draft           string // id of the draft that was made of it
}

// A gapsPage lists what people asked and no article answers.
type gapsPage struct {
	curating
	Count   string
	Gaps    []gapView
	Solved  []Solved
	MayMake bool // drafts
	Tickets bool // drafts can be made of tickets
}

// A gapView is a gap.
type gapView struct {
	Key, Question, Often, Cause string
	More                        []string // further wordings
	MoreCount                   string
	Near, NearTitle             string // the article that comes nearest, or did not help
	NotHelped                   bool
	Draft                       string // the address of a draft that was made of it
}

// showGaps shows what the articles lack, and the solved tickets of which an
// article can be made.
func (s *Server) showGaps(w http.ResponseWriter, r *http.Request, p Person) {
	gaps, err := s.o.Library.Gaps(r.Context(), p.article())
	if err != nil {
		s.refuseArticle(w, r, err)
		return
	}
	d := &gapsPage{curating: s.curating(p, "gaps.title", "/luecken"), MayMake: s.may(p, saving, ""), Tickets: s.o.DraftTicket != nil}
	d.Count = d.W("gaps.count", "count", len(gaps))
	for _, g := range gaps[:min(len(gaps), maxGaps)] {
		view := s.gapView(d.voice, p, g)
		made, err := s.o.Library.Drafted(r.Context(), p.article(), g.Keys...)
		if err != nil {
			s.refuseArticle(w, r, err)
			return
		}
		if made != nil {
			view.Draft = base(p.ID) + articlePath(made.ID)
		}
		d.Gaps = append(d.Gaps, view)
	}
	if s.o.Solved != nil && d.MayMake {
		if d.Solved, err = s.o.Solved(r.Context(), p.key()); err != nil {
			s.fail(w, r, err)
			return
		}
	}
	s.render(w, r, http.StatusOK, gapsTemplate, d)
}

func (s *Server) gapView(v voice, p Person, g knowledge.Gap) gapView {
	out := gapView{
		Key: g.Keys[0], Question: line(g.Questions[0]), NotHelped: g.Cause == knowledge.CauseNotHelped,
		Often: v.often(g.Count) + v.W("gaps.last", "when", v.Day(g.Last)), Cause: v.W("gaps.none"),
	}
	if g.Schools > 1 {
		out.Often = v.often(g.Count) + v.W("gaps.schools", "count", g.Schools) + v.W("gaps.last", "when", v.Day(g.Last))
	}
	for _, q := range g.Questions[1:min(len(g.Questions), maxAsked)] {
		out.More = append(out.More, line(q))
	}
	out.MoreCount = v.counted("gaps.more", len(out.More))
	if a, ok := s.o.Library.Article(g.Article); ok {
		out.Near, out.NearTitle = base(p.ID)+articlePath(a.ID), line(a.Title)
	}
	if out.NotHelped {
		out.Cause = v.W("gaps.nothelped")
	}
	return out
}

// often returns how often something was.
func (v voice) often(n int) string {
	if n == 1 {
		return v.W("asked.once")
	}
	return v.W("asked.times", "count", n)
}

// saveDraft makes a draft of a gap (luecke) or of a solved ticket (ticket).
func (s *Server) saveDraft(w http.ResponseWriter, r *http.Request, p Person) {
	if !s.form(w, r) {
		return
	}
	var e *knowledge.Entry
	var err error
	if key := r.PostForm.Get("luecke"); key != "" {
		e, err = s.draftGap(r.Context(), p.article(), key)
	} else {
		e, err = s.draftTicket(r.Context(), p.article(), r.PostForm.Get("ticket"))
	}
	var unsolved *escalation.TransitionError
	switch {
	case errors.Is(err, escalation.ErrNotFound), errors.As(err, &unsolved):
		s.refuse(w, r, http.StatusConflict, "gaps.noticket")
	case errors.Is(err, knowledge.ErrNotFound):
		s.refuse(w, r, http.StatusConflict, "gaps.gone")
	case err != nil:
		s.refuseArticle(w, r, err)
	default:
		s.done(w, r, base(p.ID)+articlePath(e.ID)+"?getan=draft")
	}
}

func (s *Server) draftGap(ctx context.Context, by knowledge.Person, key string) (*knowledge.Entry, error) {
	if s.o.DraftGap != nil {
		return s.o.DraftGap(ctx, by, key)
	}
	g, err := s.o.Library.Gap(ctx, by, key)
	if err != nil {
		return nil, err
	}
	return s.o.Library.Draft(ctx, by, g.Source())
}

func (s *Server) draftTicket(ctx context.Context, by knowledge.Person, number string) (*knowledge.Entry, error) {
	n, err := strconv.ParseInt(strings.TrimPrefix(plainLine(number), "#"), 10, 64)
	if err != nil || s.o.DraftTicket == nil {
		return nil, escalation.ErrNotFound
	}
	return s.o.DraftTicket(ctx, by, escalation.ID(n))
}
