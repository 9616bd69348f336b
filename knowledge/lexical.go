package knowledge

import (
	"cmp"
	"math"
	"slices"
)

// postings says for each feature which documents hold it and how much it weighs there.
type postings struct {
	start  []uint32 // of feature f: entries start[f] to start[f+1]-1
	doc    []uint32
	weight []float32
}

// newPostings turns documents (vectors) round.
func newPostings(docs []vector, features int) *postings {
	p := &postings{start: make([]uint32, features+1)}
	total := 0
	for _, d := range docs {
		total += len(d.index)
		for _, f := range d.index {
			p.start[f+1]++
		}
	}
	for f := range features {
		p.start[f+1] += p.start[f]
	}
	p.doc = make([]uint32, total)
	p.weight = make([]float32, total)
	next := append([]uint32(nil), p.start[:features]...)
	for i, d := range docs {
		for k, f := range d.index {
			p.doc[next[f]] = uint32(i)
			p.weight[next[f]] = d.value[k]
			next[f]++
		}
	}
	return p
}

// add adds the likeness of x to every document.
func (p *postings) add(score []float32, x vector) {
	for k, f := range x.index {
		v := x.value[k]
		lo, hi := p.start[f], p.start[f+1]
		docs, weights := p.doc[lo:hi], p.weight[lo:hi]
		for j, d := range docs {
			score[d] += v * weights[j]
		}
	}
}

// addRare is add for a base so large that common features cost too much time: it leaves out the commonest ones
// once it has visited the given number of entries.
func (p *postings) addRare(score []float32, x vector, entries uint32) {
	rare := make([]int, len(x.index))
	for k := range rare {
		rare[k] = k
	}
	size := func(k int) uint32 { return p.start[x.index[k]+1] - p.start[x.index[k]] }
	slices.SortFunc(rare, func(a, b int) int { return cmp.Or(cmp.Compare(size(a), size(b)), cmp.Compare(x.index[a], x.index[b])) })
	var kept vector
	for _, k := range rare {
		if size(k) > entries {
			break
		}
		entries -= size(k)
		kept.index, kept.value = append(kept.index, x.index[k]), append(kept.value, x.value[k])
	}
	p.add(score, kept)
}

// most returns what each feature weighs at most, and the mean of that.
func (p *postings) most() ([]float32, float32) {
	out := make([]float32, len(p.start)-1)
	var sum float32
	for f := range out {
		for _, w := range p.weight[p.start[f]:p.start[f+1]] {
			out[f] = max(out[f], w)
		}
		sum += out[f]
	}
	return out, sum / float32(max(len(out), 1))
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
	for d, doc := range docs {
		norm := bmSaturation * (1 - bmLength + bmLength*lengths[d]/mean)
		value := doc.count // used again: a huge base has no room for both
		for k, f := range doc.index {
			n := float64(doc.count[k])
			value[k] = float32(idf[f] * n * (bmSaturation + 1) / (n + norm))
		}
		out[d] = vector{doc.index, value}
	}
	return out
}
