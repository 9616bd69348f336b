package mattermost_test

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"ersthelfer/bot"
)

// An evidence is what an attacker has seen: calls that the server really made, none
// of which the bot has handled yet, and a few posts.
type evidence struct {
	mine, other, foreign model.PostActionIntegrationRequest
	room                 string
	annas, bens          *model.Post
}

type request = model.PostActionIntegrationRequest

// An attack changes the call that the server made for Anna.
type attack struct {
	name   string
	change func(*request)
	travel time.Duration // the bot's clock
	want   string
}

// trigger returns Anna's trigger id with one part changed.
func (e *evidence) trigger(part int, value string) string {
	data, _ := base64.StdEncoding.DecodeString(e.mine.TriggerId)
	parts := strings.Split(string(data), ":")
	parts[part] = value
	return base64.StdEncoding.EncodeToString([]byte(strings.Join(parts, ":")))
}

// claim returns what is in the sealed claim, and its seal.
func (e *evidence) claim() (body, seal string) {
	body, seal, _ = strings.Cut(e.mine.Context["ersthelfer"].(string), ".")
	return body, seal
}

// reseal returns the claim with one value changed, under the old seal.
func (e *evidence) reseal(key string, value any) string {
	body, seal := e.claim()
	data, _ := base64.RawURLEncoding.DecodeString(body)
	var c map[string]any
	_ = json.Unmarshal(data, &c)
	c[key] = value
	data, _ = json.Marshal(c)
	return base64.RawURLEncoding.EncodeToString(data) + "." + seal
}

// onTrigger are attacks on who pressed and when.
func (e *evidence) onTrigger() []attack {
	trigger := func(text string) func(*request) { return func(r *request) { r.TriggerId = text } }
	forged := base64.StdEncoding.EncodeToString([]byte("0\x06\x02\x01\x01\x02\x01\x01"))
	return []attack{
		{name: "no trigger", change: trigger("")},
		{name: "trigger is no base64", change: trigger("%%%")},
		{name: "trigger of three parts", change: trigger(base64.StdEncoding.EncodeToString([]byte("a:b:c")))},
		{name: "trigger with another name", change: trigger(e.trigger(0, model.NewId()))},
		{name: "trigger for another user", change: func(r *request) { r.TriggerId, r.UserId = e.trigger(1, e.foreign.UserId), e.foreign.UserId }},
		{name: "trigger made younger", change: trigger(e.trigger(2, fmt.Sprint(time.Now().UnixMilli())))},
		{name: "trigger without a signature", change: trigger(e.trigger(3, ""))},
		{name: "trigger with another signature", change: trigger(e.trigger(3, forged))},
		{name: "in the name of another", change: func(r *request) { r.UserId = e.foreign.UserId }},
		{name: "in nobody's name", change: func(r *request) { r.UserId = "" }},
		{name: "another's genuine trigger", change: trigger(e.foreign.TriggerId)},
		{name: "a minute late", change: func(*request) {}, travel: time.Minute, want: "zu spät"},
		{name: "a minute early", change: func(*request) {}, travel: -time.Minute},
		{name: "a month late", change: func(*request) {}, travel: 30 * 24 * time.Hour, want: "zu spät"},
	}
}

// onPost are attacks on where something was pressed.
func (e *evidence) onPost() []attack {
	post := func(id string) func(*request) { return func(r *request) { r.PostId = id } }
	channel := func(id string) func(*request) { return func(r *request) { r.ChannelId = id } }
	return []attack{
		{name: "the post of another button", change: post(e.other.PostId)},
		{name: "another's post", change: post(e.foreign.PostId)},
		{name: "a post of one's own", change: post(e.annas.Id)},
		{name: "another's own post", change: post(e.bens.Id)},
		{name: "a post that is none", change: post(model.NewId())},
		{name: "a path for a post", change: post("../users/me")},
		{name: "no post", change: post("")},
		{name: "in another channel", change: channel(e.room)},
		{name: "in another's channel", change: channel(e.foreign.ChannelId)},
		{name: "in no channel", change: channel("")},
	}
}

