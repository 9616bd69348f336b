package knowledge

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"
)

// A Verdict says what an answer was worth.
type Verdict string

// The verdicts. "" is: nobody said.
const (
	VerdictHelped    Verdict = "helped"     // somebody said that it helped
	VerdictNotHelped Verdict = "not_helped" // somebody said that it did not
	VerdictCameBack  Verdict = "came_back"  // it was solved, and was not
)

// An Observation is a question with what became of it. It says nothing about who asked. It is a stored form: rename
// nothing.
type Observation struct {
	Key      string    `json:"key"`  // such as a ticket's number; the same key replaces what was observed before
	Text     string    `json:"text"` // empty once it is no longer kept
	Outcome  Outcome   `json:"outcome"`
	Articles []string  `json:"articles,omitempty"` // ids of those shown; the first is the one that the verdict is about
	Helped   Verdict   `json:"helped,omitempty"`
	At       time.Time `json:"at"`
	School   string    `json:"school,omitempty"`
}

// maxObserved is how much of a question is kept, in characters.
const maxObserved = 1000

// Observe records questions, in one transaction. What looks like personal data or a password is blanked out before it is
// stored, see [Mask]. Without a key every observation counts; without a time it is of now. What is known already is not
// written again.
func (l *Library) Observe(ctx context.Context, all ...Observation) error {
	if l.store == nil {
		return ErrReadOnly
	}
	l.memory.seeing.Lock()
	defer l.memory.seeing.Unlock()
	news, err := l.unknown(ctx, all)
	if err == nil && len(news) > 0 {
		err = l.store.Update(ctx, func(tx Tx) error {
			for _, o := range news {
				if err := write(tx, ShelfObservations, o.Key, o); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err != nil {
		return fmt.Errorf("record observation: %w", err)
	}
	l.memory.see(news)
	return nil
}

// unknown returns the observations as they are stored, without those that are.
func (l *Library) unknown(ctx context.Context, all []Observation) (news []Observation, err error) {
	err = l.store.View(ctx, func(tx Tx) error {
		for _, o := range all {
			o.Key = cmp.Or(o.Key, rand.Text())
			o.Text = cut(l.mask(strings.ToValidUTF8(o.Text, "\ufffd")), maxObserved)
			if o.At.IsZero() {
				o.At = l.now()
			}
			o.At = o.At.UTC().Round(0)
			var before Observation
			if err := read(tx, ShelfObservations, o.Key, &before); err != nil || !reflect.DeepEqual(before, o) {
				news = append(news, o) // one that cannot be read is written anew
			}
		}
		return nil
	})
	return news, err
}

// confirmed returns the real questions of which somebody said that the article helped, the newest first.
func (l *Library) confirmed(ctx context.Context) ([]asked, error) {
	var all []Observation
	err := l.observations(ctx, func(o Observation) {
		if o.Helped == VerdictHelped && len(o.Articles) > 0 && o.Text != "" {
			all = append(all, o)
		}
	})
	slices.SortFunc(all, func(a, b Observation) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.Key, b.Key)) })
	out := make([]asked, len(all))
	for i, o := range all {
		out[i] = asked{o.Text, o.Articles[0], true}
	}
	return out, err
}

// prune forgets, once a day, observations that are older than they are kept, those beyond the most that are kept, the
// oldest first, and the words of those older than these are.
func (l *Library) prune(ctx context.Context, now time.Time) error {
	today := now.Unix() / (24 * 60 * 60)
	if l.pruned.Load() == today {
		return nil
	}
	l.memory.seeing.Lock()
	defer l.memory.seeing.Unlock()
	if err := l.recall(ctx); err != nil {
		return fmt.Errorf("forget old observations: %w", err)
	}
	gone, silent := l.outdated(now)
	if len(gone)+len(silent) == 0 {
		l.pruned.Store(today)
		return nil
	}
	err := l.store.Update(ctx, func(tx Tx) error {
		for _, o := range gone {
			if err := tx.Delete(ShelfObservations, o.Key); err != nil {
				return err
			}
		}
		for _, o := range silent {
			if err := write(tx, ShelfObservations, o.Key, o); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("forget old observations: %w", err)
	}
	for _, o := range gone {
		l.memory.lose(o.Key)
	}
	l.memory.see(silent)
	l.footings.forget()
	l.tried.Store(nil)
	l.pruned.Store(today)
	return nil
}

// outdated returns the observations that are kept no longer, and those whose words are not, without them. It wants
// seeing held.
func (l *Library) outdated(now time.Time) (gone, silent []Observation) {
	until := now.Add(-l.o.Keep)
	if more := len(l.memory.observed) - l.o.Most; more > 0 {
		at := make([]time.Time, len(l.memory.observed))
		for i, o := range l.memory.observed {
			at[i] = o.At
		}
		slices.SortFunc(at, time.Time.Compare)
		if at[more].After(until) {
			until = at[more]
		}
	}
	for _, o := range l.memory.observed {
		switch {
		case o.At.Before(until):
			gone = append(gone, o)
		case o.Text != "" && o.At.Add(l.o.KeepText).Before(now):
			o.Text = ""
			silent = append(silent, o)
		}
	}
	return gone, silent
}

// Health says what an article is worth, as far back as observations are kept.
type Health struct {
	ID       string
	Asked    int           // questions for which it was shown first
	Helped   int           // somebody said that it helped
	NotHelps int           // somebody said that it did not
	CameBack int           // it was solved, and was not
	Age      time.Duration // wall time since this revision came into force
	Stale    bool          // its review date has come
}

// Health returns the health of every article in force, ordered by id.
func (l *Library) Health(ctx context.Context, by Person) ([]Health, error) {
	if err := l.may(by, ActSee, ""); err != nil {
		return nil, err
	}
	entries, err := l.entries(ctx)
	if err != nil {
		return nil, err
	}
	now := l.now()
	all := map[string]*Health{}
	for _, e := range entries {
		if e.InForce != 0 {
			all[e.ID] = &Health{ID: e.ID, Age: now.Sub(e.Since), Stale: e.Stale(now)}
		}
	}
	err = l.observations(ctx, func(o Observation) {
		if len(o.Articles) > 0 && all[o.Articles[0]] != nil {
			all[o.Articles[0]].add(o)
		}
	})
	if err != nil {
		return nil, fmt.Errorf("read health: %w", err)
	}
	out := make([]Health, 0, len(all))
	for _, id := range slices.Sorted(maps.Keys(all)) {
		out = append(out, *all[id])
	}
	return out, nil
}

func (h *Health) add(o Observation) {
	h.Asked++
	switch o.Helped {
	case VerdictHelped:
		h.Helped++
	case VerdictNotHelped:
		h.NotHelps++
	case VerdictCameBack:
		h.CameBack++
	}
}
