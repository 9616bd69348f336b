package web

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"ersthelfer/escalation/report"
)

// A reportPage is the figures of a month.
type reportPage struct {
	page
	Month         string
	Before, After string // the addresses of the months beside it; empty: in the future
	Missing       bool   // no report is set up
	Intro         string
	Empty         string // why there is nothing to show
	Questions     int
	Outcomes      []bar
	Tables        []table
	Unmeasured    string
}

// A bar is a share as a bar, with its label and what it says.
type bar struct {
	Label string
	Text  string
	Width int // percent
}

// A table is figures in rows. Cells of a row stand under Head.
type table struct {
	Title string
	Note  string
	Head  []string
	Rows  []tableRow
}

// A tableRow is a row with its first cell. A hidden one has a reason instead of cells.
type tableRow struct {
	Name   string
	Hidden string
	Cells  []cell
}

// A cell is a figure: lines of text, with a bar if it is a share.
type cell struct {
	Lines []string
	Bar   *bar
}

// showReport shows the Schulträger the figures of a month (monat, as in 2026-11).
func (s *Server) showReport(w http.ResponseWriter, r *http.Request, p Person) {
	from, ok := s.month(r.URL.Query().Get("monat"))
	if !ok {
		s.notFound(w, r)
		return
	}
	to := from.AddDate(0, 1, 0)
	data := reportPage{page: s.personPage(p, "report.title", "/bericht"), Missing: s.o.Report == nil}
	data.Month = data.voice.Month(from)
	data.Before = data.Base + "/bericht?monat=" + from.AddDate(0, -1, 0).Format("2006-01")
	if to.Before(s.o.Now()) {
		data.After = data.Base + "/bericht?monat=" + to.Format("2006-01")
	}
	if s.o.Report != nil {
		res, err := s.o.Report(r.Context(), from, to, data.Lang)
		if err != nil {
			s.fail(w, r, err)
			return
		}
		data.fill(res, s.articleTitle)
	}
	s.render(w, r, http.StatusOK, reportTemplate, data)
}

// month returns the beginning of a month; of this one if name is empty.
func (s *Server) month(name string) (time.Time, bool) {
	if name == "" {
		now := s.o.Now().In(s.o.Zone)
		return time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, s.o.Zone), true
	}
	from, err := time.ParseInLocation("2006-01", name, s.o.Zone)
	return from, err == nil && from.Year() > 2000 && from.Year() < 2200
}

// fill takes over the figures. title returns what an article is called.
func (p *reportPage) fill(res report.Result, title func(id string) string) {
	v := p.voice
	p.Intro = v.W("report.intro", "min", res.MinGroup)
	switch {
	case res.Total.Hidden != "":
		p.Empty = v.W("report.few", "min", res.MinGroup)
		return
	case res.Total.Questions == 0:
		p.Empty = v.W("report.empty")
		return
	}
	p.Questions = res.Total.Questions
	p.Outcomes = v.outcomes(res.Total)
	p.Tables = append(p.Tables,
		v.groups("report.models", res.Models, res.MinGroup),
		v.groups("report.schools", res.Schools, res.MinGroup),
		v.groups("report.rooms", res.Rooms, res.MinGroup),
		v.steps(res.Steps, res.MinGroup), v.priorities(res.Priorities), v.ages(res.Ages), v.articles(res.Articles, title))
	if res.Unmeasured > 0 {
		p.Unmeasured = v.W("report.unmeasured", "count", res.Unmeasured)
	}
}

// hidden says why a figure is not shown.
func (v voice) hidden(why report.Hidden, least int) string {
	if why == report.Small {
		return v.W("report.small", "min", least)
	}
	return v.W("report.covering")
}

func (v voice) outcomes(f report.Figures) []bar {
	o := f.Outcomes
	var out []bar
	for _, x := range []struct {
		key   string
		count int
	}{
		{"confirmed", o.Confirmed},
		{"notcontradicted", o.NotContradicted},
		{"cameback", o.CameBack},
		{"opened", o.Opened},
		{"abandoned", o.Abandoned},
		{"cancelled", o.Cancelled},
		{"open", o.Open},
	} {
		share := report.Share{Count: x.count, Of: f.Questions}
		out = append(out, bar{
			Label: v.W("report.outcome." + x.key), Width: share.Percent(),
			Text: fmt.Sprintf("%d (%d %%)", x.count, share.Percent()),
		})
	}
	return out
}

