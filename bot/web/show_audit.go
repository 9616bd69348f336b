package web

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strconv"

	"ersthelfer/knowledge"
)

// perAudit is how many records a page of the audit shows.
const perAudit = 50

// An auditPage says who changed what.
type auditPage struct {
	curating
	Rows       []auditRow
	Older      string // the address of what comes before
	Whole      string // that the chain holds
	Broken     string // where it does not
	Head, File string
}

// An auditRow is one change.
type auditRow struct {
	Seq                                  int
	When, Who, What, Article, Title, Why string
	School, Taken                        string
}

// showAudit shows who changed what, the newest first, from a record (ab) on; with
// pruefen it checks the chain.
func (s *Server) showAudit(w http.ResponseWriter, r *http.Request, p Person) {
	d := &auditPage{curating: s.curating(p, "audit.title", "/protokoll")}
	d.File = d.Base + "/protokoll/protokoll.jsonl"
	from, _ := strconv.Atoi(r.URL.Query().Get("ab"))
	records, err := s.o.Library.Audit(r.Context(), p.article(), max(0, from), perAudit)
	if err == nil && r.URL.Query().Has("pruefen") {
		err = s.verify(r, p, d)
	}
	if err != nil {
		s.refuseArticle(w, r, err)
		return
	}
	for _, a := range records {
		d.Rows = append(d.Rows, s.auditRow(d.voice, p, a))
	}
	if n := len(records); n > 0 && records[n-1].Seq > 1 {
		d.Older = d.Base + "/protokoll?ab=" + strconv.Itoa(records[n-1].Seq-1)
	}
	s.render(w, r, http.StatusOK, auditTemplate, d)
}

// verify follows the whole chain and says what it found.
func (s *Server) verify(r *http.Request, p Person, d *auditPage) error {
	err := s.o.Library.Verify(r.Context(), p.article())
	var torn *knowledge.TamperError
	if errors.As(err, &torn) {
		d.Broken = d.W("audit.broken", "number", torn.Seq)
		return nil
	}
	if err != nil {
		return err
	}
	head, err := s.o.Library.Head(r.Context(), p.article())
	d.Whole, d.Head = d.W("audit.whole", "count", head.Seq), head.Hash
	return err
}

func (s *Server) auditRow(v voice, p Person, a knowledge.AuditRecord) auditRow {
	row := auditRow{Seq: a.Seq, When: v.Day(a.At), Who: s.who(v, a.By), What: v.W("act." + string(a.Action)), Why: line(a.Why)}
	if a.Who != "" && a.By == knowledge.Program {
		row.Who = v.W("who.forgotten")
	}
	if a.Article != "" {
		row.Article, row.Title = base(p.ID)+articlePath(a.Article)+"/verlauf", a.Article
		if in, ok := s.o.Library.Article(a.Article); ok {
			row.Title = line(in.Title)
		}
	}
	if a.School != "" {
		row.School = s.schoolName(a.School)
	}
	if a.Taken > 0 {
		row.Taken = v.W("audit.taken", "count", a.Taken)
	}
	return row
}

// showAuditFile hands out the whole audit, one record a line.
func (s *Server) showAuditFile(w http.ResponseWriter, r *http.Request, p Person) {
	var b bytes.Buffer
	if err := s.o.Library.WriteAudit(r.Context(), p.article(), &b); err != nil {
		s.refuseArticle(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/x-ndjson; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="protokoll.jsonl"`)
	_, _ = io.Copy(w, &b)
}
