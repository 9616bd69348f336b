package llm

import (
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sashabaranov/go-openai"
)

// Limits of every call, in wall time and bytes.
const (
	FirstByte = 8 * time.Second  // until the endpoint has sent something of its answer
	Total     = 20 * time.Second // until the answer is complete
	MaxBody   = 256 << 10        // bytes of an answer
	MaxCalls  = 8                // calls at the same time; one more is refused at once
)

// Options says which model to ask, and how.
type Options struct {
	URL        string          // base of the interface, such as "http://localhost:11434/v1"
	Key        string          // "" for an endpoint without one
	Model      string          // for text
	Embeddings string          // for vectors; "" for none
	HTTP       *http.Client    // nil: a client of its own; its redirects and timeout are not used
	Names      func() []string // names of people and schools, as the directory has them; nil for none
	Log        *slog.Logger    // nil: silent
	Now        func() time.Time
}

// A Model is a language model behind an interface like OpenAI's. Its methods may be called at the same time. None
// of them is retried: an answer that comes late is worth less than the article that is already there.
type Model struct {
	client     *openai.Client
	model      string
	embeddings string
	names      func() []string
	log        *slog.Logger
	now        func() time.Time
	slots      chan struct{}
	breaker    breaker
	form       atomic.Int32 // of requests for text that the endpoint takes

	mu        sync.Mutex
	dimension int // of all vectors; 0 until the first came
}

// New returns a model. It calls nobody yet.
func New(o Options) *Model {
	if o.Names == nil {
		o.Names = func() []string { return nil }
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	config := openai.DefaultConfig(o.Key)
	config.BaseURL = o.URL
	config.HTTPClient = limited(o.HTTP)
	return &Model{
		client:     openai.NewClientWithConfig(config),
		model:      o.Model,
		embeddings: o.Embeddings,
		names:      o.Names,
		log:        o.Log,
		now:        o.Now,
		slots:      make(chan struct{}, MaxCalls),
	}
}
