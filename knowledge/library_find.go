package knowledge

import (
	"context"
	"fmt"
	"strings"
)

// A Found is an article with its life, as its newest revision has it.
type Found struct {
	Entry   *Entry
	Article *Article
}

// Find returns up to limit articles for the words of an editor, drafts and retired ones too: first those that would
// answer them as a question, then those that have all of the words in title or id, ordered by id.
func (l *Library) Find(ctx context.Context, by Person, text string, limit int) ([]Found, error) {
	entries, err := l.Entries(ctx, by)
	if err != nil {
		return nil, err
	}
	byID := make(map[string]*Entry, len(entries))
	for _, e := range entries {
		byID[e.ID] = e
	}
	var out []Found
	taken := map[string]bool{}
	take := func(e *Entry) error {
		r, err := l.Revision(ctx, by, e.ID, e.Latest)
		if err != nil {
			return fmt.Errorf("find articles: %w", err)
		}
		taken[e.ID] = true
		out = append(out, Found{e, &r.Article})
		return nil
	}
	answer := l.Answer(text)
	if answer.Outcome == None {
		answer.Hits = nil // those that come nearest, and not near enough
	}
	for _, h := range answer.Hits {
		if e := byID[h.Article.ID]; e != nil && len(out) < limit {
			if err := take(e); err != nil {
				return nil, err
			}
		}
	}
	words := strings.Fields(fold(text))
	for _, e := range entries {
		if taken[e.ID] || len(out) >= limit {
			continue
		}
		title, err := l.titleOf(ctx, by, e)
		if err != nil {
			return nil, err
		}
		if hasAll(fold(title+" "+e.ID), words) {
			if err := take(e); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// titleOf returns the title that an article has in force, or as it is drafted if it is not.
func (l *Library) titleOf(ctx context.Context, by Person, e *Entry) (string, error) {
	if a, ok := l.Article(e.ID); ok {
		return a.Title, nil
	}
	r, err := l.Revision(ctx, by, e.ID, e.Latest)
	if err != nil {
		return "", fmt.Errorf("find articles: %w", err)
	}
	return r.Article.Title, nil
}

func hasAll(text string, words []string) bool {
	for _, w := range words {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}
