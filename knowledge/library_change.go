package knowledge

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// held is an article in force as answers show it.
type held struct {
	article *Article
	locals  map[string]Local
}

// A change is a transaction in progress, on behalf of one person at one time.
type change struct {
	tx     Tx
	by     Person
	now    time.Time
	force  map[string]held // what comes into force by it; without an article: what goes out of force
	stored []*Entry        // entries that it has stored
	erased bool            // a person was erased: names in entries are no longer what they were
}

// change runs fn in a transaction. When it is stored, texts that changed or went out of force are shown so at once; the
// index follows, off the path of questions.
func (l *Library) change(ctx context.Context, by Person, fn func(*change) error) error {
	l.writing.Lock()
	defer l.writing.Unlock()
	c := &change{by: by, now: l.now(), force: map[string]held{}}
	err := l.store.Update(ctx, func(tx Tx) error {
		c.tx = tx
		return fn(c)
	})
	if err != nil {
		return err
	}
	l.plan.changes.Add(1)
	if c.erased {
		l.memory.keep(nil)
	} else {
		l.memory.follow(c.stored)
	}
	if len(c.force) == 0 {
		return nil
	}
	next := maps.Clone(*l.force.Load())
	for id, h := range c.force {
		if h.article == nil {
			delete(next, id)
		} else {
			next[id] = h
		}
	}
	l.force.Store(&next)
	if l.index.Load() != nil { // else the library is being opened, which ends with its first index
		l.builds.want(l)
	}
	return nil
}

func (l *Library) now() time.Time { return l.o.Now().UTC().Round(0) }

// entry reads an entry, with the names of people.
func entryOf(tx Tx, id string) (*Entry, error) {
	e := new(Entry)
	if err := read(tx, ShelfEntries, id, e); err != nil {
		return nil, err
	}
	e.resolve(tx)
	return e, nil
}

// resolve puts a name where the stored form has a pseudonym.
func (e *Entry) resolve(tx Tx) { e.Owner = person(tx, string(e.Owner)) }

// revisionOf reads a revision, with the name of who made it.
func revisionOf(tx Tx, id string, number int) (*Revision, error) {
	r := new(Revision)
	if err := read(tx, ShelfRevisions, revisionKey(id, number), r); err != nil {
		return nil, err
	}
	r.By = person(tx, string(r.By))
	return r, nil
}

// put stores an entry, with the pseudonyms of people.
func (c *change) put(e *Entry) error {
	stored := *e
	ref, err := c.pseudonym(e.Owner)
	if err != nil {
		return err
	}
	e.Changed = c.now
	stored.Changed, stored.Owner = c.now, Person(ref)
	c.stored = append(c.stored, e)
	return write(c.tx, ShelfEntries, e.ID, stored)
}

// revise adds a revision to an entry, which it does not store.
func (c *change) revise(e *Entry, a Article, action Action, why string, from int) error {
	ref, err := c.pseudonym(c.by)
	if err != nil {
		return err
	}
	sum, err := articleSum(a)
	if err != nil {
		return err
	}
	e.Latest++
	r := Revision{Number: e.Latest, At: c.now, By: Person(ref), Why: why, From: from, Article: a}
	if err := write(c.tx, ShelfRevisions, revisionKey(e.ID, r.Number), r); err != nil {
		return err
	}
	return c.audit(AuditRecord{Action: action, Article: e.ID, Revision: r.Number, Sum: sum, Why: why})
}

// enforce brings a revision into force, 0 for none, in an entry that it does not store.
func (c *change) enforce(e *Entry, number int) error {
	e.InForce, e.Since = number, c.now
	return c.show(e)
}

// show makes answers show the article as the entry has it.
func (c *change) show(e *Entry) error {
	if e.InForce == 0 {
		c.force[e.ID] = held{}
		return nil
	}
	r, err := revisionOf(c.tx, e.ID, e.InForce)
	if err != nil {
		return err
	}
	c.force[e.ID] = held{&r.Article, maps.Clone(e.Locals)}
	return nil
}

// edit changes an entry that exists, as one transaction: fn changes it after the action has moved it on.
func (l *Library) edit(ctx context.Context, by Person, id string, a Action, fn func(*change, *Entry) error) (*Entry, error) {
	if err := l.may(by, a, ""); err != nil {
		return nil, err
	}
	var e *Entry
	err := l.change(ctx, by, func(c *change) (err error) {
		if e, err = entryOf(c.tx, id); err != nil {
			return err
		}
		if err := fn(c, e); err != nil {
			return err
		}
		return c.put(e)
	})
	if err != nil {
		return nil, fmt.Errorf("%s article %s: %w", a, id, err)
	}
	return e, nil
}

