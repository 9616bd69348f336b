package knowledge

import (
	"runtime"
	"sync"
)

// A linear model is one support vector machine per class, each telling its class from all others by a weighted
// sum of features. They are trained by dual coordinate descent on the squared hinge loss (Hsieh et al., A Dual
// Coordinate Descent Method for Large-scale Linear SVM, ICML 2008), all classes in one pass over the texts: the
// weights of a feature for all classes lie side by side. The classes do not depend on each other, so they are
// dealt out to the processors and the result does not depend on how many there are.
type linear struct {
	classes int
	weights []float32 // of feature f for class c at f*classes+c
	bias    []float32
}

// Training constants, chosen on the validation halves of the public question sets.
type training struct {
	cost     float32 // what a misplaced text costs against large weights
	positive float32 // how much more a class's own texts cost than those of the others
	epochs   int
}

// trainLinear learns from the texts, of which text i belongs to class[i].
func trainLinear(texts []vector, class []int32, classes, features int, t training) *linear {
	m := &linear{classes: classes, weights: make([]float32, classes*features), bias: make([]float32, classes)}
	order := shuffled(len(texts))
	workers := min(runtime.GOMAXPROCS(0), max(1, classes/16))
	var wg sync.WaitGroup
	for w := range workers {
		lo, hi := w*classes/workers, (w+1)*classes/workers
		wg.Go(func() { m.train(texts, class, order, lo, hi, t) })
	}
	wg.Wait()
	return m
}

// train learns the classes lo to hi-1.
func (m *linear) train(texts []vector, class []int32, order []int, lo, hi int, t training) {
	n := hi - lo
	alpha := make([]float32, len(texts)*n)
	score := make([]float32, n)
	delta := make([]float32, n)
	slack := 1 / (2 * t.cost)
	slackOwn := 1 / (2 * t.cost * t.positive)
	square := make([]float32, len(texts))
	for i := range texts {
		square[i] = texts[i].square() + 1
	}
	for range t.epochs {
		for _, i := range order {
			x := texts[i]
			copy(score, m.bias[lo:hi])
			m.add(score, x, lo)
			a := alpha[i*n : i*n+n]
			changed := false
			for c := range score {
				y, d := float32(-1), slack
				if int32(lo+c) == class[i] {
					y, d = 1, slackOwn
				}
				gradient := y*score[c] - 1 + d*a[c]
				delta[c] = 0
				if a[c] == 0 && gradient >= 0 {
					continue
				}
				next := max(a[c]-gradient/(square[i]+d), 0)
				delta[c] = (next - a[c]) * y
				a[c] = next
				changed = true
			}
			if changed {
				m.move(x, delta, lo)
			}
		}
	}
}

// add adds the scores of the text for the classes from lo on.
func (m *linear) add(score []float32, x vector, lo int) {
	for k, f := range x.index {
		v := x.value[k]
		row := m.weights[int(f)*m.classes+lo:]
		row = row[:len(score)]
		for c := range row {
			score[c] += v * row[c]
		}
	}
}

// move changes the weights of the text's features by delta.
func (m *linear) move(x vector, delta []float32, lo int) {
	var touched []int
	for c, d := range delta {
		if d != 0 {
			touched = append(touched, c)
			m.bias[lo+c] += d
		}
	}
	for k, f := range x.index {
		v := x.value[k]
		row := m.weights[int(f)*m.classes+lo:]
		row = row[:len(delta)]
		for _, c := range touched {
			row[c] += v * delta[c]
		}
	}
}

// scores returns the margin of the text for every class.
func (m *linear) scores(x vector) []float32 {
	score := make([]float32, m.classes)
	copy(score, m.bias)
	m.add(score, x, 0)
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
