package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"ersthelfer/escalation"
)

// A Comparison is how past tickets would have begun under two models. It knows
// what was asked, of which school, when and how urgently; it cannot know
// whether somebody else would have reacted as fast, how much people can bear, or
// whether a role that is passed over could have helped.
type Comparison struct {
	Language string  `json:"language"`
	Tickets  int     `json:"tickets"` // opened, and of schools that both models know
	Skipped  int     `json:"skipped"` // opened, but not of such schools
	Before   Outlook `json:"before"`
	After    Outlook `json:"after"`
	Moved    int     `json:"moved"`  // first held by another party
	Sooner   int     `json:"sooner"` // response promised for an earlier time
	Same     int     `json:"same"`
	Later    int     `json:"later"`
}

// An Outlook is how tickets begin under one model.
type Outlook struct {
	First []First `json:"first"` // who holds them first, most tickets first

	// HandOns is how often tickets are handed on until they are with the role
	// that in fact solved them, if everybody before hands them on. It is summed
	// over Reached solved tickets; of Unreached ones that role is not on the way.
	HandOns   int `json:"hand_ons"`
	Reached   int `json:"reached"`
	Unreached int `json:"unreached"`

	// Median of the time on the wall from opening to what is promised, of the
	// tickets that get a promise. Business time of different calendars would
	// not compare.
	Response   Minutes `json:"response_minutes"`
	Resolution Minutes `json:"resolution_minutes"`
}

// A First is how many tickets a role holds first.
type First struct {
	Role    escalation.Role `json:"role"` // empty: the supervisor
	Title   string          `json:"title"`
	Tickets int             `json:"tickets"`
}

// Compare replays the openings of tickets under two models. Tickets that were
// never opened and alarms are passed over. Titles are in the language, "de" if
// it is empty. It says nothing of how fast anybody was, so nothing is hidden.
func Compare(before, after *escalation.Model, tickets []*escalation.Ticket, language string) (Comparison, error) {
	c := Comparison{Language: cmp.Or(language, "de")}
	a, b := newReplay(before), newReplay(after)
	for _, t := range tickets {
		if t.Requester == escalation.Nobody || !t.IsOpened() {
			continue
		}
		if before.Schools[t.School] == nil || after.Schools[t.School] == nil {
			c.Skipped++
			continue
		}
		x, err := a.open(t)
		if err != nil {
			return Comparison{}, err
		}
		y, err := b.open(t)
		if err != nil {
			return Comparison{}, err
		}
		c.Tickets++
		c.compare(x, y)
	}
	c.Before, c.After = a.outlook(c.Language), b.outlook(c.Language)
	return c, nil
}

// compare counts what differs between two openings of the same ticket. A promise
// and none, as of a party without a calendar, are neither sooner nor later.
func (c *Comparison) compare(a, b *escalation.Event) {
	if a.To.Party != b.To.Party {
		c.Moved++
	}
	x, y := a.Due.Response, b.Due.Response
	switch {
	case x.IsZero() != y.IsZero():
	case y.Before(x):
		c.Sooner++
	case y.After(x):
		c.Later++
	default:
		c.Same++
	}
}

// A replay collects openings under one model.
type replay struct {
	model                *escalation.Model
	first                map[escalation.Role]int
	out                  Outlook
	response, resolution []time.Duration
}

func newReplay(m *escalation.Model) *replay {
	return &replay{model: m, first: map[escalation.Role]int{}}
}

// open opens the ticket as it was opened, under the replay's model.
func (r *replay) open(t *escalation.Ticket) (*escalation.Event, error) {
	q := escalation.Question{School: t.School, Requester: t.Requester}
	steps, err := r.model.Rehearse(q, escalation.Action{Room: t.Room, Task: t.Task, Priority: t.Priority}, t.Opened, 1)
	if err != nil {
		return nil, fmt.Errorf("replay ticket %d: %w", t.ID, err)
	}
	e := &steps[0].Event
	r.first[e.To.Role]++
	if !e.Due.Response.IsZero() {
		r.response = append(r.response, e.Due.Response.Sub(t.Opened))
	}
	if !e.Due.Resolution.IsZero() {
		r.resolution = append(r.resolution, e.Due.Resolution.Sub(t.Opened))
	}
	if !t.Solved.IsZero() {
		r.reach(t, e.To)
	}
	return e, nil
}

