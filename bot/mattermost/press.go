package mattermost

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"ersthelfer/bot"
	"ersthelfer/escalation"
)

// sealKey is where the claim stands in the context of a button.
const sealKey = "ersthelfer"

// How long (wall time) a press counts.
const (
	triggerTime = 30 * time.Second // as long as the server lets one open a form
	ahead       = 5 * time.Second  // how much the server's clock may be ahead
	doublePress = 5 * time.Second
)

// manyButtons is how many choices are buttons; more are a menu.
const manyButtons = 5

// actions returns choices as buttons, or as one menu when there are many. Each
// holds a sealed claim about what it may choose.
func (p *Platform) actions(choices []bot.Choice, c claim) ([]*model.PostAction, error) {
	var buttons []*model.PostAction
	menu := &model.PostAction{Type: model.PostActionTypeSelect, Name: fmt.Sprintf("1–%d", len(choices)), Id: "menu" + c.Key}
	all := map[string]*bot.Form{}
	for i, choice := range choices {
		label := strconv.Itoa(i+1) + " " + bot.Visible(choice.Label)
		all[choice.ID] = choice.Form
		menu.Options = append(menu.Options, &model.PostActionOptions{Text: label, Value: choice.ID})
		c.Choices = map[string]*bot.Form{choice.ID: choice.Form}
		button := &model.PostAction{Type: model.PostActionTypeButton, Name: label, Id: digest(c.Key + "/" + choice.ID)}
		if choice.Strong {
			button.Style = "primary"
		}
		if err := p.integrate(button, c); err != nil {
			return nil, err
		}
		buttons = append(buttons, button)
	}
	if len(choices) <= manyButtons {
		return buttons, nil
	}
	c.Choices = all
	return []*model.PostAction{menu}, p.integrate(menu, c)
}

func (p *Platform) integrate(a *model.PostAction, c claim) error {
	text, err := p.seal.seal(c)
	if err != nil {
		return err
	}
	a.Integration = &model.PostActionIntegration{
		URL: p.base.JoinPath("action").String(), Context: map[string]any{sealKey: text},
	}
	return nil
}

// Why a press has no effect.
var (
	errForeign = errors.New("not the bot's, or not theirs")
	errAgain   = errors.New("already done")
)

// press answers the server's call about a pressed button or a menu.
func (p *Platform) press(w http.ResponseWriter, r *http.Request) {
	var req model.PostActionIntegrationRequest
	if !decode(w, r, &req) {
		return
	}
	ctx := r.Context()
	text, _ := req.Context[sealKey].(string)
	if _, err := p.seal.open(text, toProbe, p.now()); err == nil {
		answer(w, model.PostActionIntegrationResponse{})
		return
	}
	pressed, err := p.check(ctx, &req, text)
	if err != nil {
		p.refuse(ctx, w, req.UserId, err)
		return
	}
	if form := pressed.form; form != nil {
		if err := p.openForm(ctx, req.TriggerId, form, pressed.claim); err != nil {
			p.log.Warn("mattermost: form not opened", "err", err)
			p.presses.undo(pressed.double)
			p.refuse(ctx, w, req.UserId, err)
			return
		}
		answer(w, model.PostActionIntegrationResponse{})
		return
	}
	m, err := p.pressedMessage(ctx, pressed)
	if err != nil {
		p.presses.undo(pressed.double)
		p.refuse(ctx, w, req.UserId, err)
		return
	}
	receipt, err := p.work(ctx, m, func(r bot.Receipt, err error) {
		if err != nil {
			p.presses.undo(pressed.double)
		}
		if r.Form != nil {
			pressed.claim.Post = req.PostId
			if err := p.openForm(ctx, req.TriggerId, r.Form, pressed.claim); err != nil {
				p.log.Warn("mattermost: form not opened", "err", err)
			}
		}
	})
	if err != nil {
		p.refuse(ctx, w, req.UserId, err)
		return
	}
	answer(w, model.PostActionIntegrationResponse{EphemeralText: markdown(receipt.Private, oldestLimit)})
}

// A pressed thing is a press that counts.
type pressed struct {
	claim   claim // Post and User are those of the press
	choice  string
	form    *bot.Form
	trigger string
	double  string
	at      time.Time
}

// check finds out whether a press counts. What costs nothing is checked first,
// so that a stranger cannot make the bot ask the server.
func (p *Platform) check(ctx context.Context, req *model.PostActionIntegrationRequest, sealed string) (*pressed, error) {
	trigger, at, err := p.verify(ctx, req.TriggerId, req.UserId)
	if err != nil {
		return nil, err
	}
	c, err := p.seal.open(sealed, toPress, p.now())
	if err != nil {
		return nil, err
	}
	choice, ok := chosen(req, c.Choices)
	if !ok || c.Channel != req.ChannelId || !model.IsValidId(req.PostId) {
		return nil, errForeign
	}
	if err := p.own(ctx, req.PostId, c); err != nil {
		return nil, err
	}
	double := req.PostId + "/" + choice + "/" + req.UserId
	if !p.presses.first("trigger/"+trigger, p.now(), 2*triggerTime) || !p.presses.first(double, p.now(), doublePress) {
		return nil, errAgain
	}
	c.Post, c.User = req.PostId, req.UserId
	return &pressed{claim: c, choice: choice, form: c.Choices[choice], trigger: trigger, double: double, at: at}, nil
}

