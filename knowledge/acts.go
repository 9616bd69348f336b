package knowledge

import (
	"cmp"
	_ "embed"
	"maps"
	"slices"
	"strings"
	"sync"
	"unicode"
)

//go:embed lexicon_acts.txt
var actsText string

// talkTable holds the ways people say the acts, and words that may stand around a question without adding to it.
type talkTable struct {
	exact   map[string]Act      // a whole message, folded, words joined by a blank
	aside   map[string]Act      // a whole message that is actVague or actWait, likewise
	phrases map[string][]string // by section
	opening map[string]bool     // what may be cut off a question's beginning and end
	filler  map[string]bool     // words that change nothing about an act: "bitte", "liebes team"

	introducing map[string]bool // what a name follows: "hier schreibt"
	praise      map[string]bool // yes by themselves, and thanks beside thanks: "super, danke"
	signs       map[rune]Act    // what a sign says by itself

	longest int // most words of an opening

	longestExact int              // most words of an exact
	known        map[string]int32 // words of exact
	spelling     spelling

	exactKnown     map[string]int32 // exact, for phraseSpelling
	phraseSpelling spelling
}

// maxSpeltAct is up to which length, in bytes, a whole act is recognised although one letter is wrong; in a longer one
// the words are corrected one by one.
const maxSpeltAct = 30

// noAct is the section of what looks like an act and is none.
const noAct = "other"

// talk reads lexicon_acts.txt: sections "[name]" with one phrase a line.
var talk = sync.OnceValue(func() *talkTable {
	t := &talkTable{exact: map[string]Act{}, aside: map[string]Act{}, phrases: map[string][]string{}, opening: map[string]bool{}, filler: map[string]bool{}, introducing: map[string]bool{}, praise: map[string]bool{}, signs: map[rune]Act{}, known: map[string]int32{}, exactKnown: map[string]int32{}}
	section := ""
	for _, line := range strings.Split(actsText, "\n") {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || line[0] == '#':
		case line[0] == '[':
			section = strings.Trim(line, "[]")
		case section == "filler":
			for _, w := range words(fold(line)) {
				t.filler[w] = true
			}
		default:
			t.add(section, line)
		}
	}
	for _, list := range []string{"de", "en"} {
		for w := range functionWordSets[list] {
			t.known[w]++
		}
	}
	t.spelling = newSpelling(t.known, slices.Sorted(maps.Keys(t.known)))
	t.phraseSpelling = newSpelling(t.exactKnown, slices.Sorted(maps.Keys(t.exactKnown)))
	return t
})

func (t *talkTable) add(section, line string) {
	ws := words(fold(line))
	key := strings.Join(ws, " ")
	switch section {
	case "opening":
		t.opening[key] = true
		t.longest = max(t.longest, len(ws))
		return
	case "introducing":
		t.introducing[key] = true
		return
	case noAct:
	case string(actVague), string(actWait):
		if key != "" {
			t.aside[key] = Act(section)
		}
	default:
		if key == "" {
			for _, r := range line {
				if unicode.Is(unicode.So, r) && r != '♀' && r != '♂' {
					t.signs[r] = Act(section)
				}
			}
			return
		}
		if section == "praise" {
			t.praise[key], section = true, string(ActYes)
		}
		if _, ok := t.exact[key]; !ok {
			t.exact[key] = Act(section)
			if len(key) <= maxSpeltAct {
				t.exactKnown[key] = 1
			}
		}
		t.longestExact = max(t.longestExact, len(ws))
		for _, w := range ws {
			t.known[w]++
		}
		if Act(section) == ActGreeting || Act(section) == ActThanks {
			t.opening[key] = true
			t.longest = max(t.longest, len(ws))
		}
	}
	t.phrases[section] = append(t.phrases[section], line)
}

// act recognises a message that is made of nothing but acts and fillers: "nein, hat nichts gebracht". Of several
// acts the one that asks for most wins.
// base holds the words of the articles: a short word among them is no misspelling.
func (t *talkTable) act(ws []string, base map[string]int32) Act {
	whole := strings.Join(ws, " ")
	if a, ok := t.exact[whole]; ok {
		return a
	}
	if rest := withoutNumbers(ws); len(rest) < len(ws) { // "ticket 412?" asks for one that there is, not for a new one
		if a := t.exact[strings.Join(rest, " ")]; a == ActStatus || a == ActHuman {
			return ActStatus
		}
	}
	if len(whole) >= minMisspeltAct || len(ws) == 1 && base[whole] == 0 {
		if k := t.phraseSpelling.nearest(whole, t.exactKnown); k != "" {
			return t.exact[k]
		}
	}
	said := make([]string, len(ws))
	for i, w := range ws {
		said[i] = t.spelt(w, base)
	}
	best, praised := len(actRank), false
	for i := 0; i < len(said); {
		n, a := t.longestAct(said[i:])
		switch {
		case n == 1 && len(said) > 1 && t.filler[said[i]]: // "und" alone asks for news
			i++
		case n > 0 && t.praise[strings.Join(said[i:i+n], " ")]:
			praised = true
			i += n
		case n > 0:
			i += n
			best = min(best, slices.Index(actRank, a))
		case t.filler[said[i]]:
			i++
		default:
			return ""
		}
	}
	switch {
	case praised && (best == len(actRank) || actRank[best] == ActGreeting):
		return ActYes
	case best == len(actRank):
		return ""
	}
	return actRank[best]
}

