package knowledge

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// An Edit goes with an article that is saved.
type Edit struct {
	Base int    // the revision that was edited, 0 for a new article; ErrStale if there is a newer one
	Why  string // for those who look at the revisions later
}

// Save stores the article as a new draft. A draft may be incomplete; Problems says why it cannot even be kept. What is
// in force stays so. Saving what is already there changes nothing.
func (l *Library) Save(ctx context.Context, by Person, a Article, edit Edit) (*Entry, error) {
	if err := l.may(by, ActSave, ""); err != nil {
		return nil, err
	}
	if err := sound(a); err != nil {
		return nil, err
	}
	var e *Entry
	err := l.change(ctx, by, func(c *change) (err error) {
		if e, err = entryOf(c.tx, a.ID); notFound(err) {
			e, err = &Entry{ID: a.ID}, nil
		}
		if err != nil {
			return err
		}
		if e.Latest != edit.Base {
			return ErrStale
		}
		return c.save(e, a, ActSave, edit.Why, 0)
	})
	if err != nil {
		return nil, fmt.Errorf("save article %s: %w", a.ID, err)
	}
	return e, nil
}

// save adds a revision and stores the entry, unless the newest revision says the same.
func (c *change) save(e *Entry, a Article, action Action, why string, from int) error {
	if e.Latest > 0 {
		latest, err := revisionOf(c.tx, e.ID, e.Latest)
		if err != nil {
			return err
		}
		if same(latest.Article, a) && e.State != StateRetired {
			return nil
		}
	}
	if err := e.move(action); err != nil {
		return err
	}
	if err := c.revise(e, a, action, why, from); err != nil {
		return err
	}
	return c.put(e)
}

// step does an action that only moves the entry on.
func (l *Library) step(ctx context.Context, by Person, id string, a Action, why string, fn func(*change, *Entry) error) (*Entry, error) {
	return l.edit(ctx, by, id, a, func(c *change, e *Entry) error {
		if err := e.move(a); err != nil {
			return err
		}
		if fn != nil {
			if err := fn(c, e); err != nil {
				return err
			}
		}
		return c.audit(AuditRecord{Action: a, Article: id, Revision: e.Latest, Why: why})
	})
}

// Submit gives a draft to review. Problems lists what it still lacks.
func (l *Library) Submit(ctx context.Context, by Person, id, why string) (*Entry, error) {
	return l.step(ctx, by, id, ActSubmit, why, func(c *change, e *Entry) error {
		r, err := revisionOf(c.tx, id, e.Latest)
		if err != nil {
			return err
		}
		return l.check(r.Article)
	})
}

// Return sends an article back from review to its draft.
func (l *Library) Return(ctx context.Context, by Person, id, why string) (*Entry, error) {
	return l.step(ctx, by, id, ActReturn, why, nil)
}

// Retire takes an article out of force, at once, and ends its draft. Its revisions stay.
func (l *Library) Retire(ctx context.Context, by Person, id, why string) (*Entry, error) {
	return l.step(ctx, by, id, ActRetire, why, func(c *change, e *Entry) error { return c.enforce(e, 0) })
}

// Restore makes an old revision the newest draft.
func (l *Library) Restore(ctx context.Context, by Person, id string, number int, why string) (*Entry, error) {
	if err := l.may(by, ActRestore, ""); err != nil {
		return nil, err
	}
	var e *Entry
	err := l.change(ctx, by, func(c *change) (err error) {
		if e, err = entryOf(c.tx, id); err != nil {
			return err
		}
		old, err := revisionOf(c.tx, id, number)
		if err != nil {
			return err
		}
		return c.save(e, old.Article, ActRestore, why, number)
	})
	if err != nil {
		return nil, fmt.Errorf("restore revision %d of article %s: %w", number, id, err)
	}
	return e, nil
}

// An Order goes with articles that are brought into force.
type Order struct {
	Anyway bool   // even if they take questions from other articles
	Why    string // recorded
}

