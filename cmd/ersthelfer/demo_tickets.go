package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"ersthelfer/escalation"
	"ersthelfer/knowledge"
)

// A retelling makes tickets of what was asked before a demonstration begins, so
// that the figures show something. Nobody is told of them any more.
type retelling struct {
	*app
	at *time.Time // what the desk's clock shows
}

// A pastMatter is one time that a question was asked.
type pastMatter struct {
	pastQuestion
	at      time.Time
	verdict knowledge.Verdict
}

// retell makes the tickets, in the order of time. The clock of a shows at, and now
// in the end.
func (p past) retell(ctx context.Context, a *app, at *time.Time, now time.Time) error {
	var all []pastMatter
	for _, q := range p.Questions {
		for n, days := range q.Asked {
			asked := schoolTime(a.cfg.Model, now.AddDate(0, 0, -days).Add(time.Duration(len(all)*7%180)*time.Minute))
			if asked.Before(now.Add(-time.Hour)) {
				all = append(all, pastMatter{q, asked, q.verdict(n)})
			}
		}
	}
	slices.SortStableFunc(all, func(x, y pastMatter) int { return x.at.Compare(y.at) })
	r := &retelling{a, at}
	for n, m := range all {
		if err := r.tell(ctx, n, m, now); err != nil {
			return fmt.Errorf("retell question %d: %w", n, err)
		}
	}
	*r.at = now
	_, err := r.desk.Tick(ctx, now)
	return errors.Join(err, r.silence(ctx))
}

// tell makes the n-th ticket, as far as it has come by now.
func (r *retelling) tell(ctx context.Context, n int, m pastMatter, now time.Time) error {
	*r.at = m.at
	who := escalation.Person(fmt.Sprintf("vorher-%d", n+1))
	t, err := r.desk.Ask(ctx, escalation.Question{
		School: m.School, Requester: who, Thread: escalation.Address{Platform: "web", Channel: string(who)},
		Language: "de", Text: m.Text, Message: string(who),
	})
	if err != nil {
		return err
	}
	offered := escalation.Action{Kind: escalation.Offered}
	opened := escalation.Action{Kind: escalation.Opened, Priority: escalation.PriorityOf("", escalation.NoUrgency, false, false)}
	if hits := r.library.Answer(m.Text).Hits; !m.Nothing && len(hits) > 0 {
		a := hits[0].Article
		offered.Articles, opened.Room, opened.Task = []string{a.ID}, a.Room, escalation.Role(a.Role)
		if _, err := r.desk.Do(ctx, escalation.Nobody, t.ID, offered); err != nil {
			return err
		}
	}
	*r.at = r.at.Add(2 * time.Minute)
	switch {
	case m.verdict == knowledge.VerdictHelped, m.verdict == knowledge.VerdictCameBack:
		_, err = r.desk.Do(ctx, who, t.ID, escalation.Action{Kind: escalation.Helped})
		return err
	case m.verdict == "" && !m.Nothing:
		return nil // nobody said anything
	}
	if !m.Nothing {
		if _, err := r.desk.Do(ctx, who, t.ID, escalation.Action{Kind: escalation.NotHelped}); err != nil {
			return err
		}
	}
	if t, err = r.desk.Do(ctx, who, t.ID, opened); err != nil {
		return err
	}
	return r.work(ctx, n, m, t, now)
}

// lateOnes is of how many tickets one waits longer than was promised.
const lateOnes = 7

// work lets people act on an opened ticket: they react after one to four hours of
// business time, a few too late, and solve it in one to six more.
func (r *retelling) work(ctx context.Context, n int, m pastMatter, t *escalation.Ticket, now time.Time) error {
	who := t.Requester
	react := time.Duration(1+n%4) * time.Hour
	if n%lateOnes == 0 {
		react = 10 * time.Hour
	}
	steps := []struct {
		wait time.Duration
		by   escalation.Person
		do   escalation.Action
	}{
		{react, "", escalation.Action{Kind: escalation.Taken}},
		{time.Duration(1+n*5%6) * time.Hour, "", escalation.Action{Kind: escalation.Solved, Text: m.Solved}},
		{time.Hour, who, escalation.Action{Kind: escalation.Confirmed}},
		{time.Minute, who, escalation.Action{Kind: escalation.Rated, Stars: 3 + n%3}},
	}
	for _, s := range steps {
		hours := r.cfg.Model.Hours(t.School, t.Holder.Party)
		if hours == nil || len(t.Holder.People) == 0 {
			return nil
		}
		next := hours.Add(*r.at, s.wait)
		if !next.Before(now) { // nothing of the past is left to do
			next = r.at.Add(time.Minute)
		}
		*r.at = next
		if _, err := r.desk.Tick(ctx, next); err != nil {
			return err
		}
		var err error
		if t, err = r.desk.Ticket(ctx, escalation.Nobody, t.ID); err != nil {
			return err
		}
		if t, err = r.desk.Do(ctx, cmp.Or(s.by, t.Holder.People[0]), t.ID, s.do); err != nil {
			return err
		}
	}
	return nil
}

// silence marks everything as told.
func (r *retelling) silence(ctx context.Context) error {
	waiting, err := r.desk.Unsent(ctx, *r.at, 1000)
	for _, t := range waiting {
		for _, n := range t.Waiting(*r.at) {
			err = errors.Join(err, r.desk.Told(ctx, t.ID, n.Key, ""))
		}
	}
	return err
}
