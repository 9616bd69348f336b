package bot

import (
	"context"
	"slices"
	"strings"

	"ersthelfer/escalation"
	"ersthelfer/knowledge"
)

// formFields is how many fields of an article a form asks at most.
const formFields = 5

// withForm adds to the choices of the first question on the way to a ticket that
// all of them can be answered at once, on platforms that have forms.
func (b *Bot) withForm(v voice, t *escalation.Ticket, e *escalation.Event, seq int, choices []Choice) []Choice {
	p := b.platforms[t.Thread.Platform]
	if e.Expect != expectUrgency || p == nil || !p.Traits().Forms {
		return choices
	}
	f := &Form{ID: choiceID(t.ID, seq, "form"), Title: v.word("form.ticket"), Submit: v.word("form.submit")}
	urgency := Field{Name: "urgency", Label: v.word("form.urgency")}
	for _, o := range fixed[expectUrgency] {
		urgency.Options = append(urgency.Options, Option{o[0], v.word(o[1])})
	}
	f.Fields = append(f.Fields, urgency)
	for _, name := range b.missing(t) {
		f.Fields = append(f.Fields, Field{Name: name, Label: v.word("field." + name), Optional: true})
	}
	f.Fields = append(f.Fields, Field{Name: "more", Label: v.word("form.more"), Long: true, Optional: true})
	return append(choices, Choice{ID: f.ID, Label: v.word("choice.form"), Form: f})
}

// missing returns the fields that people need to know for a ticket and that are
// not known yet.
func (b *Bot) missing(t *escalation.Ticket) []string {
	fields := []string{"place"}
	if a, ok := b.matter(t); ok {
		fields = slices.Clone(a.Fields)
	}
	fields = slices.DeleteFunc(fields, func(f string) bool { return t.Fields[f] != "" })
	return fields[:min(len(fields), formFields)]
}

// filledIn opens a ticket with the values of the form that asks everything at
// once. What was left out counts as not known.
func (t *turn) filledIn(ctx context.Context, cur *escalation.Ticket) error {
	urgency, ok := map[string]escalation.Urgency{
		"lesson": escalation.Lesson, "exam": escalation.Exam, "calm": escalation.NoUrgency,
	}[t.m.Form["urgency"]]
	if !ok {
		t.receipt.Errors = map[string]string{"urgency": t.v.word("refuse.value")}
		return nil
	}
	known := map[string]string{"urgency": string(urgency)}
	var actions []escalation.Action
	if more := strings.TrimSpace(t.m.Form["more"]); more != "" {
		actions = append(actions, escalation.Action{Kind: escalation.Added, Text: more})
	}
	actions = append(actions, detail("urgency", string(urgency)))
	for _, name := range t.b.missing(cur) {
		known[name] = strings.TrimSpace(t.m.Form[name])
		actions = append(actions, detail(name, known[name]))
	}
	actions = append(actions, t.b.opening(cur, known)...)
	actions[0].Message = t.m.ID
	_, err := t.b.desk.Do(ctx, t.p.Person, cur.ID, actions...)
	return err
}

// meansForm reports whether a text names the choice that opens the form, which
// only a press can do.
func (b *Bot) meansForm(v voice, text string, t *escalation.Ticket, e *escalation.Event, a knowledge.Answer) bool {
	all := b.withForm(v, t, e, 0, nil)
	text = strings.TrimSpace(text)
	return len(all) > 0 && a.Outcome != knowledge.Answered && (text == "4" || strings.EqualFold(text, all[0].Label))
}
