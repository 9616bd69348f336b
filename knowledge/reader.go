package knowledge

import "slices"

// A reader turns texts into features. It knows the words of its lexicon and first learns those of the base, which it
// needs to split compounds, join what was written apart and correct spelling; after that it does not change.
type reader struct {
	lexicon  *Lexicon
	known    map[string]int32 // how often the base has each word
	outside  map[string]bool  // of these, words that only messages out of scope have
	order    []string         // these words, as they appeared
	forms    map[string]form  // of these words
	short    map[string]bool  // short words that may be part of a compound
	spelling spelling
	shortest int // length of the shortest character runs
}

// A form is what a word counts as.
type form struct {
	stem  string
	parts []string // stems of the parts of a compound
}

func newReader(lex *Lexicon) *reader {
	r := &reader{shortest: minRun, lexicon: lex, known: make(map[string]int32), outside: make(map[string]bool), short: make(map[string]bool)}
	for _, w := range lex.words {
		if len(w) == 3 {
			r.short[w] = true
		}
		r.add(w)
	}
	return r
}

// learn takes in the words of texts of the base.
func (r *reader) learn(texts [][]string) {
	for _, ws := range texts {
		for _, w := range ws {
			r.add(w)
		}
	}
}

// learnOutside takes in the words of messages that are out of scope; it comes after learn.
func (r *reader) learnOutside(texts [][]string) {
	for _, ws := range texts {
		for _, w := range ws {
			if r.known[w] == 0 {
				r.outside[w] = true
			}
			r.add(w)
		}
	}
}

// learnForms works out what the words count as; it comes when all are known.
func (r *reader) learnForms() {
	forms := make([]form, len(r.order))
	inParallel(len(forms), func(i int) { forms[i] = r.read(r.order[i]) })
	r.forms = make(map[string]form, len(forms))
	for i, w := range r.order {
		r.forms[w] = forms[i]
	}
}

func (r *reader) add(w string) {
	n := r.known[w]
	if n == 0 {
		r.order = append(r.order, w)
	}
	r.known[w] = n + 1
}

// learnSpelling makes the reader correct the spelling of words that it does not know.
func (r *reader) learnSpelling() { r.spelling = newSpelling(r.known, r.order) }

// form returns what a word counts as, without remembering new ones, so that many may read at once.
func (r *reader) form(w string) form {
	if f, ok := r.forms[w]; ok {
		return f
	}
	return r.read(w)
}

func (r *reader) read(w string) form {
	f := form{stem: stemOf(w)}
	for _, p := range r.parts(w) {
		f.parts = append(f.parts, stemOf(p))
	}
	return f
}

// readings are the words of texts, which depend on nothing but the text: an index that is built after another one reads
// only what is new. The zero value keeps nothing.
type readings struct {
	phrasings map[string][]string // without rooms and classes
	bodies    map[string][]string
}

func newReadings() readings {
	return readings{phrasings: make(map[string][]string), bodies: make(map[string][]string)}
}

// phrasing returns the words of a phrasing without rooms and classes.
func (r readings) phrasing(text string) []string {
	if ws, ok := r.phrasings[text]; ok {
		return ws
	}
	cut, _ := cutPlaces(text)
	return words(fold(cut))
}

// body returns the words of a text.
func (r readings) body(text string) []string {
	if ws, ok := r.bodies[text]; ok {
		return ws
	}
	return words(fold(text))
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
func (r *reader) counts(text string) counts { return r.count(r.words(text)) }

// count returns the features of a text of these words.
func (r *reader) count(ws []string) counts {
	fs := make([]feature, 0, 4*len(ws)+2)
	stems := make([]string, len(ws))
	var senses []string
	note := func(sense string) { senses = append(senses, sense) }
	for i, w := range ws {
		f := r.form(w)
		stems[i] = f.stem
		fs = append(fs, hashOf(kindWord, f.stem))
		for k, s := range f.parts {
			if s != f.stem {
				fs = append(fs, hashOf(kindWord, s))
			}
			r.lexicon.senses(f.parts[k:k+1], note)
		}
		if i+1 < len(ws) {
			if joined := w + ws[i+1]; r.known[joined] > 0 {
				fs = append(fs, hashOf(kindWord, r.form(joined).stem))
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
