package slack

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	api "github.com/slack-go/slack"

	"ersthelfer/bot"
)

// name is the platform's word in addresses and ids.
const name = "slack"

// Options are what a Platform is made of.
type Options struct {
	BotToken string // of the app's bot user, "xoxb-…"
	AppToken string // "xapp-…", for Socket Mode

	// SigningSecret is the app's, for HTTP: Slack calls Handler. It is used when
	// there is no AppToken.
	SigningSecret string

	// ReadChannels says that the app is subscribed to what is said in the channels
	// it has been added to, not only to what calls it by name. Threads under posts
	// in a team's channel need it.
	ReadChannels bool

	Emails bool // the app may read e-mail addresses: people are configured by them

	Teams    map[string]string // workspace id → school
	Channels map[string]string // channel id → school of its members

	// Words returns what the platform itself says, in the language of a locale such
	// as "de-DE"; with an empty one, in the language of the school.
	Words func(locale string) Words

	// Home returns what somebody sees on the app's home tab, such as [bot.Bot.Home].
	// Without it the tab is left as it is.
	Home func(ctx context.Context, u bot.User) (bot.Home, error)

	// Ask returns the form that the slash command opens when nothing is written
	// behind it. Without it a sentence says how to use the command.
	Ask func(locale string) *bot.Form

	Store bot.Store
	Log   *slog.Logger     // gets no text, names or tokens; nil: none
	HTTP  *http.Client     // its transport is used; nil: the default one
	Now   func() time.Time // nil: time.Now

	API  string        // address of the Web API, with a slash at its end; empty: Slack's
	Pace time.Duration // between posts in one channel, after a few at once; 0: one second, as Slack wants
	Look time.Duration // how often everything is read although nothing seems to be missing; 0: every quarter of an hour
}

// Words are what the platform says by itself.
type Words struct {
	Direct  string // after a slash command: the answer comes in the direct conversation
	Empty   string // a slash command without text: how to use it
	Failed  string // it did not work; try again
	Title   string // above what the bot says over the conversation; at most 24 characters
	Working string // a form or a press is being worked on
	Done    string // a form or a press that took long is done
	Close   string // closes a form; at most 24 characters
}

// A Platform is one app in one Slack workspace. It implements [bot.Platform] and
// [bot.Editor], and is safe for concurrent use.
type Platform struct {
	o       Options
	client  *api.Client
	gate    *gate
	pace    *pace
	log     *slog.Logger
	now     func() time.Time
	people  *people
	threads *threads
	lanes   bot.Lanes
	me      atomic.Pointer[identity]
	running atomic.Pointer[run]
}

// An identity is who the bot is.
type identity struct {
	user, bot, team string
	since           string // a timestamp of Slack: what is older is none of the bot's business
}

var (
	_ bot.Platform = (*Platform)(nil)
	_ bot.Editor   = (*Platform)(nil)
)

// New returns a platform. It asks nothing of Slack yet. All mistakes of the
// options are reported at once.
func New(o Options) (*Platform, error) {
	wrong := o.tokens()
	if o.Store == nil || o.Words == nil {
		wrong = append(wrong, errors.New("store or words: missing"))
	}
	if len(wrong) > 0 {
		return nil, fmt.Errorf("set up slack: %w", errors.Join(wrong...))
	}
	return newPlatform(o), nil
}

// tokens returns what is wrong with the tokens.
func (o Options) tokens() []error {
	var wrong []error
	if !strings.HasPrefix(o.BotToken, "xoxb-") {
		wrong = append(wrong, errors.New("bot token: want one that begins with xoxb-"))
	}
	switch {
	case o.AppToken == "" && o.SigningSecret == "":
		wrong = append(wrong, errors.New("app token or signing secret: want one of them"))
	case o.AppToken != "" && !strings.HasPrefix(o.AppToken, "xapp-"):
		wrong = append(wrong, errors.New("app token: want one that begins with xapp-"))
	}
	return wrong
}

func newPlatform(o Options) *Platform {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	p := &Platform{o: o, log: o.Log, now: o.Now, gate: newGate(o.HTTP, o.Now)}
	p.client = newClient(o, &http.Client{Transport: p.gate, Timeout: requestTime})
	p.pace = newPace(o.Pace)
	p.people, p.threads = newPeople(p), newThreads()
	return p
}

