package mattermost_test

import (
	"errors"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"ersthelfer/bot"
	"ersthelfer/bot/mattermost"
)

func TestLimits(t *testing.T) {
	t.Parallel()
	w := fakeWorld(t)
	o, _ := w.options(t)
	p, err := mattermost.New(o)
	if err != nil {
		t.Fatal(err)
	}
	anna := w.newcomer(t, "viel")
	if _, err := p.Send(t.Context(), bot.Post{Key: "0", User: anna.id, Body: bot.Plain("vorher")}); err != nil {
		t.Fatal(err)
	}
	w.fake.Limit(1, 1)
	_, err = p.Send(t.Context(), bot.Post{Key: "1", User: anna.id, Body: bot.Plain("zu viel")})
	var later *bot.LaterError
	if !errors.As(err, &later) || later.After != time.Second {
		t.Fatalf("sent with %v, want later", err)
	}
	// Until then nobody is asked.
	before := w.fake.Requests()
	if _, err := p.Send(t.Context(), bot.Post{Key: "2", User: anna.id, Body: bot.Plain("noch mehr")}); !errors.As(err, &later) {
		t.Errorf("sent with %v, want later", err)
	}
	if n := w.fake.Requests() - before; n != 0 {
		t.Errorf("%d requests while the server wants none", n)
	}
	ref, err := p.Send(t.Context(), bot.Post{Key: "1", User: anna.id, Body: bot.Plain("zu viel")})
	for errors.As(err, &later) {
		<-time.After(later.After)
		ref, err = p.Send(t.Context(), bot.Post{Key: "1", User: anna.id, Body: bot.Plain("zu viel")})
	}
	if err != nil || anna.sees(ref).Message != "zu viel" {
		t.Errorf("sent %q, %v", ref, err)
	}
	if n := w.fake.Early(); n != 0 {
		t.Errorf("%d requests before they were allowed", n)
	}
}

// TestRateLimit posts more than a server that limits requests takes: all of it
// arrives, once and in order. What the server signs stays good over its restarts.
func TestRateLimit(t *testing.T) {
	w := realWorld(t)
	b := w.start(t)
	anna := w.newcomer(t, "rate")
	ref := b.send(t, bot.Post{Key: "0", User: anna.id, Body: bot.Plain("vorher"), Choices: offered})
	signedBy := must(anna.GetClientConfig(t.Context(), ""))(t)["AsymmetricSigningPublicKey"]
	unlimit := w.limitRates(t)
	if h := w.exceed(t); h.Get("Retry-After") == "" || !strings.HasPrefix(h.Get("Content-Type"), "text/plain") {
		t.Errorf("limited with %v", h)
	}
	waits := 0
	for i := range 150 {
		post := bot.Post{Key: strconv.Itoa(i + 1), User: anna.id, Body: bot.Plain(strconv.Itoa(i + 1))}
		_, err := b.Send(t.Context(), post)
		var later *bot.LaterError
		for ; errors.As(err, &later); waits++ {
			<-time.After(later.After)
			_, err = b.Send(t.Context(), post)
		}
		if err != nil {
			t.Fatalf("post %d: %v", i+1, err)
		}
	}
	unlimit()
	posts := anna.botPosts(anna.direct(), strings.TrimPrefix(ref, "mattermost:"))
	for i, post := range posts {
		if post.Message != strconv.Itoa(i+1) {
			t.Fatalf("post %d says %q", i+1, post.Message)
		}
	}
	if len(posts) != 150 || waits == 0 {
		t.Errorf("%d posts after %d waits", len(posts), waits)
	}
	if got := must(anna.GetClientConfig(t.Context(), ""))(t)["AsymmetricSigningPublicKey"]; got != signedBy {
		t.Error("the server signs with another key after a restart")
	}
	if err := anna.press(anna.sees(ref), "1 Hat geholfen"); err != nil {
		t.Fatal(err)
	}
	b.find(t, "the press of a button from before", byChoice("412/7/helped"))
}

// limitRates restarts the real server so that it limits requests, which it does
// not do by itself, until undo.
func (w *world) limitRates(t *testing.T) (undo func()) {
	t.Helper()
	const setting = "MM_RATELIMITSETTINGS_ENABLE"
	t.Setenv(setting, "true") // the script hands it to the server
	undo = sync.OnceFunc(func() {
		if err := os.Unsetenv(setting); err != nil {
			t.Error(err)
		}
		w.restart(t)
	})
	t.Cleanup(undo)
	w.restart(t)
	return undo
}

// exceed asks until the server has had enough, and returns the headers of that.
func (w *world) exceed(t *testing.T) http.Header {
	t.Helper()
	for range 10_000 {
		resp, err := http.Get(w.URL + "/api/v4/system/ping")
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode == http.StatusTooManyRequests {
			return resp.Header
		}
	}
	t.Fatal("the server limits nothing")
	return nil
}
