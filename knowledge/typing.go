package knowledge

import "strings"

// A typing is a way in which people type what is asked.
type typing struct {
	how string
	do  func(text string) string
}

var typings = []typing{
	{"as it is", func(s string) string { return s }},
	{"all lower case", strings.ToLower},
	{"umlauts as a, o, u", strings.NewReplacer("ä", "a", "ö", "o", "ü", "u", "Ä", "A", "Ö", "O", "Ü", "U", "ß", "ss").Replace},
	{"umlauts as ae, oe, ue", strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "Ä", "Ae", "Ö", "Oe", "Ü", "Ue", "ß", "ss").Replace},
	{"one typo per message", mistyped},
	{"lower case, no umlauts, one typo", func(s string) string {
		return mistyped(strings.NewReplacer("ä", "a", "ö", "o", "ü", "u", "ß", "ss").Replace(strings.ToLower(s)))
	}},
}

// all returns the questions typed this way.
func (t typing) all(questions []Question) []Question {
	out := make([]Question, len(questions))
	for i, q := range questions {
		q.Text = t.do(q.Text)
		out[i] = q
	}
	return out
}

// mistyped returns the text with one mistake inside a word: a letter left out, doubled, swapped with the next or
// replaced. The same text gets the same mistake.
func mistyped(text string) string {
	r := random(hashOf('t', text))
	runes := []rune(text)
	var inside []int
	for i := 1; i+1 < len(runes); i++ {
		if runes[i-1] != ' ' && runes[i] != ' ' && runes[i+1] != ' ' {
			inside = append(inside, i)
		}
	}
	if len(inside) == 0 {
		return text
	}
	i := inside[r.below(len(inside))]
	before, after := string(runes[:i]), string(runes[i+1:])
	switch r.below(4) {
	case 0:
		return before + after
	case 1:
		return before + string(runes[i]) + string(runes[i:])
	case 2:
		runes[i], runes[i+1] = runes[i+1], runes[i]
		return string(runes)
	}
	return before + string(rune('a'+r.below(26))) + after
}

// random is a xorshift generator, so that what it decides is the same on every run.
type random uint64

func (r *random) below(n int) int {
	*r |= 1 << 63 // never 0
	*r ^= *r << 13
	*r ^= *r >> 7
	*r ^= *r << 17
	return int(uint64(*r) >> 8 % uint64(n))
}
