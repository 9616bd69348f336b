package knowledge

import (
	"context"
	"fmt"
)

// ship takes over what is new in the starter articles, in one transaction. Nothing is written if nothing is new.
func (l *Library) ship(ctx context.Context, starter []Article) error {
	entries, err := l.entries(ctx)
	if err != nil {
		return err
	}
	known := make(map[string]*Entry, len(entries))
	for _, e := range entries {
		known[e.ID] = e
	}
	ships := make(map[string]bool, len(starter))
	var news []Article
	for _, a := range starter {
		ships[a.ID] = true
		if e := known[a.ID]; e == nil || e.Shipped == nil || !same(*e.Shipped, a) || e.Proposal != nil && e.Proposal.Gone {
			news = append(news, a)
		}
	}
	var gone []string
	for _, e := range entries {
		if e.Shipped != nil && !ships[e.ID] && e.Proposal == nil && e.InForce != 0 {
			gone = append(gone, e.ID)
		}
	}
	if len(news)+len(gone) == 0 {
		return nil
	}
	return l.change(ctx, Program, func(c *change) error {
		for _, a := range news {
			if err := c.ship(a); err != nil {
				return fmt.Errorf("take over article %s: %w", a.ID, err)
			}
		}
		for _, id := range gone {
			if err := c.gone(id); err != nil {
				return fmt.Errorf("take over that article %s is gone: %w", id, err)
			}
		}
		return nil
	})
}

// ship takes over one starter article. One of which a record is damaged stays as it
// is: what an editor made of it may still be had from a backup.
func (c *change) ship(a Article) error {
	e, err := entryOf(c.tx, a.ID)
	if notFound(err) {
		return c.takeOver(&Entry{ID: a.ID}, a)
	}
	if err != nil {
		return nil
	}
	if e.Proposal != nil && same(e.Proposal.Shipped, a) && !e.Proposal.Gone {
		return nil
	}
	latest, err := revisionOf(c.tx, e.ID, e.Latest)
	if err != nil {
		return nil
	}
	untouched := e.Shipped != nil && same(latest.Article, *e.Shipped)
	switch {
	case same(latest.Article, a) || untouched && e.State == StateRetired:
		e.Shipped, e.Proposal = &a, nil
		return c.put(e)
	case untouched && e.State == StatePublished:
		return c.takeOver(e, a)
	}
	var base Article
	if e.Shipped != nil {
		base = *e.Shipped
	}
	merged, conflicts := merge3(base, latest.Article, a)
	e.Proposal = &Proposal{At: c.now, Shipped: a, Merged: merged, Conflicts: conflicts}
	return c.put(e)
}

// takeOver brings a starter article into force.
func (c *change) takeOver(e *Entry, a Article) error {
	if err := e.move(ActShip); err != nil {
		return err
	}
	e.Shipped, e.Proposal = &a, nil
	if err := c.revise(e, a, ActShip, "", 0); err != nil {
		return err
	}
	if err := c.enforce(e, e.Latest); err != nil {
		return err
	}
	return c.put(e)
}

// gone proposes to retire an article that the program no longer ships. It never goes by itself.
func (c *change) gone(id string) error {
	e, err := entryOf(c.tx, id)
	if err != nil {
		return err
	}
	latest, err := revisionOf(c.tx, id, e.Latest)
	if err != nil {
		return nil
	}
	e.Proposal = &Proposal{At: c.now, Gone: true, Shipped: *e.Shipped, Merged: latest.Article}
	return c.put(e)
}
