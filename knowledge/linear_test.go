package knowledge

import (
	"math"
	"runtime"
	"slices"
	"testing"
)

func TestLinearSeparates(t *testing.T) {
	// Feature 0 speaks for class 0, feature 1 for class 1, feature 2 for neither.
	texts := []vector{
		{[]uint32{0, 2}, []float32{0.8, 0.6}}, {[]uint32{0}, []float32{1}},
		{[]uint32{1, 2}, []float32{0.8, 0.6}}, {[]uint32{1}, []float32{1}},
	}
	m := trainLinear(texts, []int32{0, 0, 1, 1}, 2, training{cost: 1, positive: 1, epochs: 10})
	for i, x := range texts {
		s := m.scores(x)
		if own, other := s[i/2], s[1-i/2]; own <= 0 || other >= 0 {
			t.Errorf("text %d: %v for its class, %v for the other", i, own, other)
		}
	}
	if s := m.scores(vector{[]uint32{7}, []float32{1}}); s[0] != m.bias[0] {
		t.Errorf("a feature that no text has weighs %v", s[0]-m.bias[0])
	}
}

func TestVectorHasLengthOne(t *testing.T) {
	v := newVocabulary()
	shares := [blocks]float32{0.3, 0.3, 0.4}
	text := counts{blockWords: {{1, 1}, {2, 3}}, blockSenses: {{6, 1}}, blockRuns: {{3, 1}, {4, 1}, {5, 2}}}
	n := v.learn(text)
	v.weighFeatures(1)
	if got := v.weigh(n, shares).square(); math.Abs(float64(got)-1) > 1e-5 {
		t.Errorf("square of the length is %v", got)
	}
	text[blockWords] = append(text[blockWords], count{9, 1})
	if got := v.weigh(v.numbers(text), shares).square(); got >= 0.9999 {
		t.Errorf("an unknown word takes nothing from the others: %v", got)
	}
}

func TestCommonestFeaturesAreKept(t *testing.T) {
	v := newVocabulary()
	a := v.learn(counts{blockWords: {{1, 1}, {2, 1}}})
	v.learn(counts{blockWords: {{2, 1}, {3, 1}}})
	v.weighFeatures(2)
	got := v.commonest([]vector{v.weigh(a, [blocks]float32{blockWords: 1})}, 1)
	if want := []uint32{1}; !slices.Equal(got[0].index, want) {
		t.Errorf("features %v are kept, want %v: only it is in both texts", got[0].index, want)
	}
}

func TestForemost(t *testing.T) {
	if got, want := foremost([]float32{1, 3, 2, 3, 0}, 3), []int32{1, 3, 2}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := foremost(nil, 3); len(got) != 0 {
		t.Errorf("got %v", got)
	}
}

// BM25 by hand: two documents of equal length, a word in one of them once: ln(1+1.5/1.5) * 3/(1+2).
func TestBM25(t *testing.T) {
	docs := bm25([]numbered{{index: []uint32{0, 1}, count: []float32{1, 1}}, {index: []uint32{0, 2}, count: []float32{1, 1}}}, 3)
	if got, want := float64(docs[0].value[1]), math.Log(2); math.Abs(got-want) > 1e-6 {
		t.Errorf("the word weighs %v, want %v", got, want)
	}
	if docs[0].value[0] >= docs[0].value[1] {
		t.Error("a word that both documents hold weighs as much as one that tells them apart")
	}
}

func TestPostingsTurnRound(t *testing.T) {
	docs := []vector{{[]uint32{0, 1}, []float32{1, 2}}, {[]uint32{1}, []float32{3}}}
	p := newPostings(docs, 2)
	score := make([]float32, 2)
	p.add(score, vector{[]uint32{1}, []float32{2}})
	if want := []float32{4, 6}; !slices.Equal(score, want) {
		t.Errorf("got %v, want %v", score, want)
	}
	clear(score)
	p.addRare(score, vector{[]uint32{0, 1}, []float32{1, 1}}, 1)
	if want := []float32{1, 0}; !slices.Equal(score, want) {
		t.Errorf("only the rare feature: got %v, want %v", score, want)
	}
}

// TestTrainOnAnyNumber trains on one processor and on several: the classes do not
// meet, so the weights are the same to the last bit.
func TestTrainOnAnyNumber(t *testing.T) {
	articles, err := Starter()
	if err != nil {
		t.Fatal(err)
	}
	train := func(processors int) *linear {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(processors))
		return NewIndex(articles[:40], Options{}).linear
	}
	one := train(1)
	for _, processors := range []int{2, 5} {
		if m := train(processors); !slices.Equal(m.weights, one.weights) || !slices.Equal(m.bias, one.bias) {
			t.Errorf("%d processors learn something else than one", processors)
		}
	}
}
