package bot

import (
	"context"
	"errors"
	"slices"
	"strings"

	"ersthelfer/escalation"
)

// staffOptions are the buttons under a call to act, and what each does.
var staffOptions = map[string]escalation.Kind{
	"take": escalation.Taken, "reply": escalation.Replied, "inquire": escalation.Paused,
	"handon": escalation.HandedOn, "solve": escalation.Solved, "send": escalation.Replied,
}

// staffKinds are the commands that do something to a ticket.
var staffKinds = map[string]escalation.Kind{
	"take": escalation.Taken, "reply": escalation.Replied, "inquire": escalation.Paused,
	"note": escalation.Noted, "handon": escalation.HandedOn, "solve": escalation.Solved,
}

// needsText are the actions of staff that are nothing without words.
var needsText = map[escalation.Kind]bool{
	escalation.Replied: true, escalation.Paused: true, escalation.Solved: true, escalation.Noted: true,
}

// staffPressed carries out a button of a member of staff. An action that needs
// words asks for them with a form, or else waits for the next message.
func (t *turn) staffPressed(ctx context.Context, id escalation.ID, picked string, k escalation.Kind) error {
	if picked == "send" {
		_, seq, _, _ := parseChoice(t.m.Choice)
		return t.sendNote(ctx, id, seq)
	}
	if k == escalation.HandedOn {
		if stale, err := t.movedOn(ctx, id); err != nil || stale {
			return errors.Join(err, t.private(ctx, t.v.say("refuse.stale")))
		}
	}
	return t.staffDo(ctx, id, k, strings.TrimSpace(t.m.Form["text"]))
}

// movedOn reports whether the ticket has been handed on since the button was
// shown: who presses it late, or twice, means the step that was next then.
func (t *turn) movedOn(ctx context.Context, id escalation.ID) (bool, error) {
	_, seq, _, _ := parseChoice(t.m.Choice)
	ticket, err := t.b.desk.Ticket(ctx, t.p.Person, id)
	if err != nil {
		return false, err
	}
	for i := seq + 1; i < len(ticket.Events); i++ {
		if ticket.Events[i].Kind == escalation.HandedOn {
			return true, nil
		}
	}
	return false, nil
}

// staffDo does something to a ticket for a member of staff and says so.
func (t *turn) staffDo(ctx context.Context, id escalation.ID, k escalation.Kind, text string) error {
	t.about = id
	before, err := t.b.desk.Ticket(ctx, t.p.Person, id)
	if err != nil {
		return err
	}
	if !t.b.desk.Model().Can(t.p.Person, k, before) {
		return escalation.ErrDenied
	}
	if k == escalation.Taken && t.m.Choice != "" && before.Assignee != "" {
		// Two pressed the same button: the second must not take it from the first.
		return t.private(ctx, t.staffSaid(ctx, before, before, k))
	}
	if text == "" && len(t.m.Files) == 0 && needsText[k] {
		return t.draft(ctx, before, k)
	}
	a := escalation.Action{Kind: k, Text: text, Message: t.m.ID, Files: t.m.Files}
	switch k {
	case escalation.Paused:
		a.Expect = expectReply
	case escalation.Solved:
		a.Expect = expectConfirm
	case escalation.HandedOn:
		a.Role, a.Text = t.b.roleNamed(text)
	}
	after, err := t.b.desk.Do(ctx, t.p.Person, id, a)
	if err != nil {
		return err
	}
	said := t.staffSaid(ctx, before, after, k)
	if choices := t.suggestion(id, text); k == escalation.Solved && choices != nil {
		return t.say(ctx, said, choices...)
	}
	return t.private(ctx, said)
}

// staffSaid says what an action has brought about.
func (t *turn) staffSaid(ctx context.Context, before, after *escalation.Ticket, k escalation.Kind) Rich {
	keys := map[escalation.Kind]string{
		escalation.Taken: "staff.taken", escalation.Replied: "staff.answered", escalation.Paused: "staff.asked",
		escalation.Noted: "staff.noted", escalation.HandedOn: "staff.passedon", escalation.Solved: "staff.solved",
	}
	if k == escalation.Taken && len(before.Events) == len(after.Events) {
		return t.v.say("staff.already", "id", name(after.ID), "status", t.v.word("state."+string(after.Status)),
			"holder", t.b.desk.Model().Name(after.Assignee))
	}
	return t.v.say(keys[k], "id", name(after.ID), "name", t.b.personName(ctx, after.Requester), "holder", t.b.holder(t.v, after))
}

