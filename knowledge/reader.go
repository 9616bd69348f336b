package knowledge

// A reader turns texts into features. It first learns the words of the base, which it needs to split compounds,
// join what was written apart and correct spelling; after that it does not change.
type reader struct {
	lexicon  *Lexicon
	stems    stemmer
	known    map[string]int32 // how often the base has each word
	order    []string         // these words, as they appeared
	short    map[string]bool  // short words that may be part of a compound
	spelling spelling
	shortest int // length of the shortest character runs
}

func newReader(lex *Lexicon) *reader {
	r := &reader{shortest: minRun, lexicon: lex, stems: make(stemmer), known: make(map[string]int32), short: make(map[string]bool)}
	for _, w := range lex.words {
		if len(w) == 3 {
			r.short[w] = true
		}
	}
	return r
}

// learn takes in the words of the base.
func (r *reader) learn(texts ...[]string) {
	var order []string
	add := func(w string, n int32) {
		if r.known[w] == 0 {
			order = append(order, w)
			r.stems.stem(w)
		}
		r.known[w] += n
	}
	for _, w := range r.lexicon.words {
		add(w, 1)
	}
	for _, list := range texts {
		for _, t := range list {
			for _, w := range words(fold(t)) {
				add(w, 1)
			}
		}
	}
	r.order = append(r.order, order...)
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

// counts returns the features of a text.
func (r *reader) counts(text string) counts {
	ws := words(fold(text))
	fs := make([]feature, 0, 4*len(ws)+2)
	stems := make([]string, len(ws))
	for i, w := range ws {
		if r.known[w] == 0 {
			if k := r.spelling.correct(w, r.known); k != "" {
				w = k
				ws[i] = k
			}
		}
		stems[i] = r.stem(w)
		fs = append(fs, hashOf(kindWord, stems[i]))
		for _, p := range r.parts(w) {
			s := r.stem(p)
			if s != stems[i] {
				fs = append(fs, hashOf(kindWord, s))
			}
			r.lexicon.senses([]string{s}, func(sense string) { fs = append(fs, hashOf(kindSense, sense)) })
		}
		if i+1 < len(ws) {
			if joined := w + ws[i+1]; r.known[joined] > 0 {
				fs = append(fs, hashOf(kindWord, r.stem(joined)))
			}
		}
	}
	fs = appendPairs(fs, stems)
	for i := range stems {
		r.lexicon.senses(stems[i:], func(sense string) { fs = append(fs, hashOf(kindSense, sense)) })
	}
	return counts{tally(fs), tally(appendRuns(nil, ws, r.shortest))}
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

// share returns the share of a text's words that the base knows.
func (r *reader) share(text string) float64 {
	ws := words(fold(text))
	if len(ws) == 0 {
		return 0
	}
	n := 0
	for _, w := range ws {
		if r.known[w] > 0 {
			n++
		}
	}
	return float64(n) / float64(len(ws))
}

// general reports whether a text names nothing but things and that something is wrong: "beamer geht nicht".
func (r *reader) general(text string) bool {
	ws := words(fold(text))
	stems := make([]string, len(ws))
	small := make(map[string]bool, len(ws))
	for i, w := range ws {
		stems[i] = r.stem(w)
		small[stems[i]] = functionWordSets["de"][w] || functionWordSets["en"][w] || len(w) == 1
	}
	return r.lexicon.general(stems, func(s string) bool { return small[s] })
}
