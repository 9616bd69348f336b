package knowledge

import (
	"slices"
	"sync"
)

// A footing is a set of articles that the questions of trials are asked of. It remembers what was answered: the articles
// in force change far less often than what is tried against them, and what was tried is in force once it is published.
// It keeps no index, which would be fifty times as large.
type footing struct {
	articles []Article // ordered by id

	mu       sync.Mutex
	answered map[string]answered // by question
}

// answered is what is kept of an answer: the articles shown, the first one first.
type answered struct {
	outcome  Outcome
	articles []string
}

// ask returns what is shown for each of the questions, which all belong to one part. Those that it was never asked
// before are asked of an index that is built without that part.
func (f *footing) ask(part uint32, questions []asked, o Options) []Shown {
	f.mu.Lock()
	defer f.mu.Unlock()
	missing := slices.DeleteFunc(slices.Clone(questions), func(q asked) bool {
		_, known := f.answered[q.text]
		return known
	})
	if len(missing) > 0 {
		ix, answers := NewIndex(without(f.articles, part), o), make([]answered, len(missing))
		inParallel(len(missing), func(i int) { answers[i] = shown(ix.Answer(missing[i].text)) })
		for i, q := range missing {
			f.answered[q.text] = answers[i]
		}
	}
	out := make([]Shown, len(questions))
	for i, q := range questions {
		a := f.answered[q.text]
		out[i].Outcome = a.outcome
		if len(a.articles) > 0 {
			out[i].Article, out[i].Offered = a.articles[0], slices.Contains(a.articles, q.belongs)
		}
	}
	return out
}

// shown keeps what people see of an answer.
func shown(a Answer) answered {
	out := answered{outcome: a.Outcome}
	if a.Outcome == Answered || a.Outcome == Choose {
		for _, h := range a.Hits {
			out.articles = append(out.articles, h.Article.ID)
		}
	}
	return out
}

// footings are those of the last trial: before and after.
type footings struct {
	mu   sync.Mutex
	last [2]*footing
}

// of returns the footings of a trial. One whose articles are those of the last trial, before or after, is used again.
func (f *footings) of(before, after []Article) (*footing, *footing) {
	f.mu.Lock()
	defer f.mu.Unlock()
	find := func(articles []Article) *footing {
		for _, old := range f.last {
			if old != nil && slices.EqualFunc(old.articles, articles, same) {
				return old
			}
		}
		return &footing{articles: articles, answered: map[string]answered{}}
	}
	b, a := find(before), find(after)
	f.last = [2]*footing{b, a}
	return b, a
}

// forget has everything asked anew: nobody's words outlive the time that they are kept.
func (f *footings) forget() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.last = [2]*footing{}
}
