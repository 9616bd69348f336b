package knowledge

import (
	"math"
	"slices"
)

// A feature is a hash of a piece of text with its kind. 64 bits make a collision within one base unlikely enough
// not to be handled.
type feature uint64

// The kinds of features.
const (
	kindWord   = 'w' // a stem, also one of a part of a compound, or of two words that are one elsewhere
	kindPair   = 'b' // two stems in a row: "kein bild"
	kindSense  = 's' // what the lexicon says that a word means
	kindSenses = 'z' // two of these in one text, in any order: "beamer" and "dunkel"
	kindRun    = 'c' // characters in a row
)

// The features of a text fall into blocks that are weighed apart.
const (
	blockWords = iota // words and pairs
	blockSenses
	blockRuns
	blocks
)

// Lengths of character runs, in bytes of folded text.
const (
	minRun = 2
	maxRun = 4
)

const (
	fnvOffset = 14695981039346656037
	fnvPrime  = 1099511628211
)

func hashOf(kind byte, parts ...string) feature {
	h := uint64(fnvOffset)
	h = (h ^ uint64(kind)) * fnvPrime
	for _, s := range parts {
		for i := range len(s) {
			h = (h ^ uint64(s[i])) * fnvPrime
		}
		h = (h ^ 0xff) * fnvPrime
	}
	return feature(h)
}

// counts is the features of one text, by block, each with how often it occurs.
type counts [blocks][]count

func (t counts) size() (n int) {
	for _, cs := range t {
		n += len(cs)
	}
	return n
}

type count struct {
	f feature
	n float32
}

// tally counts equal features, in the order in which they first appear.
func tally(fs []feature) []count {
	var room [1024]int32 // where each is in out, plus 1, by its last bits
	at := room[:]
	for len(at) < 2*len(fs) {
		at = make([]int32, 2*len(at))
	}
	mask := feature(len(at) - 1)
	out := make([]count, 0, len(fs))
	for _, f := range fs {
		slot := f & mask
		for at[slot] != 0 && out[at[slot]-1].f != f {
			slot = (slot + 1) & mask
		}
		if at[slot] != 0 {
			out[at[slot]-1].n++
			continue
		}
		out = append(out, count{f, 1})
		at[slot] = int32(len(out))
	}
	return out
}

// appendRuns appends every run of shortest to maxRun characters of the words, which are joined by a blank with one
// at each end, so that runs know where words begin and end and which stand together.
func appendRuns(fs []feature, words []string, shortest int) []feature {
	n := 1
	for _, w := range words {
		n += len(w) + 1
	}
	text := make([]byte, 0, n)
	text = append(text, ' ')
	for _, w := range words {
		text = append(text, w...)
		text = append(text, ' ')
	}
	fs = slices.Grow(fs, (maxRun-shortest+1)*len(text))
	for i := range text {
		h := uint64(fnvOffset)
		h = (h ^ kindRun) * fnvPrime
		for k := 0; k < maxRun && i+k < len(text); k++ {
			h = (h ^ uint64(text[i+k])) * fnvPrime
			if k+1 >= shortest {
				fs = append(fs, feature(h*fnvPrime+uint64(k)))
			}
		}
	}
	return fs
}

// A vector is a text as numbered features with weights, of length 1; a feature that the base does not know is
// left out, but counts towards the length.
type vector struct {
	index []uint32
	value []float32
}

// A vocabulary numbers the features of the base and knows how rare each is.
type vocabulary struct {
	number numbering
	hashed uint64  // how many numbers hashes get, 0 if the table numbers features
	df     []int32 // in how many texts each is
	idf    []float32
	unseen float32 // idf of a feature that no phrasing has
}

// numbered is the features of a text by their numbers, block after block.
type numbered struct {
	index []uint32
	count []float32
	end   [blocks]int     // of each block, in index
	lost  [blocks]float64 // what features that the base does not know add to the square of each block's length
}

// presence returns the features with the weights of their blocks, however often they occur.
func (t numbered) presence(weights [blocks]float32) vector {
	out := vector{index: t.index, value: make([]float32, len(t.index))}
	k := 0
	for b, end := range t.end {
		for ; k < end; k++ {
			out.value[k] = weights[b]
		}
	}
	return out
}

func newVocabulary() *vocabulary {
	return &vocabulary{number: newNumbering(1 << 15)}
}

