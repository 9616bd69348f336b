package report

import (
	"cmp"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// width is how many columns a text may take: those of every terminal, and of a
// printed page in a fixed font.
const width = 80

// WriteText writes the figures as a page of plain text, at most 80 columns
// wide, in the language of the result.
func (r Result) WriteText(w io.Writer) error {
	words, err := loadWords(r.Language)
	if err != nil {
		return err
	}
	p := &page{words: words, least: r.MinGroup}
	p.line(words["title"])
	p.line(words.period(r.From, r.To))
	if !r.Now.IsZero() {
		p.line(words.say("now", "now", r.Now.Format(words["moment"])))
	}
	if r.Total.Hidden != "" || r.Total.Questions == 0 {
		p.line("")
		p.paragraph(words.say("too.few", "n", strconv.Itoa(r.MinGroup)))
	} else {
		p.result(&r)
	}
	_, err = io.WriteString(w, p.text.String())
	return err
}

// A page is a text in the making.
type page struct {
	words words
	least int
	text  strings.Builder
}

func (p *page) result(r *Result) {
	p.outcomes(&r.Total)
	p.times(r)
	p.groups("by.model", r.Models)
	p.groups("by.school", r.Schools)
	p.groups("by.room", r.Rooms)
	p.steps(r.Steps)
	p.priorities(r.Priorities)
	p.ages(r.Ages)
	p.articles(r.Articles)
	p.heading("notes")
	p.item(p.words["note.times"])
	p.item(p.words["note.kept"])
	p.item(p.words.say("note.small", "small", p.words.hidden(Small, p.least)))
	p.item(p.words.say("note.covering", "covering", p.words["covering"]))
}

func (p *page) outcomes(f *Figures) {
	p.line("")
	p.row(columns{40, 8}, p.words["questions"], strconv.Itoa(f.Questions))
	for _, o := range f.Outcomes.list() {
		p.row(columns{40, 8, 8}, "  "+p.words["outcome."+o.name], strconv.Itoa(o.count),
			p.words.percent(Share{Count: o.count, Of: f.Questions}))
	}
}

// A namedCount is a number with the last part of its key in the catalogue.
type namedCount struct {
	name  string
	count int
}

func (o Outcomes) list() []namedCount {
	return []namedCount{
		{"confirmed", o.Confirmed}, {"not_contradicted", o.NotContradicted}, {"came_back", o.CameBack},
		{"opened", o.Opened}, {"abandoned", o.Abandoned}, {"cancelled", o.Cancelled}, {"open", o.Open},
	}
}

func (p *page) times(r *Result) {
	cols := columns{24, 10, 10, 10, 12, 10}
	p.line("")
	p.labels(cols, "times", "times.count", "times.median", "times.p90", "times.wall", "times.kept")
	f := &r.Total
	p.row(cols, append(p.clockCells("response", f.Response), p.share(f.ResponseKept))...)
	p.row(cols, append(p.clockCells("resolution", f.Resolution), p.share(f.ResolutionKept))...)
	p.line(fmt.Sprintf("%-24s  %s", p.words["reopened"], p.of(f.Reopened)))
	p.line(fmt.Sprintf("%-24s  %s", p.words["ratings"], p.ratings(f.Ratings)))
	if r.Unmeasured > 0 {
		p.paragraph(p.words.say("unmeasured", "n", strconv.Itoa(r.Unmeasured)))
	}
}

func (p *page) clockCells(key string, t Times) []string {
	if t.Count == 0 {
		none := p.absent(t.Hidden)
		return []string{p.words[key], none, none, none, none}
	}
	return []string{p.words[key], strconv.Itoa(t.Count), clock(t.Median), clock(t.P90), clock(t.Wall)}
}

func (p *page) groups(key string, groups []Group) {
	if len(groups) == 0 {
		return
	}
	cols := columns{26, 7, 8, 8, 8, 8, 8, 7}
	p.line("")
	p.labels(cols, key, "group.questions", "group.opened", "group.response", "group.kept",
		"group.resolution", "group.kept", "group.stars")
	for _, g := range groups {
		name := cmp.Or(g.Title, p.words["unknown"])
		if g.Hidden != "" {
			p.row(cols, name, p.absent(g.Hidden))
			continue
		}
		p.row(cols, name, strconv.Itoa(g.Questions), strconv.Itoa(g.Outcomes.Opened),
			p.median(g.Response), p.share(g.ResponseKept), p.median(g.Resolution), p.share(g.ResolutionKept), p.mean(g.Ratings))
	}
}

func (p *page) steps(steps []Step) {
	if len(steps) == 0 {
		return
	}
	cols := columns{40, 10, 12, 10}
	p.line("")
	p.labels(cols, "steps", "step.held", "step.on", "step.share")
	for _, s := range steps {
		name := p.words.step(s)
		if s.HandedOn.Hidden != "" {
			p.row(cols, name, p.absent(s.HandedOn.Hidden))
			continue
		}
		p.row(cols, name, strconv.Itoa(s.HandedOn.Of), strconv.Itoa(s.HandedOn.Count), p.share(s.HandedOn))
	}
}

func (w words) step(s Step) string {
	return w.say("step", "n", strconv.Itoa(s.Step), "role", cmp.Or(s.Title, w["step.supervisor"]))
}

func (p *page) priorities(all []Priority) {
	p.heading("priorities")
	for _, x := range all {
		p.row(columns{40, 8}, "  "+string(x.Priority), strconv.Itoa(x.Count))
	}
}

func (p *page) ages(all []Age) {
	p.heading("ages")
	for _, a := range all {
		p.row(columns{40, 8}, "  "+p.words.age(a), strconv.Itoa(a.Count))
	}
}

func (w words) age(a Age) string {
	if a.Most == 0 {
		return w.say("age.over", "least", strconv.Itoa(a.Least))
	}
	return w.say("age.range", "least", strconv.Itoa(a.Least), "most", strconv.Itoa(a.Most))
}

func (p *page) articles(all []Article) {
	if len(all) == 0 {
		return
	}
	cols := columns{36, 10, 10, 12, 12}
	p.line("")
	p.labels(cols, "articles", "article.shown", "article.helped", "article.not_helped", "article.came_back")
	for _, a := range all {
		p.row(cols, a.ID, strconv.Itoa(a.Shown), strconv.Itoa(a.Helped), strconv.Itoa(a.NotHelped), strconv.Itoa(a.CameBack))
	}
}

// absent returns what stands in the place of a figure that is hidden or that
// there is none of.
func (p *page) absent(h Hidden) string {
	if h == "" {
		return p.words["nothing"]
	}
	return p.words.hidden(h, p.least)
}

func (p *page) median(t Times) string {
	if t.Count == 0 {
		return p.absent(t.Hidden)
	}
	return clock(t.Median)
}

func (p *page) share(s Share) string {
	if s.Of == 0 {
		return p.absent(s.Hidden)
	}
	return p.words.percent(s)
}

func (p *page) of(s Share) string {
	if s.Of == 0 {
		return p.absent(s.Hidden)
	}
	return p.words.say("of", "count", strconv.Itoa(s.Count), "of", strconv.Itoa(s.Of), "percent", p.words.percent(s))
}

func (p *page) mean(r Ratings) string {
	if r.Count == 0 {
		return p.absent(r.Hidden)
	}
	return p.words.number(r.Mean, 1)
}

func (p *page) ratings(r Ratings) string {
	if r.Count == 0 {
		return p.absent(r.Hidden)
	}
	return p.words.say("ratings.value", "mean", p.mean(r), "count", strconv.Itoa(r.Count))
}

// columns are the widths of a table. The first column is a name and set left,
// the others are numbers and set right.
type columns []int

func (p *page) labels(cols columns, keys ...string) {
	cells := make([]string, len(keys))
	for i, key := range keys {
		cells[i] = p.words[key]
	}
	p.row(cols, cells...)
}

func (p *page) row(cols columns, cells ...string) {
	line := ""
	for i, cell := range cells {
		cell = fit(plain(cell), cols[i])
		pad := strings.Repeat(" ", cols[i]-utf8.RuneCountInString(cell))
		if i == 0 {
			line = cell + pad
		} else {
			line += pad + cell
		}
	}
	p.line(strings.TrimRight(line, " "))
}

// heading sets a part off from the one before.
func (p *page) heading(key string) {
	p.line("")
	p.line(p.words[key])
}

func (p *page) line(s string) { fmt.Fprintln(&p.text, s) }

func (p *page) paragraph(s string) { p.wrap("", s) }

func (p *page) item(s string) { p.wrap("  ", s) }

func (p *page) wrap(indent, s string) {
	line := ""
	for _, word := range strings.Fields(s) {
		if line != "" && utf8.RuneCountInString(indent+line+" "+word) > width {
			p.line(indent + line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	p.line(indent + line)
}
