package web

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"ersthelfer/bot"
	"ersthelfer/escalation/report"
)

// platform is the platform's name.
const platform = "web"

// maxPost is how many characters of a post are shown.
const maxPost = 12_000

// Options are what a Server is made of. Store and People are required.
type Options struct {
	Store  bot.Store
	People []Person // everybody who may be written to, in the order of the front page

	// Identify says who a request comes from. Nil makes a demonstration of it:
	// everybody may be everybody in People.
	Identify func(*http.Request) (bot.User, bool)

	Clock   *Clock           // shows a clock that can be moved; nil: none
	Now     func() time.Time // what is written beside messages; Clock.Now or time.Now if nil
	Zone    *time.Location   // in which times are shown; time.Local if nil
	Tickets func(ctx context.Context, person string) (Tickets, error)
	Report  func(ctx context.Context, from, to time.Time, language string) (report.Result, error)

	Hosts  []string     // the names under which the pages may be asked for; none: any
	Secure bool         // the pages are reached by HTTPS only: browsers are told to insist
	Log    *slog.Logger // gets no text, names or tokens
}

// A Server is the chat in the browser: a [bot.Platform] and its pages. It is
// safe for concurrent use.
type Server struct {
	o       Options
	people  map[string]Person
	closing chan struct{} // closed when the streams are to end
	close   func()

	mu      sync.Mutex
	rooms   map[string]*room
	deliver func(*room) // starts giving the room's messages to the bot; nil while Run does not run
}

var (
	_ bot.Platform = (*Server)(nil)
	_ bot.Editor   = (*Server)(nil)
)

// New returns a server that nobody can reach yet.
func New(o Options) *Server {
	if o.Now == nil && o.Clock != nil {
		o.Now = o.Clock.Now
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Zone == nil {
		o.Zone = time.Local
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &Server{o: o, people: map[string]Person{}, closing: make(chan struct{}), rooms: map[string]*room{}}
	s.close = sync.OnceFunc(func() { close(s.closing) })
	for _, p := range o.People {
		p.Platform = platform
		s.people[p.ID] = p
	}
	return s
}

// Name implements [bot.Platform].
func (s *Server) Name() string { return platform }

// Traits implements [bot.Platform]: a browser can do everything.
func (s *Server) Traits() bot.Traits {
	return bot.Traits{Buttons: true, Forms: true, Edit: true, Private: true, Threads: true, MaxText: maxPost}
}

// Handler returns all pages. This is the whole list of routes.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/", s.notFound)
	mux.HandleFunc("GET /healthz", s.showHealth)
	mux.HandleFunc("GET /assets/{name}", s.showAsset)
	mux.HandleFunc("GET /{$}", s.showFront)

	// What a person sees and does.
	mux.HandleFunc("GET /als/{person}/{$}", s.as(s.showChat))
	mux.HandleFunc("GET /als/{person}/live", s.as(s.showLive))
	mux.HandleFunc("POST /als/{person}/nachricht", s.as(s.saveMessage))
	mux.HandleFunc("POST /als/{person}/auswahl", s.as(s.saveChoice))
	mux.HandleFunc("POST /als/{person}/uhr", s.as(s.updateClock))
	mux.HandleFunc("GET /als/{person}/bericht", s.as(s.showReport))

	return s.guard(mux)
}
