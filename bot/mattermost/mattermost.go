package mattermost

import (
	"context"
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"ersthelfer/bot"
)

// name is the platform's word in addresses and ids.
const name = "mattermost"

// Options are what a Platform is made of.
type Options struct {
	URL   string // of the server, such as "https://chat.schule.example"
	Token string // of the bot account

	// Callback is the address under which the server reaches Handler, such as
	// "https://ersthelfer.example/mattermost". Without it there are no buttons,
	// forms and slash commands, and people type their answers.
	Callback string
	Secret   []byte // seals buttons and forms; at least 16 bytes if there is a Callback

	// CommandTokens are what Setup returned for the slash command, one a team.
	CommandTokens []string

	Teams    map[string]string // team name or id → school
	Channels map[string]string // channel id, "team/channel", or a channel's name in one of Teams → school

	// Ask returns the form that the slash command opens when nothing is written
	// behind it; nil: people are told how to use it.
	Ask func(locale string) *bot.Form

	// Words returns the private sentences in the language of a locale such as "de".
	Words func(locale string) Words

	Store bot.Store
	Log   *slog.Logger     // gets no text, names or tokens; nil: none
	HTTP  *http.Client     // its transport is used; nil: the default one
	Now   func() time.Time // nil: time.Now
}

// Words are what people are told when something they press or send has no
// effect. Nobody else sees them.
type Words struct {
	Foreign string // the button or form does not belong to the bot or to them
	Late    string // its time is over
	Again   string // it has already been done
	Failed  string // it did not work; try again
	Invalid string // a value of a form is not allowed
	Direct  string // the answer comes in the direct conversation
	Empty   string // a slash command without text: how to use it
}

// A Platform is one bot account on one Mattermost server. It implements
// [bot.Platform] and [bot.Editor], and is safe for concurrent use.
type Platform struct {
	o       Options
	base    *url.URL // of Options.Callback
	client  *model.Client4
	gate    *gate
	log     *slog.Logger
	now     func() time.Time
	seal    sealer
	people  *people
	threads *threads
	sent    *sent
	presses *presses
	lanes   bot.Lanes
	facts   atomic.Pointer[facts]
	asking  sync.Mutex   // one question for facts at a time
	since   atomic.Int64 // see started; 0: not known yet

	begun   chan struct{} // closed when Run has begun for the first time
	mu      sync.Mutex
	running *running // nil while Run does not run
}

var (
	_ bot.Platform = (*Platform)(nil)
	_ bot.Editor   = (*Platform)(nil)
)

// New returns a platform. It asks nothing of the server yet. All mistakes of
// the options are reported at once.
func New(o Options) (*Platform, error) {
	p := &Platform{o: o, log: o.Log, now: o.Now, seal: sealer(o.Secret), begun: make(chan struct{})}
	var wrong []error
	if u, err := url.Parse(o.URL); err != nil || u.Host == "" || !strings.HasPrefix(u.Scheme, "http") {
		wrong = append(wrong, errors.New("URL: want an address such as https://chat.example"))
	}
	if o.Token == "" {
		wrong = append(wrong, errors.New("token: missing"))
	}
	if o.Store == nil || o.Words == nil {
		wrong = append(wrong, errors.New("store or words: missing"))
	}
	if o.Callback != "" {
		u, err := url.Parse(o.Callback)
		if err != nil || u.Host == "" || !strings.HasPrefix(u.Scheme, "http") {
			wrong = append(wrong, errors.New("callback: want an address such as https://ersthelfer.example/mattermost"))
		}
		if len(o.Secret) < 16 {
			wrong = append(wrong, errors.New("secret: want at least 16 bytes"))
		}
		p.base = u
	}
	if len(wrong) > 0 {
		return nil, fmt.Errorf("set up mattermost: %w", errors.Join(wrong...))
	}
	if p.log == nil {
		p.log = slog.New(slog.DiscardHandler)
	}
	if p.now == nil {
		p.now = time.Now
	}
	p.gate = newGate(o.HTTP, p.now)
	p.client = newClient(o.URL, o.Token, p.gate)
	p.people = newPeople(p)
	p.threads, p.sent, p.presses = newThreads(), newSent(), newPresses()
	return p, nil
}

// Name implements [bot.Platform].
func (p *Platform) Name() string { return name }

