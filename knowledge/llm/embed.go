package llm

import (
	"context"
	"fmt"
	"math"

	"github.com/sashabaranov/go-openai"
)

const (
	maxDimension = 8192
	numberBytes  = 25 // of one number of a vector in JSON, at most: "-1.2345678901234567e-05, "
	maxBatch     = 16 // texts in one call
)

// Embed returns one vector for each text, in their order, each of length one, so that the product of two says how
// alike they are. All vectors of a Model have the same dimension; others are refused. Vectors of another Model, or of
// one that ran before, must not be compared with them: the endpoint may have changed its model in between.
//
// Texts are redacted. They go out in as many calls as the limits demand, each within [Total]; ctx bounds them
// together. It fails with [ErrUnavailable] or [ErrUnusable], or when ctx ends, and then returns no vectors at all.
func (m *Model) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	if m.embeddings == "" {
		return nil, fmt.Errorf("embed texts: %w", errOff)
	}
	r := newRedactor(m.names())
	vectors := make([][]float32, 0, len(texts))
	for len(texts) > 0 {
		n := min(m.batch(), len(texts))
		var input []string
		for _, text := range texts[:n] {
			input = append(input, cut(r.redact(text), maxInput))
		}
		err := m.call(ctx, "embed", func(ctx context.Context) error {
			got, err := m.embed(ctx, input)
			vectors = append(vectors, got...)
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("embed texts: %w", err)
		}
		texts = texts[n:]
	}
	return vectors, nil
}

// batch returns how many vectors fit one answer. The first call has one text, to learn the dimension.
func (m *Model) batch() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.dimension == 0 {
		return 1
	}
	return min(max(MaxBody/(m.dimension*numberBytes), 1), maxBatch)
}

// embed asks for the vectors of a few texts.
func (m *Model) embed(ctx context.Context, texts []string) ([][]float32, error) {
	res, err := m.client.CreateEmbeddings(ctx, openai.EmbeddingRequestStrings{
		Input: texts,
		Model: openai.EmbeddingModel(m.embeddings),
	})
	if err != nil {
		return nil, err
	}
	vectors, err := vectorsOf(res.Data, len(texts))
	if err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.dimension == 0 {
		m.dimension = len(vectors[0])
	}
	if m.dimension != len(vectors[0]) {
		return nil, errDimension
	}
	return vectors, nil
}

// vectorsOf puts n vectors in order and gives each the length one. They must be of one dimension.
func vectorsOf(data []openai.Embedding, n int) ([][]float32, error) {
	if len(data) != n {
		return nil, errVectors
	}
	vectors := make([][]float32, n)
	for _, e := range data {
		if e.Index < 0 || e.Index >= n || vectors[e.Index] != nil || len(e.Embedding) != len(data[0].Embedding) {
			return nil, errVectors
		}
		v, ok := unit(e.Embedding)
		if !ok {
			return nil, errVectors
		}
		vectors[e.Index] = v
	}
	return vectors, nil
}

// unit returns v with the length one, false if it has none: empty, all zero, or not made of finite numbers.
func unit(v []float32) ([]float32, bool) {
	var sum float64
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	if len(v) > maxDimension || !(sum > 0) || math.IsInf(sum, 1) {
		return nil, false
	}
	out := make([]float32, len(v))
	for i, x := range v {
		out[i] = float32(float64(x) / math.Sqrt(sum))
	}
	return out, true
}
