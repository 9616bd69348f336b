package bot

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"ersthelfer/escalation"
	"ersthelfer/knowledge"
)

// A stance says how a requester's free text relates to a ticket.
type stance int

const (
	isNew      stance = iota // it starts a ticket of its own
	isMore                   // it belongs to the question that is being answered
	isValue                  // it is the value of the field that was asked for
	isReply                  // it answers staff
	isForStaff               // it belongs to an opened ticket
	isUnclear                // it may belong to the opened ticket: ask
	isBack                   // what had helped helps no more
	isElse                   // it starts a ticket of its own, and leaves one on its way to people
)

// How long after the last word a further message still belongs to a conversation.
const (
	moreWithin  = 3 * time.Minute  // to a question that has been answered
	noteWithin  = 30 * time.Minute // to a ticket that people have
	freshWithin = 12 * time.Hour   // to a question of the bot
	staffWithin = 14 * 24 * time.Hour
)

// A weight says what a text is in itself, beside the ticket that the
// conversation is about.
type weight struct {
	clear   bool // it is about something that the library knows
	sure    bool // and nobody could think that it were not
	certain bool // and the library has no doubt of it, however short it is
	apart   bool // and that belongs elsewhere in the building than the ticket's matter
	failing bool // it says that something does not work after all
	long    bool // it has more words than a name or a number has
}

// half and quarter are the probabilities from which a choice of articles counts
// as something the library knows, next to a ticket it could belong to instead.
const (
	half    = 0.5
	quarter = 0.25
)

// weigh returns what a text is in itself, beside the ticket t, which may be nil.
func (b *Bot) weigh(t *escalation.Ticket, a knowledge.Answer, text string) weight {
	w := weight{
		clear:   clear(a),
		failing: a.Act == knowledge.ActNo || read(text, a.Act, expectHelped, nil) == "nothelped",
	}
	w.long = wordsIn(text) > longReply && len(a.Details.Rooms) == 0
	w.sure = w.clear && wordsIn(text) > shortReply && (a.Outcome == knowledge.Answered || a.Hits[0].Score >= half)
	w.certain = sure(a)
	w.apart = w.clear && t != nil && b.apartFrom(t, a)
	return w
}

// clear reports whether an answer is one, and no guess.
func clear(a knowledge.Answer) bool {
	return a.Outcome == knowledge.Answered || a.Outcome == knowledge.Choose && a.Hits[0].Score >= quarter
}

// apartFrom reports whether none of an answer's articles belongs to a room of
// the building that the ticket's own belong to.
func (b *Bot) apartFrom(t *escalation.Ticket, a knowledge.Answer) bool {
	rooms := map[string]bool{t.Room: true}
	if e := t.Last(escalation.Offered); e != nil {
		for _, id := range e.Articles {
			if mine, ok := b.library.Article(id); ok {
				rooms[mine.Room] = true
			}
		}
	} else if t.Room == "" {
		return false
	}
	hits := a.Hits
	if a.Outcome == knowledge.Answered {
		hits = hits[:1]
	}
	return !slices.ContainsFunc(hits, func(h knowledge.Hit) bool { return rooms[h.Article.Room] })
}

// stanceOf decides what free text of a weight means next to the ticket t, which
// was the last one spoken of in the conversation; t is nil if there is none.
func stanceOf(t *escalation.Ticket, w weight, now time.Time) stance {
	if t == nil {
		return isNew
	}
	idle := now.Sub(t.Active())
	switch t.Status {
	case escalation.StatusAsked, escalation.StatusAnswered:
		if idle < freshWithin {
			return beforeOpening(t, w, idle)
		}
	case escalation.StatusHelped:
		if idle < freshWithin && w.failing && !w.apart {
			return isBack
		}
	case escalation.StatusPending:
		if t.Expect == expectReply {
			return isReply
		}
		return withPeople(w, idle)
	case escalation.StatusNew, escalation.StatusOpen, escalation.StatusSolved:
		return withPeople(w, idle)
	}
	return isNew
}

