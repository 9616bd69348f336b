package slacktest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// What a Server knows the app by.
const (
	BotToken = "xoxb-slacktest-bot-token"
	AppToken = "xapp-slacktest-app-token"
	Secret   = "slacktest-signing-secret"

	BotUser = "UBOT"
	BotID   = "BBOT"
	Team    = "T0NORD"
)

// A Server is a workspace with one app in it. It is safe for concurrent use.
type Server struct {
	URL string // of the Web API, with a slash at its end

	http *httptest.Server
	wg   sync.WaitGroup // what goes on by itself
	done chan struct{}

	mu        sync.Mutex
	news      chan struct{} // closed at each change
	rules     Rules
	endpoint  string // where events go by HTTP; empty: Socket Mode
	users     map[string]*User
	channels  map[string]*Channel
	views     map[string]*View
	homes     map[string]json.RawMessage
	whispers  []Message
	triggers  map[string]*trigger
	sockets   map[*socket]bool
	taken     int             // connections of another program
	tickets   map[string]bool // for opening a socket, each once
	envelopes []*Envelope
	faults    map[string][]Fault
	posted    map[string]time.Time // channel → when it is ready for a post, for the limit
	calls     []Call
	last      time.Time       // of the last timestamp
	count     int             // for ids
	used      map[string]bool // scopes that were needed
}

// Rules say how the server behaves. They may be changed at any time.
type Rules struct {
	Scopes    []string      // what the bot token may; nil: everything
	Subscribe bool          // to message.channels and message.groups: what is said in channels, not only what calls the bot
	Patience  time.Duration // how long it waits for an acknowledgement; 0: three seconds
	Retries   int           // how often it delivers again; 0: three times
	Twice     int           // every so manieth event is delivered twice; 0: none
	Deaf      int           // the first acknowledgement of every so manieth event, from the first on, is not heard; 0: none
	Trigger   time.Duration // how long a trigger is good; 0: three seconds
	Ahead     time.Duration // how far its clock is ahead
	Each      time.Duration // between posts in a channel, after a burst of three; 0: no limit
}

// New returns a server that runs until the end of the test.
func New(t testing.TB) *Server {
	s := &Server{
		done: make(chan struct{}), news: make(chan struct{}), users: map[string]*User{}, channels: map[string]*Channel{},
		views: map[string]*View{}, homes: map[string]json.RawMessage{}, triggers: map[string]*trigger{},
		sockets: map[*socket]bool{}, tickets: map[string]bool{}, faults: map[string][]Fault{}, posted: map[string]time.Time{},
		used: map[string]bool{},
	}
	s.users[BotUser] = &User{ID: BotUser, Name: "ersthelfer", RealName: "Ersthelfer", IsBot: true}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/{method}", s.serve)
	mux.HandleFunc("GET /link", s.link)
	s.http = httptest.NewServer(mux)
	s.URL = s.http.URL + "/api/"
	t.Cleanup(func() {
		close(s.done)
		s.Cut()
		s.http.CloseClientConnections()
		s.http.Close()
		s.wg.Wait()
		s.collect(t)
	})
	return s
}

// collect appends what the bot has sent to the file that SLACK_PAYLOADS names, a
// line each, for the check of shapes in testdata/types: what was posted, and what
// stood in acknowledgements.
func (s *Server) collect(t testing.TB) {
	path := os.Getenv("SLACK_PAYLOADS")
	if path == "" {
		return
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Errorf("collect payloads: %v", err)
		return
	}
	defer f.Close()
	var out bytes.Buffer // lines of several servers must not mix
	line := func(kind, payload string) {
		if payload != "" {
			fmt.Fprintf(&out, `{"kind":%q,"payload":%s}`+"\n", kind, payload)
		}
	}
	for _, c := range s.Calls("") {
		for _, kind := range []string{"blocks", "view", "metadata"} {
			line(kind, c.Args[kind])
		}
	}
	for _, e := range s.Envelopes() {
		var answer struct {
			View json.RawMessage `json:"view"`
		}
		if json.Unmarshal(e.Answer, &answer) == nil {
			line("view", string(answer.View))
		}
	}
	if _, err := f.Write(out.Bytes()); err != nil {
		t.Errorf("collect payloads: %v", err)
	}
}

// Set changes the rules.
func (s *Server) Set(change func(*Rules)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.rules)
}

