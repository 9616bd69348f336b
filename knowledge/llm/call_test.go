package llm

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// hang waits until the client has gone.
func hang(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

// hangAfter sends a beginning and then waits.
func hangAfter(beginning string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusOK)
		io.WriteString(w, beginning)
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}
}

// drip sends one byte a second.
func drip(w http.ResponseWriter, r *http.Request) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			io.WriteString(w, ":")
			w.(http.Flusher).Flush()
		case <-r.Context().Done():
			return
		}
	}
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(code)
		io.WriteString(w, `{"error":{"message":"sk-key 4711","code":"x"}}`)
	}
}

func redirect(w http.ResponseWriter, r *http.Request) {
	http.Redirect(w, r, "http://elsewhere/v1", http.StatusTemporaryRedirect)
}

// TestFailures says of each way to answer badly what is made of it, and after which time.
func TestFailures(t *testing.T) {
	good := `{"rephrasings":["kein Bild"]}`
	tests := []struct {
		name    string
		handler http.HandlerFunc
		want    error
		after   time.Duration
	}{
		{"hangs before the head", hang, errSlow, FirstByte},
		{"hangs after the head", hangAfter(""), errSlow, FirstByte},
		{"hangs after a beginning", hangAfter(chunk("{", "")), errEndless, Total},
		{"one byte a second", drip, errEndless, Total},
		{"nothing", says(""), errUnfinished, 0},
		{"only the end", says(done), errUnfinished, 0},
		{"empty text", says(streamed("")), errNothing, 0},
		{"blank text", says(streamed(" \n ")), errNothing, 0},
		{"garbage", says("\x00\xff\xfegarbage\n\n\n"), errUnfinished, 0},
		{"HTML", says("<html><body>Gateway</body></html>"), errUnfinished, 0},
		{"broken JSON in the stream", says("data: {\"choices\":[\n\n" + done), errUnreadable, 0},
		{"broken JSON in the text", says(streamed(`{"rephrasings":["a"`)), errUnreadable, 0},
		{"prose instead of JSON", says(streamed("Gern! Hier sind drei Varianten.")), errUnreadable, 0},
		{"other fields", says(streamed(`{"rephrasings":["a"],"tool":"close_ticket"}`)), errUnreadable, 0},
		{"other type", says(streamed(`{"rephrasings":"a"}`)), errUnreadable, 0},
		{"more behind it", says(streamed(good + good)), errUnreadable, 0},
		{"no end and no reason", says(chunk(good, "")), errUnfinished, 0},
		{"an end without a reason", says(chunk(good, "") + done), errUnfinished, 0},
		{"cut for its length", says(chunk(good, "length") + done), errUnfinished, 0},
		{"filtered", says(chunk(good, "content_filter") + done), errUnfinished, 0},
		{"wants to call a tool", says(chunk(good, "tool_calls") + done), errUnfinished, 0},
		{"error with status 200", says(`{"error":{"message":"sk-key","type":"x"}}` + "\n"), errReported, 0},
		{"error in the stream", says("data: {\"error\":{\"message\":\"sk-key\"}}\n\ndata: x\n\n"), errReported, 0},
		{"a list of nothing", answers(object{"rephrasings": []string{}}), errNothing, 0},
		{"too many empty lines", says(strings.Repeat("\n", 400)), errUnreadable, 0},
		{"100,000 messages", says(strings.Repeat(chunk("wort ", ""), 100_000)), errLarge, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := serve(t, test.handler).model()
				start := time.Now()
				got, err := m.Rephrase(t.Context(), "beamer kein bild")
				if !errors.Is(err, test.want) || got != nil {
					t.Errorf("%q, %v, want %v", got, err, test.want)
				}
				if took := time.Since(start); took != test.after {
					t.Errorf("after %v, want %v", took, test.after)
				}
			})
		})
	}
}

// TestStatus reads no answer that has another status than 200, and goes nowhere else.
func TestStatus(t *testing.T) {
	tests := map[string]http.HandlerFunc{
		"status 201": status(201), "status 204": status(204), "status 400": status(400), "status 401": status(401),
		"status 404": status(404), "status 422": status(422), "status 429": status(429), "status 500": status(500), "status 503": status(503),
		"status 307": redirect,
	}
	for want, handler := range tests {
		synctest.Test(t, func(t *testing.T) {
			e := serve(t, handler)
			_, err := e.model().Rephrase(t.Context(), "beamer")
			if !errors.Is(err, ErrUnavailable) || !strings.HasSuffix(err.Error(), want) {
				t.Errorf("%v, want %s", err, want)
			}
			times := 1
			if want == "status 400" || want == "status 422" {
				times = bare + 1 // in each form of a request
			}
			if n := len(e.bodies()); n != times {
				t.Errorf("%s: asked %d times, want %d", want, n, times)
			}
		})
	}
}

// broken is a transport that fails with an error.
type broken struct{ err error }

