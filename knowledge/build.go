package knowledge

import (
	"runtime"
	"strings"
	"sync"
)

// A builder gathers the texts of an index.
type builder struct {
	reader   *reader
	tuning   tuning
	outside  int32
	phrases  []string
	phraseOf []int32
	bodies   []string // per class: what is read besides its phrasings
}

func newBuilder(o Options) *builder {
	lex := o.Lexicon
	if lex == nil {
		lex = shippedLexicon()
	}
	b := &builder{reader: newReader(lex), tuning: shippedTuning, outside: -1}
	if o.tuning != nil {
		b.tuning = *o.tuning
	}
	return b
}

// class adds something that a message can be about and returns its number.
func (b *builder) class(phrases []string, body string) int32 {
	id := int32(len(b.bodies))
	b.bodies = append(b.bodies, body)
	for _, p := range phrases {
		if p != "" {
			b.phrases = append(b.phrases, p)
			b.phraseOf = append(b.phraseOf, id)
		}
	}
	return id
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
	b.class(phrases, strings.Join(body, " "))
}

// outOfScope adds the messages that nothing must answer.
func (b *builder) outOfScope(messages []string) {
	if messages == nil {
		messages = shippedOutOfScopeMessages()
	}
	if len(messages) > 0 {
		b.outside = b.class(messages, "")
	}
}

// index reads all texts and trains.
func (b *builder) index() *Index {
	inParallel(len(b.phrases), func(i int) { b.phrases[i], _ = setAside(b.phrases[i]) })
	ix := &Index{tuning: b.tuning, classes: len(b.bodies), outside: b.outside, reader: b.reader, texts: b.phrases, phraseOf: b.phraseOf}
	own := len(b.phrases) // phrasings of articles come first
	for own > 0 && b.phraseOf[own-1] == b.outside {
		own--
	}
	ix.reader.learn(b.phrases[own:], b.phrases[:own], b.bodies)
	if len(b.phrases) > maxPhrases {
		b.indexWords(ix)
		return ix
	}
	texts := make([]counts, len(b.phrases))
	inParallel(len(texts), func(i int) { texts[i] = ix.reader.counts(b.phrases[i]) })
	bodies := make([]counts, len(b.bodies))
	inParallel(len(bodies), func(i int) {
		if b.bodies[i] != "" {
			bodies[i] = ix.reader.counts(b.bodies[i])
		}
	})
	ix.voc = newVocabulary()
	numbers := make([]numbered, len(texts))
	for i, t := range texts {
		numbers[i] = ix.voc.learn(t)
	}
	ix.voc.weighFeatures(len(texts))
	vectors := make([]vector, len(texts))
	inParallel(len(texts), func(i int) { vectors[i] = ix.voc.weigh(numbers[i], b.tuning.shares) })
	features := len(ix.voc.idf)
	var wg sync.WaitGroup
	wg.Go(ix.reader.learnSpelling)
	wg.Go(func() {
		ix.documents = newPostings(bm25(b.documents(ix.voc, numbers, bodies), features), features)
		ix.reach, ix.reachMean = ix.documents.most()
	})
	ix.phrases = newPostings(vectors, features)
	wg.Wait()
	if n := ix.classes; n > 1 && n <= maxClasses {
		ix.linear = trainLinear(ix.voc.commonest(vectors, maxWeights/n), b.phraseOf, n, b.tuning.training)
	}
	return ix
}

// indexWords builds an index that only has the words of whole articles, article by article, so that a huge base
// fits into memory.
func (b *builder) indexWords(ix *Index) {
	const batch = 1024
	ix.texts, ix.phraseOf = nil, nil
	ix.reader.shortest = maxRun // the others are too many
	ix.voc = newHashedVocabulary()
	docs := make([]numbered, len(b.bodies))
	for lo := 0; lo < len(docs); lo += batch {
		n := min(batch, len(docs)-lo)
		whole := make([]string, n)
		for c := range n {
			mine := 0
			for mine < len(b.phraseOf) && b.phraseOf[mine] == int32(lo+c) {
				mine++
			}
			whole[c] = strings.Join(append(b.phrases[:mine:mine], b.bodies[lo+c]), "\n")
			b.phrases, b.phraseOf = b.phrases[mine:], b.phraseOf[mine:]
		}
		texts := make([]counts, n)
		inParallel(n, func(i int) { texts[i] = ix.reader.counts(whole[i]) })
		for i, t := range texts {
			docs[lo+i] = ix.voc.learn(t)
		}
	}
	b.phrases, b.phraseOf, b.bodies = nil, nil, nil
	ix.voc.weighFeatures(len(docs))
	ix.documents = newPostings(bm25(docs, len(ix.voc.idf)), len(ix.voc.idf))
	ix.reach, ix.reachMean = ix.documents.most()
	ix.texts, ix.phraseOf = nil, nil
}

// documents adds up the features of each class, its phrasings and its body; of the body only features that the
// vocabulary has.
func (b *builder) documents(v *vocabulary, texts []numbered, bodies []counts) []numbered {
	docs := make([]numbered, len(b.bodies))
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
		add(d, v.numbers(bodies[c]))
		d.count = make([]float32, len(d.index))
		for k, f := range d.index {
			d.count[k], sum[f] = sum[f], 0
		}
	}
	return docs
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
