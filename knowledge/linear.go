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
	at      []int32   // per feature: where its weights begin, in rows; -1 for a feature without weights
	weights []float32 // of the feature with row r for class c at r*classes+c
	bias    []float32
}

// Training constants, chosen on the validation halves of the public question sets.
type training struct {
	cost     float32 // what a misplaced text costs against large weights
	positive float32 // how much more a class's own texts cost than those of the others
	epochs   int
}

// Training goes through a base's texts several times: through a small one until it has seen thorough texts, and through
// one beyond large again and again, since such a base is not what somebody waits for at every start.
const (
	thorough = 8000
	large    = 8000
	again    = 3
)

// passes returns how often training goes through that many texts.
func (t training) passes(texts int) int {
	if texts > large {
		return t.epochs + again
	}
	return max(t.epochs, min(20, thorough/max(texts, 1)))
}

// trainLinear learns from the texts, of which text i belongs to class[i]. Features that no text has get no weights.
func trainLinear(texts []vector, class []int32, classes int, t training) *linear {
	m := &linear{classes: classes, bias: make([]float32, classes)}
	rows := int32(0)
	for _, x := range texts {
		for _, f := range x.index {
			for int(f) >= len(m.at) {
				m.at = append(m.at, -1)
			}
			if m.at[f] < 0 {
				m.at[f] = rows
				rows++
			}
		}
	}
	m.weights = make([]float32, int(rows)*classes)
	inRows := make([]vector, len(texts))
	inParallel(len(texts), func(i int) { inRows[i] = m.rows(texts[i]) })
	texts = inRows
	order := shuffled(len(texts))
	t.epochs = t.passes(len(texts))
	workers := min(runtime.GOMAXPROCS(0), max(1, classes/16))
	var wg sync.WaitGroup
	for w := range workers {
		lo, hi := w*classes/workers, (w+1)*classes/workers
		wg.Go(func() { m.train(texts, class, order, lo, hi, t) })
	}
	wg.Wait()
	return m
}

// train learns the classes lo to hi-1 from texts in rows.
func (m *linear) train(texts []vector, class []int32, order []int, lo, hi int, t training) {
	tr := trainer{linear: m, lo: lo, n: hi - lo, t: t,
		alpha: make([]float32, len(texts)*(hi-lo)), score: make([]float32, hi-lo), active: make([][]int32, len(texts))}
	for epoch := range t.epochs {
		for _, i := range order {
			if epoch%fullEvery == 0 {
				tr.all(i, texts[i], int(class[i])-lo)
			} else {
				tr.some(i, texts[i], int(class[i])-lo)
			}
		}
	}
}

// Classes that a text does not bear on need no look in every pass. In one of fullEvery passes all are looked at.
const (
	fullEvery = 5
	smallStep = 0.1 // steps below it are not taken
)

// A trainer trains some of the classes. What it does most is out of sight of the race detector, under which every
// start of a test would take seconds; that the classes do not meet is tested by training on one and on many processors.
type trainer struct {
	*linear
	lo, n  int // the classes lo to lo+n-1
	t      training
	alpha  []float32 // of text i for class lo+c at i*n+c
	score  []float32
	active [][]int32 // per text: the classes that matter to it
	moved  []int32   // classes that the text at hand changes
	delta  []float32 // by how much
}

// all takes a step with a text for every class and notes which of them matter to it.
func (t *trainer) all(i int, x vector, own int) {
	copy(t.score, t.bias[t.lo:t.lo+t.n])
	t.add(t.score, x, t.lo)
	square := x.square() + 1
	t.active[i] = t.active[i][:0]
	for c, s := range t.score {
		if t.step(i, c, s, square, c == own); t.alpha[i*t.n+c] != 0 || c == own {
			t.active[i] = append(t.active[i], int32(c))
		}
	}
	t.move(x)
}

// some does so for the classes that matter to the text.
//
//go:norace
func (t *trainer) some(i int, x vector, own int) {
	active := t.active[i]
	score := t.score[:len(active)]
	for a, c := range active {
		score[a] = t.bias[t.lo+int(c)]
	}
	for k, f := range x.index {
		row, v := t.row(f, t.lo), x.value[k]
		for a, c := range active {
			score[a] += v * row[c]
		}
	}
	square := x.square() + 1
	for a, c := range active {
		t.step(i, int(c), score[a], square, int(c) == own)
	}
	t.move(x)
}

// step works out how a text changes a class.
func (t *trainer) step(i, c int, score, square float32, own bool) {
	y, slack := float32(-1), 1/(2*t.t.cost)
	if own {
		y, slack = 1, slack/t.t.positive
	}
	a := &t.alpha[i*t.n+c]
	gradient := y*score - 1 + slack**a
	next := max(*a-gradient/(square+slack), 0)
	if d := next - *a; d > smallStep || d < -smallStep {
		t.moved = append(t.moved, int32(c))
		t.delta = append(t.delta, d*y)
		*a = next
	}
}

// move changes the weights of the text's features for the classes that moved.
//
//go:norace
func (t *trainer) move(x vector) {
	for j, c := range t.moved {
		t.bias[t.lo+int(c)] += t.delta[j]
	}
	if len(t.moved) > 0 {
		for k, f := range x.index {
			row, v := t.row(f, t.lo), x.value[k]
			for j, c := range t.moved {
				row[c] += v * t.delta[j]
			}
		}
	}
	t.moved, t.delta = t.moved[:0], t.delta[:0]
}

// add adds the scores of a text in rows for the classes from lo on. Four features at a time, for that is twice as fast.
//
//go:norace
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

// row returns the weights in a row for the classes from lo on.
func (m *linear) row(r uint32, lo int) []float32 {
	return m.weights[int(r)*m.classes+lo : (int(r)+1)*m.classes]
}

// rows returns x with rows instead of features, without those that have no weights.
func (m *linear) rows(x vector) vector {
	out := vector{index: make([]uint32, 0, len(x.index)), value: make([]float32, 0, len(x.index))}
	for k, f := range x.index {
		if int(f) < len(m.at) && m.at[f] >= 0 {
			out.index = append(out.index, uint32(m.at[f]))
			out.value = append(out.value, x.value[k])
		}
	}
	return out
}

// scores returns the margin of the text for every class.
func (m *linear) scores(x vector) []float32 {
	score := make([]float32, m.classes)
	copy(score, m.bias)
	m.add(score, m.rows(x), 0)
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
