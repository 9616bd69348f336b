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
	for i, w := range ws {
		stems[i] = r.stem(w)
		fs = append(fs, hashOf(kindWord, stems[i]))
		fs = r.appendParts(fs, w, stems[i])
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

// appendParts appends the parts of a compound as words, and what the lexicon says of them.
func (r *reader) appendParts(fs []feature, word, stem string) []feature {
	for _, p := range r.parts(word) {
		s := r.stem(p)
		if s != stem {
			fs = append(fs, hashOf(kindWord, s))
		}
		r.lexicon.senses([]string{s}, func(sense string) { fs = append(fs, hashOf(kindSense, sense)) })
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

// share returns the share of a text's words that the base knows.
func (r *reader) share(text string) float64 {
	ws := r.words(text)
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
	ws := r.words(text)
	stems := make([]string, len(ws))
	small := make(map[string]bool, len(ws))
	for i, w := range ws {
		stems[i] = r.stem(w)
		small[stems[i]] = functionWordSets["de"][w] || functionWordSets["en"][w] || len(w) == 1
	}
	return r.lexicon.general(stems, func(s string) bool { return small[s] })
}
