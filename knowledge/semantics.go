package knowledge

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"
	"sync"
	"time"
)

// semantics compares questions with articles by the vectors of an embedding model.
//
// The vectors of the articles' phrasings are computed once, off the path of questions, and kept in memory by their
// text: after an edit only what is new is computed. They are not stored, because the endpoint may have changed its
// model when the program starts again, and vectors of two models must not be compared.
type semantics struct {
	model Model

	mu      sync.Mutex
	busy    bool
	vectors map[string][]float32 // by text; only the one who is busy writes
	space   *space               // nil until there is one
}

// A space is the articles of an index by their meaning. It never changes.
type space struct {
	index       *Index
	centres     [][]float32 // of each article: the mean of its phrasings, of length one; nil if it has none
	calibration calibration
}

const (
	maxMeant     = 10_000           // phrasings; a larger base goes without vectors
	meantAtOnce  = 64               // texts whose vectors are kept or lost together
	prepareLimit = 30 * time.Minute // wall time
)

// read returns the articles that are likely meant, the best first; none if the vectors of the articles are not there
// yet, which it has computed then.
func (m *semantics) read(ctx context.Context, ix *Index, question, language string) []Hit {
	m.prepare(ix)
	m.mu.Lock()
	s := m.space
	m.mu.Unlock()
	if s == nil {
		return nil
	}
	v, err := m.model.Embed(ctx, []string{question})
	if err != nil || len(v) != 1 {
		return nil
	}
	return s.hits(v[0], language)
}

// prepare has the space of an index made, unless it is there or being made.
func (m *semantics) prepare(ix *Index) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.busy || m.space != nil && m.space.index == ix || len(ix.texts) > maxMeant {
		return
	}
	m.busy = true
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), prepareLimit)
		defer cancel()
		s := m.make(ctx, ix)
		m.mu.Lock()
		defer m.mu.Unlock()
		m.busy = false
		if s != nil {
			m.space = s
		}
	}()
}

// make computes a space. When the model fails it returns nil, and what came so far is kept for the next time.
func (m *semantics) make(ctx context.Context, ix *Index) *space {
	outside := shippedOutOfScopeMessages()
	var all []string
	for i := range ix.articles {
		all = append(all, meant(ix.articles[i])...)
	}
	vectors, err := m.embed(ctx, append(all, outside...))
	m.vectors = vectors
	if err != nil {
		return nil
	}
	s := &space{index: ix, centres: make([][]float32, len(ix.articles))}
	for i, a := range ix.articles {
		s.centres[i] = centre(vectors, meant(a), "")
	}
	s.calibrate(vectors, outside)
	return s
}

// meant returns the texts that say what an article is about.
func meant(a Article) []string { return append(phrasings(a), a.Title) }

// embed returns the vectors of the texts and no others. With an error it returns those that it has got.
func (m *semantics) embed(ctx context.Context, texts []string) (map[string][]float32, error) {
	have := make(map[string][]float32, len(texts))
	var missing []string
	for _, text := range texts {
		if v, ok := m.vectors[text]; ok {
			have[text] = v
		} else {
			missing = append(missing, text)
		}
	}
	slices.Sort(missing)
	for part := range slices.Chunk(slices.Compact(missing), meantAtOnce) {
		vectors, err := m.model.Embed(ctx, part)
		if err != nil || len(vectors) != len(part) {
			return have, cmp.Or(err, errVectors)
		}
		for i, text := range part {
			have[text] = vectors[i]
		}
	}
	return have, nil
}

var errVectors = errors.New("not one vector for each text")

// centre returns the direction of the texts but one, nil if nothing is left.
func centre(vectors map[string][]float32, texts []string, but string) []float32 {
	var sum []float32
	for _, text := range texts {
		if text == but {
			continue
		}
		v := vectors[text]
		if sum == nil {
			sum = make([]float32, len(v))
		}
		for i, x := range v {
			sum[i] += x
		}
	}
	length := math.Sqrt(float64(product(sum, sum)))
	if length == 0 {
		return nil
	}
	for i := range sum {
		sum[i] /= float32(length)
	}
	return sum
}

func product(a, b []float32) (sum float32) {
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}

// sharpness brings differences of likeness to the size of those between totals, for the temperature.
const sharpness = 20

// likely returns the articles that are most like a vector, with how like they are. swap, if not nil, takes the place of
// the centre of the article of that number.
func (s *space) likely(v []float32, number int, swap []float32) (order []int32, totals []float32) {
	scores := make([]float32, len(s.centres))
	for i, c := range s.centres {
		if i == number {
			c = swap
		}
		scores[i] = -sharpness
		if len(c) == len(v) {
			scores[i] = sharpness * product(c, v)
		}
	}
	order = foremost(scores, rivals)
	for _, c := range order {
		totals = append(totals, scores[c])
	}
	return order, totals
}

// nobody is the number of no article.
const nobody = -1

// hits returns the articles that are likely meant by a vector, with their probabilities.
func (s *space) hits(v []float32, language string) []Hit {
	order, totals := s.likely(v, nobody, nil)
	if len(order) == 0 {
		return nil
	}
	p := s.calibration.inScope(meantSignals(totals))
	shares := s.calibration.shares(totals)
	hits := make([]Hit, len(order))
	for i, c := range order {
		a := &s.index.articles[c]
		hits[i] = Hit{Article: a, Score: p * shares[i], Label: a.label(language)}
	}
	return hits
}

// meantSignals reads off what the calibration of a space weighs: how like the best article is, and its lead.
func meantSignals(totals []float32) (out [signals]float64) {
	out[sigConstant] = 1
	out[sigTotal] = float64(totals[0])
	out[sigMargin] = float64(totals[0] - totals[min(1, len(totals)-1)])
	return out
}

// calibrated is how many phrasings a space is calibrated with at most.
const calibrated = 2000

// calibrate works out probabilities for this very model, since no two models spread their vectors alike: every
// phrasing is held against the articles as if its own did not have it, and so are messages that nothing answers.
func (s *space) calibrate(vectors map[string][]float32, outside []string) {
	var seen []observation
	each := 1 + len(s.index.texts)/calibrated
	n := 0
	for number, a := range s.index.articles {
		texts := meant(a)
		for _, text := range texts {
			rest := centre(vectors, texts, text)
			if n++; n%each != 0 || rest == nil {
				continue
			}
			order, totals := s.likely(vectors[text], number, rest)
			seen = append(seen, observation{meantSignals(totals), totals, slices.Index(order, int32(number))})
		}
	}
	for _, text := range outside {
		if _, totals := s.likely(vectors[text], nobody, nil); len(totals) > 0 {
			seen = append(seen, observation{meantSignals(totals), totals, -1})
		}
	}
	if len(seen) == 0 {
		return
	}
	s.calibration = calibration{weights: fitLogistic(seen), temperature: cmp.Or(fitTemperature(seen), 1)}
}
