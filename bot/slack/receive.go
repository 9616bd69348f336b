package slack

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	api "github.com/slack-go/slack"

	"ersthelfer/bot"
)

// The kinds of what Slack sends, as Socket Mode names them.
const (
	kindEvent   = "events_api"
	kindPress   = "interactive"
	kindCommand = "slash_commands"
)

// How long (wall time) the bot works on something before it shows that it does.
// Slack gives up after three seconds.
const (
	answerTime  = 2 * time.Second // on a sent form
	loadingTime = time.Second     // on a press, which could still bring a form

	// whisperTime is how long a private sentence may wait for its turn.
	whisperTime = 15 * time.Second

	// afterAnswer is how long a view is left alone after an answer that changes it:
	// Slack does not tell when it has taken the answer, which must not come second.
	afterAnswer = 500 * time.Millisecond
)

// An ack acknowledges what Slack has sent, with an answer that may be nil. With
// an error it must not be acknowledged, so that Slack sends it again. It is
// called once.
type ack func(answer any, err error)

// receive takes what Slack has sent, by socket or HTTP. It does not wait.
func (r *run) receive(ctx context.Context, kind string, payload []byte, done ack) {
	var err error
	switch kind {
	case kindEvent:
		err = r.event(ctx, payload, done)
	case kindPress:
		err = r.interaction(ctx, payload, done)
	case kindCommand:
		err = r.command(ctx, payload, done)
	default:
		done(nil, nil)
	}
	if err != nil {
		// Sent again it would be no better.
		r.p.log.Warn("slack: something arrived that cannot be read", "kind", kind, "err", err)
		done(nil, nil)
	}
}

// store commits an item and acknowledges it with nothing.
func (r *run) store(ctx context.Context, it *item, done ack) {
	r.inbox.put(ctx, arrival{it, func(_ bool, err error) { done(nil, err) }})
}

// An envelope is the payload of an event. Its event_id is not read: what has the
// same one is also about the same message, which [message.key] names.
type envelope struct {
	TeamID string  `json:"team_id"`
	Event  message `json:"event"`
}

func (r *run) event(ctx context.Context, payload []byte, done ack) error {
	var e envelope
	if err := json.Unmarshal(payload, &e); err != nil {
		return fmt.Errorf("read event: %w", syntax(err))
	}
	m := &e.Event
	m.Team = cmp.Or(m.Team, e.TeamID)
	switch {
	case m.Type == "app_home_opened" && (m.Tab == "" || m.Tab == "home"):
		done(nil, nil)
		r.spawn(func(ctx context.Context) { r.p.showHome(ctx, m.User, m.Team) })
	case !m.concerns(r.p.me.Load()):
		done(nil, nil)
	default:
		r.store(ctx, &item{Key: m.key(), Said: m.slim()}, done)
	}
	return nil
}

func (r *run) interaction(ctx context.Context, payload []byte, done ack) error {
	var cb api.InteractionCallback
	if err := json.Unmarshal(payload, &cb); err != nil {
		return fmt.Errorf("read interaction: %w", syntax(err))
	}
	switch cb.Type {
	case api.InteractionTypeBlockActions:
		x, about, err := readPress(&cb)
		if err != nil {
			return err
		}
		if about.Form != nil {
			done(nil, nil)
			r.spawn(func(ctx context.Context) { r.ask(ctx, x, about) })
			return nil
		}
		r.press(ctx, x, done)
	case api.InteractionTypeViewSubmission:
		s, err := readForm(&cb)
		if err != nil {
			return err
		}
		r.submit(ctx, s, done)
	default:
		done(nil, nil)
	}
	return nil
}

// submit commits a sent form and waits a moment for what comes of it, because
// what is wrong with it can only stand in the answer.
func (r *run) submit(ctx context.Context, s *sent, done ack) {
	it := &item{Key: s.key(), Sent: s, done: make(chan outcome, 1)}
	r.inbox.put(ctx, arrival{it, func(fresh bool, err error) {
		if err != nil || !fresh {
			done(nil, err)
			return
		}
		r.spawn(func(ctx context.Context) { r.await(ctx, it, done) })
	}})
}

