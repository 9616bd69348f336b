// Package console is the dialogue in a terminal or a pipe, to try the bot out
// without a chat server.
//
// Every line is a message. Several people can take part: a line "/as mara"
// says who speaks from then on, and "/exit", or the end of the input, ends the
// dialogue. What the bot says to somebody stands indented below their id:
//
//	anna> beamer zeigt kein bild
//	[anna]
//	  Laptop-Bild erscheint nicht auf dem Beamer
//	  1. Windows-Taste + P drücken
//	  [1] Hat geholfen
//	  [2] Hilft nicht
//
// Without a terminal the lines read are written too, so that the output is the
// whole conversation.
package console

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"ersthelfer/bot"
	"ersthelfer/escalation"
)

// name is the platform's name.
const name = "console"

// longestLine is how many bytes a line may have.
const longestLine = 1 << 20

// Waiting times (wall time) before a message is given again that could not be
// handled; doubled each time up to the last.
const (
	firstWait = 20 * time.Millisecond
	lastWait  = 5 * time.Second
)

// Options say who speaks where. In, Out and People are required.
type Options struct {
	In     io.Reader
	Out    io.Writer
	People []bot.User       // who can take part; the first speaks until "/as"
	Prompt bool             // a person types: show who speaks; else lines are repeated
	Bold   bool             // show what is bold with terminal codes
	Now    func() time.Time // time.Now if nil

	// Settle is called after each line has been handled, to bring about all that
	// follows from it before the next line is read. May be nil.
	Settle func(context.Context) error
}

// A Platform is the dialogue on one input and output.
type Platform struct {
	o       Options
	session string // makes message ids differ between runs

	mu      sync.Mutex
	refs    map[string]string // post key → ref
	sent    int
	waiting string // the prompt that stands on the last line, if any
}

var _ bot.Platform = (*Platform)(nil)

// New returns a platform that has not read anything yet.
func New(o Options) *Platform {
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Platform{o: o, session: rand.Text()[:10], refs: map[string]string{}}
}

// UseBold reports whether what is written to f should show bold: on a terminal,
// unless the variable NO_COLOR is set (https://no-color.org) or TERM is "dumb".
func UseBold(f *os.File, env func(string) string) bool {
	return IsTerminal(f) && env("NO_COLOR") == "" && env("TERM") != "dumb"
}

// IsTerminal reports whether a person sits at f.
func IsTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// Name implements [bot.Platform].
func (p *Platform) Name() string { return name }

// Traits implements [bot.Platform]: a console has nothing but text.
func (p *Platform) Traits() bot.Traits { return bot.Traits{} }

// Run implements [bot.Platform]. It returns nil at the end of the input too.
// A read that waits for input cannot be interrupted: it ends with the process.
func (p *Platform) Run(ctx context.Context, h bot.Handler) error {
	lines := make(chan string)
	ended := make(chan error, 1)
	go func() { ended <- read(ctx, p.o.In, lines) }()
	speaker := p.o.People[0]
	for n := 1; ; n++ {
		p.prompt(speaker)
		select {
		case <-ctx.Done():
			return nil
		case err := <-ended:
			return err
		case line := <-lines:
			p.repeat(speaker, line)
			switch command, arg, _ := strings.Cut(line, " "); {
			case line == "":
			case line == "/exit":
				return nil
			case command == "/as":
				speaker = p.as(speaker, strings.TrimSpace(arg))
			default:
				if err := p.say(ctx, h, p.message(speaker, n, line)); err != nil {
					return err
				}
			}
		}
	}
}

// read passes on lines until the input or ctx ends.
func read(ctx context.Context, in io.Reader, lines chan<- string) error {
	s := bufio.NewScanner(in)
	s.Buffer(nil, longestLine)
	for s.Scan() {
		select {
		case lines <- strings.TrimSpace(s.Text()):
		case <-ctx.Done():
			return nil
		}
	}
	if err := s.Err(); err != nil {
		return fmt.Errorf("read line: %w", err)
	}
	return nil
}

// as returns who speaks from now on. For somebody unknown it lists who there is.
func (p *Platform) as(now bot.User, id string) bot.User {
	i := slices.IndexFunc(p.o.People, func(u bot.User) bool { return u.ID == id })
	if i >= 0 {
		return p.o.People[i]
	}
	ids := make([]string, len(p.o.People))
	for i, u := range p.o.People {
		ids[i] = u.ID
	}
	p.print("/as " + strings.Join(ids, " | ") + "\n")
	return now
}

func (p *Platform) message(from bot.User, n int, text string) bot.Message {
	from.Platform = name
	return bot.Message{
		ID:     fmt.Sprintf("%s:%s-%d", name, p.session, n),
		From:   from,
		In:     escalation.Address{Platform: name, Channel: from.ID},
		Direct: true,
		Text:   text,
		At:     p.o.Now(),
	}
}

// say gives a message until it is taken. At the end of ctx it returns nil.
func (p *Platform) say(ctx context.Context, h bot.Handler, m bot.Message) error {
	for wait := firstWait; ; wait = min(2*wait, lastWait) {
		receipt, err := h(ctx, m)
		if err == nil {
			return p.settle(ctx, m, receipt)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
	}
}

func (p *Platform) settle(ctx context.Context, m bot.Message, r bot.Receipt) error {
	if len(r.Private) > 0 {
		if _, err := p.Send(ctx, bot.Post{Key: "receipt/" + m.ID, To: m.In, Body: r.Private}); err != nil && ctx.Err() == nil {
			return err
		}
	}
	if p.o.Settle == nil {
		return nil
	}
	if err := p.o.Settle(ctx); err != nil && ctx.Err() == nil {
		return fmt.Errorf("settle: %w", err)
	}
	return nil
}

// Send implements [bot.Platform]. Somebody who is not among Options.People
// cannot be reached.
func (p *Platform) Send(ctx context.Context, post bot.Post) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	to := post.User
	if post.To.Channel != "" {
		to = post.To.Channel
	}
	if !slices.ContainsFunc(p.o.People, func(u bot.User) bool { return u.ID == to }) {
		return "", fmt.Errorf("send post: %w", bot.ErrUndeliverable)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if ref, ok := p.refs[post.Key]; ok && post.Key != "" {
		return ref, nil
	}
	text := p.render(to, post)
	if p.waiting != "" {
		text = "\n" + text + p.waiting
	}
	if _, err := io.WriteString(p.o.Out, text); err != nil {
		if errors.Is(err, io.ErrClosedPipe) {
			err = errors.Join(bot.ErrUndeliverable, err)
		}
		return "", fmt.Errorf("send post: %w", err)
	}
	p.sent++
	ref := fmt.Sprintf("%s:%s-%d", name, p.session, p.sent)
	p.refs[post.Key] = ref
	return ref, nil
}

// prompt and repeat ignore errors of writing: Send will report them.

func (p *Platform) prompt(speaker bot.User) {
	if p.o.Prompt {
		p.print(speaker.ID + "> ")
		p.mu.Lock()
		p.waiting = speaker.ID + "> "
		p.mu.Unlock()
	}
}

func (p *Platform) repeat(speaker bot.User, line string) {
	p.mu.Lock()
	p.waiting = ""
	p.mu.Unlock()
	if !p.o.Prompt && line != "" {
		p.print(speaker.ID + "> " + bot.Visible(line) + "\n")
	}
}

func (p *Platform) print(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, _ = io.WriteString(p.o.Out, text)
}
