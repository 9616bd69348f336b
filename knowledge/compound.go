package knowledge

import "strings"

// links are the letters German puts between the parts of a compound, in folded text.
var links = []string{"", "s", "n", "es", "en", "er", "e"}

const (
	minCompound = 8 // bytes of a word that is split
	minPart     = 4 // bytes of a part, unless the lexicon has it
)

// parts splits a compound into words that the base knows: "schulpasswort" into "schul" and "passwort". It returns
// nil if the word cannot be split without rest. The longest last part wins, for it carries the meaning.
func (r *reader) parts(word string) []string {
	if len(word) < minCompound || len(word) > maxStem {
		return nil
	}
	for cut := 3; cut <= len(word)-3; cut++ {
		last := word[cut:]
		if !r.part(last) {
			continue
		}
		if first := r.first(word[:cut]); first != nil {
			return append(first, last)
		}
	}
	return nil
}

// first reads the beginning of a compound: a known word with a link, or a compound itself.
func (r *reader) first(s string) []string {
	for _, link := range links {
		if base, ok := strings.CutSuffix(s, link); ok && r.part(base) {
			return []string{base}
		}
	}
	for _, link := range links[:3] {
		if base, ok := strings.CutSuffix(s, link); ok {
			if ps := r.parts(base); ps != nil {
				return ps
			}
		}
	}
	return nil
}

// part reports whether s may be a part of a compound.
func (r *reader) part(s string) bool {
	if len(s) < minPart {
		return r.short[s]
	}
	return r.known[s] > 0
}
