package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"ersthelfer/bot"
	"ersthelfer/bot/bolt"
	"ersthelfer/bot/bottest"
	"ersthelfer/internal/boltfile"
)

func TestTheSameIDTwiceIsOnce(t *testing.T) {
	var mu sync.Mutex
	var given []string
	s, pages := newServer(t, Options{Demo: true})
	running(t, s, func(_ context.Context, m bot.Message) (bot.Receipt, error) {
		mu.Lock()
		defer mu.Unlock()
		given = append(given, m.ID+" "+m.Text+m.Choice)
		return bot.Receipt{}, nil
	})
	sendTo(t, s, "anna", offer)
	anna := &visitor{person: "anna", pages: pages}
	said := url.Values{"id": {"nachricht-1"}, "text": {"Beamer"}}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for path, form := range map[string]url.Values{"/nachricht": said, "/auswahl": pressOK("anna")} {
				if status, body := anna.post(t, path, form); status != http.StatusSeeOther {
					t.Errorf("%s: %d %s", path, status, body)
				}
			}
		})
	}
	wg.Wait()
	if len(given) != 2 {
		t.Errorf("the bot was given %q, want each once", given)
	}
	if got := len(all(anna.get(t, "/"), hasClass("mine"))); got != 2 {
		t.Errorf("anna sees %d of her entries, want 2", got)
	}
	ben := &visitor{person: "ben", pages: pages}
	if status, _ := ben.post(t, "/nachricht", said); status != http.StatusSeeOther {
		t.Errorf("ben: %d", status)
	}
	if len(given) != 3 {
		t.Errorf("somebody else's message with the same id is lost: %q", given)
	}
}

// What was said and not yet taken is given again by another process, which also
// knows what was posted.
func TestNothingIsLostOrDoubledByAKill(t *testing.T) {
	dir := t.TempDir()
	open := func() (*Server, *visitor, func()) {
		f, err := boltfile.Open(dir, boltfile.Options{})
		if err != nil {
			t.Fatal(err)
		}
		store, err := bolt.Open(t.Context(), f, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		s, pages := newServer(t, Options{Demo: true, Store: store})
		return s, &visitor{person: "anna", pages: pages}, func() { _ = f.Close() }
	}
	s, anna, kill := open()
	first := sendTo(t, s, "anna", offer)
	for i := range 3 {
		said := url.Values{"id": {fmt.Sprint("nachricht-", i)}, "text": {fmt.Sprint("Wort ", i)}}
		if w := ask(s, "/als/anna/nachricht", "", said, "Accept", "text/plain"); w.Code != http.StatusNoContent {
			t.Errorf("say: %d", w.Code)
		}
	}
	kill()

	s, anna, kill = open()
	defer kill()
	given := make(chan string, 10)
	running(t, s, func(_ context.Context, m bot.Message) (bot.Receipt, error) {
		given <- m.Text
		return bot.Receipt{}, nil
	})
	for i := range 3 {
		if got, want := next(t, given), fmt.Sprint("Wort ", i); got != want {
			t.Errorf("then comes %q, want %q", got, want)
		}
	}
	if again := sendTo(t, s, "anna", offer); again != first {
		t.Errorf("the same key was posted as %q and as %q", first, again)
	}
	page := anna.get(t, "/")
	if mine, bots := len(all(page, hasClass("mine"))), len(seen(page)); mine != 3 || bots != 1 {
		t.Errorf("anna sees %d words of hers and %d of the bot, want 3 and 1", mine, bots)
	}
}

func TestOldEntriesMove(t *testing.T) {
	store := new(bottest.Memory)
	s, pages := newServer(t, Options{Demo: true, Store: store})
	anna := &visitor{person: "anna", pages: pages}
	const many = 2*chunk + maxFresh + 7
	refs := make([]string, many)
	for i := range refs {
		refs[i] = sendTo(t, s, "anna", bot.Post{
			Key: fmt.Sprint("k", i), Body: bot.Plain(fmt.Sprint("Post ", i+1)), Choices: offer.Choices,
		})
	}
	h, err := s.read(t.Context(), "anna")
	if err != nil || h.last() != many || len(h.Entries) > maxFresh {
		t.Fatalf("%d entries, %d of them fresh, %v", h.last(), len(h.Entries), err)
	}
	texts := map[string]bool{}
	for _, path := range []string{"/", "/?teil=0", "/?teil=1", "/?teil=2"} {
		for _, p := range seen(anna.get(t, path)) {
			if texts[p.Text] {
				t.Errorf("%q is shown twice", p.Text)
			}
			texts[p.Text] = true
			if path != "/" && len(p.Choices) > 0 {
				t.Errorf("%q is old and still has choices", p.Text)
			}
		}
	}
	if len(texts) != many {
		t.Errorf("%d posts are shown, want %d", len(texts), many)
	}
	links := func(path string) string {
		var out []string
		for _, p := range all(anna.get(t, path), hasClass("part")) {
			for _, a := range all(p, func(n *html.Node) bool { return n.Data == "a" && strings.Contains(attr(n, "href"), "teil=") }) {
				out = append(out, attr(a, "href"))
			}
		}
		return strings.Join(out, " ")
	}
	for path, want := range map[string]string{
		"/":        "/als/anna/?teil=2",
		"/?teil=2": "/als/anna/?teil=1",
		"/?teil=1": "/als/anna/?teil=0 /als/anna/?teil=2",
		"/?teil=0": "/als/anna/?teil=1",
	} {
		if got := links(path); got != want {
			t.Errorf("%s leads to %q, want %q", path, got, want)
		}
	}
	for _, path := range []string{"/?teil=9", "/?teil=-1", "/?teil=x"} {
		if w := ask(s, "/als/anna"+path, "", nil); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	if err := s.Edit(t.Context(), refs[0], bot.Post{Body: bot.Plain("anders")}); err != nil {
		t.Errorf("edit of an old post: %v", err)
	}
	if err := s.Edit(t.Context(), "web:anna:999999", offer); !errors.Is(err, bot.ErrUndeliverable) {
		t.Errorf("edit of no post: %v", err)
	}
}

func TestTooManyWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{Demo: true, Store: new(bottest.Memory), People: people}) // nobody takes anything
		for i := range maxWaiting + 1 {
			w := ask(s, "/als/anna/nachricht", "", url.Values{"id": {fmt.Sprintf("nachricht-%d", i)}, "text": {"x"}})
			want := http.StatusSeeOther
			if i == maxWaiting {
				want = http.StatusTooManyRequests
			}
			if w.Code != want {
				t.Errorf("message %d: %d, want %d", i, w.Code, want)
			}
		}
	})
}

