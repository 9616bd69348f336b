package bot

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"ersthelfer/escalation"
	"ersthelfer/knowledge"
)

// A turn is the handling of one message.
type turn struct {
	b       *Bot
	p       *Profile
	m       Message
	v       voice
	masked  bool
	said    int           // posts of small talk so far, for their keys
	about   escalation.ID // the ticket spoken of, for refusals
	receipt Receipt
}

// take deals with the message: a pressed button, a sent form, a command, the
// text that staff were asked for, a word in a ticket's thread, or the
// requester's own conversation, in this order.
func (t *turn) take(ctx context.Context) error {
	if t.m.Change != "" {
		return t.changed(ctx)
	}
	if t.m.Choice != "" {
		return t.pressed(ctx)
	}
	if o, ok := t.articleOrder(); ok {
		return t.curate(ctx, o)
	}
	cmd, isCommand := parseCommand(t.m.Text)
	isCommand = isCommand && !t.onlyFiles()
	if t.p.Draft != nil && !isCommand {
		return t.drafted(ctx)
	}
	if isCommand {
		return t.command(ctx, cmd)
	}
	if t.m.Root != "" {
		if done, err := t.inThread(ctx); done || err != nil {
			return err
		}
	}
	return t.converse(ctx)
}

// converse goes on with the requester's own conversation.
func (t *turn) converse(ctx context.Context) error {
	a := t.b.lookUp(t.m.Text)
	if t.p.School == "" {
		return t.withoutSchool(ctx, a)
	}
	mine, err := t.b.desk.Recent(ctx, t.p.Person, t.m.In, 10)
	if err != nil {
		return err
	}
	cur := current(mine)
	if t.onlyFiles() {
		return t.filed(ctx, cur)
	}
	if done, err := t.answersOne(ctx, mine, a); done || err != nil {
		return err
	}
	if cur == nil || cur.Expect == "" {
		if done, err := t.unnamed(ctx); done || err != nil {
			return err
		}
	}
	if notKnown[bare(t.m.Text)] && answersNothing(cur, a) {
		return t.repeatOrNothing(ctx, cur)
	}
	if bareNumber.MatchString(t.m.Text) && !takesNumber(cur) {
		return t.repeatOrNothing(ctx, cur)
	}
	w := t.b.weigh(cur, a, t.m.Text)
	s := stanceOf(cur, w, t.b.desk.Now())
	if s == isMore && cur.Status == escalation.StatusAsked && cur.Expect == "" && quick[a.Act] {
		return t.speak(ctx, cur, a, s)
	}
	if a.Wait && s != isNew && (cur.Expect == expectHelped || cur.Expect == expectChoice || cur.Expect == expectTicket) {
		return t.say(ctx, t.voiceOf(cur).say("wait"))
	}
	if a.Outcome == knowledge.Talk && !t.meant(cur, s, a) {
		return errors.Join(t.passOn(ctx, cur, s, a), t.talk(ctx, a, cur))
	}
	if s == isNew && !w.sure {
		if done, err := t.words(ctx); done || err != nil {
			return err
		}
		if a.Wait {
			return t.repeatOrNothing(ctx, nil)
		}
	}
	return t.speak(ctx, cur, a, s)
}

// answersOne carries out what a message answers to a question that one of the
// person's tickets waits for, and reports whether it does.
func (t *turn) answersOne(ctx context.Context, mine []*escalation.Ticket, a knowledge.Answer) (bool, error) {
	for _, asked := range mine {
		e, _ := asking(asked)
		if e == nil || bygone(asked, mine) || a.Outcome == knowledge.Answered && wordsIn(t.m.Text) > shortReply {
			continue
		}
		act := a.Act
		if act == knowledge.ActThanks && (a.Guessed || triesFirst(t.m.Text)) { // does not say that it helped
			act = ""
		}
		id := read(t.m.Text, act, e.Expect, t.b.options(t.voiceOf(asked), e))
		if id == "" && e.Expect == expectUrgency && len(a.Details.Classes) > 0 { // "die 7b sitzt hier"
			id = "lesson"
		}
		if id != "" {
			return true, t.choose(ctx, asked, e, id)
		}
		if t.b.meansForm(t.voiceOf(asked), t.m.Text, asked, e, a) {
			return true, t.say(ctx, t.v.say("form.button"))
		}
	}
	return false, nil
}

