package knowledge

import (
	"slices"
	"strings"
	"sync"
)

// actVague is what a message is guessed to be that does not say what it is about.
const actVague Act = "vague"

// acts in the order of the classes that they become.
var acts = []Act{ActStatus, ActThanks, ActGreeting, ActYes, ActNo, ActHelp, ActHuman, ActStop, ActWho, actVague}

// actModel tells the acts, said in words that no list foresaw, from each other and from everything else that people
// write: the acts are its articles, and what is out of their scope are questions to the starter articles and the
// messages that nothing answers. It does not depend on a school's articles, and is trained once, when it is first needed.
var actModel = sync.OnceValue(func() *Index {
	var kinds []Article
	for _, a := range acts {
		kinds = append(kinds, Article{ID: string(a), Questions: talk().phrases[string(a)]})
	}
	rest := slices.Clone(shippedOutOfScopeMessages())
	starter, err := Starter()
	if err != nil {
		panic(err) // a test reads them
	}
	for _, a := range starter {
		rest = append(rest, phrasings(a)...)
	}
	return NewIndex(kinds, Options{OutOfScope: rest, asSpelt: true}) // see guessAct
})

// guessAct returns the act, or actVague, that a message of these words is most like, "" if it is more like something
// else; p is the probability that an article answers: the higher, the more an act must lead. total is its evidence.
// The limits were chosen on half of testdata/independent2.tsv, so that hardly any other message is taken for an act.
func guessAct(ws []string, p float64) (act Act, total float32) {
	said := withoutNumbers(ws)
	for i, w := range said {
		// Hardly anybody misses the first letter: "den weißen" is not "den heißen".
		if meant := talk().spelling.correct(w, talk().known); meant != "" && talk().known[w] == 0 && meant[0] == w[0] {
			said[i] = meant
		}
	}
	if len(said) < 2 {
		return "", 0
	}
	ix := actModel()
	j := ix.judge(strings.Join(said, " "))
	best := j.order[0]
	act, total = acts[best], j.total[best]
	lead := total - j.total[ix.outside] - 4*max(0, float32(p)-0.5)
	switch {
	case lead < 0.2 || total+lead/2 < 1.9:
		return "", 0
	case total-j.total[slices.Index(acts, actVague)] < 0.4:
		if j.known <= 0.5 { // "die stühle sind kaputt" says what it is about
			return "", 0
		}
		return actVague, total
	case act == ActHuman && len(said) < len(ws): // as for what is no guess
		return ActStatus, total
	case (act == ActStop || act == ActHuman) && (total < 1.9 || lead < 1), act == ActYes && (total < 2.2 || lead < 1 || slices.ContainsFunc(ws, negates)):
		return "", 0 // they set things going
	}
	return act, total
}

// negates reports whether a folded word may turn a yes into a no.
func negates(w string) bool {
	switch w {
	case "nicht", "nichts", "nie", "niemals", "nein", "nee", "leider", "noch", "aber", "no", "not", "never", "still", "but", "t": // "doesn t"
		return true
	}
	return strings.HasPrefix(w, "kein")
}
