package knowledge

import (
	_ "embed"
	"fmt"
	"strings"
	"sync"
)

//go:embed lexicon.txt
var shippedLexiconText string

// A Lexicon says which words of a school's IT mean the same. It holds what cannot be learnt from spelling:
// makers' names, abbreviations, the other language.
type Lexicon struct {
	entries map[string][]entry // by the stem of the first word
	words   []string           // every word, folded
}

// An entry is one way to say a sense.
type entry struct {
	sense string
	kind  entryKind
	rest  []string // stems that follow; gapWord stands for up to maxGap words
}

// An entryKind says what a sense tells of a problem.
type entryKind uint8

const (
	kindOther   entryKind = iota // what is wrong, or what somebody wants
	kindThing                    // only what it is about: a beamer
	kindTrouble                  // only that something is wrong
)

const (
	gapWord = "*"
	maxGap  = 4
)

// shippedLexicon returns the lexicon that ships with the program.
var shippedLexicon = sync.OnceValue(func() *Lexicon {
	lex, err := ParseLexicon("lexicon.txt", shippedLexiconText)
	if err != nil {
		panic(err) // a test parses it
	}
	return lex
})

// ParseLexicon reads a lexicon. A line "sense = word, several words, word * word" lists what means the same;
// "*" stands for up to four words in between, "#" begins a comment. Below "[things]" and "[troubles]" stand senses
// that do not say what is wrong, below "[senses]" the others. The error is [Problems] with every mistake.
func ParseLexicon(name, text string) (*Lexicon, error) {
	lex := &Lexicon{entries: make(map[string][]entry)}
	var problems Problems
	stems := make(stemmer)
	kind := kindOther
	for i, line := range strings.Split(text, "\n") {
		line, _, _ = strings.Cut(line, "#")
		line = strings.TrimSpace(line)
		switch line {
		case "":
			continue
		case "[things]":
			kind = kindThing
			continue
		case "[troubles]":
			kind = kindTrouble
			continue
		case "[senses]":
			kind = kindOther
			continue
		}
		sense, ways, ok := strings.Cut(line, "=")
		sense = strings.TrimSpace(sense)
		if !ok || sense == "" || strings.TrimSpace(ways) == "" {
			problems = append(problems, Problem{File: name, Line: i + 1, Column: 1, Message: `not a line of the lexicon; write "sense = word, word"`})
			continue
		}
		for _, way := range strings.Split(ways, ",") {
			if !lex.add(entry{sense: sense, kind: kind}, way, stems) {
				problems = append(problems, Problem{File: name, Line: i + 1, Column: 1,
					Message: fmt.Sprintf("%q is no word; write letters or digits between the commas", strings.TrimSpace(way))})
			}
		}
	}
	return lex, problems.err()
}

func (l *Lexicon) add(e entry, way string, stems stemmer) bool {
	var path []string
	for i, field := range strings.Fields(way) {
		if field == gapWord && i > 0 {
			path = append(path, gapWord)
			continue
		}
		for _, w := range words(fold(field)) {
			l.words = append(l.words, w)
			path = append(path, stems.stem(w))
		}
	}
	if len(path) == 0 {
		return false
	}
	e.rest = path[1:]
	l.entries[path[0]] = append(l.entries[path[0]], e)
	return true
}

// senses returns the senses that begin at the first stem.
func (l *Lexicon) senses(stems []string, visit func(sense string)) {
	for _, e := range l.entries[stems[0]] {
		if leads(stems[1:], e.rest) {
			visit(e.sense)
		}
	}
}

// leads reports whether the stems begin with the path.
func leads(stems, path []string) bool {
	for len(path) > 0 {
		if path[0] == gapWord {
			if len(path) == 1 {
				return true
			}
			for skip := 0; skip <= maxGap && skip < len(stems); skip++ {
				if leads(stems[skip:], path[1:]) {
					return true
				}
			}
			return false
		}
		if len(stems) == 0 || stems[0] != path[0] {
			return false
		}
		stems, path = stems[1:], path[1:]
	}
	return true
}