// Name implements [bot.Platform].
func (p *Platform) Name() string { return name }

// Traits implements [bot.Platform].
func (p *Platform) Traits() bot.Traits {
	return bot.Traits{
		Buttons: true, Forms: true, Edit: true, Private: true, Threads: true,
		MaxText: maxSection,
	}
}

// A run is a platform while it runs.
type run struct {
	p     *Platform
	h     bot.Handler
	inbox *inbox

	// spawn starts what ends with the run, which waits for it. After the end
	// nothing is started.
	spawn func(func(ctx context.Context))
	ended <-chan struct{}

	mu   sync.Mutex
	open int           // sockets
	gap  chan struct{} // something may be missing
}

// Run implements [bot.Platform]. It returns an error if Slack does not know a
// token from the start; what goes wrong later is tried again.
func (p *Platform) Run(ctx context.Context, h bot.Handler) error {
	me, err := p.begin(ctx)
	if err != nil || me == nil {
		return err
	}
	r, finish := newRun(ctx, p, h)
	defer finish()
	if err := r.inbox.load(ctx); err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	p.forget(ctx)
	p.running.Store(r)
	defer p.running.Store(nil)
	r.spawn(r.inbox.commit)
	r.spawn(r.catchUp)
	if p.o.AppToken == "" {
		r.missing()
	} else {
		for range sockets {
			r.spawn(r.listen)
		}
	}
	<-ctx.Done()
	return nil
}

// newRun returns a run and what waits for its end.
func newRun(ctx context.Context, p *Platform, h bot.Handler) (*run, func()) {
	r := &run{p: p, h: h, gap: make(chan struct{}, 1), ended: ctx.Done()}
	var wg sync.WaitGroup
	var mu sync.Mutex
	ended := false
	r.spawn = func(f func(context.Context)) {
		mu.Lock()
		defer mu.Unlock()
		if !ended && ctx.Err() == nil {
			wg.Go(func() { f(ctx) })
		}
	}
	r.inbox = newInbox(r)
	return r, func() {
		mu.Lock()
		ended = true
		mu.Unlock()
		wg.Wait()
	}
}

// begin learns who the bot is, however long it takes for Slack to be there. It
// returns none when ctx ends before.
func (p *Platform) begin(ctx context.Context) (*identity, error) {
	for tries := 0; ; tries++ {
		me, err := p.identify(ctx)
		switch {
		case err == nil:
			return me, nil
		case ctx.Err() != nil:
			return nil, nil
		case errors.Is(err, errToken):
			return nil, fmt.Errorf("sign in to slack: %w", err)
		}
		p.log.Warn("slack: cannot be reached yet", "err", err)
		if pause(ctx, wait(tries, err)) != nil {
			return nil, nil
		}
	}
}

// identify asks who the bot is.
func (p *Platform) identify(ctx context.Context) (*identity, error) {
	if me := p.me.Load(); me != nil {
		return me, nil
	}
	who, err := p.client.AuthTestContext(ctx)
	if err != nil {
		return nil, fmt.Errorf("ask who the bot is: %w", failure(err))
	}
	me := &identity{user: who.UserID, bot: who.BotID, team: who.TeamID}
	if me.since, err = p.started(ctx, me.user); err != nil {
		return nil, err
	}
	p.me.Store(me)
	return me, nil
}

// ref is the platform's name of a message.
func ref(channel, ts string) string { return name + ":" + channel + "/" + ts }

// unref returns where a message is.
func unref(ref string) (channel, ts string, ok bool) {
	rest, ok := strings.CutPrefix(ref, name+":")
	if !ok {
		return "", "", false
	}
	channel, ts, ok = strings.Cut(rest, "/")
	return channel, ts, ok && ts != "" && !strings.Contains(ts, "/")
}

// thread returns the timestamp of a thread's root, which an address may name by
// its ref too.
func thread(root string) string {
	if _, ts, ok := unref(root); ok {
		return ts
	}
	return root
}

// direct reports whether a channel is a conversation with the bot alone.
func direct(channel string) bool { return strings.HasPrefix(channel, "D") }
