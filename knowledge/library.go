package knowledge

import (
	"cmp"
	"slices"
	"sync/atomic"
)

// A Library answers questions from the articles in force. It is safe for concurrent use: an index is swapped in as a
// whole, so that no question waits for an editor and each is answered from one state of the articles.
type Library struct {
	index atomic.Pointer[Index]
}

// NewLibrary returns a library that answers from the index and keeps no articles of its own.
func NewLibrary(index *Index) *Library {
	l := new(Library)
	l.index.Store(index)
	return l
}

// Answer says what becomes of a message, see [Index.Answer].
func (l *Library) Answer(text string) Answer { return l.index.Load().Answer(text) }

// Explain answers and says which evidence decided, see [Index.Explain].
func (l *Library) Explain(text string) Explanation { return l.index.Load().Explain(text) }

// Article returns the article in force with the id, and whether there is one. It must not be changed.
func (l *Library) Article(id string) (*Article, bool) {
	ix := l.index.Load()
	i, ok := ix.byID[id]
	if !ok {
		return nil, false
	}
	return &ix.articles[i], true
}

// Overlay returns the starter articles with a school's own ones, ordered by id. An own article replaces the starter
// article of the same id.
func Overlay(starter, own []Article) []Article {
	all := make(map[string]Article, len(starter)+len(own))
	for _, list := range [][]Article{starter, own} {
		for _, a := range list {
			all[a.ID] = a
		}
	}
	out := make([]Article, 0, len(all))
	for _, a := range all {
		out = append(out, a)
	}
	slices.SortFunc(out, func(a, b Article) int { return cmp.Compare(a.ID, b.ID) })
	return out
}
