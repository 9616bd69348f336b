package knowledge

import (
	"fmt"
	"math"
)

// FitCalibration works out the numbers of the calibration from the articles' own phrasings and the out-of-scope
// messages: it builds an index without every n-th of them, asks it those, and fits the probabilities to what
// came out. A labelled set besides keeps the numbers from fitting one base only: train and val of a set with
// out-of-scope texts in val, both may be nil. It returns Go source to put into calibrate.go. The same input gives
// the same numbers.
func FitCalibration(articles []Article, o Options, train, val []Labelled) string {
	const folds = 8
	var seen []observation
	for fold := range folds {
		seen = append(seen, observe(articles, o, fold, folds)...)
	}
	for fold := range min(2, len(val)) {
		seen = append(seen, observeSet(train, val, fold)...)
	}
	c := calibration{weights: fitLogistic(seen), temperature: fitTemperature(seen)}
	out := fmt.Sprintf("temperature: %.2f\nweights: {", c.temperature)
	for i, w := range c.weights {
		out += fmt.Sprintf("%s: %.3f, ", signalNames[i], w)
	}
	return out + "}"
}

// An observation is what an index made of a message that it had not seen.
type observation struct {
	signals [signals]float64
	totals  []float32 // of the best articles
	right   int       // which of them is right, -1 for none
}

// observe leaves out the phrasings whose number modulo folds is fold, and asks them.
func observe(articles []Article, o Options, fold, folds int) []observation {
	type asked struct {
		text    string
		article int // -1 for out of scope
	}
	var questions []asked
	number := 0
	split := func(texts []string, article int) (kept []string) {
		for _, t := range texts {
			if number++; number%folds == fold {
				questions = append(questions, asked{t, article})
				continue
			}
			kept = append(kept, t)
		}
		return kept
	}
	left := make([]Article, len(articles))
	for i, a := range articles {
		left[i] = a
		left[i].Questions = split(a.Questions, i)
		if a.English != nil {
			twin := *a.English
			twin.Questions = split(twin.Questions, i)
			left[i].English = &twin
		}
	}
	if o.OutOfScope == nil {
		o.OutOfScope = shippedOutOfScopeMessages()
	}
	o.OutOfScope = append([]string{}, split(o.OutOfScope, -1)...)
	ix := NewIndex(left, o)
	out := make([]observation, len(questions))
	for i, q := range questions {
		out[i] = ix.observation(q.text, q.article)
	}
	return out
}

// observeSet shows the index one half of the out-of-scope texts of val and asks the other, with half of the
// in-scope ones. The former are few, so they count several times.
func observeSet(train, val []Labelled, fold int) []observation {
	const times = 3
	var outside, asked []Labelled
	number := 0
	for i, l := range val {
		switch {
		case l.ID != "-" && i%2 == fold:
			asked = append(asked, l)
		case l.ID == "-":
			if number++; number%2 != fold {
				outside = append(outside, l)
				continue
			}
			for range times {
				asked = append(asked, l)
			}
		}
	}
	ix := benchIndex(train, outside)
	out := make([]observation, len(asked))
	for i, l := range asked {
		article, ok := ix.byID[l.ID]
		if !ok {
			article = -1
		}
		out[i] = ix.observation(l.Text, int(article))
	}
	return out
}

func (ix *Index) observation(text string, article int) observation {
	rest, _ := setAside(text)
	j := ix.judge(rest)
	ob := observation{signals: ix.signals(j), right: -1}
	for rank, c := range j.order[:min(rivals, len(j.order))] {
		ob.totals = append(ob.totals, j.total[c])
		if int(c) == article {
			ob.right = rank
		}
	}
	return ob
}

// outsideShare is what part of the messages is taken to be about nothing that an article answers. The examples hold
// far more of them, for there is more to learn from them.
const outsideShare = 0.2

// fitLogistic fits the weights by gradient descent on standardised signals, with a light pull to zero.
func fitLogistic(seen []observation) (weights [signals]float64) {
	const pull, rate, rounds = 0.001, 0.5, 3000
	each := weightsOf(seen)
	var mean, spread [signals]float64
	for k, ob := range seen {
		for i, s := range ob.signals {
			mean[i] += each[k] * s
		}
	}
	for k, ob := range seen {
		for i, s := range ob.signals {
			spread[i] += each[k] * (s - mean[i]) * (s - mean[i])
		}
	}
	mean[sigConstant], spread[sigConstant] = 0, 1
	scaled := func(ob observation, i int) float64 {
		return (ob.signals[i] - mean[i]) / max(math.Sqrt(spread[i]), 1e-9)
	}
	for range rounds {
		var gradient [signals]float64
		for k, ob := range seen {
			sum := 0.0
			for i := range weights {
				sum += weights[i] * scaled(ob, i)
			}
			wrong := sigmoid(sum)
			if ob.inside() {
				wrong--
			}
			for i := range weights {
				gradient[i] += each[k] * wrong * scaled(ob, i)
			}
		}
		for i := range weights {
			weights[i] -= rate * (gradient[i] + pull*weights[i])
		}
	}
	for i := 1; i < signals; i++ {
		weights[i] /= max(math.Sqrt(spread[i]), 1e-9)
		weights[sigConstant] -= weights[i] * mean[i]
	}
	return weights
}

// inside reports whether the right article was among those that can be shown.
func (ob observation) inside() bool { return ob.right >= 0 && ob.right < MaxChoices }

// weightsOf gives each observation a weight, so that they add up to 1 and those of nothing that could be shown to outsideShare.
func weightsOf(seen []observation) []float64 {
	inside := 0
	for _, ob := range seen {
		if ob.inside() {
			inside++
		}
	}
	out := make([]float64, len(seen))
	for i, ob := range seen {
		switch {
		case inside == 0 || inside == len(seen):
			out[i] = 1 / float64(len(seen))
		case ob.inside():
			out[i] = (1 - outsideShare) / float64(inside)
		default:
			out[i] = outsideShare / float64(len(seen)-inside)
		}
	}
	return out
}

// fitTemperature finds the temperature under which the right articles are most likely.
func fitTemperature(seen []observation) float64 {
	best, bestLoss := 0.0, math.Inf(1)
	for t := 0.5; t < 20; t += 0.1 {
		c := calibration{temperature: t}
		loss := 0.0
		for _, ob := range seen {
			if ob.right >= 0 {
				loss -= math.Log(max(c.shares(ob.totals)[ob.right], 1e-9))
			}
		}
		if loss < bestLoss {
			best, bestLoss = t, loss
		}
	}
	return best
}
