package knowledge

import (
	"runtime"
	"runtime/debug"
	"slices"
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
	asSpelt  bool
}

func newBuilder(o Options) *builder {
	lex := o.Lexicon
	if lex == nil {
		lex = shippedLexicon()
	}
	b := &builder{reader: newReader(lex), tuning: shippedTuning, outside: -1, asSpelt: o.asSpelt}
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
	ix := &Index{tuning: b.tuning, classes: len(b.bodies), outside: b.outside, reader: b.reader, texts: b.phrases, phraseOf: b.phraseOf}
	own := len(b.phrases) // phrasings of articles come first
	for own > 0 && b.phraseOf[own-1] == b.outside {
		own--
	}
	if len(b.phrases) > maxPhrases {
		b.indexWords(ix, own)
		return ix
	}
	said := b.cut(0, len(b.phrases))
	read := allWords(b.bodies)
	ix.reader.learn(said[:own])
	ix.reader.learn(read)
	ix.reader.learnOutside(said[own:])
	ix.reader.learnForms()
	texts := make([]counts, len(said))
	inParallel(len(texts), func(i int) { texts[i] = ix.reader.count(said[i]) })
	bodies := make([]counts, len(read))
	var wg sync.WaitGroup
	wg.Go(func() {
		inParallel(len(bodies), func(i int) {
			if len(read[i]) > 0 {
				bodies[i] = ix.reader.count(read[i])
			}
		})
	})
	ix.voc = newVocabulary()
	numbers := make([]numbered, len(texts))
	for i, t := range texts {
		numbers[i] = ix.voc.learn(t)
	}
	ix.voc.weighFeatures(len(texts))
	wg.Wait()
	rest := make([]numbered, len(bodies))
	inParallel(len(rest), func(i int) { rest[i] = ix.voc.numbers(bodies[i]) })
	vectors := make([]vector, len(texts))
	inParallel(len(texts), func(i int) { vectors[i] = ix.voc.weigh(numbers[i], b.tuning.shares) })
	features := len(ix.voc.idf)
	if !b.asSpelt {
		wg.Go(ix.reader.learnSpelling)
	}
	wg.Go(func() {
		ix.documents = newPostings(bm25(b.documents(numbers, rest, features), features), features)
		ix.reach, ix.reachMean = ix.documents.most(features)
	})
	ix.phrases = newPostings(slices.Clone(vectors), features)
	wg.Wait()
	if n := ix.classes; n > 1 && n <= maxClasses {
		ix.linear = trainLinear(ix.lessons(vectors), n, features, b.tuning.training)
	}
	return ix
}

// lessons returns what the linear model learns: of each text the features that others have too, its class, and the
// classes whose documents are most like it.
func (ix *Index) lessons(texts []vector) []lesson {
	out := make([]lesson, len(texts))
	kept := ix.voc.shared(texts)
	inParallel(len(texts), func(i int) {
		score := make([]float32, ix.classes)
		ix.documents.addTelling(score, texts[i], max(telling, ix.classes/4))
		out[i] = lesson{text: kept[i], class: ix.phraseOf[i]}
		outside := ix.outside < 0 || ix.outside == ix.phraseOf[i]
		for _, c := range foremost(score, mistaken) {
			if c != ix.phraseOf[i] && score[c] > 0 {
				out[i].mistake = append(out[i].mistake, c)
				outside = outside || c == ix.outside
			}
		}
		if !outside { // whose document is too long to be like anything
			out[i].mistake = append(out[i].mistake, ix.outside)
		}
	})
	return out
}

const (
	mistaken = 24 // how many classes a text might be taken for
	telling  = 64 // a feature tells classes apart if no more have it, or a quarter of them
)

// cut cuts rooms and classes out of the phrasings lo to hi-1 and returns the words of what is left.
func (b *builder) cut(lo, hi int) [][]string {
	inParallel(hi-lo, func(i int) { b.phrases[lo+i], _ = cutPlaces(b.phrases[lo+i]) })
	return allWords(b.phrases[lo:hi])
}

// allWords returns the words of each text.
func allWords(texts []string) [][]string {
	out := make([][]string, len(texts))
	inParallel(len(texts), func(i int) { out[i] = words(fold(texts[i])) })
	return out
}

// indexWords builds an index that only has the words of whole articles, batch by batch, so that a huge base fits into
// memory. The first phrasings are the articles' own.
func (b *builder) indexWords(ix *Index, own int) {
	const batch = 1024
	if len(b.bodies) > huge {
		// Garbage is collected before it is as large as the base, and what building took before anybody asks.
		defer debug.SetGCPercent(debug.SetGCPercent(40))
		defer runtime.GC()
	}
	for lo := 0; lo < own; lo += batch {
		ix.reader.learn(b.cut(lo, min(lo+batch, own)))
	}
	for part := range slices.Chunk(b.bodies, batch) {
		ix.reader.learn(allWords(part))
	}
	ix.reader.learnOutside(b.cut(own, len(b.phrases)))
	ix.reader.learnForms()
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
	ix.reach, ix.reachMean = ix.documents.most(len(ix.voc.idf))
	ix.texts, ix.phraseOf = nil, nil
}

// documents adds up the features of each class, its phrasings and its body.
func (b *builder) documents(texts, bodies []numbered, features int) []numbered {
	docs := make([]numbered, len(bodies))
	sum := make([]float32, features)
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
		add(d, bodies[c])
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