// onContext are attacks on what was pressed.
func (e *evidence) onContext() []attack {
	context := func(v any) func(*request) { return func(r *request) { r.Context["ersthelfer"] = v } }
	body, seal := e.claim()
	return []attack{
		{name: "another's button", change: func(r *request) { r.Context = e.foreign.Context }},
		{name: "the button of another post", change: func(r *request) { r.Context = e.other.Context }},
		{name: "no context", change: func(r *request) { r.Context = nil }},
		{name: "no seal", change: context(body)},
		{name: "an empty seal", change: context(body + ".")},
		{name: "a seal of zeros", change: context(body + "." + strings.Repeat("A", len(seal)))},
		{name: "a cut seal", change: context(body + "." + seal[:len(seal)-4])},
		{name: "not a text", change: context(7)},
		{name: "another choice", change: context(e.reseal("f", map[string]any{"412/7/erase": nil}))},
		{name: "another time limit", change: context(e.reseal("x", 1<<40))},
		{name: "another channel", change: context(e.reseal("c", e.room))},
		{name: "another purpose", change: context(e.reseal("p", "send"))},
		{name: "an option for a button", change: func(r *request) { r.Context["selected_option"] = "412/7/other" }},
		{name: "an option that is not there", change: func(r *request) { r.Type = "select"; r.Context["selected_option"] = "412/7/other" }},
	}
}

// A scene is a bot that is attacked.
type scene struct {
	*started
	t     *testing.T
	watch *spy
	mu    sync.Mutex
	ahead time.Duration
}

// travel moves the bot's clock.
func (s *scene) travel(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ahead = d
}

func newScene(t *testing.T, w *world) *scene {
	t.Helper()
	s := &scene{t: t, watch: &spy{}}
	o, serve := w.options(t)
	o.Now = func() time.Time {
		s.mu.Lock()
		defer s.mu.Unlock()
		return time.Now().Add(s.ahead)
	}
	o.CommandTokens = []string{"das-echte-token"}
	s.started = w.run(t, o, func(h http.Handler) { s.watch.set(h); serve(s.watch) }, newHearing())
	return s
}

// genuine returns a call that the server made for a press, and keeps it from the bot.
func (s *scene) genuine(who *person, key string) request {
	s.t.Helper()
	ref := s.send(s.t, bot.Post{Key: key, User: who.id, Body: bot.Plain(key), Choices: offered})
	s.watch.set(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "{}") }))
	defer s.watch.set(s.Handler())
	if err := who.press(who.sees(ref), "1 Hat geholfen"); err != nil {
		s.t.Fatal(err)
	}
	return s.watch.request()
}

// press sends a call as anybody could, and returns what the bot answers.
func (s *scene) press(req request) string {
	s.t.Helper()
	data, _ := json.Marshal(req)
	resp, err := http.Post(s.o.Callback+"/action", "application/json", bytes.NewReader(data))
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	var out model.PostActionIntegrationResponse
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil || resp.StatusCode != http.StatusOK {
		s.t.Errorf("answered with status %d, %v", resp.StatusCode, err)
	}
	return out.EphemeralText
}

// command sends a slash command with a genuine trigger, and returns the answer.
func (s *scene) command(token string, by request) string {
	s.t.Helper()
	resp, err := http.PostForm(s.o.Callback+"/command", url.Values{
		"token": {token}, "user_id": {by.UserId}, "trigger_id": {by.TriggerId}, "text": {"status"},
	})
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	var out model.CommandResponse
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil {
		s.t.Error(err)
	}
	return out.Text
}

// doublePress is within which two presses are one (see press.go).
const doublePress = 5 * time.Second

// effects counts the presses that reached the bot.
func (s *scene) effects() int { return s.count(func(m bot.Message) bool { return m.Choice != "" }) }

