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
}

// An Index finds the article that answers a question. It never changes and may be used by many at once.
type Index struct {
	articles  []Article
	byID      map[string]int32
	classes   []class // the articles, in order, then the acts, then what is vague or out of scope
	costs     Costs
	reader    *reader
	voc       *vocabulary
	linear    *linear  // nil for a base that is too large for it
	texts     []string // the phrasings
	phrases   *postings
	phraseOf  []int32 // the class of each phrasing
	documents *postings
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

// wordShare is the share of words in a text's vector, the rest is character runs.
const wordShare = 0.4

// NewIndex builds an index of the articles. The same articles in the same order give the same index.
func NewIndex(articles []Article, o Options) *Index {
	b := newBuilder(o)
	for i := range articles {
		b.article(articles[i])
	}
	if len(articles) > 0 {
		b.talk()
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
	return &builder{reader: newReader(lex)}
}

func (b *builder) class(c class, phrases []string, body string) {
	id := int32(len(b.classes))
	b.classes = append(b.classes, c)
	b.bodies = append(b.bodies, body)
	for _, p := range phrases {
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
		messages = strings.Split(strings.TrimSpace(shippedOutOfScope), "\n")
	}
	if len(messages) > 0 {
		b.class(class{kind: classOutside}, messages, "")
	}
}

// index reads all texts and trains.
func (b *builder) index() *Index {
	ix := &Index{classes: b.classes, reader: b.reader, texts: b.phrases, phraseOf: b.phraseOf}
	texts := make([]counts, len(b.phrases))
	ix.reader.learn(b.phrases, b.bodies)
	for i, p := range b.phrases {
		texts[i] = ix.reader.counts(p)
	}
	ix.voc = newVocabulary(texts)
	vectors := make([]vector, len(texts))
	for i, t := range texts {
		vectors[i] = ix.voc.vector(t, wordShare)
	}
	ix.phrases = newPostings(vectors, len(ix.voc.idf))
	ix.documents = newPostings(bm25(b.documents(ix.reader, texts), ix.voc), len(ix.voc.idf))
	if len(ix.classes) > 1 && len(ix.classes)*len(ix.voc.idf) <= maxWeights {
		ix.linear = trainLinear(vectors, b.phraseOf, len(ix.classes), len(ix.voc.idf), training{cost: 1, positive: 3, epochs: 8})
	}
	return ix
}

// documents joins the texts of each class to one.
func (b *builder) documents(r *reader, texts []counts) []counts {
	docs := make([]counts, len(b.classes))
	for i, t := range texts {
		d := &docs[b.phraseOf[i]]
		d.words = append(d.words, t.words...)
		d.runs = append(d.runs, t.runs...)
	}
	for c := range docs {
		if b.bodies[c] != "" {
			t := r.counts(b.bodies[c])
			docs[c].words = append(docs[c].words, t.words...)
			docs[c].runs = append(docs[c].runs, t.runs...)
		}
		docs[c] = counts{merge(docs[c].words), merge(docs[c].runs)}
	}
	return docs
}