func (r *run) await(ctx context.Context, it *item, done ack) {
	w := r.p.words(it.Sent.User)
	shown := it.Sent.view()
	timer := time.NewTimer(answerTime)
	defer timer.Stop()
	select {
	case out := <-it.done:
		answer := r.p.answered(it.Sent, out.receipt, w)
		if fits(answer) {
			done(answer, nil)
			if answer == nil {
				r.p.tell(ctx, out, "", false)
			}
			return
		}
		it.done <- out // too large for an answer: the view is changed afterwards
	case <-timer.C:
	case <-ctx.Done():
		done(nil, ctx.Err())
		return
	}
	v := notice(it.Sent.Title, w.Working, w)
	done(api.NewUpdateViewSubmissionResponse(&v), nil)
	if pause(ctx, afterAnswer) != nil {
		return
	}
	select {
	case out := <-it.done:
		r.p.change(ctx, shown, out, w)
	case <-ctx.Done():
	}
}

// press commits a pressed button and acknowledges it. A trigger is good for three
// seconds only: what takes longer than one gets a view that says so, in which the
// form can still be shown that the press brings.
func (r *run) press(ctx context.Context, x *press, done ack) {
	it := &item{Key: x.key(), Press: x, done: make(chan outcome, 1), told: make(chan struct{})}
	r.inbox.put(ctx, arrival{it, func(fresh bool, err error) {
		done(nil, err)
		if err == nil && fresh {
			r.spawn(func(ctx context.Context) { r.attend(ctx, it) })
		}
	}})
}

func (r *run) attend(ctx context.Context, it *item) {
	defer close(it.told)
	x := it.Press
	timer := time.NewTimer(loadingTime)
	defer timer.Stop()
	select {
	case out := <-it.done:
		r.p.tell(ctx, out, x.Trigger, x.Home)
		return
	case <-timer.C:
	case <-ctx.Done():
		return
	}
	w := r.p.words(x.User)
	view, err := r.p.open(ctx, x.Trigger, notice(w.Title, w.Working, w))
	if err != nil && ctx.Err() == nil {
		r.p.log.Info("slack: nothing shown while a press is worked on", "err", err)
	}
	select {
	case out := <-it.done:
		if err != nil {
			r.p.tell(ctx, out, "", false)
			return
		}
		c := claim{Channel: x.Channel, Post: x.post(), Root: x.Root}
		r.p.change(ctx, modalView{id: view, title: w.Title, claim: c}, out, w)
	case <-ctx.Done():
	}
}

// A command is the text behind the slash command. It is stored: rename no tag.
type command struct {
	User    string `json:"user"`
	Team    string `json:"team,omitempty"`
	Text    string `json:"text"`
	Trigger string `json:"trigger"`
	At      int64  `json:"at"` // Unix milliseconds
}

func (r *run) command(ctx context.Context, payload []byte, done ack) error {
	var c api.SlashCommand
	if err := json.Unmarshal(payload, &c); err != nil {
		return fmt.Errorf("read slash command: %w", syntax(err))
	}
	w := r.p.words(c.UserID)
	text := plain(c.Text, "")
	if text == "" {
		if r.p.o.Ask == nil {
			done(whispered(w.Empty), nil)
			return nil
		}
		done(nil, nil)
		r.spawn(func(ctx context.Context) { r.askAnew(ctx, &c) })
		return nil
	}
	at := r.p.now().UnixMilli()
	it := &item{Key: "command/" + c.TriggerID, Asked: &command{c.UserID, c.TeamID, text, c.TriggerID, at}}
	r.inbox.put(ctx, arrival{it, func(_ bool, err error) { done(whispered(w.Direct), err) }})
	return nil
}

// askAnew opens the form for a problem. It belongs to no post.
func (r *run) askAnew(ctx context.Context, c *api.SlashCommand) {
	locale := ""
	if u, ok := r.p.people.users.known(c.UserID); ok {
		locale = u.Locale
	}
	w := r.p.o.Words(locale)
	err := r.p.openForm(ctx, c.TriggerID, r.p.o.Ask(locale), claim{}, w)
	if err == nil || ctx.Err() != nil {
		return
	}
	r.p.log.Warn("slack: form not opened", "err", err)
	m, err := r.p.from(ctx, c.UserID, c.TeamID, "", "", "")
	if err == nil {
		err = r.p.whisper(ctx, *m, draw(bot.Post{Body: bot.Plain(w.Empty)}))
	}
	if err != nil && ctx.Err() == nil {
		r.p.log.Warn("slack: a private sentence was not delivered", "err", err)
	}
}

