package web

import (
	"net/http"
	"strconv"

	"ersthelfer/knowledge"
)

// perHistory is how many revisions a page of the history shows.
const perHistory = 20

// A revisionsPage is the history of an article.
type revisionsPage struct {
	curating
	articleHead
	Rows          []revisionRow
	Before, After string // the addresses of the pages beside it
	Compared      *comparedView
	From, To      int // that are compared
	Numbers       []int
}

// A revisionRow is an article as somebody left it, with what that changed.
type revisionRow struct {
	Number                         int
	When, Who, Why, Changed, Label string
	From                           string // that it is an old one, restored
	InForce, Newest                bool
	Diffs                          []fieldDiff
	Restore                        string // the address, if the person may
}

// A comparedView is what differs between two revisions.
type comparedView struct {
	Title string
	Diffs []fieldDiff
}

// showRevisions shows who changed what and when, page by page (seite), and
// compares two revisions (von, bis).
func (s *Server) showRevisions(w http.ResponseWriter, r *http.Request, p Person) {
	e, newest, err := s.newest(r.Context(), p, r.PathValue("id"))
	if err != nil {
		s.refuseArticle(w, r, err)
		return
	}
	d := &revisionsPage{curating: s.curating(p, "history.title", "")}
	d.articleHead = s.head(d.curating, p, e, newest.Article.Title, "/verlauf")
	q := r.URL.Query()
	page, _ := strconv.Atoi(q.Get("seite"))
	page = max(0, min(page, (e.Latest-1)/perHistory))
	turn := func(to int) string { return d.Article + "/verlauf?seite=" + strconv.Itoa(to) }
	if page > 0 {
		d.Before = turn(page - 1)
	}
	if (page+1)*perHistory < e.Latest {
		d.After = turn(page + 1)
	}
	err = s.eachRevision(r, p, e, e.Latest-page*perHistory, func(rev, before *knowledge.Revision) {
		d.Rows = append(d.Rows, s.revisionRow(d, p, e, rev, before))
	})
	for n := e.Latest; n > max(0, e.Latest-200); n-- {
		d.Numbers = append(d.Numbers, n)
	}
	if err == nil && e.Latest > 1 {
		err = s.compare(r, p, d, e)
	}
	if err != nil {
		s.refuseArticle(w, r, err)
		return
	}
	s.render(w, r, http.StatusOK, revisionsTemplate, d)
}

// eachRevision calls fn with a page of revisions from the number downwards, each
// with the one before it, nil for the first.
func (s *Server) eachRevision(r *http.Request, p Person, e *knowledge.Entry, from int, fn func(rev, before *knowledge.Revision)) error {
	rev, err := s.o.Library.Revision(r.Context(), p.article(), e.ID, from)
	for n := from; err == nil && n > max(0, from-perHistory); n-- {
		var before *knowledge.Revision
		if n > 1 {
			if before, err = s.o.Library.Revision(r.Context(), p.article(), e.ID, n-1); err != nil {
				return err
			}
		}
		fn(rev, before)
		rev = before
	}
	return err
}

func (s *Server) revisionRow(d *revisionsPage, p Person, e *knowledge.Entry, rev, before *knowledge.Revision) revisionRow {
	row := revisionRow{
		Number: rev.Number, When: d.Day(rev.At), Who: s.who(d.voice, rev.By), Why: line(rev.Why),
		InForce: rev.Number == e.InForce, Newest: rev.Number == e.Latest,
	}
	if rev.From > 0 {
		row.From = d.W("history.from", "number", rev.From)
	}
	if before != nil {
		row.Diffs, row.Changed = s.diffs(d.voice, before.Article, rev.Article), d.changedFields(before.Article, rev.Article)
	}
	if !row.Newest && s.may(p, restoring, "") {
		row.Restore = d.Article + "/wiederherstellen"
	}
	return row
}

// compare puts two revisions beside each other, if they are asked for.
func (s *Server) compare(r *http.Request, p Person, d *revisionsPage, e *knowledge.Entry) error {
	q := r.URL.Query()
	from, err := strconv.Atoi(q.Get("von"))
	to, err2 := strconv.Atoi(q.Get("bis"))
	d.From, d.To = from, to
	if err != nil || err2 != nil {
		d.From, d.To = max(1, e.Latest-1), e.Latest
		if e.InForce > 0 && e.InForce < e.Latest {
			d.From = e.InForce
		}
		return nil
	}
	old, err := s.o.Library.Revision(r.Context(), p.article(), e.ID, from)
	if err != nil {
		return err
	}
	rev, err := s.o.Library.Revision(r.Context(), p.article(), e.ID, to)
	if err != nil {
		return err
	}
	d.Compared = &comparedView{d.W("history.compared", "from", from, "to", to), s.diffs(d.voice, old.Article, rev.Article)}
	return nil
}

// restoreArticle makes an old revision (fassung) the newest draft.
func (s *Server) restoreArticle(w http.ResponseWriter, r *http.Request, p Person) {
	if !s.form(w, r) {
		return
	}
	id := r.PathValue("id")
	n, err := strconv.Atoi(r.PostForm.Get("fassung"))
	if err != nil || n < 1 {
		s.refuse(w, r, http.StatusBadRequest, "error.form")
		return
	}
	if _, err := s.o.Library.Restore(r.Context(), p.article(), id, n, plainLine(r.PostForm.Get("warum"))); err != nil {
		s.refuseArticle(w, r, err)
		return
	}
	s.done(w, r, base(p.ID)+articlePath(id)+"?getan=save")
}