// beforeOpening decides about text in a conversation that the bot has with the
// requester alone.
func beforeOpening(t *escalation.Ticket, w weight, idle time.Duration) stance {
	name, field := fieldOf(t.Expect)
	switch {
	case (field || t.Expect == expectUrgency) && w.sure && w.apart:
		return isElse
	case field && w.long && !described[name] && !insisted(t):
		return isMore
	case field:
		return isValue
	case t.Expect == expectWords, t.Expect == expectUrgency, !w.clear:
		return isMore
	case w.apart || idle >= moreWithin:
		return isNew
	}
	return isMore
}

// described are the fields that take a sentence; the others take a name or a number.
var described = map[string]bool{"error": true, "affected": true, "since": true}

// insisted reports whether the bot has asked what it last asked twice in a row.
func insisted(t *escalation.Ticket) bool {
	var last escalation.Expect
	for _, e := range slices.Backward(t.Events) {
		switch {
		case e.Kind == escalation.Offered:
			return false
		case e.Kind == escalation.Prompted && last != "":
			return e.Expect == last
		case e.Kind == escalation.Prompted:
			last = e.Expect
		}
	}
	return false
}

// withPeople decides about text beside a ticket that people have, or say is solved.
func withPeople(w weight, idle time.Duration) stance {
	switch {
	case idle >= staffWithin, (w.sure || w.certain) && w.apart:
		return isNew
	case w.clear || idle >= noteWithin:
		return isUnclear
	}
	return isForStaff
}

// again returns what the bot asked before the words that wait for an answer, if
// they do not answer it and say nothing of their own: an aside, such as "einen
// moment". The second aside in a row is not asked back; without an answer it
// then counts as no lesson. Told are the fields that they tell all the same.
func (b *Bot) again(t *escalation.Ticket, told []escalation.Action) []escalation.Action {
	e := t.Last(escalation.Offered, escalation.Prompted)
	if e == nil {
		return nil
	}
	_, field := fieldOf(e.Expect)
	switch {
	case e.Expect == expectUrgency && insisted(t):
		return b.told(t, "urgency", string(escalation.NoUrgency))
	case field || e.Expect == expectUrgency:
		return b.opening(t, fieldsOf(told))
	case clear(b.lookUp(fresh(t))):
		return nil
	case e.Kind == escalation.Offered && e.Expect != "" && e.Field != asideField && t.Last(escalation.Offered, escalation.Chose) == e:
		return []escalation.Action{{Kind: escalation.Offered, Articles: e.Articles, Expect: e.Expect, Field: asideField}}
	}
	return nil
}

// asideField marks what is shown once more: it is said in a word.
const asideField = "again"

// lookUp returns what the library makes of a text. A room alone is the beginning
// of a question, and so is no text at all: files came without words.
func (b *Bot) lookUp(text string) knowledge.Answer {
	if strings.TrimSpace(text) == "" {
		return knowledge.Answer{Outcome: knowledge.None, Vague: true}
	}
	a := b.library.Answer(text)
	if a.Act == knowledge.ActHelp && len(a.Details.Rooms)+len(a.Details.Classes) > 0 {
		a.Outcome, a.Act, a.Vague = knowledge.None, "", true
	}
	return a
}

// valueOf reads the value of a field from a text.
func valueOf(field, text string, d knowledge.Details) string {
	text = strings.Trim(strings.TrimSpace(text), ".!")
	if field != "place" {
		return text
	}
	if len(d.Rooms) > 0 && strings.ContainsAny(d.Rooms[0], "0123456789") && wordsIn(text) <= shortReply+1 {
		return strings.Join(d.Rooms, ", ")
	}
	if place := beforePlace.ReplaceAllString(text, ""); place != "" {
		return place
	}
	return text
}

// beforePlace is what people write before a room's name.
var beforePlace = regexp.MustCompile(`(?i)^(?:(?:ich bin|wir sind|das ist|es ist|it is|it's|im|in|der|dem|den|die|the|raum|room|zimmer)\s+)+`)