// chatter are the acts that are no value of any field.
var chatter = map[knowledge.Act]bool{
	knowledge.ActYes: true, knowledge.ActThanks: true, knowledge.ActGreeting: true, knowledge.ActWho: true,
	knowledge.ActStatus: true, knowledge.ActStop: true,
}

// meant reports whether a text that would be small talk by itself says something
// in the conversation: an answer to what was asked, or, about a ticket that people
// have, "geht immer noch nicht", what comes with a picture, and what says more than
// an act, "danke, ich bin bis zwölf da".
func (t *turn) meant(cur *escalation.Ticket, s stance, a knowledge.Answer) bool {
	switch s {
	case isReply, isBack:
		return true
	case isValue:
		return !chatter[a.Act]
	case isMore: // on its way to people
		return cur.Expect == expectUrgency && a.Guessed && saysMore[a.Act]
	case isForStaff, isUnclear:
		return len(t.m.Files) > 0 || broken(bare(t.m.Text)) || a.Guessed && saysMore[a.Act]
	}
	return false
}

// passOn gives to people what is said around the question how far their ticket is:
// "kommt heute noch jemand? der schlüssel liegt im sekretariat".
func (t *turn) passOn(ctx context.Context, cur *escalation.Ticket, s stance, a knowledge.Answer) error {
	if a.Act != knowledge.ActStatus || !a.Guessed || wordsIn(t.m.Text) <= longReply || s != isForStaff && s != isUnclear {
		return nil
	}
	return t.speak(ctx, cur, a, isForStaff)
}

// saysMore are the acts that may stand around something else where they are only
// guessed.
var saysMore = map[knowledge.Act]bool{
	knowledge.ActYes: true, knowledge.ActNo: true, knowledge.ActThanks: true, knowledge.ActGreeting: true,
	knowledge.ActHuman: true, // people have the ticket
}

// quick are the acts that belong to a question which the bot has not answered
// yet: nothing else can be meant.
var quick = map[knowledge.Act]bool{knowledge.ActYes: true, knowledge.ActNo: true, knowledge.ActThanks: true}

// current returns the ticket that the conversation is about: the one that waits
// for an answer of its requester and was last spoken of, else the last one that
// did not end before people had it: joined to another, or withdrawn.
func current(recent []*escalation.Ticket) *escalation.Ticket {
	for _, t := range recent {
		if t.Expect != "" && t.Status != escalation.StatusClosed && !bygone(t, recent) {
			return t
		}
	}
	for _, t := range recent {
		if t.Status != escalation.StatusClosed || t.IsOpened() {
			return t
		}
	}
	if len(recent) > 0 {
		return recent[0]
	}
	return nil
}

// bygone reports whether what t waits for is not meant any more, because the
// conversation went on with another one of recent: a late "ja" must not withdraw
// a ticket.
func bygone(t *escalation.Ticket, recent []*escalation.Ticket) bool {
	return t.Expect == expectCancel && recent[0].Active().After(t.Active())
}