// reach follows the way of a solved ticket until the role that solved it.
func (r *replay) reach(t *escalation.Ticket, h *escalation.Holder) {
	for n := 0; ; n++ {
		if h.Role == t.Holder.Role {
			r.out.Reached++
			r.out.HandOns += n
			return
		}
		if h.Role == "" { // the supervisor, after whom nobody comes
			r.out.Unreached++
			return
		}
		h, _ = r.model.Route(t.Matter(), h.Step+1, t.Opened)
	}
}

func (r *replay) outlook(language string) Outlook {
	for role, n := range r.first {
		r.out.First = append(r.out.First, First{role, roleTitle(r.model, role, language), n})
	}
	slices.SortFunc(r.out.First, func(a, b First) int {
		return cmp.Or(cmp.Compare(b.Tickets, a.Tickets), cmp.Compare(a.Role, b.Role))
	})
	slices.Sort(r.response)
	slices.Sort(r.resolution)
	r.out.Response, r.out.Resolution = minutes(percentile(r.response, 50)), minutes(percentile(r.resolution, 50))
	return r.out
}

// WriteText writes the comparison as plain text, at most 80 columns wide, with
// what it cannot know.
func (c Comparison) WriteText(w io.Writer) error {
	words, err := loadWords(c.Language)
	if err != nil {
		return err
	}
	p := &page{words: words}
	p.line(words["compare.title"])
	p.line("")
	cols := columns{56, 12, 12}
	count := func(key string, n int) { p.row(cols, words[key], strconv.Itoa(n)) }
	count("compare.tickets", c.Tickets)
	count("compare.skipped", c.Skipped)
	count("compare.moved", c.Moved)
	count("compare.sooner", c.Sooner)
	count("compare.same", c.Same)
	count("compare.later", c.Later)
	p.line("")
	p.row(cols, words["compare.first"], words["compare.before"], words["compare.after"])
	for _, f := range c.firsts() {
		p.row(cols, "  "+cmp.Or(f.title, words["step.supervisor"]), strconv.Itoa(f.before), strconv.Itoa(f.after))
	}
	both := func(key, before, after string) { p.row(cols, words[key], before, after) }
	a, b := c.Before, c.After
	both("compare.hand_ons", strconv.Itoa(a.HandOns), strconv.Itoa(b.HandOns))
	both("compare.reached", strconv.Itoa(a.Reached), strconv.Itoa(b.Reached))
	both("compare.unreached", strconv.Itoa(a.Unreached), strconv.Itoa(b.Unreached))
	both("compare.response", clock(a.Response), clock(b.Response))
	both("compare.resolution", clock(a.Resolution), clock(b.Resolution))
	p.heading("notes")
	p.item(words["compare.note.begin"])
	p.item(words["compare.note.hand_ons"])
	p.item(words["compare.note.people"])
	_, err = io.WriteString(w, p.text.String())
	return err
}

// A pair is how many tickets a role holds first under the two models.
type pair struct {
	title         string
	before, after int
}

func (c *Comparison) firsts() []pair {
	var out []pair
	for _, f := range c.Before.First {
		out = append(out, pair{f.Title, f.Tickets, 0})
	}
	for _, f := range c.After.First {
		i := slices.IndexFunc(out, func(p pair) bool { return p.title == f.Title })
		if i < 0 {
			i = len(out)
			out = append(out, pair{title: f.Title})
		}
		out[i].after = f.Tickets
	}
	return out
}