func (v voice) groups(title string, groups []report.Group, least int) table {
	t := table{Title: v.W(title), Note: v.W("report.business"), Head: []string{
		v.W("report.group"), v.W("report.questions"), v.W("report.opened"),
		v.W("report.response"), v.W("report.resolution"), v.W("report.reopened"), v.W("report.ratings"),
	}}
	for _, g := range groups {
		row := tableRow{Name: g.Title}
		if row.Name == "" {
			row.Name = v.W("report.unknown")
		}
		if g.Hidden != "" {
			row.Hidden = v.hidden(g.Hidden, least)
		} else {
			row.Cells = []cell{
				number(g.Questions), number(g.Outcomes.Opened),
				v.times(g.Response, g.ResponseKept, least), v.times(g.Resolution, g.ResolutionKept, least),
				v.share(g.Reopened, least), v.ratings(g.Ratings, least),
			}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func number(n int) cell { return cell{Lines: []string{fmt.Sprint(n)}} }

// times returns how long something took and how often it was in time.
func (v voice) times(t report.Times, kept report.Share, least int) cell {
	var c cell
	switch {
	case t.Hidden != "":
		c.Lines = append(c.Lines, v.hidden(t.Hidden, least))
	case t.Count > 0:
		c.Lines = append(c.Lines, v.W("report.median", "time", v.span(t.Median)), v.W("report.p90", "time", v.span(t.P90)))
	}
	if kept.Hidden == "" && kept.Of > 0 {
		text := v.W("report.kept", "percent", kept.Percent())
		c.Bar = &bar{Text: text, Width: kept.Percent()}
	}
	if len(c.Lines) == 0 && c.Bar == nil {
		c.Lines = []string{v.W("report.nothing")}
	}
	return c
}

func (v voice) share(s report.Share, least int) cell {
	switch {
	case s.Hidden != "":
		return cell{Lines: []string{v.hidden(s.Hidden, least)}}
	case s.Of == 0:
		return cell{Lines: []string{v.W("report.nothing")}}
	}
	return cell{Lines: []string{v.W("report.count", "count", s.Count, "of", s.Of)}}
}

func (v voice) ratings(r report.Ratings, least int) cell {
	switch {
	case r.Hidden != "":
		return cell{Lines: []string{v.hidden(r.Hidden, least)}}
	case r.Count == 0:
		return cell{Lines: []string{v.W("report.nothing")}}
	}
	mean := strings.Replace(fmt.Sprintf("%.1f", r.Mean), ".", v.W("report.decimal"), 1)
	return cell{Lines: []string{v.W("report.stars", "mean", mean, "count", r.Count)}}
}

func (v voice) span(m report.Minutes) string {
	switch {
	case m < 60:
		return v.W("report.minutes", "minutes", int(m))
	case m%60 == 0:
		return v.W("report.hours", "hours", int(m)/60)
	}
	return v.W("report.hoursminutes", "hours", int(m)/60, "minutes", int(m)%60)
}

func (v voice) steps(steps []report.Step, least int) table {
	t := table{Title: v.W("report.steps"), Head: []string{v.W("report.step"), v.W("report.handedon")}}
	for _, s := range steps {
		name := fmt.Sprintf("%d. %s", s.Step, s.Title)
		t.Rows = append(t.Rows, tableRow{Name: name, Cells: []cell{v.share(s.HandedOn, least)}})
	}
	return t
}

func (v voice) priorities(all []report.Priority) table {
	t := table{Title: v.W("report.priorities"), Head: []string{v.W("report.priority"), v.W("report.opened")}}
	for _, p := range all {
		t.Rows = append(t.Rows, tableRow{Name: string(p.Priority), Cells: []cell{number(p.Count)}})
	}
	return t
}

func (v voice) ages(all []report.Age) table {
	t := table{Title: v.W("report.ages"), Head: []string{v.W("report.days"), v.W("report.opened")}}
	for _, a := range all {
		name := v.W("report.age", "least", a.Least, "most", a.Most)
		if a.Most == 0 {
			name = v.W("report.ageopen", "before", a.Least-1)
		}
		t.Rows = append(t.Rows, tableRow{Name: name, Cells: []cell{number(a.Count)}})
	}
	return t
}

func (v voice) articles(all []report.Article, title func(id string) string) table {
	t := table{Title: v.W("report.articles"), Head: []string{
		v.W("report.article"), v.W("report.shown"), v.W("report.helped"), v.W("report.nothelped"), v.W("report.cameback"),
	}}
	for _, a := range all {
		t.Rows = append(t.Rows, tableRow{Name: title(a.ID), Cells: []cell{
			number(a.Shown), number(a.Helped), number(a.NotHelped), number(a.CameBack),
		}})
	}
	return t
}
