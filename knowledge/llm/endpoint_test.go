package llm

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
)

// An endpoint is a server of the interface that keeps everything that it is sent. It is reached through pipes in
// memory, so that the time of a synctest bubble is its time, too.
type endpoint struct {
	client *http.Client
	url    string

	mu   sync.Mutex
	sent [][]byte // bodies of requests
}

// serve starts an endpoint that answers every request with handler.
func serve(t testing.TB, handler http.HandlerFunc) *endpoint {
	e := &endpoint{url: "http://endpoint/v1"}
	pipes := &pipeListener{accept: make(chan net.Conn), closed: make(chan struct{})}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		e.mu.Lock()
		e.sent = append(e.sent, body)
		e.mu.Unlock()
		handler(w, r)
	}))
	server.Listener.Close()
	server.Listener = pipes
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.Start()
	transport := &http.Transport{DialContext: pipes.dial}
	e.client = &http.Client{Transport: transport}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		server.Close()
	})
	return e
}

// bodies returns what was sent so far.
func (e *endpoint) bodies() [][]byte {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.sent
}

// model returns a model behind the endpoint.
func (e *endpoint) model() *Model {
	return New(Options{URL: e.url, Key: "sk-key", Model: "m", Embeddings: "e", HTTP: e.client, Names: func() []string { return staff }})
}

// A pipeListener is a network of pipes.
type pipeListener struct {
	accept chan net.Conn
	once   sync.Once
	closed chan struct{}
}

func (l *pipeListener) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case l.accept <- there:
		return here, nil
	case <-l.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.accept:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

func (l *pipeListener) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1} }

// chunk is a message of a stream.
func chunk(text, finish string) string {
	delta, _ := json.Marshal(text)
	reason := "null"
	if finish != "" {
		reason = fmt.Sprintf("%q", finish)
	}
	return fmt.Sprintf("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":%s},\"finish_reason\":%s}]}\n\n", delta, reason)
}

const done = "data: [DONE]\n\n"

// streamed returns a complete answer, in two messages.
func streamed(text string) string {
	half := len(text) / 2
	for half > 0 && text[half]&0xc0 == 0x80 { // not within a character
		half--
	}
	return chunk(text[:half], "") + chunk(text[half:], "") + chunk("", "stop") + done
}

// says answers with a fixed body.
func says(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, body) }
}

// answers streams v as JSON.
func answers(v any) http.HandlerFunc {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return says(streamed(string(text)))
}

type object = map[string]any

// endless is a transport whose answers have status and never end. It counts what is read of them.
type endless struct {
	status int
	piece  []byte

	mu   sync.Mutex
	read int
}

func (e *endless) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: e.status, Header: http.Header{}, Body: io.NopCloser(e), Request: r}, nil
}

func (e *endless) Read(p []byte) (int, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.read >= 600<<20 {
		return 0, io.EOF
	}
	n := 0
	for n < len(p) {
		n += copy(p[n:], e.piece)
	}
	e.read += n
	return n, nil
}