// Entry returns an article's life, or ErrNotFound.
func (l *Library) Entry(ctx context.Context, by Person, id string) (e *Entry, err error) {
	if err := l.may(by, ActSee, ""); err != nil {
		return nil, err
	}
	err = l.store.View(ctx, func(tx Tx) (err error) {
		e, err = entryOf(tx, id)
		return err
	})
	if err != nil {
		return nil, err
	}
	return e, nil
}

// Entries returns all entries, ordered by id; they must not be changed. Damaged ones are logged and left out.
func (l *Library) Entries(ctx context.Context, by Person) ([]*Entry, error) {
	if err := l.may(by, ActSee, ""); err != nil {
		return nil, err
	}
	return l.entries(ctx)
}

// Losses are the damaged records that a walk over a shelf has left out.
type losses struct {
	count int
	first string // key of the first one
	err   error
}

func (x *losses) add(key string, err error) {
	if x.count++; x.count == 1 {
		x.first, x.err = key, err
	}
}

// tell logs them in one line, however many they are.
func (x *losses) tell(l *Library) {
	if x.count > 0 {
		l.o.Log.Error("records of the library are damaged and left out", "damaged", x.count, "first", x.first, "error", x.err)
	}
}

// Revision returns one revision, or ErrNotFound.
func (l *Library) Revision(ctx context.Context, by Person, id string, number int) (r *Revision, err error) {
	if err := l.may(by, ActSee, ""); err != nil {
		return nil, err
	}
	err = l.store.View(ctx, func(tx Tx) (err error) {
		r, err = revisionOf(tx, id, number)
		return err
	})
	if err != nil {
		return nil, err
	}
	return r, nil
}

// Revisions returns all revisions of an article, the newest first, or ErrNotFound.
func (l *Library) Revisions(ctx context.Context, by Person, id string) (all []*Revision, err error) {
	if err := l.may(by, ActSee, ""); err != nil {
		return nil, err
	}
	err = l.store.View(ctx, func(tx Tx) error {
		e, err := entryOf(tx, id)
		if err != nil {
			return err
		}
		for n := e.Latest; n > 0; n-- {
			r, err := revisionOf(tx, id, n)
			if err != nil {
				return err
			}
			all = append(all, r)
		}
		return nil
	})
	return all, err
}

// check returns the mistakes in an article that is to be shown to people here, as Problems.
func (l *Library) check(a Article) error {
	var problems Problems
	if err := check(a); err != nil && !errors.As(err, &problems) {
		return err
	}
	if len(l.o.Rooms) > 0 && a.Room != "" && !slices.Contains(l.o.Rooms, a.Room) {
		problems = append(problems, Problem{File: a.ID + ".md", Message: fmt.Sprintf("unknown room %q; use one of %s", a.Room, strings.Join(l.o.Rooms, ", "))})
	}
	return problems.err()
}

// check returns the mistakes in an article that is to be shown to people anywhere, as Problems.
func check(a Article) error {
	_, err := ParseArticle(a.ID+".md", a.Markdown())
	if err == nil {
		err = sound(a)
	}
	return err
}

// sound says why an article cannot even be kept as a draft. A draft may be incomplete.
func sound(a Article) error {
	name := a.ID + ".md"
	switch {
	case !idPattern.MatchString(a.ID) || len(a.ID) > maxID:
		return Problems{{File: name, Message: "the id is no id; use up to 80 lower case letters a to z, digits and single hyphens"}}
	case reserved(a.ID):
		return Problems{{File: name, Message: "the id cannot be the name of a file on Windows; choose another"}}
	case len(a.Markdown()) > maxArticle:
		return Problems{{File: name, Message: "the article is longer than 256 KiB; shorten it"}}
	}
	for _, c := range columns {
		for _, s := range c.get(a) {
			if strings.ToValidUTF8(s, "") != s {
				return Problems{{File: name, Message: c.name + " is not UTF-8 text"}}
			}
		}
	}
	return nil
}

// notFound reports whether there is no such record.
func notFound(err error) bool { return errors.Is(err, ErrNotFound) }
