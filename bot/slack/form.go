package slack

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	api "github.com/slack-go/slack"

	"ersthelfer/bot"
)

// A claim is what a modal carries through the private_metadata that only the app
// reads and writes: what its answer belongs to.
type claim struct {
	Form    string `json:"f"`
	Channel string `json:"c"`
	Post    string `json:"p,omitempty"` // as Send named it
	Root    string `json:"r,omitempty"` // the thread
}

// inputAction is the action_id of every input; its block_id is the field's name.
const inputAction = "value"

// modal renders a form.
func modal(f *bot.Form, c claim, w Words) (api.ModalViewRequest, error) {
	c.Form = f.ID
	data, err := json.Marshal(c)
	if err != nil || length(string(data)) > maxMetadata || length(f.ID) > maxID {
		return api.ModalViewRequest{}, fmt.Errorf("draw form %s: what it belongs to does not fit", f.ID)
	}
	v := api.ModalViewRequest{
		Type: api.VTModal, CallbackID: f.ID, PrivateMetadata: string(data),
		Title: label(f.Title, maxViewTitle), Submit: label(f.Submit, maxViewTitle), Close: label(w.Close, maxViewTitle),
	}
	for _, field := range f.Fields[:min(len(f.Fields), maxViewBlocks)] {
		v.Blocks.BlockSet = append(v.Blocks.BlockSet, input(field))
	}
	if _, n := size(v); n > maxView {
		return api.ModalViewRequest{}, fmt.Errorf("draw form %s: too large", f.ID)
	}
	return v, nil
}

func input(f bot.Field) api.Block {
	b := api.NewInputBlock(fit(f.Name, maxID), label(f.Label, maxLabel), nil, nil)
	b.Optional = f.Optional
	if f.Hint != "" {
		b.Hint = label(f.Hint, maxLabel)
	}
	if len(f.Options) == 0 {
		e := api.NewPlainTextInputBlockElement(nil, inputAction)
		e.InitialValue, e.Multiline, e.MaxLength = fit(f.Value, maxInput), f.Long, maxInput
		b.Element = e
		return b
	}
	e := api.NewOptionsSelectBlockElement(api.OptTypeStatic, nil, inputAction)
	for _, o := range f.Options[:min(len(f.Options), maxOptions)] {
		option := api.NewOptionBlockObject(fit(o.Value, maxOptionID), label(o.Label, maxOption), nil)
		if e.Options = append(e.Options, option); o.Value == f.Value && f.Value != "" {
			e.InitialOption = option
		}
	}
	b.Element = e
	return b
}

// notice is a modal that only says something.
func notice(title, text string, w Words) api.ModalViewRequest {
	return sheet(title, bot.Plain(text), w)
}

func sheet(title string, text bot.Rich, w Words) api.ModalViewRequest {
	return api.ModalViewRequest{
		Type: api.VTModal, Title: label(title, maxViewTitle), Close: label(w.Close, maxViewTitle),
		Blocks: api.Blocks{BlockSet: []api.Block{section(mrkdwn(text, maxSection))}},
	}
}

// openForm shows a form to who pressed, and nobody else.
func (p *Platform) openForm(ctx context.Context, trigger string, f *bot.Form, c claim, w Words) error {
	v, err := modal(f, c, w)
	if err != nil {
		return err
	}
	_, err = p.open(ctx, trigger, v)
	return err
}

// open shows a view to who pressed, and returns its id. The trigger is good for
// about three seconds and once.
func (p *Platform) open(ctx context.Context, trigger string, v api.ModalViewRequest) (id string, err error) {
	ctx, cancel := context.WithTimeout(ctx, triggerTime)
	defer cancel()
	got, err := p.client.OpenViewContext(ctx, trigger, v)
	if err != nil {
		return "", fmt.Errorf("open view: %w", failure(err))
	}
	return got.ID, nil
}

// offerForm asks a form that could not be opened in time: a button for it, that
// only its sender sees.
func (p *Platform) offerForm(ctx context.Context, m bot.Message, r bot.Receipt) error {
	f := r.Form
	body := r.Private
	if len(body) == 0 {
		body = bot.Plain(f.Title)
	}
	out := draw(bot.Post{Body: body})
	about := asked{Post: m.Post, Root: m.In.Thread}
	choice := bot.Choice{ID: f.ID, Label: f.Title, Strong: true, Form: f}
	out.blocks = append(out.blocks, actions([]bot.Choice{choice}, about, choicesBlock, 1)...)
	return p.whisper(ctx, m, out)
}

