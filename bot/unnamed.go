package bot

import (
	"context"
	"regexp"
	"strconv"
	"strings"

	"ersthelfer/escalation"
)

// What staff write without naming a ticket is about the one that the bot has just
// told them of, if there is one: the number or the label of a button, an order
// such as "übernehmen" or "gelöst: Adapter getauscht", or words like "komme gleich".

// unnamed carries out an order of staff that names no ticket. It reports false
// for everything that is none.
func (t *turn) unnamed(ctx context.Context) (done bool, err error) {
	k, text, isOrder := unnamedOrder(t.m.Text)
	n, notNumber := strconv.Atoi(strings.Trim(t.m.Text, " .)!"))
	if !t.m.Direct || len(t.b.desk.Model().Queues(t.p.Person)) == 0 {
		return false, nil
	}
	told, others, err := t.justTold(ctx)
	if err != nil {
		return false, err
	}
	switch {
	case told == nil && isOrder && others > 0:
		return true, t.say(ctx, t.v.say("staff.which"))
	case told == nil && isOrder && t.p.School == "":
		return true, t.say(ctx, t.v.say("queue.none"))
	case told != nil && bare(t.m.Text) == "weiter":
		return true, t.say(ctx, t.v.say("staff.onward", "id", name(told.ID)))
	case told == nil, t.p.Held != nil && !isOrder: // then a number or a name is that of a school
		return false, nil
	}
	for i, c := range t.offered(ctx, told) {
		if notNumber == nil && n == i+1 || strings.EqualFold(strings.TrimSpace(t.m.Text), c.Label) {
			_, seq, picked, _ := parseChoice(c.ID)
			if picked == "send" {
				return true, t.sendNote(ctx, told.ID, seq)
			}
			return true, t.staffDo(ctx, told.ID, staffOptions[picked], "")
		}
	}
	if !isOrder {
		return false, nil
	}
	return true, t.staffDo(ctx, told.ID, k, text)
}

// offered returns the choices that staff see under what the bot last told them of
// a ticket: those of the ticket, or to send on the note they have just made.
func (t *turn) offered(ctx context.Context, told *escalation.Ticket) []Choice {
	last := len(told.Events) - 1
	if e := told.Events[last]; e.Kind == escalation.Noted && e.By == t.p.Person {
		return []Choice{t.sending(ctx, told, last)}
	}
	return t.b.staffChoices(t.v, told, t.p.Person)
}

// orderForm is a word alone, or a word, a colon and a text.
var orderForm = regexp.MustCompile(`(?s)^\s*/?(?:ich\s+)?(\pL+)\s*(?::\s*(.+)|[.!]?)\s*$`)

// unnamedOrder reads an order of staff without a ticket's number. "Weiter" alone
// is said too easily for something that takes a ticket away.
func unnamedOrder(text string) (k escalation.Kind, rest string, ok bool) {
	m := orderForm.FindStringSubmatch(text)
	if m == nil || strings.EqualFold(m[1], "weiter") {
		return "", "", false
	}
	k, ok = staffKinds[commandWords[strings.ToLower(m[1])]]
	return k, strings.TrimSpace(m[2]), ok
}

// words takes words of staff that are no question of their own for a note on the
// ticket that the bot has just told them of.
func (t *turn) words(ctx context.Context) (done bool, err error) {
	if !t.m.Direct || strings.TrimSpace(t.m.Text) == "" && len(t.m.Files) == 0 {
		return false, nil
	}
	told, _, err := t.justTold(ctx)
	if told == nil || err != nil {
		return false, err
	}
	return true, t.note(ctx, told, t.v.say("staff.noted.guess", "id", name(told.ID), "title", t.b.title(t.v, told)))
}

// justTold returns the unsolved ticket of somebody else that the bot last told a
// member of staff of, nil if that is long ago, and how many such tickets wait.
func (t *turn) justTold(ctx context.Context) (told *escalation.Ticket, waiting int, err error) {
	queue, err := t.b.desk.Queue(ctx, t.p.Person)
	if err != nil {
		return nil, 0, err
	}
	since := t.b.desk.Now().Add(-noteWithin)
	for _, ticket := range queue {
		if ticket.Requester == t.p.Person {
			continue
		}
		waiting++
		for _, n := range ticket.Notices {
			if n.To.Person == t.p.Person && n.To.As != escalation.Requester && n.Sent.After(since) {
				told, since = ticket, n.Sent
			}
		}
	}
	return told, waiting, nil
}
