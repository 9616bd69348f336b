package knowledge

// Words from these lengths on, in bytes, are taken for a misspelling of a known word that is one change away.
const (
	minMisspelt    = 5
	minMisspeltAct = 4 // of an act: the acts are few and short
	maxMisspelt    = 60
)

// A spelling finds known words that differ from a word by one change: a letter too many, too few, wrong, or two
// swapped. It holds every known word under each of its forms with one letter left out.
type spelling map[feature][]string

func newSpelling(known map[string]int32, order []string) spelling {
	s := make(spelling, 8*len(order))
	for _, w := range order {
		if known[w] == 0 || len(w) < minMisspeltAct-1 || len(w) > maxMisspelt || !isASCII(w) {
			continue
		}
		eachDeletion(w, func(f feature) { s[f] = append(s[f], w) })
	}
	return s
}

// eachDeletion visits the word and its forms with one letter left out.
func eachDeletion(w string, visit func(feature)) {
	visit(hashOf('d', w))
	for i := range len(w) {
		if i > 0 && w[i] == w[i-1] {
			continue
		}
		visit(hashOf('d', w[:i]+w[i+1:]))
	}
}

// correct returns the known word that is most likely meant, or "" if none is near. Among several the one that
// the base uses most wins, then the first by alphabet.
func (s spelling) correct(w string, known map[string]int32) string {
	if len(w) < minMisspelt {
		return ""
	}
	return s.nearest(w, known)
}

func (s spelling) nearest(w string, known map[string]int32) string {
	if len(w) > maxMisspelt || !isASCII(w) {
		return ""
	}
	best := ""
	eachDeletion(w, func(f feature) {
		for _, k := range s[f] {
			if k[0] != w[0] && k[len(k)-1] != w[len(w)-1] || distance(k, w) != 1 {
				continue
			}
			if best == "" || known[k] > known[best] || known[k] == known[best] && k < best {
				best = k
			}
		}
	})
	return best
}

// distance returns 0 for equal words, 1 if one change makes them equal, else 2.
func distance(a, b string) int {
	if len(a) > len(b) {
		a, b = b, a
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	a, b = a[i:], b[i:]
	for len(a) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	switch {
	case len(b) == 0:
		return 0
	case len(b) == 1:
		return 1
	case len(a) == 2 && len(b) == 2 && a[0] == b[1] && a[1] == b[0]:
		return 1
	}
	return 2
}