// Publish brings reviewed articles into force, all or none, after trying them (see [Library.Try], which takes a moment).
// If they take questions away from others and the order does not say anyway, the error is a *GateError; with anyway,
// the audit keeps how many. The trial is returned in both cases.
func (l *Library) Publish(ctx context.Context, by Person, o Order, ids ...string) (Trial, error) {
	if err := l.may(by, ActPublish, ""); err != nil {
		return Trial{}, err
	}
	tried, err := l.newest(ctx, ids, ActPublish)
	if err != nil {
		return Trial{}, fmt.Errorf("publish articles: %w", err)
	}
	trial, err := l.pass(ctx, tried, o.Anyway)
	if err != nil {
		return trial, err
	}
	err = l.change(ctx, by, func(c *change) error {
		for _, r := range tried {
			e, err := entryOf(c.tx, r.Article.ID)
			if err != nil {
				return err
			}
			if e.Latest != r.Number {
				return ErrStale
			}
			if err := c.publish(e, trial.takenBy(e.ID), o.Why); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return trial, fmt.Errorf("publish articles: %w", err)
	}
	return trial, nil
}

// publish brings the newest revision into force and stores the entry.
func (c *change) publish(e *Entry, taken int, why string) error {
	if err := e.move(ActPublish); err != nil {
		return err
	}
	if err := c.enforce(e, e.Latest); err != nil {
		return err
	}
	err := c.audit(AuditRecord{Action: ActPublish, Article: e.ID, Revision: e.Latest, Taken: taken, Why: why})
	return errors.Join(err, c.put(e))
}

// newest returns the newest revisions of articles that the action is about to be done with; they must be fit to be shown.
func (l *Library) newest(ctx context.Context, ids []string, a Action) (out []*Revision, err error) {
	var problems Problems
	err = l.store.View(ctx, func(tx Tx) error {
		for _, id := range ids {
			e, err := entryOf(tx, id)
			if err != nil {
				return err
			}
			if _, ok := follows[e.State][a]; !ok && a == ActPublish {
				return &TransitionError{e.State, a}
			}
			r, err := revisionOf(tx, id, e.Latest)
			if err != nil {
				return err
			}
			var found Problems
			if err := l.check(r.Article); errors.As(err, &found) {
				problems = append(problems, found...)
			}
			out = append(out, r)
		}
		return nil
	})
	return out, cmp.Or(err, problems.err())
}

// A Plan says who looks after an article and when. It replaces the one before.
type Plan struct {
	Owner   Person    // empty for nobody
	Review  time.Time // when to look at the article again; zero for never
	Publish time.Time // when to bring the revision that is in review into force; zero for not by itself
	Order   Order     // for Publish
}

// Schedule sets the plan of an article. If it says when to publish, the trial takes place now, as in [Library.Publish].
func (l *Library) Schedule(ctx context.Context, by Person, id string, p Plan) (Trial, error) {
	action := ActSchedule
	if err := l.may(by, action, ""); err != nil {
		return Trial{}, err
	}
	var trial Trial
	var tried []*Revision
	if !p.Publish.IsZero() {
		if err := l.may(by, ActPublish, ""); err != nil {
			return trial, err
		}
		var err error
		if tried, err = l.newest(ctx, []string{id}, ActPublish); err != nil {
			return trial, fmt.Errorf("schedule article %s: %w", id, err)
		}
		if trial, err = l.pass(ctx, tried, p.Order.Anyway); err != nil {
			return trial, err
		}
	}
	_, err := l.edit(ctx, by, id, action, func(c *change, e *Entry) error {
		if len(tried) > 0 && (e.State != StateReview || e.Latest != tried[0].Number) {
			return ErrStale
		}
		e.Owner, e.Review, e.PublishAt = p.Owner, p.Review.UTC().Round(0), p.Publish.UTC().Round(0)
		return c.audit(AuditRecord{Action: action, Article: id, Revision: e.Latest, Taken: trial.takenBy(id), Why: p.Order.Why})
	})
	return trial, err
}

// Tick publishes what is scheduled by now, and forgets observations that are older than they are kept. It returns when
// it should be called next, zero if nothing is scheduled. An article that cannot be published does not keep the others
// waiting; its error is joined to err.
func (l *Library) Tick(ctx context.Context, now time.Time) (next time.Time, err error) {
	if l.store == nil {
		return next, ErrReadOnly
	}
	errs := []error{l.prune(ctx, now)}
	if next, known := l.plan.until(now); known {
		return next, errs[0]
	}
	before := l.plan.changes.Load()
	entries, err := l.entries(ctx)
	if err != nil {
		return next, errors.Join(append(errs, err)...)
	}
	for _, e := range entries {
		switch {
		case e.due(now):
			errs = append(errs, l.publishDue(ctx, e.ID, now))
		case e.State == StateReview && !e.PublishAt.IsZero() && (next.IsZero() || e.PublishAt.Before(next)):
			next = e.PublishAt
		}
	}
	err = errors.Join(errs...)
	if err == nil {
		l.plan.keep(next, before)
	}
	return next, err
}

// A plan remembers what is scheduled next, so that a tick on which nothing is due reads nothing.
type plan struct {
	changes atomic.Int64 // counts changes to the library
	mu      sync.Mutex
	known   bool
	at      int64     // the count of changes that next is good for
	next    time.Time // zero for nothing
}

// until returns what is scheduled next, if it is known and not due by now.
func (p *plan) until(now time.Time) (next time.Time, known bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	known = p.known && p.at == p.changes.Load() && (p.next.IsZero() || now.Before(p.next))
	return p.next, known
}

func (p *plan) keep(next time.Time, changes int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.known, p.at, p.next = true, changes, next
}

func (l *Library) publishDue(ctx context.Context, id string, now time.Time) error {
	err := l.change(ctx, Program, func(c *change) error {
		e, err := entryOf(c.tx, id)
		if err != nil || !e.due(now) {
			return err
		}
		return c.publish(e, 0, "")
	})
	if err != nil {
		return fmt.Errorf("publish article %s: %w", id, err)
	}
	return nil
}

// Accept makes a draft of what the program proposes: the merged article.
func (l *Library) Accept(ctx context.Context, by Person, id string) (*Entry, error) {
	return l.edit(ctx, by, id, ActSave, func(c *change, e *Entry) error {
		p := e.Proposal
		if p == nil || p.Gone {
			return ErrNoProposal
		}
		e.Proposal, e.Shipped = nil, &p.Shipped
		before := e.Latest
		if err := c.save(e, p.Merged, ActSave, "", 0); err != nil || e.Latest > before {
			return err
		}
		// Nothing of the proposal was left beside what was changed here.
		return c.audit(AuditRecord{Action: ActDismiss, Article: id, Revision: e.Latest})
	})
}

// Dismiss puts what the program proposes aside, until it proposes something else.
func (l *Library) Dismiss(ctx context.Context, by Person, id, why string) (*Entry, error) {
	return l.edit(ctx, by, id, ActDismiss, func(c *change, e *Entry) error {
		p := e.Proposal
		if p == nil {
			return ErrNoProposal
		}
		e.Proposal, e.Shipped = nil, &p.Shipped
		if p.Gone {
			e.Shipped = nil
		}
		return c.audit(AuditRecord{Action: ActDismiss, Article: id, Revision: e.Latest, Why: why})
	})
}
