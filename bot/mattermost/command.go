package mattermost

import (
	"context"
	"crypto/subtle"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"

	"ersthelfer/bot"
	"ersthelfer/escalation"
)

// Trigger is the word of the slash command, without the slash.
const Trigger = "ersthelfer"

// command answers the slash command. Its text is a message of the direct
// conversation: nobody in the channel sees it, and nobody should.
func (p *Platform) command(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, callSize)
	if err := r.ParseForm(); err != nil {
		http.Error(w, "bad request", http.StatusBadRequest)
		return
	}
	ctx, user := r.Context(), r.PostForm.Get("user_id")
	if !p.ownToken(r.PostForm.Get("token")) {
		reply(w, p.refusal(ctx, user, errForeign))
		return
	}
	trigger, at, err := p.verify(ctx, r.PostForm.Get("trigger_id"), user)
	if err == nil && !p.presses.first("trigger/"+trigger, p.now(), 2*triggerTime) {
		err = errAgain
	}
	if err != nil {
		reply(w, p.refusal(ctx, user, err))
		return
	}
	m, err := p.commanded(ctx, user, r.PostForm.Get("text"))
	if err != nil {
		reply(w, p.refusal(ctx, user, err))
		return
	}
	words := p.o.Words(m.From.Locale)
	if m.Text == "" {
		if err := p.askAnew(ctx, r.PostForm, m); err != nil {
			p.log.Info("mattermost: form not opened", "err", err)
			reply(w, words.Empty)
			return
		}
		answer(w, model.CommandResponse{})
		return
	}
	m.ID, m.At = ref("command/"+trigger), at
	receipt, err := p.work(ctx, m, func(bot.Receipt, error) {})
	switch {
	case err != nil:
		p.presses.undo("trigger/" + trigger)
		reply(w, p.refusal(ctx, user, err))
	case len(receipt.Private) > 0:
		reply(w, markdown(receipt.Private, oldestLimit))
	default:
		reply(w, words.Direct)
	}
}

var errNoForm = errors.New("there is no form to describe a problem in")

// askAnew opens the form for a problem. It belongs to no post, and what comes of
// it to the direct conversation.
func (p *Platform) askAnew(ctx context.Context, call url.Values, m bot.Message) error {
	if p.o.Ask == nil {
		return errNoForm
	}
	c := claim{Channel: call.Get("channel_id"), Home: m.In.Channel, User: m.From.ID}
	return p.openForm(ctx, call.Get("trigger_id"), p.o.Ask(m.From.Locale), c)
}

// commanded makes a message of the text behind a slash command.
func (p *Platform) commanded(ctx context.Context, user, text string) (bot.Message, error) {
	who, err := p.people.user(ctx, user)
	if err != nil {
		return bot.Message{}, err
	}
	channel, err := p.people.meet(ctx, user)
	if err != nil {
		return bot.Message{}, err
	}
	return bot.Message{
		From: who, Direct: true, Text: strings.TrimSpace(text),
		In: escalation.Address{Platform: name, Channel: channel},
	}, nil
}

func (p *Platform) ownToken(token string) bool {
	own := 0
	for _, t := range p.o.CommandTokens {
		own |= subtle.ConstantTimeCompare([]byte(t), []byte(token)) & min(len(t), 1)
	}
	return own == 1
}

func reply(w http.ResponseWriter, text string) {
	answer(w, model.CommandResponse{ResponseType: model.CommandResponseTypeEphemeral, Text: text})
}
