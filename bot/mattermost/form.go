package mattermost

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/mattermost/mattermost/server/public/model"

	"ersthelfer/bot"
)

// openForm shows a form to who pressed, and nobody else.
func (p *Platform) openForm(ctx context.Context, trigger string, form *bot.Form, c claim) error {
	c.Purpose, c.Nonce, c.Until = toSend, nonce(), p.now().Add(formTime).Unix()
	c.Choices = map[string]*bot.Form{form.ID: form}
	state, err := p.seal.seal(c)
	if err != nil {
		return err
	}
	d := model.Dialog{
		CallbackId: form.ID, Title: fit(form.Title, model.DialogTitleMaxLength),
		SubmitLabel: fit(form.Submit, model.DialogTitleMaxLength), State: state,
	}
	for _, field := range form.Fields {
		d.Elements = append(d.Elements, element(field))
	}
	// The server takes a form that it will not show, and only notes it in its log.
	if err := d.IsValid(); err != nil {
		return fmt.Errorf("open form %s: %w", form.ID, err)
	}
	resp, err := p.client.OpenInteractiveDialog(ctx, model.OpenDialogRequest{
		TriggerId: trigger, URL: p.base.JoinPath("dialog").String(), Dialog: d,
	})
	if err != nil {
		return fmt.Errorf("open form %s: %w", form.ID, failure(resp, err))
	}
	return nil
}

func element(f bot.Field) model.DialogElement {
	e := model.DialogElement{
		DisplayName: fit(f.Label, model.DialogElementDisplayNameMaxLength), Name: f.Name, Type: "text",
		HelpText: fit(f.Hint, model.DialogElementHelpTextMaxLength), Optional: f.Optional,
		MaxLength: model.DialogElementTextMaxLength,
	}
	switch {
	case len(f.Options) > 0:
		e.Type, e.MaxLength, e.Default = "select", 0, f.Value
		for _, o := range f.Options {
			e.Options = append(e.Options, &model.PostActionOptions{Text: o.Label, Value: o.Value})
		}
	case f.Long:
		e.Type, e.MaxLength = "textarea", model.DialogElementTextareaMaxLength
		e.Default = fit(f.Value, e.MaxLength)
	default:
		e.Default = fit(f.Value, e.MaxLength)
	}
	return e
}

// fit cuts a text to a number of bytes, which is what the server counts.
func fit(text string, bytes int) string {
	for n := bytes; n > 1 && len(text) > bytes; n-- {
		if short := bot.Plain(text).Cut(n).String(); len(short) <= bytes {
			return short
		}
	}
	return text
}

// submit answers the server's call about a form that was sent. The server only
// vouches for the user; all else, and that too if somebody else calls, is worth
// what the seal over it is worth.
func (p *Platform) submit(w http.ResponseWriter, r *http.Request) {
	var req model.SubmitDialogRequest
	if !decode(w, r, &req) {
		return
	}
	ctx := r.Context()
	c, form, err := p.checkForm(&req)
	if err != nil {
		answer(w, model.SubmitDialogResponse{Error: p.refusal(ctx, req.UserId, err)})
		return
	}
	if req.Cancelled {
		answer(w, model.SubmitDialogResponse{})
		return
	}
	c.Channel = first(c.Home, c.Channel)
	m, err := p.from(ctx, c)
	if err != nil {
		answer(w, model.SubmitDialogResponse{Error: p.refusal(ctx, req.UserId, err)})
		return
	}
	values, wrong := filled(form, req.Submission)
	if len(wrong) > 0 {
		answer(w, model.SubmitDialogResponse{Errors: p.each(m.From, wrong)})
		return
	}
	once := "form/" + c.Nonce
	if !p.presses.first(once, p.now(), formTime) {
		answer(w, model.SubmitDialogResponse{Error: p.refusal(ctx, req.UserId, errAgain)})
		return
	}
	m.ID, m.Choice, m.Form, m.At = ref("form/"+c.Nonce+"/"+valuesDigest(values)), form.ID, values, p.now()
	receipt, err := p.work(ctx, m, func(r bot.Receipt, err error) {
		if err != nil || len(r.Errors) > 0 {
			p.presses.undo(once)
		}
	})
	switch {
	case err != nil:
		answer(w, model.SubmitDialogResponse{Error: p.refusal(ctx, req.UserId, err)})
	case len(receipt.Errors) > 0:
		answer(w, model.SubmitDialogResponse{Errors: receipt.Errors, Error: receipt.Private.String()})
	default:
		answer(w, model.SubmitDialogResponse{})
		// A form that is gone shows nothing any more.
		p.tell(context.WithoutCancel(ctx), m, receipt)
	}
}

// checkForm finds out whether a sent form counts.
func (p *Platform) checkForm(req *model.SubmitDialogRequest) (claim, *bot.Form, error) {
	c, err := p.seal.open(req.State, toSend, p.now())
	if err != nil {
		return claim{}, nil, err
	}
	form := c.Choices[req.CallbackId]
	if form == nil || req.UserId == "" || c.User != req.UserId || c.Channel != req.ChannelId {
		return claim{}, nil, errForeign
	}
	return c, form, nil
}

// filled returns the values of a form, and the fields whose values it does not
// allow: what the chat checks, it checks on the sender's side.
func filled(form *bot.Form, sent map[string]any) (values map[string]string, wrong []string) {
	values = map[string]string{}
	for _, f := range form.Fields {
		v, ok := sent[f.Name].(string)
		v = strings.TrimSpace(v)
		switch {
		case !ok && sent[f.Name] != nil, !f.Optional && v == "", !utf8.ValidString(v), !allowed(f, v):
			wrong = append(wrong, f.Name)
		default:
			values[f.Name] = v
		}
	}
	return values, wrong
}

func allowed(f bot.Field, v string) bool {
	if len(f.Options) == 0 {
		limit := model.DialogElementTextMaxLength
		if f.Long {
			limit = model.DialogElementTextareaMaxLength
		}
		return utf8.RuneCountInString(v) <= limit
	}
	if v == "" {
		return f.Optional
	}
	for _, o := range f.Options {
		if o.Value == v {
			return true
		}
	}
	return false
}

func (p *Platform) each(u bot.User, fields []string) map[string]string {
	out := map[string]string{}
	for _, f := range fields {
		out[f] = p.o.Words(u.Locale).Invalid
	}
	return out
}

// valuesDigest tells two sendings of one form apart: corrected is not repeated.
func valuesDigest(values map[string]string) string {
	data, _ := json.Marshal(values) // a map of strings always has JSON, with sorted keys
	return digest(string(data))[:12]
}
