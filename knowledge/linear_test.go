package knowledge

import (
	"math"
	"runtime"
	"slices"
	"testing"
)

func TestLinearSeparates(t *testing.T) {
	// Feature 0 speaks for class 0, feature 1 for class 1, feature 2 for neither.
	lessons := []lesson{
		{text: vector{[]uint32{0, 2}, []float32{0.8, 0.6}}, class: 0, mistake: []int32{1}}, {text: vector{[]uint32{0}, []float32{1}}, class: 0, mistake: []int32{1}},
		{text: vector{[]uint32{1, 2}, []float32{0.8, 0.6}}, class: 1, mistake: []int32{0}}, {text: vector{[]uint32{1}, []float32{1}}, class: 1, mistake: []int32{0}},
	}
	m := trainLinear(lessons, 2, 8, training{cost: 1, positive: 1, epochs: 10})
	for i, l := range lessons {
		s := m.scores(l.text)
		if own, other := s[i/2], s[1-i/2]; own <= 0 || other >= 0 {
			t.Errorf("text %d: %v for its class, %v for the other", i, own, other)
		}
	}
	if s := m.scores(vector{[]uint32{7}, []float32{1}}); s[0] != m.bias[0] {
		t.Errorf("a feature that no text has weighs %v", s[0]-m.bias[0])
	}
}

func square(v vector) (sum float32) {
	for _, x := range v.value {
		sum += x * x
	}
	return sum
}

func TestVectorHasLengthOne(t *testing.T) {
	v := newVocabulary()
	shares := [blocks]float32{0.3, 0.3, 0.4}
	text := counts{blockWords: {{1, 1}, {2, 3}}, blockSenses: {{6, 1}}, blockRuns: {{3, 1}, {4, 1}, {5, 2}}}
	n := v.learn(text)
	v.weighFeatures(1)
	if got := square(v.weigh(n, shares)); math.Abs(float64(got)-1) > 1e-5 {
		t.Errorf("square of the length is %v", got)
	}
	text[blockWords] = append(text[blockWords], count{9, 1})
	if got := square(v.weigh(v.numbers(text), shares)); got >= 0.9999 {
		t.Errorf("an unknown word takes nothing from the others: %v", got)
	}
}

func TestSharedFeaturesAreKept(t *testing.T) {
	v := newVocabulary()
	a := v.learn(counts{blockWords: {{1, 1}, {2, 1}}})
	v.learn(counts{blockWords: {{2, 1}, {3, 1}}})
	v.weighFeatures(2)
	got := v.shared([]vector{v.weigh(a, [blocks]float32{blockWords: 1})})
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
	docs := make([]vector, shelfSize+2) // the last document stands on another shelf than the first
	docs[0] = vector{[]uint32{0, 1}, []float32{1, -2}}
	docs[shelfSize+1] = vector{[]uint32{1}, []float32{3}}
	p := newPostings(docs, 2)
	score := make([]float32, len(docs))
	got := func() [3]float64 {
		round := func(i int) float64 { return math.Round(1000*float64(score[i])) / 1000 }
		return [3]float64{round(0), round(1), round(len(docs) - 1)}
	}
	p.add(score, vector{[]uint32{1}, []float32{2}})
	if got, want := got(), [3]float64{-4, 0, 6}; got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	clear(score)
	p.addRare(score, vector{[]uint32{0, 1}, []float32{1, 1}}, 1)
	if got, want := got(), [3]float64{1, 0, 0}; got != want {
		t.Errorf("only the rare feature: got %v, want %v", got, want)
	}
	clear(score)
	p.addTelling(score, vector{[]uint32{0, 1}, []float32{1, 1}}, 1)
	if got, want := got(), [3]float64{1, 0, 0}; got != want {
		t.Errorf("only what one document has: got %v, want %v", got, want)
	}
	if most, mean := p.most(2); math.Abs(float64(most[1]-3)) > 1e-3 || math.Abs(float64(mean-2)) > 1e-3 {
		t.Errorf("at most %v, in the mean %v", most, mean)
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
		if m := train(processors); m.weights.unit != one.weights.unit || !slices.Equal(m.weights.shelves[0].entry, one.weights.shelves[0].entry) || !slices.Equal(m.bias, one.bias) {
			t.Errorf("%d processors learn something else than one", processors)
		}
	}
}

// TestReadingsChangeNothing builds an index after another one and from nothing.
func TestReadingsChangeNothing(t *testing.T) {
	articles, err := Starter()
	if err != nil {
		t.Fatal(err)
	}
	before := NewIndex(articles[:30], Options{})
	after, alone := NewIndex(articles[10:40], Options{before: before.readings}), NewIndex(articles[10:40], Options{})
	if !slices.Equal(after.phrases.shelves[0].entry, alone.phrases.shelves[0].entry) || !slices.Equal(after.linear.bias, alone.linear.bias) {
		t.Error("an index depends on the one before it")
	}
	if len(after.readings.phrasings) != len(alone.readings.phrasings) {
		t.Errorf("%d phrasings are kept, want %d", len(after.readings.phrasings), len(alone.readings.phrasings))
	}
}
