package bot

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"ersthelfer/escalation"
)

// What the bot can wait for. The values are stored in events.
const (
	expectHelped    escalation.Expect = "helped"    // did the article help?
	expectChoice    escalation.Expect = "choice"    // which of the articles?
	expectTicket    escalation.Expect = "ticket"    // shall people take over?
	expectWords     escalation.Expect = "words"     // the problem once more
	expectUrgency   escalation.Expect = "urgency"   // is a lesson running?
	expectDuplicate escalation.Expect = "duplicate" // is it the ticket Ref?
	expectSame      escalation.Expect = "same"      // does it belong to the ticket Ref?
	expectReply     escalation.Expect = "reply"     // an answer to staff
	expectConfirm   escalation.Expect = "confirm"   // is it solved?
	expectRating    escalation.Expect = "rating"    // 1 to 5
	expectCancel    escalation.Expect = "cancel"    // really withdraw?
	expectField                       = "field:"    // prefix: the value of a field
)

// fieldOf returns the field that is waited for, if it is one.
func fieldOf(e escalation.Expect) (string, bool) {
	return strings.CutPrefix(string(e), expectField)
}

// An option is one of the answers that the bot offers: a button, a number, a label.
type option struct {
	id    string
	label string
}

// fixed are the options of a question, by what is expected: option id and the
// key of its label.
var fixed = map[escalation.Expect][][2]string{
	expectHelped:    {{"helped", "choice.helped"}, {"nothelped", "choice.nothelped"}, {"other", "choice.other"}},
	expectTicket:    {{"ticket", "choice.ticket"}, {"rephrase", "choice.rephrase"}},
	expectUrgency:   {{"lesson", "urgency.lesson"}, {"exam", "urgency.exam"}, {"calm", "urgency.none"}},
	expectDuplicate: {{"same", "choice.same"}, {"new", "choice.new"}},
	expectSame:      {{"same", "choice.same"}, {"new", "choice.new"}},
	expectConfirm:   {{"confirm", "choice.confirm"}, {"reopen", "choice.reopen"}},
	expectCancel:    {{"cancel", "choice.cancel"}, {"keep", "choice.keep"}},
	expectRating: {
		{"r1", "rating.1"}, {"r2", "rating.2"}, {"r3", "rating.3"}, {"r4", "rating.4"}, {"r5", "rating.5"},
	},
}

// options returns the answers that go with an event of a ticket, in order.
func (b *Bot) options(v voice, e *escalation.Event) []option {
	var out []option
	if e.Expect == expectChoice {
		ask := b.distinguishing(v, e)
		var others []option // what does not answer the question comes after what does
		for i, id := range e.Articles {
			a, ok := b.library.Article(id)
			if !ok {
				continue
			}
			label, answers := b.label(v, a, ask)
			o := option{"a" + strconv.Itoa(i), label}
			if answers {
				out = append(out, o)
			} else {
				others = append(others, o)
			}
		}
		return append(append(out, others...), option{"none", v.word("choice.none")})
	}
	if _, ok := fieldOf(e.Expect); ok {
		return []option{{"unknown", v.word("field.unknown")}}
	}
	for _, f := range fixed[e.Expect] {
		out = append(out, option{f[0], v.word(f[1])})
	}
	return out
}

// choices returns the options as choices bound to the event they belong to.
func choices(id escalation.ID, seq int, options []option) []Choice {
	var out []Choice
	for i, o := range options {
		out = append(out, Choice{ID: choiceID(id, seq, o.id), Label: o.label, Strong: i == 0})
	}
	return out
}

func choiceID(id escalation.ID, seq int, option string) string {
	return fmt.Sprintf("%d/%d/%s", id, seq, option)
}

// parseChoice reads what choiceID wrote.
func parseChoice(s string) (id escalation.ID, seq int, option string, ok bool) {
	parts := strings.SplitN(s, "/", 3)
	if len(parts) != 3 {
		return 0, 0, "", false
	}
	n, err1 := strconv.ParseInt(parts[0], 10, 64)
	seq, err2 := strconv.Atoi(parts[1])
	return escalation.ID(n), seq, parts[2], err1 == nil && err2 == nil && n > 0
}

// asked returns the event of a ticket whose answer is waited for, and its number
// in all that has happened: the requester's view leaves out what is internal, and
// choices are numbered by the whole.
func (b *Bot) asked(ctx context.Context, id escalation.ID) (*escalation.Event, int, error) {
	t, err := b.desk.Ticket(ctx, escalation.Nobody, id)
	if err != nil {
		return nil, 0, err
	}
	e, seq := asking(t)
	return e, seq, nil
}

// asking returns the event whose answer is waited for, and its number.
func asking(t *escalation.Ticket) (*escalation.Event, int) {
	if t == nil || t.Expect == "" {
		return nil, 0
	}
	for i := len(t.Events) - 1; i >= 0; i-- {
		if t.Events[i].Expect == t.Expect {
			return &t.Events[i], i
		}
	}
	return nil, 0
}
