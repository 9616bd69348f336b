package knowledge

import (
	_ "embed"
	"runtime"
	"slices"
	"strings"
	"sync"
)

//go:embed outofscope.txt
var shippedOutOfScope string

// Options says how an index decides. Its zero value means the defaults that ship with the program.
type Options struct {
	OutOfScope []string // messages that nothing must answer; nil for the shipped ones, empty for none
	Costs      Costs    // what mistakes cost; zero for [DefaultCosts]
	Lexicon    *Lexicon // words of the school's IT; nil for the shipped ones

	tuning *tuning // for tests
}

// A tuning is the numbers of the method, chosen on the validation halves of the public question sets.
type tuning struct {
	linear, likeness, words float32 // weights of the three pieces of evidence
	wordShare               float32 // share of words in a text's vector, the rest is character runs
	training                training
}

var shippedTuning = tuning{linear: 1, likeness: 0.5, words: 1.25, wordShare: 0.4, training: training{cost: 1, positive: 3, epochs: 6}}

// An Index finds the article that answers a question. It never changes and may be used by many at once.
type Index struct {
	articles  []Article
	byID      map[string]int32
	classes   []class // the articles, in order, then the acts, then what is vague or out of scope
	costs     Costs
	tuning    tuning
	reader    *reader
	voc       *vocabulary
	linear    *linear  // nil for a base that is too large for it
	texts     []string // the phrasings
	phrases   *postings
	phraseOf  []int32 // the class of each phrasing
	documents *postings
	reach     []float32 // per feature: the most that it weighs in any document
	reachMean float32
}

// A class is something a message can be about.
type class struct {
	kind classKind
	act  Act
}

type classKind uint8

const (
	classArticle classKind = iota
	classAct
	classVague
	classOutside
)

// maxWeights is the largest linear model, in weights; a larger base does without one.
const maxWeights = 120e6

// NewIndex builds an index of the articles. The same articles in the same order give the same index.
func NewIndex(articles []Article, o Options) *Index {
	return newIndex(articles, o, true)
}

// newIndex builds an index that knows acts of conversation if talk is set.
func newIndex(articles []Article, o Options, talk bool) *Index {
	b := newBuilder(o)
	for i := range articles {
		b.article(articles[i])
	}
	if talk {
		b.talk()
	}
	if len(articles) > 0 {
		b.outside(o.OutOfScope)
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

// A builder gathers the texts of an index.
type builder struct {
	reader   *reader
	tuning   tuning
	classes  []class
	phrases  []string
	phraseOf []int32
	bodies   []string // per class: what is read besides its phrasings
}

func newBuilder(o Options) *builder {
	lex := o.Lexicon
	if lex == nil {
		lex = shippedLexicon()
	}
	b := &builder{reader: newReader(lex), tuning: shippedTuning}
	if o.tuning != nil {
		b.tuning = *o.tuning
	}
	return b
}

func (b *builder) class(c class, phrases []string, body string) {
	id := int32(len(b.classes))
	b.classes = append(b.classes, c)
	b.bodies = append(b.bodies, body)
	for _, p := range phrases {
		if p == "" {
			continue
		}
		p, _ = setAside(p)
		b.phrases = append(b.phrases, p)
		b.phraseOf = append(b.phraseOf, id)
	}
}

// article adds an article: its title and questions are phrasings, its steps and tags only words.
func (b *builder) article(a Article) {
	phrases := append([]string{a.Title}, a.Questions...)
	body := append(append([]string{}, a.Tags...), a.Steps...)
	if a.Option != "" {
		phrases = append(phrases, a.Option)
	}
	if t := a.English; t != nil {
		phrases = append(append(phrases, t.Title), t.Questions...)
		if t.Option != "" {
			phrases = append(phrases, t.Option)
		}
		body = append(body, t.Steps...)
	}
	b.class(class{kind: classArticle}, phrases, strings.Join(body, " "))
}

// outside adds the messages that nothing must answer.
func (b *builder) outside(messages []string) {
	if messages == nil {
		messages = shippedOutOfScopeMessages()
	}
	if len(messages) > 0 {
		b.class(class{kind: classOutside}, messages, "")
	}
}

// inParallel calls work for 0 to n-1 on all processors; the calls must not depend on each other.
func inParallel(n int, work func(int)) {
	workers := min(runtime.GOMAXPROCS(0), n/64+1)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := w * n / workers; i < (w+1)*n/workers; i++ {
				work(i)
			}
		})
	}
	wg.Wait()
}

func shippedOutOfScopeMessages() []string {
	return strings.Split(strings.TrimSpace(shippedOutOfScope), "\n")
}

// index reads all texts and trains.
func (b *builder) index() *Index {
	ix := &Index{tuning: b.tuning, classes: b.classes, reader: b.reader, texts: b.phrases, phraseOf: b.phraseOf}
	texts := make([]counts, len(b.phrases))
	ix.reader.learn(b.phrases, b.bodies)
	inParallel(len(texts), func(i int) { texts[i] = ix.reader.counts(b.phrases[i]) })
	var numbers []numbered
	ix.voc, numbers = newVocabulary(texts)
	vectors := make([]vector, len(texts))
	inParallel(len(texts), func(i int) { vectors[i] = ix.voc.weigh(numbers[i], b.tuning.wordShare) })
	ix.phrases = newPostings(vectors, len(ix.voc.idf))
	ix.documents = newPostings(bm25(b.documents(ix.voc, numbers), len(ix.voc.idf)), len(ix.voc.idf))
	ix.reach, ix.reachMean = ix.documents.most()
	if len(ix.classes) > 1 && len(ix.classes)*len(ix.voc.idf) <= maxWeights {
		ix.linear = trainLinear(vectors, b.phraseOf, len(ix.classes), len(ix.voc.idf), b.tuning.training)
	}
	return ix
}

// documents adds up the features of each class, its phrasings and its body; of the body only features that the
// vocabulary has.
func (b *builder) documents(v *vocabulary, texts []numbered) []numbered {
	docs := make([]numbered, len(b.classes))
	sum := make([]float32, len(v.idf))
	add := func(d *numbered, t numbered) {
		for k, f := range t.index {
			if sum[f] == 0 {
				d.index = append(d.index, f)
			}
			sum[f] += t.count[k]
		}
	}
	i := 0
	for c := range docs {
		d := &docs[c]
		for ; i < len(texts) && b.phraseOf[i] == int32(c); i++ {
			add(d, texts[i])
		}
		if b.bodies[c] != "" {
			add(d, v.numbers(b.reader.counts(b.bodies[c])))
		}
		d.count = make([]float32, len(d.index))
		for k, f := range d.index {
			d.count[k], sum[f] = sum[f], 0
		}
	}
	return docs
}
