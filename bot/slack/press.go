package slack

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"time"

	api "github.com/slack-go/slack"

	"ersthelfer/bot"
	"ersthelfer/escalation"
)

// A press is a pressed button. It is stored: rename no tag.
type press struct {
	User    string `json:"user"`
	Team    string `json:"team,omitempty"`
	Channel string `json:"channel,omitempty"` // empty on the home tab
	TS      string `json:"ts,omitempty"`      // of the post it is on
	Root    string `json:"root,omitempty"`    // its thread
	Home    bool   `json:"home,omitempty"`
	Choice  string `json:"choice"`
	Trigger string `json:"trigger"`
	At      string `json:"at"` // Slack's timestamp of the press
}

// key names the press. Two presses of one button are two.
func (x *press) key() string {
	return "press/" + x.Channel + "/" + x.TS + "/" + x.At + "/" + x.User + "/" + x.Choice
}

// readPress reads a pressed button, and the form to ask before it takes effect.
func readPress(cb *api.InteractionCallback) (*press, asked, error) {
	if len(cb.ActionCallback.BlockActions) != 1 {
		return nil, asked{}, errors.New("read press: want one action")
	}
	a := cb.ActionCallback.BlockActions[0]
	x := &press{
		User: cb.User.ID, Team: cb.Team.ID, Choice: a.ActionID, Trigger: cb.TriggerID, At: a.ActionTs,
		Channel: cmp.Or(cb.Container.ChannelID, cb.Channel.ID),
		TS:      cmp.Or(cb.Container.MessageTs, cb.Message.Timestamp),
		Root:    cmp.Or(cb.Container.ThreadTs, cb.Message.ThreadTimestamp),
		Home:    cb.View.Type == api.VTHomeTab,
	}
	if x.User == "" || x.Choice == "" {
		return nil, asked{}, errors.New("read press: not one of a button of the bot")
	}
	var about asked
	if a.Value != "" {
		if err := json.Unmarshal([]byte(a.Value), &about); err != nil {
			return nil, asked{}, errors.New("read press: not a button of the bot")
		}
	}
	return x, about, nil
}

// post returns the post that a press is about, as Send named it.
func (x *press) post() string {
	if x.TS == "" {
		return ""
	}
	return ref(x.Channel, x.TS)
}

// ask opens the form that belongs to a button.
func (r *run) ask(ctx context.Context, x *press, about asked) {
	c := claim{
		Channel: x.Channel, Post: cmp.Or(about.Post, x.post()), Root: cmp.Or(about.Root, x.Root),
	}
	w := r.p.words(x.User)
	err := r.p.openForm(ctx, x.Trigger, about.Form, c, w)
	if err == nil || ctx.Err() != nil {
		return
	}
	r.p.log.Warn("slack: form not opened", "err", err)
	m := bot.Message{From: bot.User{ID: x.User}, In: escalation.Address{Channel: x.Channel, Thread: x.Root}}
	if err := r.p.whisper(ctx, m, draw(bot.Post{Body: bot.Plain(w.Failed)})); err != nil && ctx.Err() == nil {
		r.p.log.Warn("slack: a private sentence was not delivered", "err", err)
	}
}

// pressed makes a message of a press.
func (p *Platform) pressed(ctx context.Context, x *press) (*bot.Message, error) {
	m, err := p.from(ctx, x.User, x.Team, x.Channel, x.Root, x.TS)
	if err != nil {
		return nil, err
	}
	m.ID, m.Choice, m.Post, m.At = name+":"+x.key(), x.Choice, x.post(), at(x.At)
	return m, nil
}

// filled makes a message of a sent form.
func (p *Platform) filled(ctx context.Context, s *sent) (*bot.Message, error) {
	_, ts, _ := unref(s.Claim.Post)
	m, err := p.from(ctx, s.User, s.Team, s.Claim.Channel, s.Claim.Root, ts)
	if err != nil {
		return nil, err
	}
	m.ID, m.Choice, m.Form, m.Post, m.At = s.id(), s.Claim.Form, s.Values, s.Claim.Post, p.now()
	return m, nil
}

// commanded makes a message of a slash command. Its text is said in the direct
// conversation: nobody in the channel sees it, and nobody should.
func (p *Platform) commanded(ctx context.Context, c *command) (*bot.Message, error) {
	m, err := p.from(ctx, c.User, c.Team, "", "", "")
	if err != nil {
		return nil, err
	}
	m.ID, m.Text, m.At = name+":command/"+c.Trigger, c.Text, time.UnixMilli(c.At)
	return m, nil
}

// from returns a message from a user in a conversation; without a channel, in
// the direct one. Post is the timestamp of the post it is about.
func (p *Platform) from(ctx context.Context, user, team, channel, root, post string) (*bot.Message, error) {
	who, err := p.people.user(ctx, user, team)
	if err != nil {
		return nil, err
	}
	if channel == "" {
		if channel, err = p.people.meet(ctx, user); err != nil {
			return nil, err
		}
	}
	m := &bot.Message{
		From: who, Direct: direct(channel),
		In: escalation.Address{Platform: name, Channel: channel, Thread: root},
	}
	if root != "" {
		m.Root = ref(channel, root)
	} else if !m.Direct {
		m.In.Thread = post
	}
	return m, nil
}
