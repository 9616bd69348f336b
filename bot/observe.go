package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"ersthelfer/escalation"
	"ersthelfer/knowledge"
)

// cameBackWithin is how long (wall time) after an article has helped the same
// person may ask for it again for it to count as not solved. The figures count so
// too.
const cameBackWithin = 14 * 24 * time.Hour

// observe tells the library what became of the questions of tickets. It is done
// before their notices are posted and marked: whatever a kill interrupts is
// observed again, under the same key, and counts once.
func (b *Bot) observe(ctx context.Context, tickets []*escalation.Ticket) error {
	var all []knowledge.Observation
	for _, t := range tickets {
		if t.Last(escalation.Offered, escalation.Prompted) == nil || t.Requester == escalation.Nobody {
			continue
		}
		mine, err := b.desk.Mine(ctx, t.Requester, 20)
		if err != nil {
			return err
		}
		all = append(all, observed(t, mine)...)
		for _, earlier := range mine {
			if earlier.Asked.Before(t.Asked) && cameBack(earlier, t) {
				all = append(all, observed(earlier, []*escalation.Ticket{t})...)
			}
		}
	}
	if len(all) == 0 {
		return nil
	}
	err := b.library.Observe(ctx, all...)
	if errors.Is(err, knowledge.ErrReadOnly) {
		return nil
	}
	return err
}

// observed returns what became of the questions of a ticket: one observation for
// each thing that the bot showed, and for each time that it had nothing. Mine are
// the requester's tickets.
func observed(t *escalation.Ticket, mine []*escalation.Ticket) []knowledge.Observation {
	o := observer{ticket: t}
	for i := range t.Events {
		if t.Events[i].Kind == escalation.Opened {
			o.again() // after it helped; else nothing
			break
		}
		o.see(&t.Events[i])
	}
	if slices.ContainsFunc(mine, func(later *escalation.Ticket) bool { return cameBack(t, later) }) {
		o.again()
	}
	return o.all
}

// cameBack reports whether the later ticket asks again what an article had solved.
func cameBack(t, later *escalation.Ticket) bool {
	helped := t.Last(escalation.Helped)
	return helped != nil && later.ID != t.ID && later.Article == t.Article && t.Article != "" &&
		later.Asked.After(helped.At) && !later.Asked.After(helped.At.Add(cameBackWithin))
}

// An observer follows the events of a ticket.
type observer struct {
	ticket *escalation.Ticket
	words  []string // of the requester, since the bot last had or had not an answer
	all    []knowledge.Observation
	open   bool // the last of all can still learn what it was worth
}

func (o *observer) see(e *escalation.Event) {
	switch e.Kind {
	case escalation.Asked, escalation.Added:
		if e.Text != "" {
			o.words = append(o.words, e.Text)
		}
	case escalation.Offered:
		o.offered(e)
	case escalation.Prompted:
		if e.Expect != expectTicket {
			return // such as a vague question: what follows belongs to it
		}
		if e.Field != "language" {
			o.add(e, knowledge.None)
		}
		o.words, o.open = nil, false
	case escalation.Chose:
		o.chose(e)
	case escalation.Helped:
		o.verdict(knowledge.VerdictHelped)
	case escalation.NotHelped:
		if !o.again() {
			o.verdict(knowledge.VerdictNotHelped)
		}
	}
}

func (o *observer) offered(e *escalation.Event) {
	if len(e.Articles) == 1 && o.open && len(o.words) == 0 {
		return // shown because it was chosen
	}
	outcome := knowledge.Answered
	if len(e.Articles) > 1 {
		outcome = knowledge.Choose
	}
	o.add(e, outcome)
	o.words = nil
}

// add begins an observation, if there are words that it is about.
func (o *observer) add(e *escalation.Event, outcome knowledge.Outcome) {
	o.open = len(o.words) > 0
	if !o.open {
		return
	}
	o.all = append(o.all, knowledge.Observation{
		Key:  fmt.Sprintf("%d/%d", o.ticket.ID, len(o.all)+1),
		Text: strings.Join(o.words, "\n"), Outcome: outcome, Articles: e.Articles, At: e.At, School: o.ticket.School,
	})
}

// chose puts the article that was picked first, or says that none of them fits.
func (o *observer) chose(e *escalation.Event) {
	if !o.open {
		return
	}
	last := &o.all[len(o.all)-1]
	switch {
	case len(e.Articles) == 1:
		others := slices.DeleteFunc(slices.Clone(last.Articles), func(id string) bool { return id == e.Articles[0] })
		last.Articles = append(slices.Clone(e.Articles), others...)
	case len(last.Articles) == 1:
		last.Helped = knowledge.VerdictNotHelped // it was about something else
	default:
		last.Outcome, last.Articles = knowledge.None, nil
	}
}

func (o *observer) verdict(v knowledge.Verdict) {
	if o.open {
		o.all[len(o.all)-1].Helped = v
	}
}

// again records that what helped did not last, and reports whether something had.
func (o *observer) again() bool {
	helped := o.open && o.all[len(o.all)-1].Helped == knowledge.VerdictHelped
	if helped {
		o.verdict(knowledge.VerdictCameBack)
	}
	return helped
}
