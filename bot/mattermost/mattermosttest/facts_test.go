package mattermosttest_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/mattermost/mattermost/server/public/model"

	"ersthelfer/bot/mattermost/mattermosttest"
)

// TestFacts is what the bot relies on of a Mattermost server, and what the fake
// must therefore do as well: each fact holds on both. Facts about routes that
// the bot does not use are looked at on the real server alone.
func TestFacts(t *testing.T) {
	t.Run("fake", func(t *testing.T) {
		s := mattermosttest.New(t)
		facts(t, newStage(t, s.Cast(), s))
	})
	t.Run("real", func(t *testing.T) {
		c, ok := mattermosttest.Real(t)
		if !ok {
			t.Skip("NOT RUN AGAINST A REAL MATTERMOST: set MM_URL and the rest of the server's env.sh")
		}
		facts(t, newStage(t, c, nil))
	})
}

func facts(t *testing.T, s *stage) {
	for _, f := range []struct {
		name   string
		real   bool // the fake has no such route
		states func(*testing.T, *stage)
	}{
		{"a socket begins with hello and answers the challenge afterwards", false, socketBegins},
		{"a socket with a wrong token is closed without a word", false, socketWrongToken},
		{"a socket without a token is closed after five seconds", false, socketSilent},
		{"a socket takes no frame over 8 KiB", false, socketFrame},
		{"a socket is resumed with the header, and not without", false, socketResumes},
		{"a socket that missed too much gets a new id and nothing of it", false, socketLoses},
		{"the official client panics after a break", false, socketClient},
		{"an event of a post holds JSON in a string", false, eventPosted},
		{"events tell of channels, members, changes", false, eventKinds},
		{"a revoked token ends requests and sockets", false, tokenRevoked},
		{"errors have an id that lasts, and replies an id and a version", false, restErrors},
		{"since= has what is new, edited and deleted", false, restSince},
		{"after= has pages of 200, and nothing after an erased post", false, restAfter},
		{"a message has 16,383 characters, a request about 300,000 bytes", false, restLimits},
		{"a pending_post_id is one post", false, restPending},
		{"a file is attached once, ten to a post", false, restFiles},
		{"a thread begins with a post that is no reply", false, restThreads},
		{"props prove nothing, the user's record does", false, restFromBot},
		{"a link to a post is shown with the post", true, restPermalink},
		{"a profile has a language and a time zone of texts", false, restProfile},
		{"@all calls everybody, a broken @all nobody", false, restMentions},
		{"a bot posts where it is a member", false, restMembership},
		{"a direct channel is named after both", false, restDirect},
		{"direct messages between teams can be forbidden, when they are sent", false, restRestricted},
		{"a bot may not whisper", false, restEphemeral},
		{"a button's id is of letters and digits", false, actionID},
		{"what stands behind a button is never given back", false, actionStripped},
		{"a press is a call without a signature", false, actionCall},
		{"a press wants 200 with JSON", false, actionAnswers},
		{"an update of nothing blanks the post", false, actionUpdates},
		{"a whispered button works once", true, actionEphemeral},
		{"a private address must be allowed", false, actionPrivate},
		{"a user's button calls the bot", false, actionOfUser},
		{"a trigger id is signed", false, actionTrigger},
		{"a dialog opens with a trigger alone, as often as one likes", false, dialogOpens},
		{"a dialog that cannot be shown is taken", false, dialogInvalid},
		{"of a sent dialog only the user is certain", false, dialogSent},
		{"a dialog stays open with errors", false, dialogErrors},
		{"a slash command is an admin's, one a word", false, commandMade},
		{"a slash command is a form with a token", false, commandCall},
		{"a slash command in the channel is said by the user, five times", true, commandResponse},
	} {
		t.Run(f.name, func(t *testing.T) {
			if f.real && s.fake != nil {
				t.Skip("the bot does not use this")
			}
			f.states(t, s)
		})
	}
}

// A stage is a server with three people who talk to it, and a listener that the
// server may call.
type stage struct {
	mattermosttest.Cast
	fake             *mattermosttest.Server // nil for a real one
	admin, anna, ben *model.Client4
	bot              *model.Client4
	room             string

	listener *httptest.Server
	mu       sync.Mutex
	answer   http.HandlerFunc
	calls    []call
}

// A call is what the server sent to the listener.
type call struct {
	path   string
	header http.Header
	body   []byte
}

func newStage(t *testing.T, c mattermosttest.Cast, fake *mattermosttest.Server) *stage {
	t.Helper()
	s := &stage{Cast: c, fake: fake, room: c.Channels["lehrerzimmer"]}
	s.admin, s.bot = model.NewAPIv4Client(c.URL), model.NewAPIv4Client(c.URL)
	s.admin.SetToken(c.Admin)
	s.bot.SetToken(c.BotToken)
	s.anna, s.ben = s.login(t, c.Handle("anna")), s.login(t, c.Handle("ben"))
	s.listener = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		s.mu.Lock()
		s.calls = append(s.calls, call{r.URL.Path, r.Header, body})
		answer := s.answer
		s.mu.Unlock()
		if answer != nil {
			answer(w, r)
		}
	}))
	t.Cleanup(s.listener.Close)
	return s
}

func (s *stage) login(t *testing.T, name string) *model.Client4 {
	t.Helper()
	c := model.NewAPIv4Client(s.URL)
	do(c.Login(t.Context(), name, s.Password))(t)
	return c
}