// TestForgery sends the listener what somebody could who knows everything but
// the server's and the bot's secrets, and has even seen genuine calls.
func TestForgery(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		s := newScene(t, w)
		anna, ben := w.newcomer(t, "opfer"), w.newcomer(t, "boese")
		e := &evidence{
			mine: s.genuine(anna, "a"), other: s.genuine(anna, "b"), foreign: s.genuine(ben, "c"),
			room: w.Channels["lehrerzimmer"], annas: anna.say("mein eigener Beitrag"), bens: ben.say("mein eigener Beitrag"),
		}
		attacks := append(append(e.onTrigger(), e.onPost()...), e.onContext()...)
		for _, a := range attacks {
			req := e.mine
			req.Context = map[string]any{"ersthelfer": e.mine.Context["ersthelfer"]}
			a.change(&req)
			s.travel(a.travel)
			if got := s.press(req); got != cmp.Or(a.want, "nicht Ihrs") {
				t.Errorf("%s: answered %q", a.name, got)
			}
			s.travel(0)
			if n := s.effects(); n != 0 {
				t.Fatalf("%s: had an effect", a.name)
			}
		}
		t.Logf("%d attacks without an effect", len(attacks))
		for _, token := range []string{"", "falsch", "das-echte-toke", "das-echte-token2"} {
			if got := s.command(token, e.mine); got != "nicht Ihrs" {
				t.Errorf("a command with the token %q is answered %q", token, got)
			}
		}
		if got := s.command("das-echte-token", e.foreign); got != "siehe direkt" {
			t.Errorf("the genuine command is answered %q", got)
		}
		// The very call that they were made from is good, once.
		if got := s.press(e.mine); got != "" {
			t.Errorf("the genuine press is answered %q", got)
		}
		s.find(t, "the genuine press", byChoice("412/7/helped"))
		if got := s.press(e.mine); got != "schon getan" || s.effects() != 1 {
			t.Errorf("replayed: answered %q, %d effects", got, s.effects())
		}
		s.travel(2 * doublePress) // a replay is not taken for a slow double press either
		if got := s.press(e.mine); got != "schon getan" || s.effects() != 1 {
			t.Errorf("replayed later: answered %q, %d effects", got, s.effects())
		}
		s.travel(0)
		_, seal := e.claim()
		if text := s.logged.String(); strings.Contains(text, w.BotToken) || strings.Contains(text, seal) || strings.Contains(text, "eigener") {
			t.Error("the log holds a secret or what somebody said")
		}
	})
}

// TestJunk is what comes to every listener sooner or later.
func TestJunk(t *testing.T) {
	t.Parallel()
	s := newScene(t, fakeWorld(t))
	for _, junk := range []string{"", "null", "[]", "{", `{"context":7}`, strings.Repeat("[", 100_000), strings.Repeat("x", 2<<20)} {
		for _, path := range []string{"/action", "/dialog", "/command"} {
			resp, err := http.Post(s.o.Callback+path, "application/json", strings.NewReader(junk))
			if err != nil {
				continue // hung up on
			}
			resp.Body.Close()
			if resp.StatusCode >= http.StatusInternalServerError {
				t.Errorf("%s: junk is answered with %d", path, resp.StatusCode)
			}
		}
	}
	if s.effects() != 0 {
		t.Error("junk had an effect")
	}
}

// A spy stands before the bot's listener and remembers what the server sent.
type spy struct {
	mu   sync.Mutex
	last []byte
	next http.Handler
}

func (s *spy) set(h http.Handler) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next = h
}

func (s *spy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	s.last = body
	next := s.next
	s.mu.Unlock()
	r.Body = io.NopCloser(bytes.NewReader(body))
	next.ServeHTTP(w, r)
}

func (s *spy) request() request {
	s.mu.Lock()
	defer s.mu.Unlock()
	var req request
	_ = json.Unmarshal(s.last, &req)
	return req
}

// TestUsersButton is a button that an ordinary user makes, which points at the bot.
func TestUsersButton(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		b := w.start(t)
		ben := w.newcomer(t, "boese")
		ear := ben.listen()
		post := &model.Post{ChannelId: ben.direct(), Message: "drück mich"}
		post.AddProp("attachments", []*model.MessageAttachment{{Actions: []*model.PostAction{{
			Id: "x", Name: "1 Gelöst", Type: "button",
			Integration: &model.PostActionIntegration{URL: b.o.Callback + "/action", Context: map[string]any{"ersthelfer": "e30.AAAA", "choice": "412/7/helped"}},
		}}}})
		post.AddProp("from_bot", "true")
		made := ben.post(post)
		b.of(t, made) // from_bot or not: who it is decides
		if err := ben.press(made, "1 Gelöst"); err != nil {
			t.Fatal(err)
		}
		if got := await(t, ear.whisper, "the refusal"); got != "nicht Ihrs" || b.count(func(m bot.Message) bool { return m.Choice != "" }) > 0 {
			t.Errorf("whispered %q", got)
		}
	})
}