// draft asks for the words of an action: the next message is taken for them.
func (t *turn) draft(ctx context.Context, ticket *escalation.Ticket, k escalation.Kind) error {
	p, err := t.b.changeProfile(ctx, t.p.Person, func(p *Profile) { p.Draft = &Draft{ticket.ID, k} })
	if err != nil {
		return err
	}
	t.p = p
	key := "staff.what." + string(k)
	if !t.v.has(key) {
		key = "staff.what"
	}
	return t.say(ctx, t.v.say(key, "id", name(ticket.ID), "name", t.b.personName(ctx, ticket.Requester)))
}

// drafted takes the message for the words that were asked for.
func (t *turn) drafted(ctx context.Context) error {
	d := *t.p.Draft
	err := t.staffDo(ctx, d.Ticket, d.Kind, strings.TrimSpace(t.m.Text))
	if err != nil && t.sentence(err) == nil {
		return err
	}
	_, dropped := t.b.changeProfile(ctx, t.p.Person, func(p *Profile) { p.Draft = nil })
	return errors.Join(err, dropped)
}

// toRequester begins a message in a ticket's thread that is for the requester.
var toRequester = []string{"an lehrkraft:", "to teacher:", "@lehrkraft:"}

// inThread takes a message in the thread of a call to act: an internal note,
// or, with a prefix, an answer to the requester. The requester's own threads
// are ordinary conversations.
func (t *turn) inThread(ctx context.Context) (done bool, err error) {
	ticket, err := t.b.desk.ByPost(ctx, t.p.Person, t.m.Root)
	if errors.Is(err, escalation.ErrNotFound) {
		return false, nil
	}
	if err != nil || ticket.Requester == t.p.Person && ticket.Thread == t.m.In {
		return false, err
	}
	t.about = ticket.ID
	text := strings.TrimSpace(t.m.Text)
	for _, prefix := range append(slices.Clone(toRequester), "an "+strings.ToLower(t.b.personName(ctx, ticket.Requester))+":") {
		if len(text) > len(prefix) && strings.EqualFold(text[:len(prefix)], prefix) {
			return true, t.staffDo(ctx, ticket.ID, escalation.Replied, strings.TrimSpace(text[len(prefix):]))
		}
	}
	if k, rest, ok := unnamedOrder(text); ok {
		return true, t.staffDo(ctx, ticket.ID, k, rest)
	}
	return true, t.note(ctx, ticket, t.v.say("staff.noted", "id", name(ticket.ID)))
}

// note takes the message for an internal note, says so, and offers to send it to
// the requester.
func (t *turn) note(ctx context.Context, ticket *escalation.Ticket, said Rich) error {
	a := escalation.Action{Kind: escalation.Noted, Text: strings.TrimSpace(t.m.Text), Message: t.m.ID, Files: t.m.Files}
	after, err := t.b.desk.Do(ctx, t.p.Person, ticket.ID, a)
	if err != nil {
		return err
	}
	return t.say(ctx, said, t.sending(ctx, ticket, len(after.Events)-1))
}

// sending is the choice to send the requester the note that is an event of a ticket.
func (t *turn) sending(ctx context.Context, ticket *escalation.Ticket, seq int) Choice {
	return Choice{
		ID:    choiceID(ticket.ID, seq, "send"),
		Label: t.v.word("choice.send", "name", t.b.personName(ctx, ticket.Requester)),
	}
}

// sendNote sends the note that is an event of a ticket on to the requester.
func (t *turn) sendNote(ctx context.Context, id escalation.ID, seq int) error {
	ticket, err := t.b.desk.Ticket(ctx, t.p.Person, id)
	if err != nil {
		return err
	}
	if seq >= len(ticket.Events) || ticket.Events[seq].Kind != escalation.Noted {
		return t.private(ctx, t.v.say("refuse.stale"))
	}
	a := escalation.Action{Kind: escalation.Replied, Text: ticket.Events[seq].Text, Files: ticket.Events[seq].Files, Message: "sent:" + choiceID(id, seq, "send")}
	if ticket.Seen(a.Message) {
		return t.private(ctx, t.v.say("refuse.stale"))
	}
	if _, err := t.b.desk.Do(ctx, t.p.Person, id, a); err != nil {
		return err
	}
	return t.private(ctx, t.v.say("staff.sent", "id", name(id), "name", t.b.personName(ctx, ticket.Requester)))
}

// roleNamed reads a role at the beginning of a text, by its id or its title;
// the rest is a word along with it.
func (b *Bot) roleNamed(text string) (escalation.Role, string) {
	low := strings.ToLower(text)
	for id, rule := range b.desk.Model().Roles {
		for _, title := range append([]string{string(id)}, rule.Title["de"], rule.Title["en"]) {
			if rest, ok := strings.CutPrefix(low, strings.ToLower(title)); ok && title != "" && (rest == "" || strings.ContainsRune(" ,:", rune(rest[0]))) {
				return id, strings.Trim(text[len(title):], " ,:")
			}
		}
	}
	return "", text
}
