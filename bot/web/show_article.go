package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"ersthelfer/bot"
	"ersthelfer/knowledge"
)

// An articlePage is an article to be written, beside how the chat will show it.
type articlePage struct {
	curating
	articleHead
	Form     articleForm
	Action   string // where the form is sent
	Fresh    bool   // the article does not exist yet
	ReadOnly bool   // the person may look only
	Done     string // what was done just now
	Stale    string // somebody else has saved meanwhile
	Mistakes []mistake
	Wrong    map[string]string // by field
	// Whether something is wrong in the folded parts of the form, which then are open.
	WrongEnglish, WrongMore bool
	Previews                []previewView
	Asked                   []askedRow
	Choices                 articleChoices
	Plan                    *planView
	Steps                   []stepButton
	MaySubmit               bool // after saving, to review
	MayGo                   bool // after saving, on to publishing
}

// An articleHead stands above all pages about one article.
type articleHead struct {
	ID      string
	Name    string // its title
	Tags    []tag
	Tabs    []link
	Article string // the path of its pages
}

// An askedRow is a question that people asked and that led to the article.
type askedRow struct {
	Text  string
	Times string
	Known bool // it is one of the phrasings already
}

// articleChoices are what the fields of the form offer.
type articleChoices struct {
	Rooms, Roles, Priorities []bot.Option
	Fields                   []fieldChoice
}

// A fieldChoice is something that a contact may need to know.
type fieldChoice struct {
	bot.Option
	On bool
}

// A stepButton does something with the article that needs no text.
type stepButton struct {
	Href, Label string
	Strong      bool
	Get         bool   // it leads to a page
	Why         bool   // a reason goes with it
	Note        string // what it does
}

// A planView is who looks after an article, and when.
type planView struct {
	Owner, Review string
	People        []bot.Option
	MayChange     bool
	OwnerName     string
	Since, Latest string
	Publish       string
}

// head returns what stands above the pages about an article.
func (s *Server) head(c curating, p Person, e *knowledge.Entry, title, here string) articleHead {
	h := articleHead{ID: e.ID, Name: title, Tags: c.tags(e, s.o.Now()), Article: base(p.ID) + articlePath(e.ID)}
	for _, t := range articleTabs {
		if s.may(p, t.right, "") && t.is(e) {
			h.Tabs = append(h.Tabs, link{h.Article + t.path, c.W(t.label), t.path == here})
		}
	}
	if e.State == knowledge.StateDraft || e.State == knowledge.StateReview {
		h.Tabs = append(h.Tabs, link{c.Base + "/probe?artikel=" + url.QueryEscape(e.ID), c.W("part.try"), false})
	}
	return h
}

// articleTabs are the pages about one article.
var articleTabs = []struct {
	path, label string
	right       right
	is          func(*knowledge.Entry) bool // there is something to show
}{
	{"", "tab.edit", seeing, always},
	{"/verlauf", "tab.history", seeing, always},
	{"/schulen", "tab.schools", seeing, func(e *knowledge.Entry) bool { return e.InForce > 0 }},
	{"/vorschlag", "tab.proposal", seeing, func(e *knowledge.Entry) bool { return e.Proposal != nil }},
}

func always(*knowledge.Entry) bool { return true }

// showArticle shows the newest text of an article.
func (s *Server) showArticle(w http.ResponseWriter, r *http.Request, p Person) {
	e, rev, err := s.newest(r.Context(), p, r.PathValue("id"))
	if err != nil {
		s.refuseArticle(w, r, err)
		return
	}
	f := formOf(rev.Article)
	f.Base = strconv.Itoa(e.Latest)
	data, err := s.articlePage(r.Context(), p, e, f)
	if err != nil {
		s.refuseArticle(w, r, err)
		return
	}
	if done := r.URL.Query().Get("getan"); slices.Contains(steps, done) {
		data.Done = data.W("done." + done)
	}
	s.render(w, r, http.StatusOK, articleTemplate, data)
}

// steps are what a page can say was done just now.
var steps = []string{"save", "draft", "submit", "return", "publish", "planned", "retire", "schedule", "accept", "dismiss"}

// newest returns an article's life and its newest text.
func (s *Server) newest(ctx context.Context, p Person, id string) (*knowledge.Entry, *knowledge.Revision, error) {
	e, err := s.o.Library.Entry(ctx, p.article(), id)
	if err != nil {
		return nil, nil, err
	}
	rev, err := s.o.Library.Revision(ctx, p.article(), id, e.Latest)
	return e, rev, err
}