// speak takes free text into the conversation.
func (t *turn) speak(ctx context.Context, cur *escalation.Ticket, a knowledge.Answer, s stance) error {
	added := escalation.Action{Kind: escalation.Added, Text: t.m.Text, Message: t.m.ID, Files: t.m.Files}
	switch s {
	case isMore:
		_, err := t.b.desk.Do(ctx, t.p.Person, cur.ID, added)
		return errors.Join(err, t.b.settle(ctx, cur.ID))
	case isValue:
		field, _ := fieldOf(cur.Expect)
		actions := t.b.told(cur, field, valueOf(field, t.m.Text, a.Details))
		actions[0].Message, actions[0].Files = t.m.ID, t.m.Files
		_, err := t.b.desk.Do(ctx, t.p.Person, cur.ID, actions...)
		return err
	case isReply, isForStaff:
		actions := append([]escalation.Action{added}, t.b.learned(cur, t.m.Text)...)
		if _, err := t.b.desk.Do(ctx, t.p.Person, cur.ID, actions...); err != nil {
			return err
		}
		return t.say(ctx, t.voiceOf(cur).say("added", "id", name(cur.ID)))
	case isUnclear:
		return t.ask(ctx, t.m.Text, a, cur)
	case isBack:
		back := append([]escalation.Action{act(escalation.NotHelped)}, t.b.opening(cur, nil)...)
		back[0].Message = t.m.ID
		_, err := t.b.desk.Do(ctx, t.p.Person, cur.ID, back...)
		return err
	case isElse:
		// What was on its way to people goes there with what is known of it.
		hand := t.b.openNow(cur)
		hand.Message = "left:" + t.m.ID
		if _, err := t.b.desk.Do(ctx, t.p.Person, cur.ID, hand); err != nil {
			return err
		}
	}
	return t.ask(ctx, t.m.Text, a, nil)
}

// ask starts a ticket with a text. Perhaps is the opened ticket that the text
// may belong to: then the requester is asked.
func (t *turn) ask(ctx context.Context, text string, a knowledge.Answer, perhaps *escalation.Ticket) error {
	if t.p.Greeted.IsZero() {
		if err := t.introduce(ctx); err != nil {
			return err
		}
	}
	asked, err := t.b.desk.Ask(ctx, escalation.Question{
		School: t.p.School, Requester: t.p.Person, Thread: t.m.In, Language: t.p.language(a.Language),
		Text: text, Message: t.m.ID, Files: t.m.Files,
	})
	if err != nil {
		return err
	}
	if perhaps != nil {
		same := escalation.Action{Kind: escalation.Prompted, Expect: expectSame, Ref: perhaps.ID}
		same.Field, same.Value = "title", t.b.title(t.voiceOf(asked), perhaps)
		_, err = t.b.desk.Do(ctx, t.p.Person, asked.ID, same)
		return err
	}
	return t.b.settle(ctx, asked.ID)
}

// choose carries out an option that was typed or pressed.
func (t *turn) choose(ctx context.Context, cur *escalation.Ticket, e *escalation.Event, id string) error {
	t.about = cur.ID
	if id == "same" {
		return t.join(ctx, cur, e.Ref)
	}
	others, err := t.b.desk.Mine(ctx, t.p.Person, 20)
	if err != nil {
		return err
	}
	var actions []escalation.Action
	if id == "new" && e.Expect == expectSame {
		_, a := t.b.understand(cur)
		actions = append([]escalation.Action{detail("apart", "yes")}, t.b.answer(cur, a, nil)...)
	} else {
		actions = t.b.chosen(cur, e, id, others)
	}
	if len(actions) == 0 {
		return t.say(ctx, t.v.say("nothing"))
	}
	actions[0].Message = t.m.ID
	if wordsIn(t.m.Text) > shortReply {
		// What they say besides is for those who help now.
		switch id {
		case "nothelped":
			actions = slices.Insert(actions, 1, escalation.Action{Kind: escalation.Added, Text: t.m.Text})
		case "reopen":
			actions[0].Text = t.m.Text
		}
	}
	_, err = t.b.desk.Do(ctx, t.p.Person, cur.ID, actions...)
	switch {
	case err == nil && id == "stop":
		return t.say(ctx, t.v.say("stopped"))
	case err == nil && id == "keep":
		return t.say(ctx, t.v.say("kept", "id", name(cur.ID)))
	}
	return err
}

