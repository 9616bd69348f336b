package bot

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"ersthelfer/escalation"
	"ersthelfer/knowledge"
)

// A message may be about two matters: "beamer geht nicht, außerdem ist das wlan
// weg". The first is answered, and the second becomes a ticket of its own at
// once, so that it is not lost. It is answered when the bot is done with the first.

// Where a message may go over to another matter: words that say so, or only a new
// sentence or an "und", which mostly go on with the same one.
var (
	plainSeam = regexp.MustCompile(`(?i)[\s,.;!?]+(?:(?:und|and)\s+)?(?:außerdem|ausserdem|zusätzlich|zweitens|des ?weiteren|dann noch|auch noch|übrigens|and also|besides|additionally|secondly)[\s,:]+`)
	vagueSeam = regexp.MustCompile(`(?i)[.!?;]+\s+|\n+|,?\s+(?:und|and)\s+`)
)

// seams is at how many places of a kind a message is tried: each costs two looks
// into the library, and a long message must not keep others waiting.
const seams = 6

// certain is the probability from which parts of a message count as two matters
// although no word says that they are.
const certain = 0.9

// twofold returns the two matters of a message that is about two: both parts are
// about something that the library knows, and that belongs to different rooms of
// the building. It reports false for every other message.
func twofold(text string, answer func(string) knowledge.Answer) (one, two string, ok bool) {
	for _, seam := range []*regexp.Regexp{plainSeam, vagueSeam} {
		for _, at := range seam.FindAllStringIndex(text, seams) {
			one, two = strings.TrimSpace(text[:at[0]]), strings.TrimSpace(text[at[1]:])
			if wordsIn(one) < 2 || wordsIn(two) < 2 {
				continue
			}
			a, b := answer(one), answer(two)
			known := clear(a) && clear(b)
			if seam == vagueSeam {
				known = sure(a) && sure(b)
			}
			if known && a.Hits[0].Article.Room != b.Hits[0].Article.Room {
				return one, two, true
			}
		}
	}
	return "", "", false
}

func sure(a knowledge.Answer) bool {
	return a.Outcome == knowledge.Answered && a.Hits[0].Score > certain
}

// secondOf begins the message id of a second matter; the number of the ticket
// with the first follows.
const secondOf = "second:"

// secondField holds the words of the second matter in the ticket with the first.
const secondField = "second"

// heldBack is how long a second matter waits for an answer to the first.
const heldBack = 10 * time.Minute

// divide answers the first of two matters of a question, and starts a ticket for
// the second. What is for people at once comes first. Done again after a crash,
// it starts nothing twice. The ticket's lane is held.
func (b *Bot) divide(ctx context.Context, t *escalation.Ticket, one, two string) error {
	if b.lookUp(two).AtOnce && !b.lookUp(one).AtOnce {
		one, two = two, one
	}
	_, err := b.desk.Ask(ctx, escalation.Question{
		School: t.School, Requester: t.Requester, Thread: t.Thread, Language: t.Language,
		Text: two, Message: secondOf + name(t.ID),
	})
	if err != nil {
		return fmt.Errorf("ask second matter of ticket %d: %w", t.ID, err)
	}
	a, whole := b.lookUp(one), b.lookUp(t.Question()).Details
	a.Details.Lesson, a.Details.Exam = whole.Lesson, whole.Exam // a place may be that of the second alone
	return b.respond(ctx, t, a, detail(secondField, two))
}

// dropSecond withdraws the second matter of a message that is gone, if it still
// waits.
func (t *turn) dropSecond(ctx context.Context, one *escalation.Ticket) error {
	second, err := t.b.desk.ByMessage(ctx, t.p.Person, secondOf+name(one.ID))
	if errors.Is(err, escalation.ErrNotFound) || err == nil && second.Status != escalation.StatusAsked {
		return nil
	}
	if err == nil {
		_, err = t.b.desk.Do(ctx, t.p.Person, second.ID, escalation.Action{Kind: escalation.Cancelled})
	}
	return err
}

// before returns the ticket with the first matter if t has the second, else nil.
func (b *Bot) before(ctx context.Context, t *escalation.Ticket) (*escalation.Ticket, error) {
	number, isSecond := strings.CutPrefix(t.Events[0].Message, secondOf)
	id, err := strconv.ParseInt(number, 10, 64)
	if !isSecond || err != nil {
		return nil, nil
	}
	return b.desk.Ticket(ctx, escalation.Nobody, escalation.ID(id))
}

// busy reports whether the bot still talks with the requester about the first
// matter t, so that the second has to wait.
func busy(t *escalation.Ticket, now time.Time) bool {
	talking := t.Status == escalation.StatusAsked || t.Status == escalation.StatusAnswered
	return talking && now.Sub(t.Active()) < heldBack
}

// inherited returns what was told about the first matter and holds for the second
// too, unless it says otherwise itself.
func inherited(first, second *escalation.Ticket, a knowledge.Answer) []escalation.Action {
	own := map[string]bool{"place": len(a.Details.Rooms) > 0, "class": len(a.Details.Classes) > 0, "urgency": a.Details.Exam || a.Details.Lesson}
	var out []escalation.Action
	for _, field := range []string{"place", "class", "urgency"} {
		value, told := first.Fields[field]
		if _, known := second.Fields[field]; told && !known && !own[field] {
			out = append(out, detail(field, value))
		}
	}
	return out
}

// withSecond adds to what the bot shows or asks first in a ticket that there is a
// second matter, or that this is it.
func (b *Bot) withSecond(v voice, t *escalation.Ticket, e *escalation.Event, body Rich) Rich {
	for i := range t.Events {
		x := &t.Events[i]
		if x == e {
			break
		}
		if x.Kind == escalation.Offered || x.Kind == escalation.Prompted {
			return body
		}
	}
	if two := t.Fields[secondField]; two != "" {
		body = append(v.say("second.later", "text", cut(two, secondShown)), body...)
	}
	if strings.HasPrefix(t.Events[0].Message, secondOf) {
		body = append(v.say("second.now", "text", cut(t.Events[0].Text, secondShown)), body...)
	}
	return body
}

// secondShown is how much of a second matter is repeated, in characters.
const secondShown = 80
