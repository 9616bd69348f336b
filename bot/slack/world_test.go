package slack_test

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"ersthelfer/bot"
	"ersthelfer/bot/bottest"
	"ersthelfer/bot/slack"
	"ersthelfer/bot/slack/slacktest"
)

// hung is when a test gives up waiting. Nothing is measured with it.
const hung = 60 * time.Second

// words are the platform's own sentences in the tests.
func words(locale string) slack.Words {
	if strings.HasPrefix(locale, "en") {
		return slack.Words{Direct: "see direct", Empty: "usage", Failed: "failed", Title: "Bot", Working: "working", Done: "done", Close: "Close"}
	}
	return slack.Words{Direct: "siehe direkt", Empty: "so geht es", Failed: "ging nicht", Title: "Bot", Working: "Moment", Done: "erledigt", Close: "Schließen"}
}

// options are those of a platform on a server, by Socket Mode.
func options(s *slacktest.Server) slack.Options {
	return slack.Options{
		BotToken: slacktest.BotToken, AppToken: slacktest.AppToken, SigningSecret: slacktest.Secret,
		Emails: true, Words: words, Store: new(bottest.Memory), API: s.URL, Pace: time.Microsecond,
	}
}

// A way is one of the two ways by which Slack delivers.
type way struct {
	name string
	open func(t *testing.T, s *slacktest.Server, o slack.Options) *slack.Platform
}

var ways = []way{
	{"socket", func(t *testing.T, s *slacktest.Server, o slack.Options) *slack.Platform {
		install(s, o)
		return newPlatform(t, o)
	}},
	{"http", func(t *testing.T, s *slacktest.Server, o slack.Options) *slack.Platform {
		install(s, o)
		o.AppToken = ""
		p := newPlatform(t, o)
		srv := httptest.NewServer(p.Handler())
		t.Cleanup(srv.Close)
		s.UseHTTP(srv.URL)
		return p
	}},
}

// install gives the app what its manifest asks for, and no more. A slow machine
// is no reason for Slack to lose patience, unless a test is about that.
func install(s *slacktest.Server, o slack.Options) {
	s.Set(func(r *slacktest.Rules) {
		r.Scopes, r.Subscribe = slack.Scopes(o), o.ReadChannels
		r.Trigger, r.Retries = cmp.Or(r.Trigger, hung), cmp.Or(r.Retries, 20)
	})
}

// both runs a test over both ways, beside others.
func both(t *testing.T, test func(t *testing.T, w way)) {
	t.Parallel()
	for _, w := range ways {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			test(t, w)
		})
	}
}

func newPlatform(t *testing.T, o slack.Options) *slack.Platform {
	t.Helper()
	p, err := slack.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// within returns a context that ends a test which waits in vain.
func within(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), hung)
	t.Cleanup(cancel)
	return ctx
}

// whileTested returns a context that ends with the test, or when it waits in vain.
func whileTested(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), hung)
	t.Cleanup(cancel)
	return ctx
}

// wait waits for something on the server.
func wait(t testing.TB, s *slacktest.Server, what string, ok func() bool) {
	t.Helper()
	if err := s.Wait(within(t), ok); err != nil {
		t.Fatalf("waited in vain for %s", what)
	}
}

// answered waits until Slack has its acknowledgement, and returns the answer.
func answered(t *testing.T, s *slacktest.Server, e *slacktest.Envelope) string {
	t.Helper()
	answer, err := s.Answered(within(t), e)
	if err != nil {
		t.Fatalf("%s %v is not acknowledged", e.Kind, e.Payload["event"])
	}
	return string(answer)
}

// A hearing is a bot that only listens: it remembers what it was given.
type hearing struct {
	mu     sync.Mutex
	all    []bot.Message
	news   chan struct{}
	answer func(context.Context, bot.Message) (bot.Receipt, error)
}

func newHearing() *hearing { return &hearing{news: make(chan struct{})} }

func (h *hearing) handle(ctx context.Context, m bot.Message) (bot.Receipt, error) {
	h.mu.Lock()
	answer := h.answer
	h.mu.Unlock()
	var r bot.Receipt
	if answer != nil {
		var err error
		if r, err = answer(ctx, m); err != nil {
			return r, err
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.all = append(h.all, m)
	close(h.news)
	h.news = make(chan struct{})
	return r, nil
}

// reply sets how messages are answered from now on.
func (h *hearing) reply(answer func(context.Context, bot.Message) (bot.Receipt, error)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.answer = answer
}

// until waits for done in a handler, also when the test has failed before.
func until(ctx context.Context, done <-chan struct{}) error {
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// find waits for a message that fits.
func (h *hearing) find(t *testing.T, what string, fits func(bot.Message) bool) bot.Message {
	t.Helper()
	ctx := within(t)
	for {
		h.mu.Lock()
		for _, m := range h.all {
			if fits(m) {
				h.mu.Unlock()
				return m
			}
		}
		news := h.news
		h.mu.Unlock()
		select {
		case <-news:
		case <-ctx.Done():
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

// said waits for what somebody said.
func (h *hearing) said(t *testing.T, text string) bot.Message {
	t.Helper()
	return h.find(t, text, func(m bot.Message) bool { return m.Text == text })
}

// count returns how many messages fit.
func (h *hearing) count(fits func(bot.Message) bool) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := 0
	for _, m := range h.all {
		if fits(m) {
			n++
		}
	}
	return n
}

// A lockedBuffer is a log that can be read meanwhile.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func logTo(b *lockedBuffer) *slog.Logger {
	return slog.New(slog.NewTextHandler(b, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// A started platform runs until the test ends.
type started struct {
	*slack.Platform
	*hearing
	stop func()
}

// start runs a platform with a bot that only listens, and waits until it hears.
func start(t *testing.T, s *slacktest.Server, w way, o slack.Options) *started {
	t.Helper()
	x := &started{Platform: w.open(t, s, o), hearing: newHearing()}
	before := looks(s)
	x.stop = run(t, func(ctx context.Context) error { return x.Run(ctx, x.handle) })
	hears(t, s, before)
	return x
}

// run runs something until the test ends, or the returned function is called.
func run(t *testing.T, f func(ctx context.Context) error) (stop func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- f(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("run: %v", err)
		}
	})
	t.Cleanup(stop)
	return stop
}

// looks returns how often the channels were looked through.
func looks(s *slacktest.Server) int { return len(s.Calls("users.conversations")) }

// hears waits until a platform hears, which looks through the channels first.
func hears(t *testing.T, s *slacktest.Server, before int) {
	t.Helper()
	wait(t, s, "a look at the channels", func() bool { return looks(s) > before && s.Reaches() })
	e := s.Send("events_api", map[string]any{"type": "event_callback", "event": map[string]any{"type": "hello"}})
	answered(t, s, e)
}

// person adds somebody.
func person(s *slacktest.Server, name string) slacktest.User {
	return s.Add(slacktest.User{Name: name, Email: name + "@schule.example", RealName: strings.ToUpper(name[:1]) + name[1:]})
}

// call gives a request to a handler.
func call(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// fuzzed runs a platform for a fuzz target.
func fuzzed(f *testing.F, s *slacktest.Server, o slack.Options) *slack.Platform {
	p, err := slack.New(o)
	if err != nil {
		f.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx, newHearing().handle) }()
	f.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			f.Error(err)
		}
	})
	ready := func() bool { return len(s.Calls("users.conversations")) > 0 }
	if err := s.Wait(ctx, ready); err != nil {
		f.Fatal(err)
	}
	return p
}