// sign returns the act of a message without words, "" if its signs say nothing.
func (t *talkTable) sign(message string) Act {
	best := len(actRank)
	for _, r := range message {
		if a, ok := t.signs[r]; ok {
			best = min(best, slices.Index(actRank, a))
		}
	}
	if best == len(actRank) {
		return ""
	}
	return actRank[best]
}

// actRank orders the acts by what they ask for.
var actRank = []Act{ActHuman, ActStatus, ActStop, ActWho, ActNo, ActYes, ActThanks, ActHelp, ActGreeting}

// longestAct returns how many words from the first on are the longest way to say an act, and the act.
func (t *talkTable) longestAct(ws []string) (int, Act) {
	for n := min(t.longestExact, len(ws)); n > 0; n-- {
		if a, ok := t.exact[strings.Join(ws[:n], " ")]; ok {
			return n, a
		}
	}
	return 0, ""
}

// spelt corrects a word of an act: letters repeated for emphasis and single mistakes.
func (t *talkTable) spelt(w string, base map[string]int32) string {
	if t.known[w] > 0 || t.filler[w] {
		return w
	}
	if s := squeeze(w); t.known[s] > 0 || t.filler[s] {
		return s
	}
	if len(w) < minMisspeltAct && base[w] > 0 {
		return w
	}
	return cmp.Or(t.spelling.nearest(w, t.known), w)
}

// squeeze shortens letters that are repeated for emphasis: "jaaa", "hiii".
func squeeze(w string) string {
	var b strings.Builder
	for i := range len(w) {
		if i > 1 && w[i] == w[i-1] && w[i] == w[i-2] {
			continue
		}
		b.WriteByte(w[i])
	}
	s := b.String()
	if n := len(s); n > 2 && s[n-1] == s[n-2] && strings.IndexByte("aeiou", s[n-1]) >= 0 {
		s = s[:n-1]
	}
	return s
}

// salutation reports whether what is left of a message may belong to a greeting: "Herr Müller" or "hier schreibt Frau
// Dr. Müller vom Gymnasium", but not "wann ferien".
func salutation(ws []string) bool {
	for n := 1; n <= len(ws) && n <= 3; n++ {
		if talk().introducing[strings.Join(ws[:n], " ")] {
			return true
		}
	}
	return len(ws) <= 2 && !slices.ContainsFunc(ws, func(w string) bool { return questionWords[w] })
}

var questionWords = map[string]bool{
	"wer": true, "wie": true, "was": true, "wann": true, "wo": true, "warum": true, "wieso": true, "welche": true, "welcher": true, "welches": true, "wohin": true,
	"who": true, "what": true, "when": true, "where": true, "why": true, "how": true, "which": true,
}

// trim cuts greetings and thanks off both ends of a message and returns what was cut off. Nothing remains of a
// message that holds only fillers besides.
func (t *talkTable) trim(ws []string) (rest []string, cut Act) {
	rest = ws
	for changed := true; changed; {
		changed = false
		for n := min(t.longest, len(rest)); n > 0 && !changed; n-- {
			front, back := strings.Join(rest[:n], " "), strings.Join(rest[len(rest)-n:], " ")
			switch {
			case t.opening[front]:
				cut = firstAct(t.begins(rest[:n]), cut)
				rest, changed = rest[n:], true
			case t.opening[back] && !daytimes[back]:
				cut = firstAct(t.begins(rest[len(rest)-n:]), cut)
				rest, changed = rest[:len(rest)-n], true
			}
		}
	}
	for _, w := range rest {
		if !t.filler[w] {
			return rest, cut
		}
	}
	return nil, cut
}

// begins returns the act that words begin with: "hallo liebes it team".
func (t *talkTable) begins(ws []string) Act {
	_, a := t.longestAct(ws)
	return a
}

// daytimes are greetings at the beginning of a message, but not at its end: "das Wetter morgen".
var daytimes = map[string]bool{"morgen": true, "tag": true, "morning": true, "na": true}

func firstAct(a, b Act) Act {
	if a == "" || b == ActThanks {
		return b
	}
	return a
}

func functionWord(w string) bool { return functionWordSets["de"][w] || functionWordSets["en"][w] }

// withoutNumbers returns the words that are no numbers.
func withoutNumbers(ws []string) []string { return slices.DeleteFunc(slices.Clone(ws), isNumber) }

func isNumber(w string) bool { return strings.Trim(w, "0123456789") == "" }