// answering sets how the listener answers, and forgets what it was sent.
func (s *stage) answering(h http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer, s.calls = h, nil
}

// called returns what the listener was sent.
func (s *stage) called() []call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls
}

// one returns the only call that there was, decoded.
func (s *stage) one(t *testing.T, v any) call {
	t.Helper()
	calls := s.called()
	if len(calls) != 1 {
		t.Fatalf("%d calls", len(calls))
	}
	if v != nil {
		if err := json.Unmarshal(calls[0].body, v); err != nil {
			t.Fatal(err)
		}
	}
	return calls[0]
}

// values reads a form.
func values(t *testing.T, body []byte) url.Values {
	t.Helper()
	form, err := url.ParseQuery(string(body))
	if err != nil {
		t.Fatal(err)
	}
	return form
}

// do returns the value of a call of the official client, or ends the test.
func do[T any](v T, _ *model.Response, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// fails checks the status and the id of an error. An empty id is not compared.
func fails(t *testing.T, resp *model.Response, err error, status int, id string) {
	t.Helper()
	var app *model.AppError
	switch {
	case err == nil:
		t.Errorf("no error, want %d %s", status, id)
	case resp == nil || resp.StatusCode != status:
		t.Errorf("error %v, want the status %d", err, status)
	case id != "" && (!errors.As(err, &app) || app.Id != id):
		t.Errorf("error %#v, want the id %s", err, id)
	}
}

func (s *stage) says(t *testing.T, who *model.Client4, channel, text string) *model.Post {
	t.Helper()
	return do(who.CreatePost(t.Context(), &model.Post{ChannelId: channel, Message: text}))(t)
}

// direct returns the channel of a person and the bot.
func (s *stage) direct(t *testing.T, person string) string {
	t.Helper()
	return do(s.bot.CreateDirectChannel(t.Context(), s.BotID, s.People[person]))(t).Id
}

// A wire is a websocket without the official client.
type wire struct {
	*websocket.Conn
	t *testing.T
}

// dial opens a websocket; with a token in the header if there is one.
func (s *stage) dial(t *testing.T, token, query string) *wire {
	t.Helper()
	header := http.Header{}
	if token != "" {
		header.Set("Authorization", "Bearer "+token)
	}
	ws, resp, err := websocket.DefaultDialer.DialContext(t.Context(), "ws"+strings.TrimPrefix(s.URL, "http")+"/api/v4/websocket"+query, header)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	t.Cleanup(func() { ws.Close() })
	return &wire{ws, t}
}

// authenticates answers the challenge.
func (w *wire) authenticates(token string) {
	w.t.Helper()
	w.says(model.WebSocketRequest{Seq: 1, Action: "authentication_challenge", Data: map[string]any{"token": token}})
}

func (w *wire) says(v any) {
	w.t.Helper()
	if err := w.WriteJSON(v); err != nil {
		w.t.Fatal(err)
	}
}

// A frame is what the server says on a websocket: an event or a reply.
type frame struct {
	Event  string         `json:"event"`
	Seq    int64          `json:"seq"`
	Data   map[string]any `json:"data"`
	Status string         `json:"status"`
	Reply  int64          `json:"seq_reply"`
}

// post returns the post of an event.
func (f frame) post(t *testing.T) *model.Post {
	t.Helper()
	text, ok := f.Data["post"].(string)
	var post model.Post
	if err := json.Unmarshal([]byte(text), &post); !ok || err != nil {
		t.Fatalf("the event %s has the post %v", f.Event, f.Data["post"])
	}
	return &post
}

// hears returns the next frame, or the error with which the connection ended.
func (w *wire) hears() (f frame, err error) {
	_ = w.SetReadDeadline(time.Now().Add(patience))
	return f, w.ReadJSON(&f)
}

// patience is when a test gives up. Nothing is measured with it.
const patience = time.Minute

// until returns the next event of a kind.
func (w *wire) until(kind model.WebsocketEventType) frame {
	w.t.Helper()
	for {
		f, err := w.hears()
		if err != nil {
			w.t.Fatalf("waited for %s: %v", kind, err)
		}
		if f.Event == string(kind) {
			return f
		}
	}
}

// silence returns the error with which the connection ends.
func (w *wire) silence() error {
	for {
		if _, err := w.hears(); err != nil {
			return err
		}
	}
}

// log returns what the server's log says so far.
func (s *stage) log(t *testing.T) string {
	t.Helper()
	if s.fake != nil {
		return strings.Join(s.fake.Log(), "\n")
	}
	data, err := os.ReadFile(mattermosttest.Script(t, "where") + "/mm.log")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// configure changes a setting of the server until the test ends.
func (s *stage) configure(t *testing.T, key, value string, of func(*model.Config) **string) {
	t.Helper()
	if s.fake != nil {
		old := s.fake.Setting(key)
		s.fake.Set(key, value)
		t.Cleanup(func() { s.fake.Set(key, old) })
		return
	}
	old := *of(do(s.admin.GetConfig(t.Context()))(t))
	patch := &model.Config{}
	*of(patch) = &value
	do(s.admin.PatchConfig(t.Context(), patch))(t)
	t.Cleanup(func() {
		*of(patch) = old
		_, _, _ = s.admin.PatchConfig(context.Background(), patch)
	})
}
