package knowledge

import "math"

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

// Parameters of BM25 (Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009).
const (
	bmSaturation = 1.2
	bmLength     = 0.5
)

// bm25 weighs the features of whole articles. A document's weight in the result is BM25's, so that a question
// scores by adding up; the idf is that of the articles.
func bm25(docs []counts, v *vocabulary) []vector {
	df := make([]int32, len(v.idf))
	lengths := make([]float64, len(docs))
	var mean float64
	each := func(c counts, visit func(uint32, float32)) {
		for _, block := range [][]count{c.words, c.runs} {
			for _, x := range block {
				if i, ok := v.number[x.f]; ok {
					visit(i, x.n)
				}
			}
		}
	}
	for d := range docs {
		each(docs[d], func(i uint32, n float32) { df[i]++; lengths[d] += float64(n) })
		mean += lengths[d] / float64(len(docs))
	}
	out := make([]vector, len(docs))
	for d := range docs {
		norm := bmSaturation * (1 - bmLength + bmLength*lengths[d]/mean)
		each(docs[d], func(i uint32, n float32) {
			idf := math.Log(1 + (float64(len(docs))-float64(df[i])+0.5)/(float64(df[i])+0.5))
			out[d].index = append(out[d].index, i)
			out[d].value = append(out[d].value, float32(idf*float64(n)*(bmSaturation+1)/(float64(n)+norm)))
		})
	}
	return out
}
