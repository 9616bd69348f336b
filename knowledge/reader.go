package knowledge

import "slices"

// A reader turns texts into features. It first learns the words of the base, which it needs to split compounds,
// join what was written apart and correct spelling; after that it does not change.
type reader struct {
	lexicon  *Lexicon
	stems    stemmer
	known    map[string]int32 // how often the base has each word
	outside  map[string]bool  // of these, words that only messages out of scope have
	order    []string         // these words, as they appeared
	short    map[string]bool  // short words that may be part of a compound
	spelling spelling
	shortest int // length of the shortest character runs
}

func newReader(lex *Lexicon) *reader {
	r := &reader{shortest: minRun, lexicon: lex, stems: make(stemmer), known: make(map[string]int32), outside: make(map[string]bool), short: make(map[string]bool)}
	for _, w := range lex.words {
		if len(w) == 3 {
			r.short[w] = true
		}
	}
	return r
}

// learn takes in the words of the base: those of the lexicon and of the articles' texts, then those of messages that
// are out of scope.
func (r *reader) learn(outside []string, texts ...[]string) {
	defer r.learnStems()
	for _, w := range r.lexicon.words {
		r.add(w)
	}
	for _, list := range texts {
		for _, t := range list {
			for _, w := range words(fold(t)) {
				r.add(w)
			}
		}
	}
	for _, t := range outside {
		for _, w := range words(fold(t)) {
			if r.known[w] == 0 {
				r.outside[w] = true
			}
			r.add(w)
		}
	}
}

func (r *reader) add(w string) {
	if r.known[w] == 0 {
		r.order = append(r.order, w)
	}
	r.known[w]++
}

func (r *reader) learnStems() {
	stems := make([]string, len(r.order))
	inParallel(len(stems), func(i int) { stems[i] = stemOf(r.order[i]) })
	for i, w := range r.order {
		r.stems[w] = stems[i]
	}
}

// learnSpelling makes the reader correct the spelling of words that it does not know.
func (r *reader) learnSpelling() { r.spelling = newSpelling(r.known, r.order) }

// stem returns the stem of a word, without remembering new ones, so that many may read at once.
func (r *reader) stem(w string) string {
	if s, ok := r.stems[w]; ok {
		return s
	}
	return stemOf(w)
}

// words cuts a text into words, with the spelling corrected of those that the base does not know.
func (r *reader) words(text string) []string {
	ws := words(fold(text))
	for i, w := range ws {
		if r.known[w] > 0 {
			continue
		}
		if k := r.spelling.correct(w, r.known); k != "" {
			ws[i] = k
		}
	}
	return ws
}

// counts returns the features of a text.
func (r *reader) counts(text string) counts {
	ws := r.words(text)
	fs := make([]feature, 0, 4*len(ws)+2)
	stems := make([]string, len(ws))
	var senses []string
	note := func(sense string) { senses = append(senses, sense) }
	for i, w := range ws {
		stems[i] = r.stem(w)
		fs = append(fs, hashOf(kindWord, stems[i]))
		for _, p := range r.parts(w) {
			s := r.stem(p)
			if s != stems[i] {
				fs = append(fs, hashOf(kindWord, s))
			}
			r.lexicon.senses([]string{s}, note)
		}
		if i+1 < len(ws) {
			if joined := w + ws[i+1]; r.known[joined] > 0 {
				fs = append(fs, hashOf(kindWord, r.stem(joined)))
			}
		}
	}
	fs = appendPairs(fs, stems)
	for i := range stems {
		r.lexicon.senses(stems[i:], note)
	}
	return counts{tally(fs), tally(appendSenses(nil, senses)), tally(appendRuns(nil, ws, r.shortest))}
}

// appendSenses appends the senses of a text and every two of them.
func appendSenses(fs []feature, senses []string) []feature {
	slices.Sort(senses)
	senses = slices.Compact(senses)
	for i, a := range senses {
		fs = append(fs, hashOf(kindSense, a))
		for _, b := range senses[i+1:] {
			fs = append(fs, hashOf(kindSenses, a, b))
		}
	}
	return fs
}

// appendPairs appends neighbouring stems, with the beginning and the end of the text as stems of their own.
func appendPairs(fs []feature, stems []string) []feature {
	before := "^"
	for _, s := range stems {
		fs = append(fs, hashOf(kindPair, before, s))
		before = s
	}
	return append(fs, hashOf(kindPair, before, "$"))
}

// share returns the share of a text's words that the articles have, small ones not counted if there are others.
func (r *reader) share(text string) float64 {
	ws := r.words(text)
	var n, known [2]float64
	for _, w := range ws {
		kind := 0
		if functionWord(w) {
			kind = 1
		}
		n[kind]++
		if r.known[w] > 0 && !r.outside[w] {
			known[kind]++
		}
	}
	if n[0] == 0 {
		return known[1] / max(n[1], 1)
	}
	return known[0] / n[0]
}
