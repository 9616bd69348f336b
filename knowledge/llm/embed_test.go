package llm

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/sashabaranov/go-openai"
)

// echo is an endpoint for embeddings. Each vector has the length of its text first and then ones; the answer is in
// another order than the texts.
func echo(t testing.TB, dimension *int) *endpoint {
	var e *endpoint
	e = serve(t, func(w http.ResponseWriter, _ *http.Request) {
		sent := e.bodies()
		var request struct{ Input []string }
		if err := json.Unmarshal(sent[len(sent)-1], &request); err != nil {
			t.Error(err)
		}
		var data []object
		for i, text := range request.Input {
			v := make([]float64, *dimension)
			for j := range v {
				v[j] = 0.12345678901234567
			}
			v[0] = float64(len(text))
			data = append([]object{{"object": "embedding", "index": i, "embedding": v}}, data...)
		}
		json.NewEncoder(w).Encode(object{"object": "list", "data": data, "model": "e"})
	})
	return e
}

// TestEmbed keeps the order of the texts and fits every answer into the limit.
func TestEmbed(t *testing.T) {
	t.Parallel()
	for _, dimension := range []int{2, 384, 1024, 1536, 3072, 8192} {
		synctest.Test(t, func(t *testing.T) {
			m := echo(t, &dimension).model()
			var texts []string
			for i := range 40 {
				texts = append(texts, strings.Repeat("w ", i+1))
			}
			got, err := m.Embed(t.Context(), texts)
			if err != nil || len(got) != len(texts) {
				t.Fatalf("dimension %d: %d vectors, %v", dimension, len(got), err)
			}
			for i, v := range got {
				var sum float64
				for _, x := range v {
					sum += float64(x) * float64(x)
				}
				if math.Abs(sum-1) > 1e-4 {
					t.Errorf("dimension %d: vector %d has the length %f", dimension, i, math.Sqrt(sum))
				}
				if ratio := float64(v[0] / v[1] * 0.12345679); math.Abs(ratio-float64(2*i+1)) > 0.01 {
					t.Errorf("dimension %d: vector %d belongs to the text of %.1f characters", dimension, i, ratio)
				}
			}
		})
	}
}

// TestEmbedOtherModel refuses vectors of another dimension than before.
func TestEmbedOtherModel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dimension := 384
		m := echo(t, &dimension).model()
		if _, err := m.Embed(t.Context(), []string{"beamer"}); err != nil {
			t.Fatal(err)
		}
		dimension = 768
		if got, err := m.Embed(t.Context(), []string{"beamer"}); !errors.Is(err, errDimension) || got != nil {
			t.Errorf("%d vectors, %v, want %v", len(got), err, errDimension)
		}
	})
}

func TestEmbedOff(t *testing.T) {
	if _, err := New(Options{}).Embed(t.Context(), []string{"beamer"}); !errors.Is(err, ErrUnavailable) {
		t.Errorf("%v, want %v", err, ErrUnavailable)
	}
}

// TestEmbedRefused takes no vectors that say nothing.
func TestEmbedRefused(t *testing.T) {
	list := func(data string) string { return `{"object":"list","data":[` + data + `],"model":"e"}` }
	for name, test := range map[string]struct {
		body string
		want error
	}{
		"nothing":       {"", errUnreadable},
		"an error":      {`{"error":{"message":"x"}}`, errVectors},
		"no vectors":    {list(""), errVectors},
		"too many":      {list(`{"index":0,"embedding":[1]},{"index":1,"embedding":[1]}`), errVectors},
		"wrong index":   {list(`{"index":1,"embedding":[1]}`), errVectors},
		"no index":      {list(`{"index":-1,"embedding":[1]}`), errVectors},
		"empty":         {list(`{"index":0,"embedding":[]}`), errVectors},
		"all zero":      {list(`{"index":0,"embedding":[0,0,0]}`), errVectors},
		"all null":      {list(`{"index":0,"embedding":[null,null]}`), errVectors},
		"NaN":           {list(`{"index":0,"embedding":[NaN]}`), errUnreadable},
		"NaN as text":   {list(`{"index":0,"embedding":["NaN"]}`), errUnreadable},
		"too large":     {list(`{"index":0,"embedding":[1e39]}`), errUnreadable},
		"text":          {list(`{"index":0,"embedding":"AAAA"}`), errUnreadable},
		"broken":        {list(`{"index":0,"embedding":[1,`), errUnreadable},
		"8193 numbers":  {list(fmt.Sprintf(`{"index":0,"embedding":[1%s]}`, strings.Repeat(",1", maxDimension))), errVectors},
		"half the body": {list(`{"index":0,"embedding":[1` + strings.Repeat(",1", MaxBody) + `]}`), errLarge},
	} {
		synctest.Test(t, func(t *testing.T) {
			got, err := serve(t, says(test.body)).model().Embed(t.Context(), []string{"beamer"})
			if !errors.Is(err, test.want) || got != nil {
				t.Errorf("%s: %d vectors, %v, want %v", name, len(got), err, test.want)
			}
		})
	}
}

func TestVectorsOf(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for name, data := range map[string][]openai.Embedding{
		"NaN":              {{Embedding: []float32{1, nan}}, {Embedding: []float32{1, 1}, Index: 1}},
		"infinite":         {{Embedding: []float32{1, inf}}, {Embedding: []float32{1, 1}, Index: 1}},
		"other dimension":  {{Embedding: []float32{1, 1}}, {Embedding: []float32{1}, Index: 1}},
		"one index twice":  {{Embedding: []float32{1, 1}}, {Embedding: []float32{1, 1}}},
		"second one is 0":  {{Embedding: []float32{1, 1}}, {Embedding: []float32{0, 0}, Index: 1}},
		"one is too few":   {{Embedding: []float32{1, 1}}},
		"index out of two": {{Embedding: []float32{1, 1}}, {Embedding: []float32{1, 1}, Index: 2}},
	} {
		if _, err := vectorsOf(data, 2); !errors.Is(err, errVectors) {
			t.Errorf("%s: %v, want %v", name, err, errVectors)
		}
	}
	if _, err := vectorsOf([]openai.Embedding{{Embedding: []float32{1e-40}}, {Embedding: []float32{3e38}, Index: 1}}, 2); err != nil {
		t.Errorf("very small and very large: %v", err)
	}
}
