package report

import (
	"cmp"
	"slices"
	"time"

	"ersthelfer/escalation"
)

// Options are how a report is made. The zero value is useful.
type Options struct {
	Now      time.Time // as of when; zero: the end of the period
	MinGroup int       // the fewest tickets that a figure may be drawn from; 0: 5
	Language string    // of titles and words: "de" or "en"; empty: "de"
}

// A Report collects tickets. It is not safe for concurrent use.
type Report struct {
	model *escalation.Model
	res   Result // without figures
	facts []facts
	shown map[showing][]time.Time
}

// A showing is an article shown to a requester: by it the report knows who came
// back. It never leaves the report.
type showing struct {
	requester escalation.Person
	article   string
}

// New returns a report about the questions asked within [from, to); zero bounds
// are open. Schools, rooms and calendars are taken from m.
func New(m *escalation.Model, from, to time.Time, o Options) *Report {
	if o.Now.IsZero() {
		o.Now = to
	}
	return &Report{
		model: m,
		res: Result{
			From: from, To: to, Now: o.Now,
			Language: cmp.Or(o.Language, "de"), MinGroup: cmp.Or(o.MinGroup, 5),
		},
		shown: map[showing][]time.Time{},
	}
}

// Add takes a ticket into the report, each once, in any order. A ticket asked
// outside the period serves only to see who came back: add those of a [Return]
// after it, too.
func (r *Report) Add(t *escalation.Ticket) {
	if t.Requester == escalation.Nobody {
		return
	}
	f := read(r.model, t, r.res.Now)
	for _, a := range f.articles {
		key := showing{t.Requester, a.ID}
		r.shown[key] = append(r.shown[key], t.Asked)
	}
	if !t.Asked.Before(r.res.From) && (r.res.To.IsZero() || t.Asked.Before(r.res.To)) {
		r.facts = append(r.facts, f)
	}
}

// Result returns the figures of the tickets added so far.
func (r *Report) Result() Result {
	res := r.res
	total, models, schools, rooms := &tally{}, tallies{}, tallies{}, tallies{}
	steps, articles := map[Step]Share{}, map[string]Article{}
	res.Priorities, res.Ages = priorities(), ages()
	for _, f := range r.facts {
		r.settle(&f)
		total.add(&f)
		models.of(r.connection(f.school)).add(&f)
		schools.of(r.school(f.school)).add(&f)
		addArticles(articles, f.articles)
		if !f.opened {
			continue
		}
		rooms.of(r.room(f.room)).add(&f)
		res.open(&f)
		addSteps(steps, f.steps)
	}
	res.Total = total.figures()
	res.Models = models.groups(func(id string) string { return title(r.model.Connections[id], id, res.Language) })
	res.Schools = schools.groups(func(id string) string { return r.model.Schools[id].Name })
	res.Rooms = rooms.groups(func(id string) string { room, _ := r.model.Room(id); return room.Title })
	res.Steps = r.steps(steps)
	res.Articles = listed(articles)
	res.conceal(r.connection)
	return res
}

// settle decides what only other tickets can tell: whether a question that the
// bot had solved came back.
func (r *Report) settle(f *facts) {
	if f.solving == "" {
		return
	}
	for _, at := range r.shown[showing{f.requester, f.solving}] {
		if at.After(f.solved) && !at.After(f.solved.Add(Return)) {
			f.outcome = cameBack
			f.articles = slices.Clone(f.articles)
			for i := range f.articles {
				if f.articles[i].ID == f.solving {
					f.articles[i].CameBack = 1
				}
			}
			return
		}
	}
}

// open adds what is said of opened tickets of all schools together.
func (r *Result) open(f *facts) {
	for i := range r.Priorities {
		if r.Priorities[i].Priority == f.priority {
			r.Priorities[i].Count++
		}
	}
	for i := range r.Ages {
		if a := &r.Ages[i]; f.unsolved && a.Least <= f.age && (f.age <= a.Most || a.Most == 0) {
			a.Count++
		}
	}
	if !f.measured {
		r.Unmeasured++
	}
}

// school returns the id of a school if the model knows it.
func (r *Report) school(id string) string {
	if r.model.Schools[id] == nil {
		return ""
	}
	return id
}

func (r *Report) room(id string) string {
	room, _ := r.model.Room(id)
	return room.ID
}

// connection returns how a school is connected to support now.
func (r *Report) connection(school string) string {
	if s := r.model.Schools[school]; s != nil {
		return s.Connection
	}
	return ""
}

func title(c *escalation.Connection, id, language string) string {
	if c == nil {
		return id
	}
	return cmp.Or(c.Title[language], id)
}

func priorities() []Priority {
	return []Priority{
		{Priority: escalation.P1}, {Priority: escalation.P2}, {Priority: escalation.P3}, {Priority: escalation.P4},
	}
}

func ages() []Age {
	return []Age{{Least: 0, Most: 1}, {Least: 2, Most: 3}, {Least: 4, Most: 10}, {Least: 11}}
}

func addSteps(all map[Step]Share, steps []Step) {
	for _, s := range steps {
		share := all[Step{Step: s.Step, Role: s.Role}]
		share.Count += s.HandedOn.Count
		share.Of++
		all[Step{Step: s.Step, Role: s.Role}] = share
	}
}

func (r *Report) steps(all map[Step]Share) []Step {
	var out []Step
	for s, share := range all {
		s.HandedOn = share
		s.Title = roleTitle(r.model, s.Role, r.res.Language)
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b Step) int {
		return cmp.Or(cmp.Compare(a.Step, b.Step), cmp.Compare(a.Role, b.Role))
	})
	return out
}

func roleTitle(m *escalation.Model, role escalation.Role, language string) string {
	if rule := m.Roles[role]; rule != nil {
		return cmp.Or(rule.Title[language], string(role))
	}
	return string(role)
}

func addArticles(all map[string]Article, articles []Article) {
	for _, a := range articles {
		sum := all[a.ID]
		all[a.ID] = Article{
			a.ID, sum.Shown + a.Shown, sum.Helped + a.Helped, sum.NotHelped + a.NotHelped, sum.CameBack + a.CameBack,
		}
	}
}

// listed returns the articles that gave reason to look at them, the worst first.
func listed(all map[string]Article) []Article {
	var out []Article
	for _, a := range all {
		if a.NotHelped+a.CameBack > 0 {
			out = append(out, a)
		}
	}
	slices.SortFunc(out, func(a, b Article) int {
		return cmp.Or(cmp.Compare(b.NotHelped+b.CameBack, a.NotHelped+a.CameBack), cmp.Compare(a.ID, b.ID))
	})
	return out
}
