package bot

import (
	"context"
	"regexp"
	"slices"

	"ersthelfer/escalation"
	"ersthelfer/knowledge"
)

// talk answers small talk: it belongs to no ticket, or cancels the present one.
func (t *turn) talk(ctx context.Context, a knowledge.Answer, cur *escalation.Ticket) error {
	switch a.Act {
	case knowledge.ActStatus:
		return t.command(ctx, command{word: "status"})
	case knowledge.ActHelp:
		return t.command(ctx, command{word: "help"})
	case knowledge.ActHuman:
		return t.command(ctx, command{word: "human"})
	case knowledge.ActStop:
		return t.command(ctx, command{word: "stop"})
	case knowledge.ActThanks:
		return t.say(ctx, t.v.say("thanks"))
	case knowledge.ActYes:
		if cur == nil || cur.Expect == "" {
			return t.say(ctx, t.v.say("fine"))
		}
	case knowledge.ActWho:
		return t.say(ctx, t.v.say("who"))
	case knowledge.ActGreeting:
		return t.greet(ctx)
	}
	return t.repeatOrNothing(ctx, cur)
}

// repeatOrNothing answers what fits no question: with the question that is
// waited for, or that there is none.
func (t *turn) repeatOrNothing(ctx context.Context, cur *escalation.Ticket) error {
	if cur != nil && cur.Expect != "" {
		return t.repeat(ctx, cur)
	}
	return t.say(ctx, t.v.say("nothing"))
}

// bareNumber is a text that picks an option; no question is one or two digits.
var bareNumber = regexp.MustCompile(`^\s*\d{1,2}\s*[.!)]?\s*$`)

// takesNumber reports whether a number that is no option can still answer what
// the ticket waits for: a room, something for staff.
func takesNumber(t *escalation.Ticket) bool {
	if t == nil {
		return false
	}
	_, field := fieldOf(t.Expect)
	return field || t.Expect == expectReply || t.Expect == expectWords
}

// greet answers a greeting; the first one says that this is a program. "Hallo?"
// of somebody whose ticket waits asks whether anybody is there.
func (t *turn) greet(ctx context.Context) error {
	if t.p.Greeted.IsZero() {
		return t.introduce(ctx)
	}
	mine, err := t.b.desk.Mine(ctx, t.p.Person, 20)
	if err != nil {
		return err
	}
	var body Rich
	for _, ticket := range mine {
		if ticket.Unsolved() {
			body = append(body, t.b.standing(t.v, ticket)...)
		}
	}
	if body == nil {
		return t.say(ctx, t.v.say("hello.again"))
	}
	return t.say(ctx, slices.Concat(t.v.say("hello.open"), body, t.v.say("hello.more")))
}

// repeat says the question that is waited for once more.
func (t *turn) repeat(ctx context.Context, cur *escalation.Ticket) error {
	e, seq, err := t.b.asked(ctx, cur.ID)
	if err != nil {
		return err
	}
	if e == nil {
		return t.say(ctx, t.v.say("nothing"))
	}
	v := t.voiceOf(cur)
	body := t.b.question(v, cur, e)
	return t.say(ctx, body, choices(cur.ID, seq, t.b.options(v, e))...)
}

// withoutSchool answers a person whose school is not known: staff about the
// tickets they were told of, small talk, and else with the question for it.
func (t *turn) withoutSchool(ctx context.Context, a knowledge.Answer) error {
	if done, err := t.unnamed(ctx); done || err != nil {
		return err
	}
	if t.p.Held == nil && bareNumber.MatchString(t.m.Text) {
		return t.say(ctx, t.v.say("nothing"))
	}
	if t.needsNoSchool(a) && !t.onlyFiles() {
		return t.talk(ctx, a, nil)
	}
	if t.p.Held == nil && !t.b.weigh(nil, a, t.m.Text).sure {
		if done, err := t.words(ctx); done || err != nil {
			return err
		}
	}
	return t.askSchool(ctx, clear(a))
}
