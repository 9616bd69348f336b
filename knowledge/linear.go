package knowledge

import (
	"runtime"
	"sync"
)

// A linear model is one support vector machine per class, each telling its class from all others by a weighted sum of
// features. They are trained by dual coordinate descent on the squared hinge loss (Hsieh et al., A Dual Coordinate
// Descent Method for Large-scale Linear SVM, ICML 2008). A text teaches its own class and those that it might be taken
// for; the others know from the start that a text is rarely theirs. The classes do not depend on each other, so they
// are dealt out to the processors and the result does not depend on how many there are.
type linear struct {
	bias    []float32
	weights *postings // of each feature, by class
}

// prior is the margin that every class gives a text before it has learnt anything.
const prior = -1

// Training constants, chosen on the validation halves of the public question sets.
type training struct {
	cost     float32 // what a misplaced text costs against large weights
	positive float32 // how much more a class's own texts cost than those of the others
	epochs   int
	step     float32 // smaller steps are not taken: the smaller, the less the order of the texts matters
}

// Training goes through a base's texts several times: through a small one until it has seen thorough texts, and through
// one beyond that again and again, since such a base is not what somebody waits for at every start.
const (
	thorough = 8000
	again    = 3
)

// passes returns how often training goes through that many texts.
func (t training) passes(texts int) int {
	if texts > thorough {
		return t.epochs + again
	}
	return max(t.epochs, min(20, thorough/max(texts, 1)))
}

// A lesson is a text that the model learns from.
type lesson struct {
	text    vector
	class   int32   // that it belongs to
	mistake []int32 // other classes that it might be taken for
}

// trainLinear learns from the lessons, whose features have numbers below features.
func trainLinear(lessons []lesson, classes, features int, t training) *linear {
	taught := make([][]pupil, classes)
	for _, i := range shuffled(len(lessons)) {
		l := &lessons[i]
		taught[l.class] = append(taught[l.class], pupil{text: l.text, own: true})
		for _, c := range l.mistake {
			taught[c] = append(taught[c], pupil{text: l.text})
		}
	}
	t.epochs = t.passes(len(lessons))
	m := &linear{bias: make([]float32, classes)}
	weights := make([]vector, classes)
	workers := min(runtime.GOMAXPROCS(0), max(1, classes))
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			room := make([]float32, features)
			for c := w; c < classes; c += workers {
				left, bias := trainOne(room, taught[c], t)
				m.bias[c], weights[c] = bias, drain(room, left)
				clear(room)
			}
		})
	}
	wg.Wait()
	m.weights = newPostings(weights, features)
	return m
}

// A pupil is a text in the eyes of one class.
type pupil struct {
	text  vector
	own   bool    // it belongs to the class
	alpha float32 // its share in the class's weights
}

// trainOne learns the weights of a class, which begin at zero, and its bias. In the first pass it sees all texts, then
// those that it goes on to learn from, which it returns. It is out of sight of the race detector, under which every start of a
// test would take seconds; that the classes do not meet is tested by training on one and on many processors.
//
//go:norace
func trainOne(weights []float32, texts []pupil, t training) (left []pupil, bias float32) {
	bias = prior
	for range t.epochs {
		n := 0
		for i := range texts {
			p := &texts[i]
			score, square := bias, float32(1)
			for k, f := range p.text.index {
				v := p.text.value[k]
				score += v * weights[f]
				square += v * v
			}
			if d := p.step(score, square, t); d != 0 {
				bias += d
				for k, f := range p.text.index {
					weights[f] += p.text.value[k] * d
				}
			}
			if p.own || p.alpha != 0 {
				texts[n], texts[i] = texts[i], texts[n]
				n++
			}
		}
		texts = texts[:n]
	}
	return texts, bias
}

// step works out by how much a text moves the class.
func (p *pupil) step(score, square float32, t training) float32 {
	y, slack := float32(-1), 1/(2*t.cost)
	if p.own {
		y, slack = 1, slack/t.positive
	}
	gradient := y*score - 1 + slack*p.alpha
	next := max(p.alpha-gradient/(square+slack), 0)
	d := next - p.alpha
	if d <= t.step && d >= -t.step {
		return 0
	}
	p.alpha = next
	return d * y
}

// drain takes the weights that the texts have left.
func drain(weights []float32, texts []pupil) (out vector) {
	for _, p := range texts {
		for _, f := range p.text.index {
			if w := weights[f]; w != 0 {
				out.index = append(out.index, f)
				out.value = append(out.value, w)
				weights[f] = 0
			}
		}
	}
	return out
}

// scores returns the margin of the text for every class.
func (m *linear) scores(x vector) []float32 {
	score := make([]float32, len(m.bias))
	copy(score, m.bias)
	m.weights.add(score, x)
	return score
}

// shuffled returns 0 to n-1 in a mixed order that is always the same.
func shuffled(n int) []int {
	order := make([]int, n)
	state := uint64(88172645463325252)
	for i := range order {
		state ^= state << 13
		state ^= state >> 7
		state ^= state << 17
		j := int(state % uint64(i+1))
		order[i] = order[j]
		order[j] = i
	}
	return order
}