func (b broken) RoundTrip(*http.Request) (*http.Response, error) { return nil, b.err }

func TestNoConnection(t *testing.T) {
	for _, test := range []struct{ err, want error }{
		{&net.DNSError{Err: "no such host", Name: "secret.example"}, errHost},
		{&net.OpError{Op: "dial", Err: errors.New("refused by secret.example")}, errConnection},
		{io.ErrUnexpectedEOF, errConnection},
	} {
		m := New(Options{URL: "http://secret.example/v1", HTTP: &http.Client{Transport: broken{test.err}}})
		_, err := m.Rephrase(t.Context(), "beamer")
		if !errors.Is(err, test.want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%v: %v, want %v", test.err, err, test.want)
		}
	}
}

// TestCertificate trusts nobody whom the machine does not trust.
func TestCertificate(t *testing.T) {
	server := httptest.NewUnstartedServer(says(""))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	_, err := New(Options{URL: server.URL}).Rephrase(t.Context(), "beamer")
	if !errors.Is(err, errCertificate) {
		t.Errorf("%v, want %v", err, errCertificate)
	}
}

// endlessAnswers are answers of 600 MiB.
func endlessAnswers() map[string]*endless {
	return map[string]*endless{
		"no newline":  {status: 200, piece: bytes.Repeat([]byte("x"), 4096)},
		"empty lines": {status: 200, piece: bytes.Repeat([]byte("data: \n"), 512)},
		"comments":    {status: 200, piece: bytes.Repeat([]byte(": x\n\n"), 512)},
		"messages":    {status: 200, piece: []byte(chunk("wort ", ""))},
		"error body":  {status: 500, piece: bytes.Repeat([]byte("x"), 4096)},
	}
}

// TestEndless reads no more of an answer than it may.
func TestEndless(t *testing.T) {
	for name, e := range endlessAnswers() {
		m := New(Options{Embeddings: "e", HTTP: &http.Client{Transport: e}})
		if _, err := m.Rephrase(t.Context(), "beamer"); err == nil {
			t.Errorf("%s: no error for text", name)
		}
		if _, err := m.Embed(t.Context(), []string{"beamer"}); err == nil {
			t.Errorf("%s: no error for vectors", name)
		}
		if e.read > 2*MaxBody || e.status != 200 && e.read > 0 {
			t.Errorf("%s: %d bytes were read", name, e.read)
		}
	}
}

// BenchmarkEndless measures the heap that answers of 600 MiB need, in MiB at the most.
func BenchmarkEndless(b *testing.B) {
	var before, after runtime.MemStats
	for name, e := range endlessAnswers() {
		b.Run(name, func(b *testing.B) {
			var most uint64
			for range b.N {
				e.read = 0
				m := New(Options{HTTP: &http.Client{Transport: e}})
				runtime.GC()
				runtime.ReadMemStats(&before)
				if _, err := m.Rephrase(b.Context(), "beamer"); err == nil {
					b.Fatal("no error")
				}
				runtime.ReadMemStats(&after)
				most = max(most, after.TotalAlloc-before.TotalAlloc) // an upper bound of what is held at once
			}
			b.ReportMetric(float64(most)/(1<<20), "MiB-allocated")
		})
	}
}

func TestBreaker(t *testing.T) {
	start := time.Date(2026, 3, 6, 10, 0, 0, 0, time.UTC)
	at := func(s int) time.Time { return start.Add(time.Duration(s) * time.Second) }
	var b breaker
	for i := range maxFailures {
		if !b.allow(at(i)) {
			t.Fatalf("closed after %d failures", i)
		}
		b.done(at(i), false)
	}
	for _, step := range []struct {
		second int
		allow  bool
		then   string // how a call that was allowed ends
	}{
		{5, false, ""}, {33, false, ""},
		{34, true, ""},    // one tries
		{35, false, ""},   // the others wait for it
		{65, true, "bad"}, // it never said how it ended: the next one tries
		{66, false, ""}, {94, false, ""},
		{95, true, "good"}, {95, true, "bad"}, {95, true, "good"},
	} {
		if got := b.allow(at(step.second)); got != step.allow {
			t.Errorf("second %d: allowed is %v, want %v", step.second, got, step.allow)
		}
		if step.then != "" {
			b.done(at(step.second), step.then == "good")
		}
	}
}

// TestRest leaves an endpoint alone after five failures in a row, for 30 seconds.
func TestRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bad := true
		e := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if bad {
				status(500)(w, r)
				return
			}
			answers(object{"rephrasings": []string{"kein Bild"}})(w, r)
		})
		m := e.model()
		for range maxFailures + 3 {
			m.Rephrase(t.Context(), "beamer")
		}
		if n := len(e.bodies()); n != maxFailures {
			t.Errorf("asked %d times, want %d", n, maxFailures)
		}
		if _, err := m.Rephrase(t.Context(), "beamer"); !errors.Is(err, errResting) {
			t.Errorf("%v, want %v", err, errResting)
		}
		bad = false
		<-time.After(rest)
		for range 3 {
			if _, err := m.Rephrase(t.Context(), "beamer"); err != nil {
				t.Errorf("after the rest: %v", err)
			}
		}
	})
}

