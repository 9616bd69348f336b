package knowledge

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"
)

// An Asked is a question that people really asked, in the wording that came last.
type Asked struct {
	Question string
	Count    int
	Helped   int // how often somebody said that the article helped
	Last     time.Time
}

// Asked returns the questions for which the article was shown first, the most frequent first. What looked like
// personal data was blanked out before it was kept.
func (l *Library) Asked(ctx context.Context, by Person, id string) ([]Asked, error) {
	if err := l.may(by, ActSee, ""); err != nil {
		return nil, err
	}
	found := map[string]*Asked{}
	err := l.observations(ctx, func(o Observation) {
		if len(o.Articles) == 0 || o.Articles[0] != id || o.Text == "" {
			return
		}
		a := found[fold(o.Text)]
		if a == nil {
			a = new(Asked)
			found[fold(o.Text)] = a
		}
		a.Count++
		if o.Helped == VerdictHelped {
			a.Helped++
		}
		if a.Question == "" || o.At.After(a.Last) {
			a.Question, a.Last = o.Text, o.At
		}
	})
	if err != nil {
		return nil, fmt.Errorf("find questions of article %s: %w", id, err)
	}
	out := make([]Asked, 0, len(found))
	for _, a := range found {
		out = append(out, *a)
	}
	slices.SortFunc(out, func(a, b Asked) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), b.Last.Compare(a.Last), cmp.Compare(a.Question, b.Question))
	})
	return out, nil
}

// ExplainDrafts answers as if the newest revisions of the articles were in force. Of a large library only the articles
// likely to be mixed up with them take part. It builds an index and takes a moment.
func (l *Library) ExplainDrafts(ctx context.Context, by Person, text string, ids ...string) (Explanation, error) {
	if err := l.may(by, ActSee, ""); err != nil {
		return Explanation{}, err
	}
	var drafts []Article
	err := l.store.View(ctx, func(tx Tx) error {
		for _, id := range ids {
			e, err := entryOf(tx, id)
			if err != nil {
				return err
			}
			r, err := revisionOf(tx, id, e.Latest)
			if err != nil {
				return err
			}
			drafts = append(drafts, r.Article)
		}
		return nil
	})
	if err != nil {
		return Explanation{}, fmt.Errorf("explain with drafts: %w", err)
	}
	near := l.neighbours(append(slices.Clone(drafts), Article{Title: text}))
	return NewIndex(Overlay(near, drafts), l.options()).Explain(text), nil
}
