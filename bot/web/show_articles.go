package web

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"ersthelfer/bot"
	"ersthelfer/knowledge"
)

// perPage is how many articles a page of the list shows.
const perPage = 50

// An articlesPage is the list of the articles.
type articlesPage struct {
	curating
	Search, State, Room, Health, Order string
	States, Rooms, Healths, Orders     []bot.Option
	Count                              string
	Rows                               []articleRow
	Before, After                      string // the addresses of the pages beside it
	New                                bool   // the person may write articles
}

// An articleRow is an article in the list.
type articleRow struct {
	Href, Title, Room, Age, Owner      string
	Tags                               []tag
	Asked, Helped, NotHelped, CameBack int
	entry                              *knowledge.Entry
	age                                time.Duration
	text                               string // what a search looks at
}

// A tag is a short word on something, with a kind for its look.
type tag struct{ Kind, Text string }

// showArticles shows the list: what is looked for (suche), in a state (zustand), in
// a room (raum), with a health (gesundheit), in an order (ordnung).
func (s *Server) showArticles(w http.ResponseWriter, r *http.Request, p Person) {
	q := r.URL.Query()
	data := articlesPage{
		curating: s.curating(p, "articles.title", "/artikel"), New: s.may(p, saving, ""),
		Search: plainLine(q.Get("suche")), State: q.Get("zustand"), Room: q.Get("raum"), Health: q.Get("gesundheit"),
		Order: q.Get("ordnung"), Rooms: s.o.Rooms,
	}
	v := data.voice
	data.States = v.options("state.", "draft", "review", "published", "retired")
	for _, h := range healths {
		data.Healths = append(data.Healths, bot.Option{Value: h.name, Label: v.W("health." + h.name)})
	}
	data.Orders = v.options("order.", "title", "asked", "nothelped", "age", "changed")
	rows, err := s.articleRows(r.Context(), v, p)
	if err != nil {
		s.refuseArticle(w, r, err)
		return
	}
	rows = slices.DeleteFunc(rows, func(a articleRow) bool { return !data.wants(a, s.o.Now()) })
	data.sort(rows)
	data.Count = v.W("articles.count", "count", len(rows))
	page, _ := strconv.Atoi(q.Get("seite"))
	page = max(0, min(page, (len(rows)-1)/perPage))
	turn := func(to int) string {
		q.Set("seite", strconv.Itoa(to))
		return data.Base + "/artikel?" + q.Encode()
	}
	if page > 0 {
		data.Before = turn(page - 1)
	}
	if (page+1)*perPage < len(rows) {
		data.After = turn(page + 1)
	}
	data.Rows = rows[page*perPage : min((page+1)*perPage, len(rows))]
	for i := range data.Rows {
		data.Rows[i].Tags = slices.DeleteFunc(v.tags(data.Rows[i].entry, s.o.Now()), func(t tag) bool {
			return t.Kind == string(knowledge.StatePublished) && data.Rows[i].entry.State == knowledge.StatePublished // as nearly all are
		})
	}
	s.render(w, r, http.StatusOK, articlesTemplate, data)
}

// healths are the filters by what an article is worth, in their order.
var healths = []struct {
	name string
	is   func(a articleRow, now time.Time) bool
}{
	{"failing", func(a articleRow, _ time.Time) bool { return a.NotHelped+a.CameBack > a.Helped }},
	{"cameback", func(a articleRow, _ time.Time) bool { return a.CameBack > 0 }},
	{"unasked", func(a articleRow, _ time.Time) bool { return a.Asked == 0 && a.entry.InForce > 0 }},
	{"stale", func(a articleRow, now time.Time) bool { return a.entry.Stale(now) }},
	{"proposal", func(a articleRow, _ time.Time) bool { return a.entry.Proposal != nil }},
	{"nobody", func(a articleRow, _ time.Time) bool { return a.entry.Owner == knowledge.Program }},
}