// Traits implements [bot.Platform].
func (p *Platform) Traits() bot.Traits {
	t := bot.Traits{
		Buttons: p.base != nil, Forms: p.base != nil, Edit: true, Private: true, Threads: true,
		MaxText: oldestLimit,
	}
	if f := p.facts.Load(); f != nil {
		t.MaxText = f.maxText
	}
	return t
}

// Facts of the server.
const (
	// oldestLimit is the message limit of servers with an old database, and that
	// of one that does not say.
	oldestLimit = 4000
	// stale is how old facts may become before they are asked for again.
	stale = time.Hour
)

// facts are what must be known of the server before anything else.
type facts struct {
	me      *model.User
	key     *ecdsa.PrivateKey // only the public half, which the server signs trigger ids for
	maxText int               // runes
	site    string            // the address that people use
	at      time.Time
}

// known returns the facts, and asks for them when they are missing or stale.
func (p *Platform) known(ctx context.Context) (*facts, error) {
	if f := p.facts.Load(); f != nil && p.now().Sub(f.at) < stale {
		return f, nil
	}
	return p.ask(ctx)
}

// ask asks the server for the facts.
func (p *Platform) ask(ctx context.Context) (*facts, error) {
	p.asking.Lock()
	defer p.asking.Unlock()
	if f := p.facts.Load(); f != nil && p.now().Sub(f.at) < time.Second {
		return f, nil
	}
	me, resp, err := p.client.GetMe(ctx, "")
	if err != nil {
		return nil, fmt.Errorf("ask who the bot is: %w", failure(resp, err))
	}
	config, resp, err := p.client.GetClientConfig(ctx, "")
	if err != nil {
		return nil, fmt.Errorf("ask for the server's configuration: %w", failure(resp, err))
	}
	f := &facts{me: me, at: p.now(), maxText: oldestLimit, site: strings.TrimSuffix(config["SiteURL"], "/")}
	if n, err := strconv.Atoi(config["MaxPostSize"]); err == nil && n > 0 {
		f.maxText = n
	}
	if f.site == "" {
		f.site = strings.TrimSuffix(p.o.URL, "/")
	}
	if f.key, err = publicKey(config["AsymmetricSigningPublicKey"]); err != nil {
		p.log.Warn("mattermost: buttons will not work", "err", err)
	}
	p.facts.Store(f)
	return f, nil
}

// publicKey reads the key with which the server's trigger ids are verified. The
// official function wants a private key, of which it uses the public half.
func publicKey(text string) (*ecdsa.PrivateKey, error) {
	der, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, fmt.Errorf("decode the server's signing key: %w", err)
	}
	key, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		return nil, fmt.Errorf("parse the server's signing key: %w", err)
	}
	public, ok := key.(*ecdsa.PublicKey)
	if !ok {
		return nil, errors.New("parse the server's signing key: not an ECDSA key")
	}
	return &ecdsa.PrivateKey{PublicKey: *public}, nil
}

// A running is one Run: who takes messages, until when.
type running struct {
	handle bot.Handler
	done   <-chan struct{}
	flight sync.WaitGroup // messages that come from callbacks
}

var errNotRunning = errors.New("the bot is not running")

// hold returns the Run that is going on, and keeps it from returning until the
// flight is done. Before the first Run it waits for that, until ctx ends: the
// server may call as soon as somebody listens.
func (p *Platform) hold(ctx context.Context) (*running, error) {
	select {
	case <-p.begun:
	case <-ctx.Done():
		return nil, errNotRunning
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.running == nil {
		return nil, errNotRunning
	}
	p.running.flight.Add(1)
	return p.running, nil
}

// take begins a Run and returns what ends it.
func (p *Platform) take(ctx context.Context, h bot.Handler) func() {
	r := &running{handle: h, done: ctx.Done()}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.running = r
	select {
	case <-p.begun:
	default:
		close(p.begun)
	}
	return func() {
		p.mu.Lock()
		p.running = nil
		p.mu.Unlock()
		r.flight.Wait()
	}
}

// ref is the platform's name of a post.
func ref(post string) string { return name + ":" + post }

// unref returns the post's id.
func unref(ref string) (string, bool) {
	id, ok := strings.CutPrefix(ref, name+":")
	return id, ok && model.IsValidId(id)
}
