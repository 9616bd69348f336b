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

// thorough is how many texts are gone through at least in training; a small base is gone through more often.
const thorough = 8000

// trainLinear learns from the texts, of which text i belongs to class[i].
func trainLinear(texts []vector, class []int32, classes, features int, t training) *linear {
	m := &linear{classes: classes, weights: make([]float32, classes*features), bias: make([]float32, classes)}
	order := shuffled(len(texts))
	t.epochs = max(t.epochs, min(20, thorough/max(len(texts), 1)))
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

// add adds the scores of the text for the classes from lo on. Four features at a time, for that is twice as fast.
func (m *linear) add(score []float32, x vector, lo int) {
	n := len(score)
	k := 0
	for ; k+4 <= len(x.index); k += 4 {
		r0 := m.row(x.index[k], lo)[:n]
		r1 := m.row(x.index[k+1], lo)[:n]
		r2 := m.row(x.index[k+2], lo)[:n]
		r3 := m.row(x.index[k+3], lo)[:n]
		v0, v1, v2, v3 := x.value[k], x.value[k+1], x.value[k+2], x.value[k+3]
		for c := range score {
			score[c] += v0*r0[c] + v1*r1[c] + v2*r2[c] + v3*r3[c]
		}
	}
	for ; k < len(x.index); k++ {
		r, v := m.row(x.index[k], lo)[:n], x.value[k]
		for c := range score {
			score[c] += v * r[c]
		}
	}
}

// row returns the weights of a feature for the classes from lo on.
func (m *linear) row(f uint32, lo int) []float32 {
	return m.weights[int(f)*m.classes+lo : int(f+1)*m.classes]
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
