package knowledge

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"
)

//go:embed vague.txt
var vagueText string

// A vagueLine says which articles to offer for a message that holds nothing but these senses and troubles.
type vagueLine struct {
	senses   []string // none for a message without any thing
	articles []string
}

// vagueLines returns the lines of vague.txt, those with the most senses first.
var vagueLines = sync.OnceValue(func() []vagueLine {
	lines, err := parseVague("vague.txt", vagueText)
	if err != nil {
		panic(err) // a test parses it
	}
	return lines
})

func parseVague(name, text string) (lines []vagueLine, err error) {
	var problems Problems
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		senses, ids, ok := strings.Cut(line, "=")
		l := vagueLine{senses: splitTrimmed(senses, "+"), articles: splitTrimmed(ids, ",")}
		if !ok || len(l.senses) == 0 || len(l.articles) < 2 || len(l.articles) > MaxChoices {
			problems = append(problems, Problem{File: name, Line: i + 1, Column: 1,
				Message: fmt.Sprintf(`write "sense + sense = article, article" with two to %d articles`, MaxChoices)})
			continue
		}
		if senses = strings.TrimSpace(senses); senses == noThing {
			l.senses = nil
		}
		lines = append(lines, l)
	}
	slices.SortStableFunc(lines, func(a, b vagueLine) int { return len(b.senses) - len(a.senses) })
	return lines, problems.err()
}

// anyThing returns the line for a message without any thing.
func anyThing() *vagueLine {
	lines := vagueLines()
	return &lines[len(lines)-1]
}

// noThing stands for no sense in a line.
const noThing = "*"

func splitTrimmed(s, sep string) (out []string) {
	for _, part := range strings.Split(s, sep) {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

// vague reports whether a text does not say what it is about or what is wrong with it: "beamer geht nicht", "kein
// bild". It returns the line to offer, nil if there is none for it.
func (r *reader) vague(text string) (bool, *vagueLine) {
	ws := r.words(text)
	if len(ws) == 0 {
		return false, nil
	}
	stems := make([]string, len(ws))
	for i, w := range ws {
		stems[i] = r.form(w).stem
	}
	m := r.lexicon.match(stems)
	for i, w := range ws {
		m.small[i] = functionWord(w) && !wishes[w] || len(w) == 1 || talk().filler[w] || places[w]
	}
	lines := vagueLines()
	for i := range lines {
		if l := &lines[i]; m.only(l.senses) {
			return true, l
		}
	}
	return m.general(), nil
}

// places are words for where something is, folded; that says nothing of what it is.
var places = map[string]bool{
	"raum": true, "zimmer": true, "klassenzimmer": true, "klassenraum": true, "computerraum": true, "fachraum": true, "lehrerzimmer": true,
	"buro": true, "bibliothek": true, "aula": true, "schule": true, "unterricht": true, "stunde": true,
	"room": true, "classroom": true, "school": true, "library": true, "office": true, "lesson": true, "class": true,
}

// wishes are small words that say something here: who needs an app has no trouble with one.
var wishes = map[string]bool{"brauche": true, "mochte": true, "will": true, "want": true, "need": true}

// A lexiconMatch is what the lexicon finds in a text.
type lexiconMatch struct {
	entries []matchedEntry
	small   []bool // words that say nothing
}

type matchedEntry struct {
	entry
	words []int // where it stands
}

// match finds every entry in a text of stems.
func (l *Lexicon) match(stems []string) lexiconMatch {
	m := lexiconMatch{small: make([]bool, len(stems))}
	for i, s := range stems {
		for _, e := range l.entries[s] {
			if !leads(stems[i+1:], e.rest) {
				continue
			}
			found := matchedEntry{e, []int{i}}
			for j := i + 1; j < len(stems); j++ {
				if slices.Contains(e.rest, stems[j]) {
					found.words = append(found.words, j)
				}
			}
			m.entries = append(m.entries, found)
		}
	}
	return m
}

// general reports whether the text holds nothing but one thing and troubles, or either.
func (m lexiconMatch) general() bool {
	thing := ""
	for _, e := range m.entries {
		if e.kind == kindThing {
			if thing != "" && thing != e.sense {
				return false
			}
			thing = e.sense
		}
	}
	return len(m.entries) > 0 && m.covered(func(e entry) bool { return e.kind != kindOther })
}

// only reports whether the text has all these senses, names no other things and says nothing besides.
func (m lexiconMatch) only(senses []string) bool {
	has := map[string]bool{}
	for _, e := range m.entries {
		if slices.Contains(senses, e.sense) {
			has[e.sense] = true
		}
	}
	if len(has) != len(senses) || len(m.entries) == 0 {
		return false
	}
	for _, e := range m.entries {
		if e.kind == kindThing && !has[e.sense] {
			return false
		}
	}
	return m.covered(func(e entry) bool { return e.kind != kindOther || has[e.sense] })
}

// covered reports whether every word is small or of an entry that counts.
func (m lexiconMatch) covered(counts func(entry) bool) bool {
	left := slices.Clone(m.small)
	for _, e := range m.entries {
		if counts(e.entry) {
			for _, i := range e.words {
				left[i] = true
			}
		}
	}
	return !slices.Contains(left, false)
}