// newHashedVocabulary returns a vocabulary whose numbers are so many hashes, so that it needs no table; features that
// get the same number are taken for one.
func newHashedVocabulary(numbers uint64) *vocabulary {
	return &vocabulary{hashed: numbers, df: make([]int32, numbers)}
}

// find returns the number of a feature, and whether the base has it.
func (v *vocabulary) find(f feature) (uint32, bool) {
	if v.hashed > 0 {
		i := uint32(uint64(f) * fnvPrime >> 40 % v.hashed)
		return i, v.df[i] > 0
	}
	return v.number.find(f)
}

// learn numbers the features of a text of the base.
func (v *vocabulary) learn(t counts) numbered {
	n := t.size()
	out := numbered{index: make([]uint32, 0, n), count: make([]float32, 0, n)}
	for b, cs := range t {
		for _, c := range cs {
			i, ok := v.find(c.f)
			if !ok && v.hashed == 0 {
				i = v.number.add(c.f)
				v.df = append(v.df, 0)
			}
			v.df[i]++
			out.index = append(out.index, i)
			out.count = append(out.count, c.n)
		}
		out.end[b] = len(out.index)
	}
	return out
}

// weighFeatures works out how rare each feature is among n texts.
func (v *vocabulary) weighFeatures(n int) {
	v.idf = make([]float32, len(v.df))
	for i, d := range v.df {
		v.idf[i] = float32(math.Log((1+float64(n))/(1+float64(d))) + 1)
	}
	v.unseen = float32(math.Log(1+float64(n)) + 1)
}

// shared returns the texts without the features that one text alone has: what they teach holds for that text.
func (v *vocabulary) shared(texts []vector) []vector {
	return filtered(texts, func(f uint32) bool { return v.df[f] > 1 })
}

// filtered returns the texts with the features for which keep holds.
func filtered(texts []vector, keep func(uint32) bool) []vector {
	out := make([]vector, len(texts))
	inParallel(len(texts), func(i int) {
		n := 0
		for _, f := range texts[i].index {
			if keep(f) {
				n++
			}
		}
		out[i] = vector{index: make([]uint32, 0, n), value: make([]float32, 0, n)}
		for k, f := range texts[i].index {
			if keep(f) {
				out[i].index = append(out[i].index, f)
				out[i].value = append(out[i].value, texts[i].value[k])
			}
		}
	})
	return out
}

// common is in which share of the texts a feature is common: one in so many.
const common = 64

// rare returns the texts without the features that one in [common] texts has: they make up most of a large base, and say little
// of what two texts have in common.
func (v *vocabulary) rare(texts []vector) []vector {
	most := int32(max(len(texts)/common, common))
	return filtered(texts, func(f uint32) bool { return v.df[f] <= most })
}

// numbers returns the features of a text that the base knows.
func (v *vocabulary) numbers(t counts) numbered {
	n := t.size()
	out := numbered{index: make([]uint32, 0, n), count: make([]float32, 0, n)}
	for b, cs := range t {
		for _, c := range cs {
			i, known := v.find(c.f)
			if !known {
				w := tfidf(c.n, v.unseen)
				out.lost[b] += float64(w) * float64(w)
				continue
			}
			out.index = append(out.index, i)
			out.count = append(out.count, c.n)
		}
		out.end[b] = len(out.index)
	}
	return out
}

// weigh brings each block to its share of the length of the whole. A text without senses has its other blocks longer.
func (v *vocabulary) weigh(t numbered, shares [blocks]float32) vector {
	out := vector{index: t.index, value: make([]float32, len(t.index))}
	whole := float32(1)
	if t.end[blockSenses] == t.end[blockWords] {
		whole -= shares[blockSenses]
	}
	at := 0
	for b, end := range t.end {
		v.block(out.value[at:end], t.index[at:end], t.count[at:end], t.lost[b], shares[b]/whole)
		at = end
	}
	return out
}

func (v *vocabulary) block(value []float32, index []uint32, count []float32, square float64, share float32) {
	for k, f := range index {
		value[k] = tfidf(count[k], v.idf[f])
		square += float64(value[k]) * float64(value[k])
	}
	if square == 0 {
		return
	}
	scale := float32(math.Sqrt(float64(share) / square))
	for k := range value {
		value[k] *= scale
	}
}

func tfidf(n, idf float32) float32 {
	if n == 1 {
		return idf
	}
	return (1 + float32(math.Log(float64(n)))) * idf
}
