package web

import (
	"cmp"
	"net/http"
	"slices"

	"ersthelfer/knowledge"
)

// A tasksPage lists what is worth doing for the articles: first what waits for
// review.
type tasksPage struct {
	curating
	Done   string // what was done just now
	Groups []taskGroup
	Gaps   int
}

// A taskGroup is tasks of one kind.
type taskGroup struct {
	Kind, Title, Note string
	Tasks             []taskView
	More              string // how many are not shown
	All               string // where all of them are done at once
}

// A taskView is something to do with an article.
type taskView struct {
	Href, Title, Detail string
	Why                 string
	Diffs               []fieldDiff
	Changed             string
	Fresh               bool   // the article is not in force yet
	Go, GoLabel         string // where it is done
	Back                string // the address that sends it back
}

// taskKinds are the kinds of tasks in the order of the page.
var taskKinds = []knowledge.TaskKind{
	knowledge.TaskReview, knowledge.TaskFailing, knowledge.TaskGap, knowledge.TaskStale, knowledge.TaskLocal,
	knowledge.TaskProposal, knowledge.TaskOwner,
}

// perKind is how many tasks of a kind are shown.
const perKind = 10

// showTasks shows what there is to do, by kind.
func (s *Server) showTasks(w http.ResponseWriter, r *http.Request, p Person) {
	tasks, err := s.o.Library.Tasks(r.Context(), p.article())
	if err != nil {
		s.refuseArticle(w, r, err)
		return
	}
	d := &tasksPage{curating: s.curating(p, "tasks.title", "/aufgaben")}
	if q := r.URL.Query(); q.Has("neu") {
		d.Done = d.W("tasks.imported", "new", line(q.Get("neu")), "changed", line(q.Get("anders")), "same", line(q.Get("gleich")))
	}
	drafts, err := s.draftGroup(r, p, d.voice)
	if err != nil {
		s.refuseArticle(w, r, err)
		return
	}
	if r.URL.Query().Has("getan") {
		d.Done = d.W("tasks.published")
	}
	for _, kind := range taskKinds {
		g := taskGroup{Kind: string(kind), Title: d.W("task." + string(kind)), Note: d.W("tasknote." + string(kind))}
		n := 0
		for _, t := range tasks {
			if t.Kind != kind {
				continue
			}
			if n++; n > perKind {
				continue
			}
			view, err := s.taskView(r, p, d.voice, t)
			if err != nil {
				s.refuseArticle(w, r, err)
				return
			}
			g.Tasks = append(g.Tasks, view)
		}
		if n > perKind {
			g.More = d.W("tasks.more", "count", n-perKind)
		}
		if kind == knowledge.TaskReview && n > 1 && s.may(p, publishing, "") {
			g.All = d.Base + "/pruefung"
		}
		if n > 0 {
			d.Groups = append(d.Groups, g)
		}
		if kind == knowledge.TaskReview && len(drafts.Tasks) > 0 {
			d.Groups = append(d.Groups, drafts)
		}
	}
	s.render(w, r, http.StatusOK, tasksTemplate, d)
}

// draftGroup returns the drafts that somebody began, the newest first: a contact
// may write one and not give it to review.
func (s *Server) draftGroup(r *http.Request, p Person, v voice) (taskGroup, error) {
	g := taskGroup{Kind: "draft", Title: v.W("task.draft"), Note: v.W("tasknote.draft")}
	entries, err := s.o.Library.Entries(r.Context(), p.article())
	if err != nil {
		return g, err
	}
	entries = slices.DeleteFunc(slices.Clone(entries), func(e *knowledge.Entry) bool { return e.State != knowledge.StateDraft })
	slices.SortStableFunc(entries, func(a, b *knowledge.Entry) int { return b.Changed.Compare(a.Changed) })
	for _, e := range entries[:min(len(entries), perKind)] {
		rev, err := s.o.Library.Revision(r.Context(), p.article(), e.ID, e.Latest)
		if err != nil {
			return g, err
		}
		view := taskView{Href: base(p.ID) + articlePath(e.ID), Title: cmp.Or(line(rev.Article.Title), e.ID)}
		if err := s.changeView(r, p, v, e, rev, &view); err != nil {
			return g, err
		}
		g.Tasks = append(g.Tasks, view)
	}
	if n := len(entries) - perKind; n > 0 {
		g.More = v.W("tasks.more", "count", n)
	}
	return g, nil
}

func (s *Server) taskView(r *http.Request, p Person, v voice, t knowledge.Task) (taskView, error) {
	out := taskView{Detail: v.W("tasks.since", "when", v.Day(t.Since))}
	if t.Kind == knowledge.TaskGap {
		out.Title, out.Detail = "„"+line(t.Gap.Questions[0])+"“", v.often(t.Gap.Count)
		out.Href = base(p.ID) + "/luecken"
		return out, nil
	}
	e, rev, err := s.newest(r.Context(), p, t.Article)
	if err != nil {
		return out, err
	}
	out.Href, out.Title = base(p.ID)+articlePath(e.ID), cmp.Or(line(rev.Article.Title), e.ID)
	switch t.Kind {
	case knowledge.TaskReview:
		err = s.reviewView(r, p, v, e, rev, &out)
	case knowledge.TaskFailing:
		out.Detail = v.W("tasks.failing", "times", v.often(t.Gap.Count), "question", line(t.Gap.Questions[0]))
	case knowledge.TaskProposal:
		out.Go, out.GoLabel = out.Href+"/vorschlag", v.W("tasks.proposal")
	case knowledge.TaskLocal:
		out.Detail = s.schoolName(t.School)
		if s.may(p, localising, t.School) {
			out.Go, out.GoLabel = out.Href+"/schule/"+t.School, v.W("tasks.local")
		}
	}
	return out, err
}

// reviewView adds to a task what the reviewer has to know.
func (s *Server) reviewView(r *http.Request, p Person, v voice, e *knowledge.Entry, rev *knowledge.Revision, out *taskView) error {
	if s.may(p, publishing, "") {
		out.Go, out.GoLabel, out.Back = out.Href+"/veroeffentlichen", v.W("step.publish"), out.Href+"/zurueckgeben"
	}
	return s.changeView(r, p, v, e, rev, out)
}

// changeView adds to a task who wrote what, and how it differs from what is in force.
func (s *Server) changeView(r *http.Request, p Person, v voice, e *knowledge.Entry, rev *knowledge.Revision, out *taskView) error {
	out.Detail, out.Why = v.W("history.by", "who", s.who(v, rev.By), "when", v.Day(rev.At)), line(rev.Why)
	if e.InForce == 0 {
		out.Fresh = true
		return nil
	}
	old, err := s.o.Library.Revision(r.Context(), p.article(), e.ID, e.InForce)
	if err != nil {
		return err
	}
	out.Diffs, out.Changed = s.diffs(v, old.Article, rev.Article), v.changedFields(old.Article, rev.Article)
	return nil
}

func (s *Server) schoolName(id string) string {
	for _, o := range s.o.Schools {
		if o.Value == id {
			return o.Label
		}
	}
	return id
}
