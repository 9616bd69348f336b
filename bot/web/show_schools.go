package web

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"ersthelfer/bot"
	"ersthelfer/knowledge"
)

// A schoolsPage lists the schools with what each puts into an article.
type schoolsPage struct {
	curating
	articleHead
	InForce bool
	Schools []schoolRow
}

// A schoolRow is a school.
type schoolRow struct{ Href, Name, State string }

// showSchools shows which schools have text of their own in an article.
func (s *Server) showSchools(w http.ResponseWriter, r *http.Request, p Person) {
	e, rev, err := s.newest(r.Context(), p, r.PathValue("id"))
	if err != nil {
		s.refuseArticle(w, r, err)
		return
	}
	d := &schoolsPage{curating: s.curating(p, "schools.title", ""), InForce: e.InForce > 0}
	d.articleHead = s.head(d.curating, p, e, rev.Article.Title, "/schulen")
	a, _ := s.o.Library.Article(e.ID)
	for _, o := range s.o.Schools {
		row := schoolRow{Name: line(o.Label), State: d.W("schools.none")}
		if local, has := e.Locals[o.Value]; has {
			row.State = d.W("schools.own")
			if a != nil && len(resting(local, *a)) > 0 {
				row.State = d.W("schools.resting")
			}
		}
		if s.may(p, localising, o.Value) && d.InForce {
			row.Href = d.Article + "/schule/" + url.PathEscape(o.Value)
		}
		d.Schools = append(d.Schools, row)
	}
	s.render(w, r, http.StatusOK, schoolsTemplate, d)
}

// resting returns the steps that a school replaces and that are no longer there.
func resting(local knowledge.Local, a knowledge.Article) []knowledge.Swap {
	return slices.DeleteFunc(slices.Clone(local.Steps), func(s knowledge.Swap) bool {
		return slices.Contains(a.Steps, s.Old) || a.English != nil && slices.Contains(a.English.Steps, s.Old)
	})
}

// A schoolPage is the text of one school in an article.
type schoolPage struct {
	curating
	articleHead
	School        string // its name
	Action        string
	Note, English string
	HasEnglish    bool
	Steps         []schoolStep
	Swapped       bool // a step is replaced
	Resting       []knowledge.Swap
	Problems      []string
	Saved         bool
	Previews      []previewView
}

// A schoolStep is a step with what the school puts in its place.
type schoolStep struct {
	Field, Lang, Old, New string
}

// showSchool shows the text of a school in an article.
func (s *Server) showSchool(w http.ResponseWriter, r *http.Request, p Person) {
	e, a, ok := s.localised(w, r, p)
	if !ok {
		return
	}
	d := s.schoolPage(p, e, a, r.PathValue("school"), e.Locals[r.PathValue("school")])
	d.Saved = r.URL.Query().Has("gespeichert")
	s.render(w, r, http.StatusOK, schoolTemplate, d)
}

// localised returns the article in force that a school's text goes into. If there
// is none, or no such school, it has answered.
func (s *Server) localised(w http.ResponseWriter, r *http.Request, p Person) (*knowledge.Entry, *knowledge.Article, bool) {
	known := func(o bot.Option) bool { return o.Value == r.PathValue("school") }
	e, err := s.o.Library.Entry(r.Context(), p.article(), r.PathValue("id"))
	a, inForce := s.o.Library.Article(r.PathValue("id"))
	if err == nil && (!inForce || !slices.ContainsFunc(s.o.Schools, known)) {
		err = knowledge.ErrNotFound
	}
	if err != nil {
		s.refuseArticle(w, r, err)
		return nil, nil, false
	}
	return e, a, true
}

func (s *Server) schoolPage(p Person, e *knowledge.Entry, a *knowledge.Article, school string, local knowledge.Local) *schoolPage {
	d := &schoolPage{curating: s.curating(p, "school.title", ""), School: line(s.schoolName(school))}
	d.articleHead = s.head(d.curating, p, e, a.Title, "/schulen")
	d.Action = d.Article + "/schule/" + url.PathEscape(school)
	d.Note, d.English, d.HasEnglish = local.Note, local.English, a.English != nil
	for n, step := range schoolSteps(a) {
		step.Field = "schritt-" + strconv.Itoa(n)
		if at := slices.IndexFunc(local.Steps, func(s knowledge.Swap) bool { return s.Old == step.Old }); at >= 0 {
			step.New, d.Swapped = local.Steps[at].New, true
		}
		d.Steps = append(d.Steps, step)
	}
	d.Resting = resting(local, *a)
	if own, ok := s.o.Library.ArticleFor(a.ID, school); ok {
		d.Previews = s.previews(*own)
	}
	return d
}

// schoolSteps returns the steps of an article, the English ones last.
func schoolSteps(a *knowledge.Article) []schoolStep {
	var out []schoolStep
	for _, step := range a.Steps {
		out = append(out, schoolStep{Lang: "de", Old: step})
	}
	if a.English != nil {
		for _, step := range a.English.Steps {
			out = append(out, schoolStep{Lang: "en", Old: step})
		}
	}
	return out
}

// saveSchool sets the text of a school in an article. A step is named by its text
// (alt-…), so that none is replaced that was changed meanwhile.
func (s *Server) saveSchool(w http.ResponseWriter, r *http.Request, p Person) {
	if !s.form(w, r) {
		return
	}
	e, a, ok := s.localised(w, r, p)
	if !ok {
		return
	}
	school := r.PathValue("school")
	local := knowledge.Local{Note: noteOf(r.PostForm.Get("absatz")), English: noteOf(r.PostForm.Get("absatz-en"))}
	for n := range schoolSteps(a) {
		field := strconv.Itoa(n)
		old, own := r.PostForm.Get("alt-"+field), plainLine(r.PostForm.Get("schritt-"+field))
		if own != "" && own != old {
			local.Steps = append(local.Steps, knowledge.Swap{Old: old, New: own})
		}
	}
	err := s.o.Library.Localise(r.Context(), p.article(), a.ID, school, local)
	var problems knowledge.Problems
	if errors.As(err, &problems) {
		d := s.schoolPage(p, e, a, school, local)
		d.Problems = d.localProblems(local, *a)
		s.render(w, r, http.StatusUnprocessableEntity, schoolTemplate, d)
		return
	}
	if err != nil {
		s.refuseArticle(w, r, err)
		return
	}
	s.done(w, r, base(p.ID)+articlePath(a.ID)+"/schule/"+url.PathEscape(school)+"?gespeichert")
}

func newSteps(local knowledge.Local) []string {
	var out []string
	for _, s := range local.Steps {
		out = append(out, s.New)
	}
	return out
}

// localProblems says what keeps the text of a school from being put in.
func (v voice) localProblems(local knowledge.Local, a knowledge.Article) []string {
	var out []string
	if len(resting(local, a)) > 0 {
		out = append(out, v.W("school.changed"))
	}
	for _, text := range []string{local.Note, local.English} {
		if strings.Contains("\n"+text, "\n#") {
			out = append(out, v.W("school.heading"))
		}
	}
	for _, text := range append([]string{local.Note, local.English}, newSteps(local)...) {
		if n := utf8.RuneCountInString(text); n > knowledge.MaxLocal {
			out = append(out, v.W("lint.long", "count", n, "max", knowledge.MaxLocal))
		}
	}
	return out
}
