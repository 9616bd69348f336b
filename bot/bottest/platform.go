package bottest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"ersthelfer/bot"
	"ersthelfer/escalation"
)

// errRefused is what a send answers that [Platform.Fail] makes fail.
var errRefused = errors.New("the fake platform refused")

// again is how long the fake waits before it gives a message once more that the
// handler did not take.
const again = 10 * time.Millisecond

// A Platform is a fake chat. Everybody exists who says something or is written
// to, unless [Platform.Remove] took them away. A direct conversation is the
// channel "dm-" and the person's id. It is safe for concurrent use.
type Platform struct {
	name string

	mu      sync.Mutex
	traits  bot.Traits
	handler bot.Handler    // nil while Run does not run; its context ends with Run's
	started chan struct{}  // closed when a Run begins, renewed when it ends
	flight  sync.WaitGroup // messages in the hands of handler
	posts   []*Posted
	users   map[string]bot.User
	gone    map[string]bool
	lanes   map[escalation.Address]*sync.Mutex
	last    int // number of the newest message
	faults  []fault
	private map[string][]string
}

// A Posted is a post as the fake platform shows it.
type Posted struct {
	bot.Post
	Ref   string
	Edits int // how often it was edited
}

// A fault is what happens to the next send.
type fault struct {
	err    error
	posted bool // the post arrives all the same
}

// Full are the traits of a platform that can do everything.
var Full = bot.Traits{Buttons: true, Forms: true, Edit: true, Private: true, Threads: true, MaxText: 4000}

// Bare are the traits of a platform that carries nothing but text.
var Bare = bot.Traits{MaxText: 4000}

// NewPlatform returns a fake platform. Whatever its traits say, it offers Edit.
func NewPlatform(name string, traits bot.Traits) *Platform {
	return &Platform{
		name:    name,
		traits:  traits,
		started: make(chan struct{}),
		users:   map[string]bot.User{},
		gone:    map[string]bool{},
		lanes:   map[escalation.Address]*sync.Mutex{},
		private: map[string][]string{},
	}
}

var (
	_ bot.Platform = (*Platform)(nil)
	_ bot.Editor   = (*Platform)(nil)
)

// Name implements [bot.Platform].
func (p *Platform) Name() string { return p.name }

// Traits implements [bot.Platform].
func (p *Platform) Traits() bot.Traits {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.traits
}

// Run implements [bot.Platform]. It returns when the last handler has returned.
func (p *Platform) Run(ctx context.Context, h bot.Handler) error {
	running := ctx
	p.mu.Lock()
	p.handler = func(ctx context.Context, m bot.Message) (bot.Receipt, error) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		defer context.AfterFunc(running, cancel)()
		return h(ctx, m)
	}
	close(p.started)
	p.mu.Unlock()
	<-ctx.Done()
	p.mu.Lock()
	p.handler = nil
	p.started = make(chan struct{})
	p.mu.Unlock()
	p.flight.Wait()
	return nil
}

// Send implements [bot.Platform].
func (p *Platform) Send(ctx context.Context, post bot.Post) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return "", err
	}
	for _, old := range p.posts {
		if post.Key != "" && old.Key == post.Key {
			return old.Ref, nil
		}
	}
	f := fault{posted: true}
	if len(p.faults) > 0 {
		f, p.faults = p.faults[0], p.faults[1:]
	}
	if !f.posted {
		return "", fmt.Errorf("send post: %w", f.err)
	}
	if post.To == (escalation.Address{}) {
		post.To = p.direct(post.User)
	}
	if user, ok := strings.CutPrefix(post.To.Channel, "dm-"); p.gone[post.To.Channel] || ok && p.gone[user] {
		return "", fmt.Errorf("send post: %w", bot.ErrUndeliverable)
	}
	shown := &Posted{Post: p.show(post), Ref: fmt.Sprintf("%s:p%d", p.name, len(p.posts)+1)}
	p.posts = append(p.posts, shown)
	return shown.Ref, f.err
}

// Edit implements [bot.Editor].
func (p *Platform) Edit(ctx context.Context, ref string, post bot.Post) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	i := slices.IndexFunc(p.posts, func(s *Posted) bool { return s.Ref == ref })
	if i < 0 {
		return fmt.Errorf("edit post %s: %w", ref, bot.ErrUndeliverable)
	}
	shown := p.show(post)
	p.posts[i].Body, p.posts[i].Choices = shown.Body, shown.Choices
	p.posts[i].Edits++
	return nil
}

// show returns a post as the platform would show it. It wants mu held.
func (p *Platform) show(post bot.Post) bot.Post {
	if !p.traits.Buttons {
		for i, c := range post.Choices {
			post.Body = append(slices.Clip(post.Body), bot.Plain(strconv.Itoa(i+1)+" "+c.Label)...)
		}
	}
	post.Body = post.Body.Visible().Cut(cmp.Or(p.traits.MaxText, 4000))
	return post
}

// direct returns the direct conversation of a person.
func (p *Platform) direct(user string) escalation.Address {
	return escalation.Address{Platform: p.name, Channel: "dm-" + user}
}

// Posts returns what the person sees in the direct conversation, oldest first.
func (p *Platform) Posts(user string) []Posted { return p.PostsIn(p.direct(user).Channel) }

// PostsIn returns the bot's posts in a channel and its threads, oldest first.
func (p *Platform) PostsIn(channel string) []Posted {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []Posted
	for _, s := range p.posts {
		if s.To.Channel == channel {
			out = append(out, *s)
		}
	}
	return out
}

// Private returns the receipts that only the person saw, oldest first.
func (p *Platform) Private(user string) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.private[user])
}

// SetTraits changes what the platform can do from now on.
func (p *Platform) SetTraits(traits bot.Traits) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.traits = traits
}

// Know sets what the platform tells of a person. Platform and ID need not be set
// in u.
func (p *Platform) Know(id string, u bot.User) {
	p.mu.Lock()
	defer p.mu.Unlock()
	u.Platform, u.ID = p.name, id
	p.users[id] = u
}

// Fail lets the next n sends fail; nothing is posted. The error may be tried again.
func (p *Platform) Fail(n int) { p.fault(n, fault{err: errRefused}) }

// Later lets the next n sends fail with a [bot.LaterError].
func (p *Platform) Later(n int, after time.Duration) {
	p.fault(n, fault{err: &bot.LaterError{After: after, Err: errRefused}})
}

// Lose lets the next n sends post and then fail, as when the answer is lost.
func (p *Platform) Lose(n int) { p.fault(n, fault{err: errRefused, posted: true}) }

func (p *Platform) fault(n int, f fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults = append(p.faults, slices.Repeat([]fault{f}, n)...)
}

// Remove makes a person or a channel unreachable for good.
func (p *Platform) Remove(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.gone[id] = true
}