// articlePage returns the page with a form on it; e is nil for a new article.
func (s *Server) articlePage(ctx context.Context, p Person, e *knowledge.Entry, f articleForm) (*articlePage, error) {
	d := &articlePage{Form: f, Fresh: e == nil, ReadOnly: !s.may(p, saving, "")}
	a := f.article()
	if e == nil {
		d.curating = s.curating(p, "article.new", "/neu")
		d.Action = d.Base + "/neu"
	} else {
		d.curating = s.curating(p, "article.title", "")
		d.articleHead = s.head(d.curating, p, e, a.Title, "")
		d.Title = a.Title
		d.Action = d.Article
		asked, err := s.o.Library.Asked(ctx, p.article(), e.ID)
		if err != nil {
			return nil, err
		}
		d.Asked = d.askedRows(asked, a)
		d.Plan = s.planView(d.voice, p, e)
		d.Steps = s.stepButtons(d.voice, p, e)
	}
	d.MaySubmit = s.may(p, submitting, "") && !s.may(p, publishing, "")
	d.MayGo = s.may(p, publishing, "")
	d.Choices = s.articleChoices(d.voice, f)
	d.Previews = s.previews(a)
	d.Script = assetPath("edit.js")
	return d, nil
}

// maxAsked is how many questions stand beside an article.
const maxAsked = 30

func (v voice) askedRows(asked []knowledge.Asked, a knowledge.Article) []askedRow {
	known := a.Questions
	if a.English != nil {
		known = slices.Concat(known, a.English.Questions)
	}
	var out []askedRow
	for _, q := range asked[:min(len(asked), maxAsked)] {
		text := plainLine(q.Question)
		out = append(out, askedRow{Text: text, Times: v.often(q.Count), Known: slices.Contains(known, text)})
	}
	return out
}

func (s *Server) articleChoices(v voice, f articleForm) articleChoices {
	c := articleChoices{
		Rooms: s.o.Rooms, Roles: v.options("role.", knowledge.RoleNames...), Priorities: v.options("priority.", priorities...),
	}
	for _, name := range knowledge.FieldNames {
		c.Fields = append(c.Fields, fieldChoice{bot.Option{Value: name, Label: v.W("fact." + name)}, slices.Contains(f.Fields, name)})
	}
	return c
}

// planView returns who looks after an article, and when.
func (s *Server) planView(v voice, p Person, e *knowledge.Entry) *planView {
	out := &planView{
		Owner: string(e.Owner), OwnerName: s.nameOf(e.Owner), MayChange: s.may(p, scheduling, ""),
		Latest: v.W("plan.revision", "number", e.Latest, "when", v.Day(e.Changed)),
	}
	if !e.Review.IsZero() {
		out.Review = e.Review.In(s.o.Zone).Format("2006-01-02")
	}
	if e.InForce > 0 {
		out.Since = v.W("plan.since", "number", e.InForce, "when", v.Day(e.Since))
	}
	if !e.PublishAt.IsZero() {
		out.Publish = v.W("state.planned", "when", v.Day(e.PublishAt))
	}
	for _, o := range s.o.People {
		if s.may(s.person(o.key()), saving, "") {
			out.People = append(out.People, bot.Option{Value: string(o.key()), Label: o.Name})
		}
	}
	return out
}

// stepButtons returns what can be done with an article in its state.
func (s *Server) stepButtons(v voice, p Person, e *knowledge.Entry) []stepButton {
	href := base(p.ID) + articlePath(e.ID)
	var out []stepButton
	add := func(right right, path, key string, b stepButton) {
		if s.may(p, right, "") {
			b.Href, b.Label, b.Note = href+path, v.W("step."+key), v.W("stepnote."+key)
			out = append(out, b)
		}
	}
	if e.State == knowledge.StateDraft || e.State == knowledge.StateReview {
		add(publishing, "/veroeffentlichen", "publish", stepButton{Strong: true, Get: true})
	}
	if e.State == knowledge.StateDraft {
		add(submitting, "/abgeben", "submit", stepButton{})
	}
	if e.State == knowledge.StateReview {
		add(returning, "/zurueckgeben", "return", stepButton{Why: true})
	}
	if e.State != knowledge.StateRetired {
		add(retiring, "/stilllegen", "retire", stepButton{Why: true})
	}
	return out
}
