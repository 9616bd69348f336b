package web

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"

	"ersthelfer/bot"
	"ersthelfer/escalation"
	"ersthelfer/escalation/report"
	"ersthelfer/knowledge"
)

// platform is the platform's name.
const platform = "web"

// maxPost is how many characters of a post are shown.
const maxPost = 12_000

// Options are what a Server is made of. Store and People are required.
type Options struct {
	Store  bot.Store
	People []Person // everybody who may be written to, in the order of the front page

	// Demo makes a demonstration of it: everybody may be everybody in People. Else
	// people sign in.
	Demo    bool
	Address string        // where browsers find the pages, such as https://hilfe.schule.example; for links to sign in
	OIDC    *OIDC         // the school's accounts, by which people sign in besides; nil: there is no way
	Session time.Duration // wall time after which one has to sign in again; 0: DefaultSession
	NoLinks bool          // there is no other chat in which the bot sends links to sign in
	NoChat  bool          // people do not talk to the bot in the browser: only the pages are there

	// Library holds the articles; nil: none are curated here. May decides the
	// rights over them, as in [knowledge.LibraryOptions].
	Library *knowledge.Library
	May     func(p knowledge.Person, a knowledge.Action, school string) bool
	Texts   bot.Texts    // what the bot says, for looking at an article as the chat shows it; the shipped ones if nil
	Rooms   []bot.Option // of the building, for articles
	Schools []bot.Option // that may have their own text in articles

	// DraftGap makes a draft of a gap; nil: the library does, without help.
	DraftGap func(ctx context.Context, by knowledge.Person, key string) (*knowledge.Entry, error)
	// DraftTicket makes a draft of a solved ticket that the person may see; nil: none are made. Its errors are those of
	// [bot.Bot.DraftTicket]. Solved returns the latest ones; nil: they are not listed.
	DraftTicket func(ctx context.Context, by knowledge.Person, id escalation.ID) (*knowledge.Entry, error)
	Solved      func(ctx context.Context, p escalation.Person) ([]Solved, error)

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
	o      Options
	people map[string]Person            // by the id in the path
	byKey  map[escalation.Person]Person // by who they are
	// byAccount is everybody who has an account of the school, by its name in lower case.
	byAccount map[string]Person
	accounts  *accounts     // nil: nobody signs in with one
	closing   chan struct{} // closed when the streams are to end
	close     func()

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
	if o.Session == 0 {
		o.Session = DefaultSession
	}
	if o.Texts == nil {
		o.Texts = shippedTexts()
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &Server{o: o, people: map[string]Person{}, byKey: map[escalation.Person]Person{}, byAccount: map[string]Person{}, closing: make(chan struct{}), rooms: map[string]*room{}}
	s.close = sync.OnceFunc(func() { close(s.closing) })
	for _, p := range o.People {
		p.Platform = platform
		s.people[p.ID], s.byKey[p.key()] = p, p
		if name := strings.ToLower(p.Account); name != "" {
			if _, twice := s.byAccount[name]; twice {
				p = Person{} // nobody's, rather than the wrong one's
			}
			s.byAccount[name] = p
		}
	}
	if o.OIDC != nil && !o.Demo {
		s.accounts = newAccounts(*o.OIDC, o.Address)
	}
	return s
}

// Name implements [bot.Platform].
func (s *Server) Name() string { return platform }

// Traits implements [bot.Platform]: a browser can do everything.
func (s *Server) Traits() bot.Traits {
	return bot.Traits{Buttons: true, Forms: true, Edit: true, Private: true, Threads: true, MaxText: maxPost}
}

// shippedTexts returns what the bot says unless an installation words it
// otherwise. It is part of the program.
func shippedTexts() bot.Texts {
	texts, err := bot.LoadTexts(nil)
	if err != nil {
		panic(err)
	}
	return texts
}
