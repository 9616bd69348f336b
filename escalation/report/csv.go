package report

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"unicode"
)

// WriteCSV writes all figures, one a line, for a German Excel: with a byte order
// mark, semicolons, CRLF, and the decimal mark of the result's language. No cell
// can run as a formula.
func (r Result) WriteCSV(w io.Writer) error {
	words, err := loadWords(r.Language)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(w, "\uFEFF"); err != nil {
		return err
	}
	s := &sheet{out: csv.NewWriter(w), words: words, least: r.MinGroup}
	s.out.Comma, s.out.UseCRLF = ';', true
	s.row(words["csv.part"], words["csv.id"], words["csv.name"], words["csv.figure"], words["csv.value"], words["csv.unit"])
	s.result(&r)
	s.out.Flush()
	return s.out.Error()
}

// A sheet is a table in the making.
type sheet struct {
	out   *csv.Writer
	words words
	least int
}

func (s *sheet) result(r *Result) {
	s.figures("total", "", "", &r.Total)
	s.groups("model", r.Models)
	s.groups("school", r.Schools)
	s.groups("room", r.Rooms)
	for _, x := range r.Steps {
		e := s.entry("step", strconv.Itoa(x.Step), s.words.step(x), x.HandedOn.Hidden)
		e.count("step.held", x.HandedOn.Of)
		e.count("step.on", x.HandedOn.Count)
	}
	for _, x := range r.Priorities {
		s.entry("priority", string(x.Priority), string(x.Priority), "").count("times.count", x.Count)
	}
	for _, x := range r.Ages {
		s.entry("age", strconv.Itoa(x.Least), s.words.age(x), "").count("times.count", x.Count)
	}
	for _, x := range r.Articles {
		e := s.entry("article", x.ID, x.ID, "")
		e.count("article.shown", x.Shown)
		e.count("article.helped", x.Helped)
		e.count("article.not_helped", x.NotHelped)
		e.count("article.came_back", x.CameBack)
	}
}

func (s *sheet) groups(part string, groups []Group) {
	for i := range groups {
		s.figures(part, groups[i].ID, groups[i].Title, &groups[i].Figures)
	}
}

func (s *sheet) figures(part, id, title string, f *Figures) {
	e := s.entry(part, id, title, f.Hidden)
	e.count("questions", f.Questions)
	if f.Hidden != "" {
		return
	}
	for _, o := range f.Outcomes.list() {
		e.count("outcome."+o.name, o.count)
	}
	e.clock("response", f.Response, f.ResponseKept)
	e.clock("resolution", f.Resolution, f.ResolutionKept)
	e.share("figure.reopened.count", "figure.reopened.of", f.Reopened)
	e.hidden = f.Ratings.Hidden
	e.count("figure.ratings.count", f.Ratings.Count)
	e.value("figure.ratings.mean", "unit.stars", s.words.number(f.Ratings.Mean, 2), f.Ratings.Count > 0)
}

// An entry is the lines of one part of a breakdown.
type entry struct {
	sheet           *sheet
	part, id, title string
	hidden          Hidden // why the figures that follow are not shown
}

func (s *sheet) entry(part, id, title string, h Hidden) *entry {
	return &entry{s, s.words["part."+part], id, title, h}
}

func (e *entry) clock(name string, t Times, kept Share) {
	e.hidden = t.Hidden
	e.count("figure."+name+".count", t.Count)
	e.minutes("figure."+name+".median", t.Median, t.Count)
	e.minutes("figure."+name+".p90", t.P90, t.Count)
	e.minutes("figure."+name+".wall", t.Wall, t.Count)
	e.share("figure."+name+".kept", "figure."+name+".of", kept)
}

func (e *entry) share(count, of string, s Share) {
	e.hidden = s.Hidden
	e.count(count, s.Count)
	e.count(of, s.Of)
}

func (e *entry) count(key string, n int) { e.value(key, "unit.count", strconv.Itoa(n), true) }

func (e *entry) minutes(key string, m Minutes, count int) {
	e.value(key, "unit.minutes", strconv.Itoa(int(m)), count > 0)
}

// value writes a line; the cell is empty for a value that there is none of.
func (e *entry) value(key, unit, value string, known bool) {
	switch {
	case e.hidden != "":
		value = e.sheet.words.hidden(e.hidden, e.sheet.least)
	case !known:
		value = ""
	}
	e.sheet.row(e.part, e.id, e.title, e.sheet.words[key], value, e.sheet.words[unit])
}

func (s *sheet) row(cells ...string) {
	for i := range cells {
		cells[i] = cell(cells[i])
	}
	// A write error stays with the writer; WriteCSV returns it.
	_ = s.out.Write(cells)
}

// cell makes a text harmless in a spreadsheet: what could begin a formula begins
// with an apostrophe. (OWASP, CSV Injection; the full-width signs count in Excel
// for East Asian languages.)
func cell(s string) string {
	s = plain(s)
	if strings.ContainsAny(firstSign(s), "=+-@＝＋－＠") {
		return "'" + s
	}
	return s
}

func firstSign(s string) string {
	s = strings.TrimLeftFunc(s, unicode.IsSpace)
	for _, r := range s {
		return string(r)
	}
	return ""
}