// sent is a form that somebody has sent. It is stored: rename no tag.
type sent struct {
	User    string            `json:"user"`
	Team    string            `json:"team,omitempty"`
	View    string            `json:"view"`
	Title   string            `json:"title"`
	Trigger string            `json:"trigger,omitempty"` // another one each time it is sent
	Claim   claim             `json:"claim"`
	Values  map[string]string `json:"values"`
}

// key names what was sent: the same words in the same form count once, unless
// they were refused (see [inbox.finish]).
func (s *sent) key() string {
	data, _ := json.Marshal(s.Values) // a map of strings always has JSON, with sorted keys
	return "form/" + s.View + "/" + digest(s.Claim.Form + string(data))[:12]
}

// id names the sending: what was refused and is sent again is a new message.
func (s *sent) id() string { return name + ":" + s.key() + "/" + s.Trigger }

// readForm reads a sent form.
func readForm(cb *api.InteractionCallback) (*sent, error) {
	s := &sent{User: cb.User.ID, Team: cb.Team.ID, View: cb.View.ID, Trigger: cb.TriggerID, Values: map[string]string{}}
	if cb.View.Title != nil {
		s.Title = cb.View.Title.Text
	}
	if err := json.Unmarshal([]byte(cb.View.PrivateMetadata), &s.Claim); err != nil || s.Claim.Form == "" {
		return nil, fmt.Errorf("read sent form: not one of the bot's")
	}
	if cb.View.State == nil {
		return s, nil
	}
	for field, block := range cb.View.State.Values {
		in := block[inputAction]
		value := in.Value
		if in.SelectedOption.Value != "" {
			value = in.SelectedOption.Value
		}
		s.Values[field] = strings.TrimSpace(value)
	}
	return s, nil
}

// answered turns what the handler said of a sent form into Slack's answer: what
// is wrong stands at its field, and the form stays open.
func (p *Platform) answered(s *sent, r bot.Receipt, w Words) any {
	switch {
	case len(r.Errors) > 0 && len(s.Values) > 0:
		wrong := map[string]string{}
		for _, field := range slices.Sorted(maps.Keys(r.Errors)) {
			// An error at a field that the form does not have would be shown to nobody.
			at := field
			if _, ok := s.Values[field]; !ok {
				at = slices.Sorted(maps.Keys(s.Values))[0]
			}
			wrong[at] = fit(strings.TrimSpace(wrong[at]+" "+r.Errors[field]), maxLabel)
		}
		return api.NewErrorsViewSubmissionResponse(wrong)
	case r.Form != nil:
		v, err := modal(r.Form, s.Claim, w)
		if err != nil {
			p.log.Warn("slack: form not drawn", "err", err)
			return nil
		}
		return api.NewUpdateViewSubmissionResponse(&v)
	case s.Claim.Post == "":
		// Who comes from the home tab or a command does not look at the conversation.
		v := notice(s.Title, w.Direct, w)
		if len(r.Private) > 0 {
			v = sheet(s.Title, r.Private, w)
		}
		return api.NewUpdateViewSubmissionResponse(&v)
	}
	return nil
}

// fits reports whether an answer is small enough to be one.
func fits(answer any) bool {
	_, n := size(answer)
	return n <= maxAnswer
}

// A modalView is a modal that somebody sees.
type modalView struct {
	id, title string
	claim     claim
}

func (s *sent) view() modalView { return modalView{s.View, s.Title, s.Claim} }

// change shows in a modal what came of a press or a sent form after the time for
// an answer; in the conversation, if somebody has closed it meanwhile.
func (p *Platform) change(ctx context.Context, at modalView, out outcome, w Words) {
	r := out.receipt
	v := notice(at.title, w.Done, w)
	switch {
	case len(r.Errors) > 0:
		texts := slices.Collect(maps.Values(r.Errors))
		slices.Sort(texts)
		v = notice(at.title, strings.Join(texts, "\n"), w)
	case r.Form != nil:
		if next, err := modal(r.Form, at.claim, w); err == nil {
			v = next
		} else {
			p.log.Warn("slack: form not drawn", "err", err)
		}
	case len(r.Private) > 0:
		v = sheet(at.title, r.Private, w)
	}
	if _, err := p.client.UpdateViewContext(ctx, v, "", "", at.id); err != nil && ctx.Err() == nil {
		p.log.Info("slack: modal not brought up to date", "err", failure(err))
		p.tell(ctx, out, "", false)
	}
}

// digest shortens a text to 32 letters and digits.
func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])[:32]
}