// join adds a question to the ticket that it belongs to. The other ticket is
// changed first: if the program stops in between, the second attempt finds the
// words there and only closes the question.
func (t *turn) join(ctx context.Context, cur *escalation.Ticket, to escalation.ID) error {
	added := escalation.Action{
		Kind: escalation.Added, Text: cur.Question(), Message: "joined:" + name(cur.ID),
		Files: cur.Events[0].Files,
	}
	if _, err := t.b.desk.Do(ctx, t.p.Person, to, added); err != nil {
		return err
	}
	_, err := t.b.desk.Do(ctx, t.p.Person, cur.ID, escalation.Action{Kind: escalation.Merged, Ref: to, Message: t.m.ID})
	return err
}

// pressed carries out a button or a sent form.
func (t *turn) pressed(ctx context.Context) error {
	if school, ok := strings.CutPrefix(t.m.Choice, "school/"); ok {
		return t.chooseSchool(ctx, school)
	}
	if strings.HasPrefix(t.m.Choice, "faq/") {
		return t.articlePressed(ctx)
	}
	if t.m.Choice == askID {
		return t.askedInForm(ctx)
	}
	id, seq, picked, ok := parseChoice(t.m.Choice)
	if !ok {
		return t.private(ctx, t.v.say("refuse.stale"))
	}
	t.about = id
	if kind, ok := staffOptions[picked]; ok {
		return t.staffPressed(ctx, id, picked, kind)
	}
	cur, err := t.b.desk.Ticket(ctx, t.p.Person, id)
	if errors.Is(err, escalation.ErrNotFound) || err == nil && cur.Requester != t.p.Person {
		return t.private(ctx, t.v.say("refuse.foreign"))
	}
	if err != nil {
		return err
	}
	if picked == "open" {
		return t.reopen(ctx, cur)
	}
	e, now, err := t.b.asked(ctx, id)
	if err != nil {
		return err
	}
	if picked == "form" && e != nil && now == seq {
		return t.filledIn(ctx, cur)
	}
	if e == nil || now != seq || !slices.ContainsFunc(t.b.options(t.v, e), func(o option) bool { return o.id == picked }) {
		return t.private(ctx, t.v.say("refuse.stale"))
	}
	return t.choose(ctx, cur, e, picked)
}

// reopen opens a ticket again that was closed.
func (t *turn) reopen(ctx context.Context, cur *escalation.Ticket) error {
	if cur.Status != escalation.StatusClosed {
		return t.private(ctx, t.v.say("refuse.stale"))
	}
	_, err := t.b.desk.Do(ctx, t.p.Person, cur.ID, escalation.Action{Kind: escalation.Reopened, Message: t.m.ID})
	return err
}

func (t *turn) voiceOf(cur *escalation.Ticket) voice {
	return t.b.texts.voice(first(t.p.Language, cur.Language)).in(t.p.Zone)
}

func (t *turn) ticketName() string { return name(t.about) }

// name returns a ticket's number as people read it.
func name(id escalation.ID) string { return strconv.FormatInt(int64(id), 10) }

// say posts small talk in the conversation of the message.
func (t *turn) say(ctx context.Context, body Rich, choices ...Choice) error {
	t.said++
	key := "talk/" + t.m.ID + "/" + strconv.Itoa(t.said)
	return t.b.post(ctx, t.m.From.Platform, Post{Key: key, To: t.m.In, Body: body, Choices: choices})
}

// private tells the sender alone, where the platform can; else it posts.
func (t *turn) private(ctx context.Context, body Rich) error {
	if p := t.b.platforms[t.m.From.Platform]; p != nil && p.Traits().Private && t.m.Choice != "" {
		t.receipt.Private = append(t.receipt.Private, body...)
		return nil
	}
	return t.say(ctx, body)
}
