package bot

import (
	"context"
	"strings"
)

// askID is the choice and the form with which somebody describes a problem at once.
const askID = "ask"

// AskForm returns the form in which somebody can describe a problem at once, in
// the language of a locale, for platforms that can show one without a post. What
// is sent with it is a message whose Choice is the form's id.
func (b *Bot) AskForm(locale string) *Form {
	return b.askForm(b.texts.voice(languageOf(locale)))
}

func (b *Bot) askForm(v voice) *Form {
	f := &Form{ID: askID, Title: v.word("form.ask"), Submit: v.word("form.submit"), Fields: []Field{
		{Name: "text", Label: v.word("form.ask.text"), Long: true},
		{Name: "place", Label: v.word("field.place"), Optional: true},
		{Name: "device", Label: v.word("field.device"), Optional: true},
	}}
	urgency := Field{Name: "urgency", Label: v.word("form.ask.urgency"), Optional: true}
	for _, o := range fixed[expectUrgency] {
		urgency.Options = append(urgency.Options, Option{Value: o[0], Label: v.word(o[1])})
	}
	f.Fields = append(f.Fields, urgency)
	return f
}

// askedInForm takes a problem described in a form as if it had been written: the
// fields become sentences, as people write them.
func (t *turn) askedInForm(ctx context.Context) error {
	value := func(field string) string { return strings.TrimSpace(t.m.Form[field]) }
	text := value("text")
	if t.m.Form == nil {
		return t.greet(ctx)
	}
	if text == "" {
		t.receipt.Errors = map[string]string{"text": t.v.word("form.ask.empty")}
		return nil
	}
	lines := []string{text}
	if place := value("place"); place != "" {
		lines = append(lines, t.v.word("field.place")+" "+place)
	}
	if device := value("device"); device != "" {
		lines = append(lines, t.v.word("field.device")+": "+device)
	}
	if u := "staff.urgency." + value("urgency"); t.v.has(u) {
		lines = append(lines, t.v.word(u))
	}
	t.m.Text, t.m.Choice = strings.Join(lines, "\n"), ""
	return t.converse(ctx)
}