// Different people's messages do not wait for each other.
func TestOnePersonHoldsUpNobody(t *testing.T) {
	s, pages := newServer(t, Options{Demo: true})
	free := make(chan struct{})
	given := make(chan string, 2)
	running(t, s, func(ctx context.Context, m bot.Message) (bot.Receipt, error) {
		if m.From.ID == "anna" {
			select {
			case <-free:
			case <-ctx.Done():
			}
		}
		given <- m.From.ID
		return bot.Receipt{}, nil
	})
	said := url.Values{"id": {"nachricht-1"}, "text": {"x"}}
	done := make(chan struct{})
	go func() {
		defer close(done)
		(&visitor{person: "anna", pages: pages}).post(t, "/nachricht", said)
	}()
	(&visitor{person: "ben", pages: pages}).post(t, "/nachricht", said)
	if first := next(t, given); first != "ben" {
		t.Errorf("%s is dealt with first", first)
	}
	close(free)
	if second := next(t, given); second != "anna" {
		t.Errorf("%s is dealt with then", second)
	}
	next(t, done)
}

func TestReplyNamesTheThread(t *testing.T) {
	s, pages := newServer(t, Options{Demo: true})
	given := make(chan bot.Message, 1)
	running(t, s, func(_ context.Context, m bot.Message) (bot.Receipt, error) {
		given <- m
		return bot.Receipt{}, nil
	})
	root := sendTo(t, s, "anna", bot.Post{Key: "1", Body: bot.Plain("Ticket 412 wartet")})
	anna := &visitor{person: "anna", pages: pages}
	page := anna.get(t, "/?antwort=1")
	var form url.Values
	for _, f := range all(page, hasClass("composer")) {
		form = inputs(f)
	}
	form.Set("text", "Adapter fehlt")
	if status, body := anna.post(t, "/nachricht", form); status != http.StatusSeeOther {
		t.Fatalf("reply: %d %s", status, body)
	}
	if m := next(t, given); m.Root != root || m.In.Thread != "" {
		t.Errorf("reply arrived as %+v, want root %q", m, root)
	}
	mine := all(anna.get(t, "/"), hasClass("mine"))
	if len(mine) != 1 || !strings.Contains(text(mine[0]), "Antwort auf: Ticket 412 wartet") {
		t.Errorf("the reply does not show what it is about")
	}
}

// Records of released versions must remain readable: this is what they look like.
func TestStoredForm(t *testing.T) {
	const record = `{"channel":"anna","rev":3,"entries":[` +
		`{"n":1,"rev":1,"at":"2026-11-23T10:40:00Z","key":"412/1/anna","body":[{"Kind":1,"Number":1,"Spans":[{"Text":"Kabel","Bold":true,"Code":false}]}],` +
		`"choices":[{"ID":"1/2/ok","Label":"Ja","Strong":true,"Form":null}]},` +
		`{"n":2,"rev":3,"at":"2026-11-23T10:41:00Z","said":{"ID":"web:anna:nachricht-1","From":{"Platform":"web","ID":"anna","Name":"Anna Weber","Handle":"","Email":"","Locale":"de","Schools":null,"Bot":false},` +
		`"In":{"platform":"web","channel":"anna"},"Root":"","Direct":true,"Text":"hilft nicht","Choice":"","Form":null,"Post":"","Files":null,"Change":"","At":"2026-11-23T10:41:00Z"},` +
		`"done":true,"note":[{"Kind":0,"Number":0,"Spans":[{"Text":"Nein","Bold":false,"Code":false}]}]}]}`
	h, err := decode("anna", []byte(record))
	if err != nil {
		t.Fatal(err)
	}
	e := h.at(2)
	if h.at(1).Body.String() != "1. Kabel" || e.Said.Text != "hilft nicht" || !e.Done || e.Note.String() != "Nein" {
		t.Errorf("read as %+v", h)
	}
	data, err := json.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(record, string(data)); diff != "" {
		t.Errorf("stored form changed: %s", diff)
	}
}

// next returns what comes over a channel, or ends a test that waits in vain.
func next[T any](t *testing.T, c <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-c:
	case <-time.After(time.Minute):
		t.Fatal("waited in vain")
	}
	return v
}