// Wait waits until ok returns true. It looks again whenever something has
// changed on the server.
func (s *Server) Wait(ctx context.Context, ok func() bool) error {
	for {
		s.mu.Lock()
		news := s.news
		s.mu.Unlock()
		if ok() {
			return nil
		}
		select {
		case <-news:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// changed tells who waits that something has changed. It wants mu held.
func (s *Server) changed() {
	close(s.news)
	s.news = make(chan struct{})
}

// stamp returns a new timestamp, later than all before. It wants mu held.
func (s *Server) stamp() string {
	now := time.Now().Add(s.rules.Ahead).Truncate(time.Microsecond)
	if !now.After(s.last) {
		now = s.last.Add(time.Microsecond)
	}
	s.last = now
	return fmt.Sprintf("%d.%06d", now.Unix(), now.Nanosecond()/1000)
}

// id returns a new id. It wants mu held.
func (s *Server) id(prefix string) string {
	s.count++
	return fmt.Sprintf("%s%06d", prefix, s.count)
}

// A Call is a request to the Web API.
type Call struct {
	Method string
	Args   map[string]string // what is not text is JSON
	At     time.Time
	Error  string // Slack's word, or the status; empty if it was done
}

// Calls returns the calls of a method, or all, oldest first.
func (s *Server) Calls(method string) []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Call
	for _, c := range s.calls {
		if method == "" || c.Method == method {
			out = append(out, c)
		}
	}
	return out
}

// A Fault is what happens to one call.
type Fault struct {
	Status int           // the HTTP status; 429 with RetryAfter
	Error  string        // Slack's word
	After  int           // seconds in Retry-After
	Delay  time.Duration // before anything is done
	Lose   bool          // it is done, but the answer is cut off
}

// Fail lets the next calls of a method go wrong, one for each fault.
func (s *Server) Fail(method string, faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults[method] = append(s.faults[method], faults...)
}

// fault takes the next fault of a method. It wants mu held.
func (s *Server) fault(method string) Fault {
	if len(s.faults[method]) == 0 {
		return Fault{}
	}
	f := s.faults[method][0]
	s.faults[method] = s.faults[method][1:]
	return f
}

// limited returns after how many seconds a channel takes a post again.
// https://docs.slack.dev/apis/web-api/rate-limits. It wants mu held.
func (s *Server) limited(channel string) int {
	each := s.rules.Each
	if each == 0 {
		return 0
	}
	now := time.Now()
	ready := s.posted[channel]
	if ready.Before(now) {
		ready = now
	}
	if over := ready.Sub(now) - 3*each; over > 0 {
		return int(over/time.Second) + 1
	}
	s.posted[channel] = ready.Add(each)
	return 0
}

// A User is somebody in the workspace.
type User struct {
	ID, Name, RealName, Email, Locale, TZ string
	IsBot, Deleted                        bool
}

// Add adds somebody, and fills in what is not set.
func (s *Server) Add(u User) User {
	s.mu.Lock()
	defer s.mu.Unlock()
	if u.ID == "" {
		u.ID = "U" + strings.ToUpper(u.Name)
	}
	if u.RealName == "" {
		u.RealName = u.Name
	}
	if u.Locale == "" {
		u.Locale, u.TZ = "de-DE", "Europe/Berlin"
	}
	s.users[u.ID] = &u
	return u
}

// A Channel is a conversation.
type Channel struct {
	ID       string
	User     string // of a direct one
	Members  []string
	Archived bool
	Private  bool
	Messages []*Message
}

// AddChannel adds a channel with members; the bot is one of them if it is named.
func (s *Server) AddChannel(id string, members ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.channels[id] = &Channel{ID: id, Members: members}
}

// Hide makes a channel private.
func (s *Server) Hide(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.channels[id].Private = true
}

// Archive archives a channel.
func (s *Server) Archive(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.channels[id].Archived = true
}

// Direct returns the id of the direct channel of a user with the bot.
func (s *Server) Direct(user string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.direct(user).ID
}

// direct wants mu held.
func (s *Server) direct(user string) *Channel {
	id := "D" + strings.TrimPrefix(user, "U")
	if s.channels[id] == nil {
		s.channels[id] = &Channel{ID: id, User: user, Members: []string{user, BotUser}}
	}
	return s.channels[id]
}
