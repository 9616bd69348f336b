package web

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"ersthelfer/bot"
	"ersthelfer/knowledge"
)

// showNewArticle shows an empty form.
func (s *Server) showNewArticle(w http.ResponseWriter, r *http.Request, p Person) {
	data, err := s.articlePage(r.Context(), p, nil, articleForm{})
	if err != nil {
		s.refuseArticle(w, r, err)
		return
	}
	s.render(w, r, http.StatusOK, articleTemplate, data)
}

// saveNewArticle stores an article as a draft under an id made of its title.
func (s *Server) saveNewArticle(w http.ResponseWriter, r *http.Request, p Person) {
	if !s.form(w, r) {
		return
	}
	f := readForm(r.PostForm)
	f.ID, f.Base = "", ""
	a := f.article()
	if a.Title == "" {
		s.showForm(w, r, p, http.StatusUnprocessableEntity, f, func(d *articlePage) { d.judge(f, s.o.Rooms) })
		return
	}
	const attempts = 100
	for n := 1; ; n++ {
		a.ID = newArticleID(a.Title, n)
		_, err := s.o.Library.Save(r.Context(), p.article(), a, knowledge.Edit{Why: plainLine(f.Why)})
		if errors.Is(err, knowledge.ErrStale) && n < attempts {
			continue // there is one of that id
		}
		s.saved(w, r, p, f, a.ID, err)
		return
	}
}

// saveArticle stores the text as a draft; with tun=abgeben it goes on to review,
// with tun=weiter to publishing. With frage it adds a question to the phrasings in
// the form and stores nothing.
func (s *Server) saveArticle(w http.ResponseWriter, r *http.Request, p Person) {
	if !s.form(w, r) {
		return
	}
	f := readForm(r.PostForm)
	f.ID = r.PathValue("id")
	if q := plainLine(r.PostForm.Get("frage")); q != "" {
		f.Questions = lines(append(listOf(f.Questions), q))
		s.showForm(w, r, p, http.StatusOK, f, func(*articlePage) {})
		return
	}
	number, err := strconv.Atoi(f.Base)
	if err != nil || number < 1 {
		s.refuse(w, r, http.StatusBadRequest, "error.form")
		return
	}
	_, err = s.o.Library.Save(r.Context(), p.article(), f.article(), knowledge.Edit{Base: number, Why: plainLine(f.Why)})
	if errors.Is(err, knowledge.ErrStale) {
		s.showStale(w, r, p, f)
		return
	}
	s.saved(w, r, p, f, f.ID, err)
}

// saved answers a text that was stored, or was not because of err.
func (s *Server) saved(w http.ResponseWriter, r *http.Request, p Person, f articleForm, id string, err error) {
	href := base(p.ID) + articlePath(id)
	var problems knowledge.Problems
	switch {
	case errors.As(err, &problems):
		s.showForm(w, r, p, http.StatusUnprocessableEntity, f, func(d *articlePage) { d.judge(f, s.o.Rooms, problems...) })
		return
	case err != nil:
		s.refuseArticle(w, r, err)
		return
	}
	switch r.PostForm.Get("tun") {
	case "abgeben":
		s.submit(w, r, p, id)
	case "weiter":
		s.done(w, r, href+"/veroeffentlichen")
	default:
		s.done(w, r, href+"?getan=save")
	}
}

// showStale says that somebody else has saved meanwhile, and lets the person
// decide; both texts stay in the history.
func (s *Server) showStale(w http.ResponseWriter, r *http.Request, p Person, f articleForm) {
	e, rev, err := s.newest(r.Context(), p, f.ID)
	if err != nil {
		s.refuseArticle(w, r, err)
		return
	}
	f.Base = strconv.Itoa(e.Latest)
	s.showForm(w, r, p, http.StatusConflict, f, func(d *articlePage) {
		d.Stale = d.W("article.meanwhile", "who", s.who(d.voice, rev.By), "number", rev.Number, "when", d.Day(rev.At))
	})
}

// who returns how somebody is called, or that it was the program.
func (s *Server) who(v voice, p knowledge.Person) string {
	name := line(s.nameOf(p))
	if name == "" {
		return v.W("who.program")
	}
	if user, ok := strings.CutPrefix(name, atMachine); ok {
		return v.W("who.machine", "user", user)
	}
	return name
}

// atMachine begins the name of somebody at the command line.
const atMachine = "cli:"