// chosen returns what was chosen: what the button stands for, or the option of
// the menu, which the server does not check.
func chosen(req *model.PostActionIntegrationRequest, choices map[string]*bot.Form) (string, bool) {
	if option, ok := req.Context["selected_option"].(string); ok {
		_, ok = choices[option]
		return option, ok && req.Type == model.PostActionTypeSelect
	}
	for choice := range maps.Keys(choices) {
		return choice, len(choices) == 1 && req.Type != model.PostActionTypeSelect
	}
	return "", false
}

// own reports whether a post is the very one that a claim was made for.
func (p *Platform) own(ctx context.Context, id string, c claim) error {
	f, err := p.known(ctx)
	if err != nil {
		return err
	}
	post, resp, err := p.client.GetPost(ctx, id, "")
	if err != nil {
		if code := status(resp); code == http.StatusNotFound || code == http.StatusForbidden {
			return errForeign
		}
		return fmt.Errorf("look at the pressed post: %w", failure(resp, err))
	}
	key, _ := post.GetProp(keyProp).(string)
	if post.UserId != f.me.Id || post.ChannelId != c.Channel || key != c.Key {
		return errForeign
	}
	return nil
}

// verify returns the name of a trigger and its time, if the server signed it
// for the user not long ago.
func (p *Platform) verify(ctx context.Context, trigger, user string) (string, time.Time, error) {
	f, err := p.known(ctx)
	if err != nil {
		return "", time.Time{}, err
	}
	at, ok := triggerAt(trigger)
	if f.key == nil || user == "" || !ok {
		return "", at, errForeign
	}
	// The official function takes the age from the clock by itself; the bot's own
	// clock decides here.
	id, who, appErr := model.DecodeAndVerifyTriggerId(trigger, f.key, 1<<62)
	if appErr != nil || who != user {
		return "", at, errForeign
	}
	switch age := p.now().Sub(at); {
	case age > triggerTime:
		return "", at, errExpired
	case age < -ahead:
		return "", at, errForeign
	}
	return id, at, nil
}

// triggerAt returns the time in a trigger id: "id:user:milliseconds:signature".
func triggerAt(trigger string) (time.Time, bool) {
	data, err := base64.StdEncoding.DecodeString(trigger)
	if err != nil {
		return time.Time{}, false
	}
	parts := strings.Split(string(data), ":")
	if len(parts) != 4 {
		return time.Time{}, false
	}
	ms, err := strconv.ParseInt(parts[2], 10, 64)
	return time.UnixMilli(ms), err == nil
}

// pressedMessage makes a message of a press.
func (p *Platform) pressedMessage(ctx context.Context, x *pressed) (bot.Message, error) {
	m, err := p.from(ctx, x.claim)
	m.ID, m.Choice, m.At = ref("press/"+x.trigger), x.choice, x.at
	return m, err
}

// from returns a message from the user of a claim, in its conversation.
func (p *Platform) from(ctx context.Context, c claim) (bot.Message, error) {
	who, err := p.people.user(ctx, c.User)
	if err != nil {
		return bot.Message{}, err
	}
	channel, err := p.people.channel(ctx, c.Channel)
	if err != nil {
		return bot.Message{}, err
	}
	m := bot.Message{
		From: who, Direct: channel.Type == model.ChannelTypeDirect,
		In: escalation.Address{Platform: name, Channel: c.Channel, Thread: c.Root},
	}
	if c.Post != "" {
		m.Post = ref(c.Post)
	}
	if c.Root != "" {
		m.Root = ref(c.Root)
	} else if !m.Direct {
		m.In.Thread = c.Post
	}
	return m, nil
}

// presses remember what has been pressed, so that it counts once.
type presses struct {
	mu    sync.Mutex
	until map[string]time.Time
}

func newPresses() *presses { return &presses{until: map[string]time.Time{}} }

// first reports whether key is used for the first time, and remembers it.
func (s *presses) first(key string, now time.Time, d time.Duration) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.until[key].After(now) {
		return false
	}
	if len(s.until) > manyRemembered {
		maps.DeleteFunc(s.until, func(_ string, t time.Time) bool { return !t.After(now) })
	}
	s.until[key] = now.Add(d)
	return true
}

// undo forgets a press that had no effect.
func (s *presses) undo(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.until, key)
}

// refuse tells somebody why what they pressed or sent has no effect.
func (p *Platform) refuse(ctx context.Context, w http.ResponseWriter, user string, err error) {
	answer(w, model.PostActionIntegrationResponse{EphemeralText: p.refusal(ctx, user, err)})
}

// refusal returns the sentence for an error. The language of somebody is only
// asked for when the server has vouched for them, which errForeign leaves open.
func (p *Platform) refusal(ctx context.Context, user string, err error) string {
	words := p.o.Words("")
	if !errors.Is(err, errForeign) && !errors.Is(err, errForged) {
		if u, err := p.people.record(ctx, user); err == nil {
			words = p.o.Words(u.Locale)
		}
	}
	switch {
	case errors.Is(err, errForeign), errors.Is(err, errForged):
		return words.Foreign
	case errors.Is(err, errExpired):
		return words.Late
	case errors.Is(err, errAgain):
		return words.Again
	}
	p.log.Warn("mattermost: a press or form was not handled", "err", err)
	return words.Failed
}