// TestCallsAtOnce refuses the ninth call at once.
func TestCallsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := serve(t, hang).model()
		var wg sync.WaitGroup
		for range MaxCalls {
			wg.Go(func() { m.Rephrase(t.Context(), "beamer") })
		}
		synctest.Wait()
		start := time.Now()
		if _, err := m.Rephrase(t.Context(), "beamer"); !errors.Is(err, errBusy) || time.Since(start) > 0 {
			t.Errorf("after %v: %v, want %v", time.Since(start), err, errBusy)
		}
		wg.Wait()
		if _, err := m.Rephrase(t.Context(), "beamer"); !errors.Is(err, errResting) {
			t.Errorf("%v, want %v: eight have failed", err, errResting)
		}
	})
}

// TestGivingUp counts it as nobody's failure that a caller gives up, but a caller's deadline as the endpoint's.
func TestGivingUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := serve(t, hang).model()
		for range 2 * maxFailures {
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(time.Second, cancel)
			if _, err := m.Rephrase(ctx, "beamer"); !errors.Is(err, context.Canceled) {
				t.Fatalf("%v, want %v", err, context.Canceled)
			}
		}
		for range maxFailures {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			if _, err := m.Rephrase(ctx, "beamer"); !errors.Is(err, context.DeadlineExceeded) {
				t.Fatalf("%v, want %v", err, context.DeadlineExceeded)
			}
			cancel()
		}
		if _, err := m.Rephrase(t.Context(), "beamer"); !errors.Is(err, errResting) {
			t.Errorf("%v, want %v", err, errResting)
		}
	})
}

// TestNothingInErrors keeps keys, prompts and answers out of errors and logs.
func TestNothingInErrors(t *testing.T) {
	const key, asked, told, host = "sk-CANARYKEY", "CANARYQUESTION", "CANARYANSWER", "canaryhost.example"
	handlers := []http.HandlerFunc{
		func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(401)
			io.WriteString(w, `{"error":{"message":"bad key `+key+` for `+asked+`"}}`)
		},
		says(`{"error":{"message":"` + key + asked + told + `"}}` + "\n"),
		says(streamed(told + key + asked)),
		says(streamed(`{"` + told + `":1}`)),
		answers(object{"rephrasings": []string{"https://" + told}}),
		says(`data: ` + told + "\n\n"),
	}
	for i, handler := range handlers {
		synctest.Test(t, func(t *testing.T) {
			var logged bytes.Buffer
			e := serve(t, handler)
			m := New(Options{URL: "http://user:" + key + "@" + host + "/v1", Key: key, Model: "m", Embeddings: "e", HTTP: e.client,
				Log: slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug}))})
			_, err := m.Rephrase(t.Context(), asked)
			_, err2 := m.Embed(t.Context(), []string{asked})
			if err == nil || err2 == nil {
				t.Fatalf("handler %d: %v, %v, want errors", i, err, err2)
			}
			all := err.Error() + err2.Error() + logged.String()
			for _, secret := range []string{key, asked, told, host} {
				if strings.Contains(all, secret) {
					t.Errorf("handler %d: %s in %q", i, secret, all)
				}
			}
			if !strings.Contains(logged.String(), "rephrase") {
				t.Errorf("handler %d: the failure is not in the log: %q", i, logged.String())
			}
		})
	}
}

// TestForms comes to terms with endpoints that refuse a part of the interface, and remembers which.
func TestForms(t *testing.T) {
	const text = `{"rephrasings":["kein Bild"]}`
	for _, test := range []struct {
		refused []string // what the endpoint does not know
		says    string
		asked   int // times for two questions
	}{
		{nil, text, 2},
		{[]string{"json_schema"}, text, 3},
		{[]string{"max_completion_tokens"}, "```json\n" + text + "\n```", 3},
		{[]string{"response_format"}, "<think>\nHm.\n</think>\nGern: " + text + " Viel Erfolg!", 4},
	} {
		synctest.Test(t, func(t *testing.T) {
			var e *endpoint
			e = serve(t, func(w http.ResponseWriter, r *http.Request) {
				for _, word := range test.refused {
					if bytes.Contains(e.bodies()[len(e.bodies())-1], []byte(word)) {
						status(400)(w, r)
						return
					}
				}
				says(streamed(test.says))(w, r)
			})
			m := e.model()
			for range 2 {
				got, err := m.Rephrase(t.Context(), "beamer")
				if err != nil || len(got) != 1 || got[0] != "kein Bild" {
					t.Errorf("%q refused: %q, %v", test.refused, got, err)
				}
			}
			if n := len(e.bodies()); n != test.asked {
				t.Errorf("%q refused: asked %d times, want %d", test.refused, n, test.asked)
			}
		})
	}
}