// judge puts what is wrong with a form beside its fields.
func (d *articlePage) judge(f articleForm, rooms []bot.Option, others ...knowledge.Problem) {
	d.Mistakes = d.mistakes(f.article(), rooms)
	d.Wrong = map[string]string{}
	for _, m := range d.Mistakes {
		d.Wrong[m.Field] = strings.TrimSpace(d.Wrong[m.Field] + " " + m.Text)
		d.WrongEnglish = d.WrongEnglish || strings.HasPrefix(m.Field, "en-")
		d.WrongMore = d.WrongMore || slices.Contains(folded, m.Field)
	}
	if len(d.Mistakes) > 0 {
		return
	}
	for _, o := range others {
		d.Mistakes = append(d.Mistakes, mistake{"", o.Message})
	}
}

// folded are the fields under "more" that can be wrong.
var folded = []string{"antwort", "rolle", "dringlichkeit", "art", "angaben", "verwandt", "dazu"}

// submitArticle gives a draft to review.
func (s *Server) submitArticle(w http.ResponseWriter, r *http.Request, p Person) {
	if s.form(w, r) {
		s.submit(w, r, p, r.PathValue("id"))
	}
}

func (s *Server) submit(w http.ResponseWriter, r *http.Request, p Person, id string) {
	if !s.fit(w, r, p, id) {
		return
	}
	_, err := s.o.Library.Submit(r.Context(), p.article(), id, plainLine(r.PostForm.Get("warum")))
	s.stepped(w, r, p, id, "submit", err)
}

// fit reports whether the newest text of an article can be shown to people. Else
// it has answered with the form and what is wrong.
func (s *Server) fit(w http.ResponseWriter, r *http.Request, p Person, id string) bool {
	e, rev, err := s.newest(r.Context(), p, id)
	if err != nil {
		s.refuseArticle(w, r, err)
		return false
	}
	f := formOf(rev.Article)
	f.Base = strconv.Itoa(e.Latest)
	if len(s.voiceOf(p.Locale).mistakes(rev.Article, s.o.Rooms)) == 0 {
		return true
	}
	s.showForm(w, r, p, http.StatusUnprocessableEntity, f, func(d *articlePage) { d.judge(f, s.o.Rooms) })
	return false
}

// stepped answers a step of an article, which may not have been taken. The page says
// what was done.
func (s *Server) stepped(w http.ResponseWriter, r *http.Request, p Person, id, done string, err error) {
	if err != nil {
		s.refuseArticle(w, r, err)
		return
	}
	s.done(w, r, base(p.ID)+articlePath(id)+"?getan="+done)
}

// A step changes the life of an article and takes a reason (warum).
type step func(l *knowledge.Library, ctx context.Context, by knowledge.Person, id, why string) (*knowledge.Entry, error)

// takes returns what carries out a step.
func takes(do step, done string) func(*Server, http.ResponseWriter, *http.Request, Person) {
	return func(s *Server, w http.ResponseWriter, r *http.Request, p Person) {
		if !s.form(w, r) {
			return
		}
		id := r.PathValue("id")
		_, err := do(s.o.Library, r.Context(), p.article(), id, plainLine(r.PostForm.Get("warum")))
		s.stepped(w, r, p, id, done, err)
	}
}

var (
	returnArticle   = takes((*knowledge.Library).Return, "return")   // sends it back from review
	retireArticle   = takes((*knowledge.Library).Retire, "retire")   // takes it out of force
	dismissProposal = takes((*knowledge.Library).Dismiss, "dismiss") // puts aside what the program proposes
)

// planArticle sets who looks after an article (verantwortlich) and when to look
// at it again (wiedervorlage).
func (s *Server) planArticle(w http.ResponseWriter, r *http.Request, p Person) {
	if !s.form(w, r) {
		return
	}
	id := r.PathValue("id")
	e, err := s.o.Library.Entry(r.Context(), p.article(), id)
	if err != nil {
		s.refuseArticle(w, r, err)
		return
	}
	review, ok := s.date(r.PostForm.Get("wiedervorlage"), "2006-01-02")
	owner := r.PostForm.Get("verantwortlich")
	known := slices.ContainsFunc(s.o.People, func(o Person) bool { return string(o.key()) == owner })
	if !ok || owner != "" && owner != string(e.Owner) && !known {
		s.refuse(w, r, http.StatusBadRequest, "error.form")
		return
	}
	plan := knowledge.Plan{Owner: knowledge.Person(owner), Review: review, Publish: e.PublishAt}
	plan.Order.Anyway = !e.PublishAt.IsZero() // that was decided before
	_, err = s.o.Library.Schedule(r.Context(), p.article(), id, plan)
	s.stepped(w, r, p, id, "schedule", err)
}
