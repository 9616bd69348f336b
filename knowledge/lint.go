package knowledge

import (
	"fmt"
	"strings"
)

// What an article that ships should have, in pieces.
const (
	minQuestions        = 5 // phrasings in German
	minEnglishQuestions = 3
)

// Lint reports what is wrong between articles that are each right by
// themselves: names that do not exist, phrasings that two articles claim,
// neighbours that do not know each other, too few phrasings.
func Lint(articles []Article) Problems {
	byID := map[string]*Article{}
	var out Problems
	say := func(a *Article, format string, args ...any) {
		out = append(out, Problem{File: a.ID + ".md", Message: fmt.Sprintf(format, args...)})
	}
	for i := range articles {
		a := &articles[i]
		if byID[a.ID] != nil {
			say(a, "two articles have the id %q; give one of them another", a.ID)
		}
		byID[a.ID] = a
	}
	asked := map[string]string{}
	for i := range articles {
		a := &articles[i]
		lintNeighbours(a, byID, say)
		if len(a.Questions) < minQuestions {
			say(a, "%d questions; write at least %d, as people type them", len(a.Questions), minQuestions)
		}
		if a.English != nil && len(a.English.Questions) < minEnglishQuestions {
			say(a, "%d English questions; write at least %d", len(a.English.Questions), minEnglishQuestions)
		}
		for _, q := range phrasings(*a) {
			key := strings.Join(strings.Fields(strings.ToLower(q)), " ")
			if other, ok := asked[key]; ok && other != a.ID {
				say(a, "the question %q stands in %s too; leave it to one of them", q, other)
			}
			asked[key] = a.ID
		}
	}
	return out
}

// lintNeighbours checks what an article says about others.
func lintNeighbours(a *Article, byID map[string]*Article, say func(*Article, string, ...any)) {
	for _, id := range a.Near {
		o := byID[id]
		switch {
		case o == nil:
			say(a, "near: there is no article %q", id)
		case o == a:
			say(a, "near: an article is not near itself; remove %q", id)
		case o.Ask != a.Ask:
			say(a, "near: %s asks %q, this article %q; both must ask the same", id, o.Ask, a.Ask)
		case o.Option == a.Option:
			say(a, "near: %s has the same option %q; each needs its own", id, a.Option)
		}
	}
	for _, id := range a.Also {
		if byID[id] == nil || id == a.ID {
			say(a, "also: there is no other article %q", id)
		}
	}
}
