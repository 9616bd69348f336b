package report

import (
	"slices"
	"time"

	"ersthelfer/escalation"
)

// facts are what one ticket contributes to the figures.
type facts struct {
	requester escalation.Person
	school    string
	room      string
	outcome   outcome
	solving   string    // the article by which the bot solved it, if it did
	solved    time.Time // when it was shown or said to have helped
	articles  []Article

	// Of an opened ticket:
	opened     bool
	measured   bool // the model has the calendars of all who held it
	priority   escalation.Priority
	response   reading
	resolution reading
	wasSolved  bool
	reopened   bool
	stars      int
	steps      []Step
	unsolved   bool
	age        int
}

// An outcome is one field of [Outcomes].
type outcome int

const (
	stillOpen outcome = iota
	confirmed
	notContradicted
	cameBack
	opened
	abandoned
	cancelled
)

func (o *Outcomes) add(x outcome) {
	switch x {
	case stillOpen:
		o.Open++
	case confirmed:
		o.Confirmed++
	case notContradicted:
		o.NotContradicted++
	case cameBack:
		o.CameBack++
	case opened:
		o.Opened++
	case abandoned:
		o.Abandoned++
	case cancelled:
		o.Cancelled++
	}
}

// read returns the facts of a ticket as of now.
func read(m *escalation.Model, t *escalation.Ticket, now time.Time) facts {
	f := facts{requester: t.Requester, school: t.School, articles: articlesOf(t), stars: t.Stars}
	f.outcome = outcomeOf(t)
	if f.outcome == confirmed || f.outcome == notContradicted {
		f.solving = t.Article
		f.solved = t.Last(escalation.Offered, escalation.Chose, escalation.Helped).At
	}
	if !t.IsOpened() {
		return f
	}
	f.opened, f.room, f.priority = true, t.Room, t.Priority
	f.measured = measurable(m, t)
	f.response = readClock(m, t, escalation.Response, now)
	f.resolution = readClock(m, t, escalation.Resolution, now)
	f.wasSolved, f.reopened = t.Last(escalation.Solved) != nil, t.Last(escalation.Reopened) != nil
	f.steps = stepsOf(t)
	if f.unsolved = t.Unsolved(); f.unsolved {
		f.age = businessDays(m.Hours(t.School, t.Holder.Party), t.Opened, now)
	}
	return f
}

// outcomeOf returns how a question ended, as far as its own ticket tells.
func outcomeOf(t *escalation.Ticket) outcome {
	said := t.Last(escalation.Helped, escalation.NotHelped)
	last := t.Last(escalation.Offered, escalation.Chose, escalation.NotHelped, escalation.Added, escalation.Prompted)
	switch {
	case t.IsOpened():
		return opened
	case t.Last(escalation.Cancelled, escalation.Merged) != nil:
		return cancelled
	case said != nil && said.Kind == escalation.Helped:
		return confirmed
	case t.Status != escalation.StatusClosed:
		return stillOpen
	case t.Article != "" && (last.Kind == escalation.Offered || last.Kind == escalation.Chose):
		return notContradicted
	case t.Last(escalation.Helped) != nil:
		return cameBack
	}
	return abandoned
}

// articlesOf returns how each article did that was shown in a ticket.
func articlesOf(t *escalation.Ticket) []Article {
	var all []Article
	current := -1
	takenBack := func() {
		all[current].Helped, all[current].CameBack = 0, 1
	}
	for _, e := range t.Events {
		switch e.Kind {
		case escalation.Offered, escalation.Chose:
			if current = -1; len(e.Articles) != 1 {
				continue
			}
			current = slices.IndexFunc(all, func(a Article) bool { return a.ID == e.Articles[0] })
			if current < 0 {
				current = len(all)
				all = append(all, Article{ID: e.Articles[0], Shown: 1})
			}
		case escalation.Helped:
			if current >= 0 {
				all[current].Helped = 1
			}
		case escalation.NotHelped, escalation.Opened:
			switch {
			case current < 0:
			case all[current].Helped > 0:
				takenBack()
			case e.Kind == escalation.NotHelped:
				all[current].NotHelped = 1
			}
		}
	}
	return all
}

// stepsOf returns the steps that held a ticket, each once, and whether it went
// on from there to a later one.
func stepsOf(t *escalation.Ticket) []Step {
	var all []Step
	current := -1
	for _, e := range t.Events {
		if e.To == nil || e.Kind != escalation.Opened && e.Kind != escalation.HandedOn {
			continue
		}
		to := Step{Step: e.To.Step + 1, Role: e.To.Role}
		if current >= 0 && to.Step > all[current].Step {
			all[current].HandedOn.Count = 1
		}
		current = slices.IndexFunc(all, func(s Step) bool { return s.Step == to.Step && s.Role == to.Role })
		if current < 0 {
			current = len(all)
			all = append(all, to)
		}
	}
	return all
}

// businessDays returns how many days with opening hours lie after the day on
// which a clock that starts at from first runs, up to the day of now. Without
// hours it counts the days on the wall.
func businessDays(c *escalation.Calendar, from, now time.Time) int {
	var day time.Time
	if c != nil {
		day = c.Next(from)
	}
	if day.IsZero() {
		return max(0, int(now.Sub(from)/(24*time.Hour)))
	}
	today := escalation.DateOf(now.In(day.Location()))
	for n := 0; ; n++ {
		y, m, d := day.Date()
		day = c.Next(time.Date(y, m, d+1, 0, 0, 0, 0, day.Location()))
		if day.IsZero() || today.Before(escalation.DateOf(day)) {
			return n
		}
	}
}
