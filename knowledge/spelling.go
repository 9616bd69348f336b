package knowledge

// Words from these lengths on, in bytes, are taken for a misspelling of a known word that is one change away.
const (
	minMisspelt    = 5
	minMisspeltAct = 4 // of an act: the acts are few and short
	maxMisspelt    = 60
)

// A spelling finds known words that differ from a word by one change: a letter too many, too few, wrong, or two
// swapped. It holds every known word under each of its forms with one letter left out, by hashes; words that share one
// by chance are told apart by their distance. Its zero value knows no word.
type spelling struct {
	words []string
	first []int32 // by the last bits of a form's hash: the last entry with it, plus 1
	entry []spellingEntry
}

type spellingEntry struct {
	word int32 // in words
	next int32 // the entry before it with the same bits, plus 1
}

func newSpelling(known map[string]int32, order []string) spelling {
	var s spelling
	forms := 0
	for _, w := range order {
		if known[w] > 0 && len(w) >= minMisspeltAct-1 && len(w) <= maxMisspelt && isASCII(w) {
			s.words = append(s.words, w)
			forms += len(w) + 1
		}
	}
	buckets := 1
	for buckets < forms {
		buckets *= 2
	}
	s.first, s.entry = make([]int32, buckets), make([]spellingEntry, 0, forms)
	for i, w := range s.words {
		eachDeletion(w, func(hash uint64) {
			b := &s.first[hash&uint64(buckets-1)]
			s.entry = append(s.entry, spellingEntry{int32(i), *b})
			*b = int32(len(s.entry))
		})
	}
	return s
}

// eachDeletion visits the hashes of the word and of its forms with one letter left out.
func eachDeletion(w string, visit func(hash uint64)) {
	hash := func(but int) uint64 {
		h := uint64(fnvOffset)
		for i := range len(w) {
			if i != but {
				h = (h ^ uint64(w[i])) * fnvPrime
			}
		}
		return h ^ h>>32
	}
	visit(hash(-1))
	for i := range len(w) {
		if i == 0 || w[i] != w[i-1] {
			visit(hash(i))
		}
	}
}

// likelier reports whether k is likelier meant by w than best: hardly anybody misses the first letter; then the word
// wins that the base uses most, then the first by alphabet.
func likelier(k, best, w string, known map[string]int32) bool {
	if first := k[0] == w[0]; first != (best[0] == w[0]) {
		return first
	}
	return known[k] > known[best] || known[k] == known[best] && k < best
}

// correct returns the known word that is most likely meant, or "" if none is near.
func (s spelling) correct(w string, known map[string]int32) string {
	if len(w) < minMisspelt {
		return ""
	}
	return s.nearest(w, known)
}

func (s spelling) nearest(w string, known map[string]int32) string {
	if len(w) > maxMisspelt || !isASCII(w) || len(s.entry) == 0 {
		return ""
	}
	best := ""
	eachDeletion(w, func(hash uint64) {
		for e := s.first[hash&uint64(len(s.first)-1)]; e != 0; e = s.entry[e-1].next {
			k := s.words[s.entry[e-1].word]
			if k[0] != w[0] && k[len(k)-1] != w[len(w)-1] || distance(k, w) != 1 {
				continue
			}
			if best == "" || likelier(k, best, w, known) {
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