// whispered is the answer to a slash command.
func whispered(text string) any {
	return map[string]string{"response_type": "ephemeral", "text": mrkdwn(bot.Plain(text), maxFallback)}
}

// An outcome is what came of an item: the message it was, and its receipt. Both
// are empty for what was not for the bot after all.
type outcome struct {
	m       bot.Message
	receipt bot.Receipt
}

// deal gives an item to the handler as a message, and shows its sender the
// receipt unless somebody waits for it.
func (r *run) deal(ctx context.Context, it *item) (outcome, error) {
	m, trigger, err := r.p.message(ctx, it)
	if err != nil || m == nil {
		return outcome{}, err
	}
	receipt, err := r.h(ctx, *m)
	if err != nil {
		return outcome{}, fmt.Errorf("handle message: %w", err)
	}
	out := outcome{*m, receipt}
	if it.done == nil {
		r.p.tell(ctx, out, trigger, false)
	}
	switch {
	case it.Press != nil && it.Press.Home:
		r.p.showHome(ctx, it.Press.User, it.Press.Team)
	case it.Sent != nil && it.Sent.Claim.Post == "":
		r.p.showHome(ctx, it.Sent.User, it.Sent.Team)
	}
	return out, nil
}

// tell shows a receipt to the sender of a message: a form where a trigger still
// opens one, a sentence in the conversation, or, to who looks at the home tab and
// not at the conversation, over it.
func (p *Platform) tell(ctx context.Context, out outcome, trigger string, home bool) {
	m, r := out.m, out.receipt
	var err error
	switch {
	case r.Form != nil && trigger != "":
		c := claim{Channel: m.In.Channel, Post: m.Post, Root: m.In.Thread}
		if err = p.openForm(ctx, trigger, r.Form, c, p.o.Words(m.From.Locale)); err != nil {
			err = p.offerForm(ctx, m, r)
		} else if len(r.Private) > 0 {
			err = p.whisper(ctx, m, draw(bot.Post{Body: r.Private}))
		}
	case r.Form != nil:
		err = p.offerForm(ctx, m, r)
	case len(r.Private) == 0:
	case home && trigger != "":
		w := p.o.Words(m.From.Locale)
		if _, err = p.open(ctx, trigger, sheet(w.Title, r.Private, w)); err != nil {
			err = p.whisper(ctx, m, draw(bot.Post{Body: r.Private}))
		}
	default:
		err = p.whisper(ctx, m, draw(bot.Post{Body: r.Private}))
	}
	if err != nil && ctx.Err() == nil {
		p.log.Warn("slack: a private sentence was not delivered", "err", err)
	}
}

// whisper posts what only the sender of a message sees. Nobody keeps it for later,
// so that it waits a little for its turn.
func (p *Platform) whisper(ctx context.Context, m bot.Message, out drawing) error {
	options := append(out.options(), api.MsgOptionTS(thread(m.In.Thread)))
	began := time.Now()
	for {
		_, err := p.client.PostEphemeralContext(ctx, m.In.Channel, m.From.ID, options...)
		if err == nil {
			return nil
		}
		err = failure(err)
		later := new(bot.LaterError)
		if !errors.As(err, &later) || time.Since(began)+later.After > whisperTime || pause(ctx, later.After) != nil {
			return fmt.Errorf("post private sentence: %w", err)
		}
	}
}

// words returns the platform's own words for a user. There is no time to ask for
// the language of somebody unknown.
func (p *Platform) words(user string) Words {
	if u, ok := p.people.users.known(user); ok {
		return p.o.Words(u.Locale)
	}
	return p.o.Words("")
}

// syntax leaves what was written out of an error.
func syntax(err error) error { return fmt.Errorf("not the JSON that Slack documents (%T)", err) }
