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
	lean     bool
	before   readings // of an index that was built before
	readings readings
}

func newBuilder(o Options) *builder {
	lex := o.Lexicon
	if lex == nil {
		lex = shippedLexicon()
	}
	b := &builder{reader: newReader(lex), tuning: shippedTuning, outside: -1, asSpelt: o.asSpelt, lean: o.lean, before: o.before, readings: newReadings()}
	if o.lean {
		b.reader.shortest = minRun + 1
	}
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
	said, read := b.readPhrasings(b.phrases), b.readBodies(b.bodies)
	ix.readings = b.readings
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
	if b.lean {
		ix.phrases = newPostings(ix.voc.rare(vectors), features)
	} else {
		ix.phrases = newPostings(slices.Clone(vectors), features)
	}
	wg.Wait()
	if n := ix.classes; n > 1 && n <= maxClasses {
		ix.linear = trainLinear(ix.lessons(vectors), n, features, b.tuning.training)
	}
	return ix
}

// forget drops what only building and explaining need, and the forms of words, which can be worked out again.
func (ix *Index) forget() {
	ix.readings, ix.reader.forms, ix.voc.df, ix.texts = readings{}, nil, nil, nil
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

// readPhrasings returns the words of phrasings.
func (b *builder) readPhrasings(texts []string) [][]string {
	return readAll(texts, b.before.phrasing, b.readings.phrasings)
}

// readBodies returns the words of bodies.
func (b *builder) readBodies(texts []string) [][]string {
	return readAll(texts, b.before.body, b.readings.bodies)
}

// readAll returns the words of texts, and keeps them unless kept is nil.
func readAll(texts []string, read func(string) []string, kept map[string][]string) [][]string {
	out := make([][]string, len(texts))
	inParallel(len(texts), func(i int) { out[i] = read(texts[i]) })
	if kept != nil {
		for i, text := range texts {
			kept[text] = out[i]
		}
	}
	return out
}

// indexWords builds an index that only has the words of whole articles, batch by batch, so that a huge base fits into
// memory. The first phrasings are the articles' own.
func (b *builder) indexWords(ix *Index, own int) {
	const batch = 1024
	numbers := uint64(1 << 20)
	if len(b.bodies) > huge {
		numbers *= 4
		b.readings = readings{}
		// Garbage is collected before it is as large as the base, and what building took before anybody asks.
		defer debug.SetGCPercent(debug.SetGCPercent(20))
		defer runtime.GC()
	}
	for part := range slices.Chunk(b.phrases[:own], batch) {
		ix.reader.learn(b.readPhrasings(part))
	}
	for part := range slices.Chunk(b.bodies, batch) {
		ix.reader.learn(b.readBodies(part))
	}
	ix.reader.learnOutside(b.readPhrasings(b.phrases[own:]))
	ix.reader.learnForms()
	ix.readings = b.readings
	ix.reader.shortest = maxRun // the others are too many
	ix.voc = newHashedVocabulary(numbers)
	docs := make([]numbered, len(b.bodies))
	next := 0 // phrasing
	for lo := 0; lo < len(docs); lo += batch {
		n := min(batch, len(docs)-lo)
		first := make([]int, n+1)
		for c := range n {
			first[c] = next
			for next < len(b.phraseOf) && b.phraseOf[next] == int32(lo+c) {
				next++
			}
		}
		first[n] = next
		texts := make([]counts, n)
		inParallel(n, func(i int) {
			var ws []string
			for _, p := range b.phrases[first[i]:first[i+1]] {
				ws = append(ws, b.readings.phrasing(p)...)
			}
			texts[i] = ix.reader.count(append(ws, b.readings.body(b.bodies[lo+i])...))
		})
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
