package bot

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"maps"
	"time"

	"ersthelfer/escalation"
	"ersthelfer/knowledge"
)

// Options are what a Bot is made of. Desk, Library and Store are required.
type Options struct {
	Desk      *escalation.Desk
	Library   *knowledge.Library
	Assist    *knowledge.Assistant // asks a language model about unsure questions; nil: none is asked
	Store     Store
	Texts     Texts // the shipped catalogue if nil
	People    []Known
	Platforms []Platform
	Quiet     time.Duration // how long a question must have been quiet before it is answered; 0: at once
	Speed     float64       // how many times as fast as the wall clock the desk's runs, 0: as fast
	SignIn    SignIn        // how people come to the pages from a chat; nil: there is no way
	Log       *slog.Logger  // gets no text, names or tokens
}

// A Bot answers people on all platforms. It is safe for concurrent use.
type Bot struct {
	desk      *escalation.Desk
	library   *knowledge.Library
	assist    *knowledge.Assistant
	store     Store
	texts     Texts
	people    []Known
	platforms map[string]Platform
	quiet     time.Duration
	speed     float64
	signIn    SignIn
	log       *slog.Logger
	wake      chan struct{} // the loop has something to do
	lanes     Lanes
	seeking   seeking
	shown     shown
	noted     noted
}

// New returns a bot. It does nothing until Run or Handle is called.
func New(o Options) (*Bot, error) {
	b := &Bot{
		desk: o.Desk, library: o.Library, assist: o.Assist, store: o.Store, texts: o.Texts, people: o.People,
		platforms: map[string]Platform{}, quiet: o.Quiet, speed: cmp.Or(o.Speed, 1), signIn: o.SignIn, log: o.Log, wake: make(chan struct{}, 1),
	}
	if b.texts == nil {
		texts, err := LoadTexts(nil)
		if err != nil {
			return nil, err
		}
		b.texts = texts
	}
	if b.log == nil {
		b.log = slog.New(slog.DiscardHandler)
	}
	for _, p := range o.Platforms {
		b.platforms[p.Name()] = p
	}
	return b, nil
}

// Handle takes a message, and returns nil when everything it brought about is
// stored. The same message again changes nothing and is not answered twice.
func (b *Bot) Handle(ctx context.Context, m Message) (Receipt, error) {
	if m.From.Bot {
		return Receipt{}, nil
	}
	defer b.lanes.Enter(m.From.Platform + ":" + m.From.ID)()
	dealt, err := b.dealtWith(ctx, m)
	if err != nil || dealt {
		return Receipt{}, err
	}
	p, err := b.profile(ctx, m.From)
	if err != nil {
		return Receipt{}, err
	}
	turn := &turn{b: b, p: p, m: m, v: b.texts.voice(p.language("")).in(p.Zone)}
	if turn.maskAll(); turn.masked {
		err = turn.say(ctx, turn.v.say("secret.masked"))
	}
	err = errors.Join(err, turn.take(ctx))
	if sentence := turn.sentence(err); sentence != nil {
		err = turn.private(ctx, sentence)
	}
	if err != nil {
		return Receipt{}, err
	}
	defer b.Wake()
	return turn.receipt, b.markSeen(ctx, m.ID)
}

// maskAll blanks out what is a password, in the text and in a form.
func (t *turn) maskAll() {
	t.m.Text, t.masked = mask(t.m.Text)
	form := t.m.Form
	t.m.Form = maps.Clone(form)
	for field, value := range form {
		text, masked := mask(value)
		t.m.Form[field], t.masked = text, t.masked || masked
	}
}

// sentence returns what a person is told about an error that is about what
// they asked for; other errors are not the person's and have none.
func (t *turn) sentence(err error) Rich {
	id := t.ticketName()
	var bad *escalation.TransitionError
	switch {
	case errors.Is(err, escalation.ErrNotFound):
		return t.v.say("refuse.unknown", "id", id)
	case errors.Is(err, escalation.ErrDenied):
		return t.v.say("refuse.denied", "id", id)
	case errors.Is(err, escalation.ErrNobody):
		return t.v.say("staff.nobody", "id", id)
	case errors.As(err, &bad):
		return t.v.say("refuse.status", "id", id, "status", t.v.word("state."+string(bad.Status)))
	}
	return nil
}

// Wake tells the loop that something may be due.
func (b *Bot) Wake() {
	select {
	case b.wake <- struct{}{}:
	default:
	}
}