// wants reports whether an article belongs into the list.
func (d *articlesPage) wants(a articleRow, now time.Time) bool {
	if d.State != "" && string(a.entry.State) != d.State || d.Room != "" && a.Room != d.Room {
		return false
	}
	for _, h := range healths {
		if h.name == d.Health && !h.is(a, now) {
			return false
		}
	}
	for word := range strings.FieldsSeq(strings.ToLower(d.Search)) {
		if !strings.Contains(a.text, word) {
			return false
		}
	}
	return true
}

// sort puts the rows into the order that is wanted.
func (d *articlesPage) sort(rows []articleRow) {
	slices.SortStableFunc(rows, func(a, b articleRow) int {
		by := 0
		switch d.Order {
		case "asked":
			by = cmp.Compare(b.Asked, a.Asked)
		case "nothelped":
			by = cmp.Compare(b.NotHelped+b.CameBack, a.NotHelped+a.CameBack)
		case "age":
			by = cmp.Compare(b.age, a.age)
		case "changed":
			by = b.entry.Changed.Compare(a.entry.Changed)
		}
		return cmp.Or(by, cmp.Compare(strings.ToLower(a.Title), strings.ToLower(b.Title)), cmp.Compare(a.entry.ID, b.entry.ID))
	})
}

// articleRows returns all articles with what they are worth.
func (s *Server) articleRows(ctx context.Context, v voice, p Person) ([]articleRow, error) {
	entries, err := s.o.Library.Entries(ctx, p.article())
	if err != nil {
		return nil, err
	}
	health, err := s.o.Library.Health(ctx, p.article())
	if err != nil {
		return nil, err
	}
	worth := make(map[string]knowledge.Health, len(health))
	for _, h := range health {
		worth[h.ID] = h
	}
	rows := make([]articleRow, 0, len(entries))
	for _, e := range entries {
		a, ok := s.o.Library.Article(e.ID)
		if !ok {
			r, err := s.o.Library.Revision(ctx, p.article(), e.ID, e.Latest)
			if err != nil {
				return nil, err
			}
			a = &r.Article
		}
		h := worth[e.ID]
		row := articleRow{
			Href: base(p.ID) + articlePath(e.ID), Title: cmp.Or(a.Title, e.ID), Room: a.Room, Owner: s.nameOf(e.Owner),
			Asked: h.Asked, Helped: h.Helped, NotHelped: h.NotHelps, CameBack: h.CameBack, entry: e, age: h.Age,
			text: strings.ToLower(strings.Join(slices.Concat([]string{a.ID, a.Title}, a.Questions, a.Tags), "\n")),
		}
		if e.InForce > 0 {
			row.Age = v.Age(h.Age)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// articlePath returns the path of an article below the person's.
func articlePath(id string) string { return "/artikel/" + url.PathEscape(id) }

// tags returns what is to be known of an article at a glance.
func (v voice) tags(e *knowledge.Entry, now time.Time) []tag {
	out := []tag{{string(e.State), v.W("state." + string(e.State))}}
	if e.InForce > 0 && e.State != knowledge.StatePublished {
		out = append(out, tag{"published", v.W("state.inforce")})
	}
	if e.Stale(now) {
		out = append(out, tag{"warn", v.W("health.stale")})
	}
	if e.Proposal != nil {
		out = append(out, tag{"warn", v.W("health.proposal")})
	}
	if !e.PublishAt.IsZero() {
		out = append(out, tag{"review", v.W("state.planned", "when", v.Day(e.PublishAt))})
	}
	return out
}

// options returns the words under a beginning with the values as choices.
func (v voice) options(prefix string, values ...string) []bot.Option {
	var out []bot.Option
	for _, value := range values {
		out = append(out, bot.Option{Value: value, Label: v.W(prefix + value)})
	}
	return out
}

// Age returns how long something is ago, in the largest unit that says something.
func (v voice) Age(d time.Duration) string {
	const day = 24 * time.Hour
	n, unit := int(d/day), "age.days"
	switch {
	case d < day:
		return v.W("age.today")
	case d < 2*day:
		return v.W("age.day")
	case d >= 2*365*day:
		n, unit = int(d/(365*day)), "age.years"
	case d >= 60*day:
		n, unit = int(d/(30*day)), "age.months"
	}
	return v.W(unit, "count", n)
}
