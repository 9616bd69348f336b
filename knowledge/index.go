package knowledge

import (
	_ "embed"
	"slices"
	"strings"
)

//go:embed outofscope.txt
var shippedOutOfScope string

// Options says how an index decides. Its zero value means the defaults that ship with the program.
type Options struct {
	OutOfScope []string // messages that nothing must answer; nil for the shipped ones, empty for none
	Costs      Costs    // what mistakes cost; zero for [DefaultCosts]
	Lexicon    *Lexicon // words of the school's IT; nil for the shipped ones

	before  readings // of an index that was built before, to build this one sooner
	lean    bool     // take little memory: leave out features that say little
	asSpelt bool     // correct no spelling
	tuning  *tuning  // nil for the shipped one
}

// A tuning is the numbers of the method, chosen on the validation halves of the public question sets.
type tuning struct {
	linear, likeness, words float32         // weights of the three pieces of evidence
	shares                  [blocks]float32 // of each block in a text's vector
	present                 [blocks]float32 // weights of the blocks in the likeness to whole articles
	training                training
}

var shippedTuning = tuning{linear: 1, likeness: 0.8, words: 1.6, shares: [blocks]float32{0.36, 0.1, 0.54}, present: [blocks]float32{1, 2, 1}, training: training{cost: 1, positive: 2, epochs: 6, step: 0.1}}

// An Index finds the article that answers a question. It never changes and may be used by many at once.
type Index struct {
	articles  []Article
	byID      map[string]int32
	classes   int   // the articles, in order, then what is out of scope
	outside   int32 // the class of what is out of scope, -1 if there is none
	costs     Costs
	tuning    tuning
	reader    *reader
	readings  readings // none of a huge base
	voc       *vocabulary
	linear    *linear  // nil for a base that is too large for it
	texts     []string // the phrasings
	phrases   *postings
	phraseOf  []int32 // the class of each phrasing
	documents *postings
	reach     []float32 // per feature: the most that it weighs in any document
	reachMean float32
}

// Limits of what is built in full. A base beyond maxPhrases is searched by the words of whole articles alone.
const (
	maxPhrases = 40_000
	maxClasses = 2_000  // with a linear model
	huge       = 20_000 // articles from which on memory counts more than time
)

// NewIndex builds an index of the articles. The same articles in the same order give the same index.
func NewIndex(articles []Article, o Options) *Index {
	b := newBuilder(o)
	for i := range articles {
		b.article(articles[i])
	}
	if len(articles) > 0 {
		b.outOfScope(o.OutOfScope)
	}
	ix := b.index()
	ix.articles = slices.Clone(articles)
	ix.byID = make(map[string]int32, len(articles))
	for i, a := range articles {
		ix.byID[a.ID] = int32(i)
	}
	ix.costs = o.Costs
	if o.Costs == (Costs{}) {
		ix.costs = DefaultCosts
	}
	return ix
}

func shippedOutOfScopeMessages() []string {
	return strings.Split(strings.TrimSpace(shippedOutOfScope), "\n")
}
