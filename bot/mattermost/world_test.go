package mattermost_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"ersthelfer/bot"
	"ersthelfer/bot/bottest"
	"ersthelfer/bot/mattermost"
	"ersthelfer/bot/mattermost/mattermosttest"
	"ersthelfer/escalation"
)

// hung is when a test gives up waiting. Nothing is measured with it.
const hung = 60 * time.Second

// A world is a server with its people: the fake one, or a real one.
type world struct {
	mattermosttest.Cast
	fake *mattermosttest.Server // nil for a real one
}

// both runs a test against the fake, and against the real server if there is one.
func both(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	t.Run("fake", func(t *testing.T) {
		t.Parallel()
		s := mattermosttest.New(t)
		test(t, &world{Cast: s.Cast(), fake: s})
	})
	t.Run("real", func(t *testing.T) { test(t, realWorld(t)) })
}

// realServer skips loudly without a real server.
func realServer(t *testing.T) {
	t.Helper()
	if os.Getenv("MM_URL") == "" {
		t.Skip("NOT RUN AGAINST A REAL MATTERMOST: set MM_URL and the rest of the server's env.sh")
	}
}

// realWorld returns a world on the real server that nobody else has been in.
func realWorld(t *testing.T) *world {
	t.Helper()
	realServer(t)
	cast, _ := mattermosttest.Real(t)
	return &world{Cast: cast}
}

func (w *world) admin() *model.Client4 {
	c := model.NewAPIv4Client(w.URL)
	c.SetToken(w.Admin)
	return c
}

// restart restarts the server.
func (w *world) restart(t *testing.T) {
	t.Helper()
	if w.fake != nil {
		w.fake.Stop()
		w.fake.Start()
		return
	}
	mattermosttest.Script(t, "restart")
}

// calm waits until what tests before said on a real server is in the past: its
// time comes in whole seconds.
func (w *world) calm(t *testing.T) {
	t.Helper()
	if w.fake == nil {
		awaitSecond(t, w)
	}
}

// complaints returns what the server's log says of the bot's posts and forms.
func (w *world) complaints(t *testing.T) []string {
	t.Helper()
	return mattermosttest.Complaints(t, w.Cast, w.fake)
}

// words are the private sentences of the tests.
func words(locale string) mattermost.Words {
	if locale == "en" {
		return mattermost.Words{Foreign: "not yours", Late: "too late", Again: "already done", Failed: "failed", Invalid: "invalid", Direct: "see direct", Empty: "usage"}
	}
	return mattermost.Words{Foreign: "nicht Ihrs", Late: "zu spät", Again: "schon getan", Failed: "ging nicht", Invalid: "ungültig", Direct: "siehe direkt", Empty: "so geht es"}
}

// A hearing is a bot that only listens: it remembers what it was given.
type hearing struct {
	mu     sync.Mutex
	all    []bot.Message
	news   chan struct{}
	answer func(bot.Message) (bot.Receipt, error)
}

func newHearing() *hearing { return &hearing{news: make(chan struct{})} }

func (h *hearing) handle(_ context.Context, m bot.Message) (bot.Receipt, error) {
	h.mu.Lock()
	answer := h.answer
	h.mu.Unlock()
	var r bot.Receipt
	if answer != nil {
		var err error
		if r, err = answer(m); err != nil {
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
func (h *hearing) reply(answer func(bot.Message) (bot.Receipt, error)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.answer = answer
}

// find waits for a message that fits.
func (h *hearing) find(t *testing.T, what string, fits func(bot.Message) bool) bot.Message {
	t.Helper()
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
		await(t, news, what)
	}
}

// of waits for the message that a post is.
func (h *hearing) of(t *testing.T, post *model.Post) bot.Message {
	t.Helper()
	return h.find(t, "message "+post.Message, func(m bot.Message) bool { return m.ID == "mattermost:"+post.Id && m.Change == "" })
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

// A started platform runs until the test ends.
type started struct {
	*mattermost.Platform
	*hearing
	o      mattermost.Options
	stop   func()
	logged *lockedBuffer
	client *http.Client
}

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

// options returns options for a world, with a listener for callbacks that
// serves whatever platform is current.
func (w *world) options(t *testing.T) (mattermost.Options, func(http.Handler)) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var current http.Handler = http.NotFoundHandler()
	srv := &http.Server{Handler: http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		mu.Lock()
		h := current
		mu.Unlock()
		h.ServeHTTP(rw, r)
	}), ReadHeaderTimeout: hung}
	go func() { _ = srv.Serve(l) }()
	t.Cleanup(func() { srv.Close() })
	return mattermost.Options{
			URL: w.URL, Token: w.BotToken, Callback: "http://" + l.Addr().String() + "/mattermost",
			Secret: []byte("0123456789abcdef0123456789abcdef"), Teams: map[string]string{w.Team: "gs-nord"},
			Words: words, Store: new(bottest.Memory),
		}, func(h http.Handler) {
			mu.Lock()
			defer mu.Unlock()
			current = h
		}
}

// start runs a platform, and waits until it hears.
func (w *world) start(t *testing.T, change ...func(*mattermost.Options)) *started {
	t.Helper()
	o, serve := w.options(t)
	for _, c := range change {
		c(&o)
	}
	return w.run(t, o, serve, newHearing())
}

func (w *world) run(t *testing.T, o mattermost.Options, serve func(http.Handler), h *hearing) *started {
	t.Helper()
	w.calm(t)
	s := &started{hearing: h, logged: new(lockedBuffer)}
	begun := make(chan struct{})
	inner := o.Store
	o.Store = &beginning{Store: inner, begun: sync.OnceFunc(func() { close(begun) })}
	o.Log = slog.New(slog.NewTextHandler(s.logged, &slog.HandlerOptions{Level: slog.LevelDebug}))
	p, err := mattermost.New(o)
	if err != nil {
		t.Fatal(err)
	}
	o.Store = inner
	s.Platform, s.o = p, o
	serve(p.Handler())
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx, h.handle) }()
	s.stop = sync.OnceFunc(func() {
		cancel()
		if err := await(t, ended, "the end of Run"); err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	t.Cleanup(func() {
		s.stop()
		if t.Failed() {
			t.Logf("the bot said:\n%s", s.logged)
		}
	})
	await(t, begun, "the start of the bot")
	return s
}

// A beginning is a store that says when the platform has begun to read.
type beginning struct {
	bot.Store
	begun func()
}

func (b *beginning) Change(ctx context.Context, in bot.Bucket, key string, fn func([]byte) ([]byte, error)) error {
	err := b.Store.Change(ctx, in, key, fn)
	if err == nil && strings.HasPrefix(key, "mattermost:since:") {
		b.begun()
	}
	return err
}

// send sends a post, or ends the test.
func (s *started) send(t *testing.T, post bot.Post) string {
	t.Helper()
	ref, err := s.Send(t.Context(), post)
	if err != nil {
		t.Fatal(err)
	}
	return ref
}

func to(channel, thread string) escalation.Address {
	return escalation.Address{Platform: "mattermost", Channel: channel, Thread: thread}
}

var errTry = errors.New("not now")
