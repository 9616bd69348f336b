package knowledge

import (
	"cmp"
	"math"
	"slices"
)

// postings says for each feature which documents hold it and how much it weighs there. An entry takes four bytes, for
// most of an index is postings: the documents are divided into shelves, within which two bytes number them, and a weight
// is a multiple of a unit.
type postings struct {
	unit    float32
	shelves []shelf
}

// A shelf holds the postings of shelfSize documents.
type shelf struct {
	start []uint32 // of feature f: entries start[f] to start[f+1]-1
	entry []uint32 // the document's number on the shelf in the upper half, its weight in the lower
}

const (
	shelfSize = 1 << 16
	units     = 1<<15 - 1 // of the largest weight
)

// newPostings turns documents (vectors) round. It clears docs on the way, so that a huge base fits into memory.
func newPostings(docs []vector, features int) *postings {
	p := &postings{unit: 1}
	var largest float32
	for _, d := range docs {
		for _, w := range d.value {
			largest = max(largest, w, -w)
		}
	}
	if largest > 0 {
		p.unit = largest / units
	}
	for part := range slices.Chunk(docs, shelfSize) {
		p.shelves = append(p.shelves, newShelf(part, features, p.unit))
		clear(part)
	}
	return p
}

func newShelf(docs []vector, features int, unit float32) shelf {
	s := shelf{start: make([]uint32, features+1)}
	total := 0
	for _, d := range docs {
		total += len(d.index)
		for _, f := range d.index {
			s.start[f+1]++
		}
	}
	for f := range features {
		s.start[f+1] += s.start[f]
	}
	s.entry = make([]uint32, total)
	next := append([]uint32(nil), s.start[:features]...)
	for i, d := range docs {
		for k, f := range d.index {
			weight := int16(math.Round(float64(d.value[k] / unit)))
			s.entry[next[f]] = uint32(i)<<16 | uint32(uint16(weight))
			next[f]++
		}
	}
	return s
}

// of returns the entries of a feature on a shelf.
func (s *shelf) of(f uint32) []uint32 { return s.entry[s.start[f]:s.start[f+1]] }

// holders returns how many documents hold a feature.
func (p *postings) holders(f uint32) (n int) {
	for i := range p.shelves {
		n += len(p.shelves[i].of(f))
	}
	return n
}

// add adds the likeness of x to every document.
func (p *postings) add(score []float32, x vector) {
	for k, f := range x.index {
		p.addFeature(score, f, x.value[k])
	}
}

func (p *postings) addFeature(score []float32, f uint32, value float32) {
	value *= p.unit
	for i := range p.shelves {
		on := score[i*shelfSize:]
		for _, e := range p.shelves[i].of(f) {
			on[e>>16] += value * float32(int16(e))
		}
	}
}

// addTelling is add for the features that at most so many documents have.
func (p *postings) addTelling(score []float32, x vector, documents int) {
	for k, f := range x.index {
		if p.holders(f) <= documents {
			p.addFeature(score, f, x.value[k])
		}
	}
}

// addRare is add for a base so large that common features cost too much time: it leaves out the commonest ones
// once it has visited the given number of entries.
func (p *postings) addRare(score []float32, x vector, entries int) {
	rare := make([]int, len(x.index))
	holders := make([]int, len(x.index))
	for k, f := range x.index {
		rare[k], holders[k] = k, p.holders(f)
	}
	slices.SortFunc(rare, func(a, b int) int {
		return cmp.Or(cmp.Compare(holders[a], holders[b]), cmp.Compare(x.index[a], x.index[b]))
	})
	for _, k := range rare {
		if holders[k] > entries {
			break
		}
		entries -= holders[k]
		p.addFeature(score, x.index[k], x.value[k])
	}
}

// most returns what each of the features weighs at most, and the mean of that.
func (p *postings) most(features int) ([]float32, float32) {
	out := make([]float32, features)
	inParallel(features, func(f int) {
		for i := range p.shelves {
			for _, e := range p.shelves[i].of(uint32(f)) {
				out[f] = max(out[f], p.unit*float32(int16(e)))
			}
		}
	})
	var sum float32
	for _, m := range out {
		sum += m
	}
	return out, sum / float32(max(features, 1))
}

// Parameters of BM25 (Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009).
const (
	bmSaturation = 2
	bmLength     = 1
)

// bm25 weighs the features of whole articles. A document's weight in the result is BM25's, so that a question
// scores by adding up, and takes the place of its counts; the idf is that of the articles.
func bm25(docs []numbered, features int) []vector {
	df := make([]int32, features)
	lengths := make([]float64, len(docs))
	var mean float64
	for d, doc := range docs {
		for k, f := range doc.index {
			df[f]++
			lengths[d] += float64(doc.count[k])
		}
		mean += lengths[d] / float64(len(docs))
	}
	idf := make([]float64, features)
	for f, n := range df {
		idf[f] = math.Log(1 + (float64(len(docs))-float64(n)+0.5)/(float64(n)+0.5))
	}
	out := make([]vector, len(docs))
	inParallel(len(docs), func(d int) {
		doc := docs[d]
		norm := bmSaturation * (1 - bmLength + bmLength*lengths[d]/mean)
		value := doc.count // used again: a huge base has no room for both
		for k, f := range doc.index {
			n := float64(doc.count[k])
			value[k] = float32(idf[f] * n * (bmSaturation + 1) / (n + norm))
		}
		out[d] = vector{doc.index, value}
	})
	return out
}
