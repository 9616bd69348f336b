package knowledge

import (
	"cmp"
	"math"
	"slices"
)

// A feature is a hash of a piece of text with its kind. 64 bits make a collision within one base unlikely enough
// not to be handled.
type feature uint64

// The kinds of features. Words and character runs are weighed apart, so the kinds fall into two blocks.
const (
	kindWord  = 'w' // a stem
	kindPair  = 'b' // two stems in a row: "kein bild"
	kindSkip  = 'k' // two stems with one between them
	kindPart  = 'p' // a part of a compound, or two words that are one elsewhere
	kindSense = 's' // what the lexicon says the word means
	kindRun   = 'c' // characters in a row
)

// Lengths of character runs, in bytes of folded text.
const (
	minRun = 2
	maxRun = 5
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

// counts is the features of one text, by block, each with how often it occurs; sorted by feature.
type counts struct {
	words, runs []count
}

type count struct {
	f feature
	n float32
}

// tally sorts features and counts equal ones.
func tally(fs []feature) []count {
	slices.Sort(fs)
	out := make([]count, 0, len(fs))
	for _, f := range fs {
		if n := len(out); n > 0 && out[n-1].f == f {
			out[n-1].n++
			continue
		}
		out = append(out, count{f, 1})
	}
	return out
}

// merge sorts counts and adds up those of the same feature.
func merge(cs []count) []count {
	slices.SortFunc(cs, func(a, b count) int { return cmp.Compare(a.f, b.f) })
	out := cs[:0]
	for _, c := range cs {
		if n := len(out); n > 0 && out[n-1].f == c.f {
			out[n-1].n += c.n
			continue
		}
		out = append(out, c)
	}
	return out
}

// appendRuns appends every run of minRun to maxRun characters of the words, which are joined by a blank with one
// at each end, so that runs know where words begin and end and which stand together.
func appendRuns(fs []feature, words []string) []feature {
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
	for i := range text {
		h := uint64(fnvOffset)
		h = (h ^ kindRun) * fnvPrime
		for k := 0; k < maxRun && i+k < len(text); k++ {
			h = (h ^ uint64(text[i+k])) * fnvPrime
			if k+1 >= minRun {
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

func (v vector) square() float32 {
	var sum float32
	for _, x := range v.value {
		sum += x * x
	}
	return sum
}

// presence returns the features that the base knows, each with weight 1.
func (v vector) presence() vector {
	out := vector{index: v.index, value: make([]float32, len(v.index))}
	for i := range out.value {
		out.value[i] = 1
	}
	return out
}

// A vocabulary numbers the features of the base and knows how rare each is.
type vocabulary struct {
	number map[feature]uint32
	idf    []float32
	unseen float32 // idf of a feature that no phrasing has
}

// newVocabulary numbers the features of the texts in the order in which they appear.
func newVocabulary(texts []counts) *vocabulary {
	v := &vocabulary{number: make(map[feature]uint32, 20*len(texts))}
	var df []int32
	add := func(cs []count) {
		for _, c := range cs {
			i, ok := v.number[c.f]
			if !ok {
				i = uint32(len(df))
				v.number[c.f] = i
				df = append(df, 0)
			}
			df[i]++
		}
	}
	for _, t := range texts {
		add(t.words)
		add(t.runs)
	}
	n := float64(len(texts))
	v.idf = make([]float32, len(df))
	for i, d := range df {
		v.idf[i] = float32(math.Log((1+n)/(1+float64(d))) + 1)
	}
	v.unseen = float32(math.Log(1+n) + 1)
	return v
}

// vector weighs the features of a text: the blocks of words and of runs are brought to the lengths wordShare and
// 1-wordShare of the whole.
func (v *vocabulary) vector(t counts, wordShare float32) vector {
	out := vector{
		index: make([]uint32, 0, len(t.words)+len(t.runs)),
		value: make([]float32, 0, len(t.words)+len(t.runs)),
	}
	v.block(&out, t.words, float32(math.Sqrt(float64(wordShare))))
	v.block(&out, t.runs, float32(math.Sqrt(1-float64(wordShare))))
	return out
}

func (v *vocabulary) block(out *vector, cs []count, length float32) {
	first := len(out.value)
	var square float64
	for _, c := range cs {
		i, known := v.number[c.f]
		idf := v.unseen
		if known {
			idf = v.idf[i]
		}
		w := (1 + float32(math.Log(float64(c.n)))) * idf
		square += float64(w) * float64(w)
		if known {
			out.index = append(out.index, i)
			out.value = append(out.value, w)
		}
	}
	if square == 0 {
		return
	}
	scale := length / float32(math.Sqrt(square))
	for i := first; i < len(out.value); i++ {
		out.value[i] *= scale
	}
}
