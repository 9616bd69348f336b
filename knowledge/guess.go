package knowledge

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
)

// What a message is guessed to be that is nothing to answer, and no act either.
const (
	actVague Act = "vague" // it does not say what it is about
	actWait  Act = "wait"  // somebody goes and looks or tries
)

// acts in the order of the classes that they become.
var acts = []Act{ActStatus, ActThanks, ActGreeting, ActYes, ActNo, ActHelp, ActHuman, ActStop, ActWho, actVague, actWait}

// actModel tells the acts, said in words that no list foresaw, from each other and from everything else that people
// write: the acts are its articles, and what is out of their scope are questions to the starter articles and the
// messages that nothing answers. It does not depend on a school's articles, and is trained once, when it is first needed.
var actModel = sync.OnceValue(newActModel)

func newActModel() *Index {
	var kinds []Article
	for _, a := range acts {
		kinds = append(kinds, Article{ID: string(a), Questions: talk().phrases[string(a)]})
	}
	rest := append(slices.Clone(shippedOutOfScopeMessages()), talk().phrases[noAct]...)
	starter, err := Starter()
	if err != nil {
		panic(err) // a test reads them
	}
	for _, a := range starter {
		rest = append(rest, phrasings(a)...)
	}
	t := shippedTuning
	t.training = training{cost: 0.3, positive: 2, epochs: 12, step: 0.03}                                           // few classes, and many ways to say each
	ix := NewIndex(kinds, Options{OutOfScope: rest, asSpelt: true, lean: true, Lexicon: talkLexicon(), tuning: &t}) // see guessAct
	ix.forget()
	return ix
}

//go:embed lexicon_talk.txt
var talkLexiconText string

// talkLexicon returns the shipped lexicon with the words of talk.
func talkLexicon() *Lexicon {
	lex, err := ParseLexicon("lexicon_talk.txt", talkLexiconText+"\n"+shippedLexiconText)
	if err != nil {
		panic(err) // a test parses it
	}
	return lex
}

// guessAct returns the act, actVague or actWait, that a message of these words is most like, "" if it is more like something
// else; p is the probability that an article answers: the higher, the more an act must lead. total is its evidence.
// The limits were chosen so that of the messages out of scope in testdata at most three in a hundred are taken for an act.
func guessAct(ws []string, p float64) (act Act, total float32) {
	said := withoutNumbers(ws)
	if len(said) < 2 {
		return "", 0
	}
	ix := actModel()
	for i, w := range said {
		if ix.reader.known[w] > 0 {
			continue
		}
		// Hardly anybody misses the first letter: "den weißen" is not "den heißen".
		if meant := talk().spelling.correct(w, talk().known); meant != "" && meant[0] == w[0] {
			said[i] = meant
		}
	}
	j := ix.judge(strings.Join(said, " "))
	best := j.order[0]
	act, total = acts[best], j.total[best]
	lead := total - j.total[ix.outside] - float32(2*max(0, p-0.2)+2*max(0, p-0.5)+2*max(0, 0.7-j.known))
	switch {
	case lead < 0:
		return "", 0
	case total-j.total[slices.Index(acts, actVague)] < 0.8:
		if j.known <= 0.5 { // "die stühle sind kaputt" says what it is about
			return "", 0
		}
		return actVague, total
	case act == ActYes && (lead < 1 || denies(ws)):
		return "", 0 // it ends things
	}
	return act, total
}

// denies reports whether folded words may turn a yes into a no: "nicht" does, but not in "hätte ich nicht gedacht".
func denies(ws []string) bool {
	return slices.ContainsFunc(ws, negates) && !slices.ContainsFunc(ws, func(w string) bool { return expected[w] })
}

// expected are words after which somebody wonders that something works.
var expected = map[string]bool{
	"gedacht": true, "erwartet": true, "geglaubt": true, "gerechnet": true,
	"thought": true, "expected": true, "expect": true, "believe": true,
}

// negates reports whether a folded word may turn a yes into a no.
func negates(w string) bool {
	switch w {
	case "nicht", "nichts", "nie", "niemals", "nein", "nee", "leider", "noch", "aber", "no", "not", "never", "still", "but", "t": // "doesn t"
		return true
	}
	return strings.HasPrefix(w, "kein")
}
