package bot

import (
	"slices"
	"strings"

	"ersthelfer/escalation"
	"ersthelfer/knowledge"
)

// act returns the bare action of a kind.
func act(k escalation.Kind) escalation.Action { return escalation.Action{Kind: k} }

// prompt asks for something.
func prompt(e escalation.Expect) escalation.Action {
	return escalation.Action{Kind: escalation.Prompted, Expect: e}
}

// detail records a field.
func detail(field, value string) escalation.Action {
	return escalation.Action{Kind: escalation.Detailed, Field: field, Value: value}
}

// fresh returns what the requester has written since the bot last said
// something: the words that wait for an answer.
func fresh(t *escalation.Ticket) string {
	var words []string
	for _, e := range slices.Backward(t.Events) {
		if e.Kind == escalation.Offered || e.Kind == escalation.Prompted {
			break
		}
		if (e.Kind == escalation.Asked || e.Kind == escalation.Added) && e.Text != "" {
			words = append(words, e.Text)
		}
	}
	slices.Reverse(words)
	return strings.Join(words, "\n")
}

// answer returns what the bot does about the words that wait for an answer and
// became a: it shows an article, offers a choice, asks for more, or offers people.
// Others are the requester's other tickets, newest first.
func (b *Bot) answer(t *escalation.Ticket, a knowledge.Answer, others []*escalation.Ticket) []escalation.Action {
	actions := b.details(t, a)
	if again := b.again(t, actions); again != nil {
		return append(actions, again...)
	}
	hits := slices.DeleteFunc(slices.Clone(a.Hits), func(h knowledge.Hit) bool {
		return slices.Contains(t.Tried, h.Article.ID)
	})
	switch {
	case b.foreign(a) && a.Outcome == knowledge.None:
		return append(actions, escalation.Action{Kind: escalation.Prompted, Expect: expectTicket, Field: "language", Value: a.Language})
	case a.Act == knowledge.ActHuman, wantedPeople(t) && !a.AtOnce:
		return append(actions, b.opening(t, nil)...)
	case a.Outcome == knowledge.Answered && len(hits) > 0:
		offered := b.offer(t, hits[0].Article, others)
		if offered[0].Kind == escalation.Offered && hits[0].Article == a.Hits[0].Article {
			offered[0].Text = string(a.Short)
		}
		return append(actions, offered...)
	case a.Outcome == knowledge.Choose && len(hits) > 1:
		offered := escalation.Action{Kind: escalation.Offered, Expect: expectChoice}
		for _, h := range hits {
			offered.Articles = append(offered.Articles, h.Article.ID)
		}
		return append(actions, offered)
	case a.Outcome == knowledge.Choose && len(hits) == 1:
		return append(actions, b.offer(t, hits[0].Article, others)...)
	case a.Vague && t.Last(escalation.Prompted) == nil:
		return append(actions, prompt(expectWords))
	}
	return append(actions, prompt(expectTicket))
}

// foreign reports whether a question came in a language that the bot has a
// sentence for, but does not speak.
func (b *Bot) foreign(a knowledge.Answer) bool { return b.texts[otherLanguages][a.Language] != "" }

// details returns the fields that a message told by the way.
func (b *Bot) details(t *escalation.Ticket, a knowledge.Answer) []escalation.Action {
	var out []escalation.Action
	note := func(field string, values []string) {
		if len(values) > 0 && t.Fields[field] == "" {
			out = append(out, detail(field, strings.Join(values, ", ")))
		}
	}
	note("place", a.Details.Rooms)
	note("class", a.Details.Classes)
	switch {
	case a.Details.Exam:
		note("urgency", []string{string(escalation.Exam)})
	case a.Details.Lesson:
		note("urgency", []string{string(escalation.Lesson)})
	}
	return out
}

// fieldsOf returns the fields that actions record.
func fieldsOf(actions []escalation.Action) map[string]string {
	out := map[string]string{}
	for _, a := range actions {
		if a.Kind == escalation.Detailed {
			out[a.Field] = a.Value
		}
	}
	return out
}

// learned returns the fields that words about an opened ticket tell. Its urgency
// was settled when it was opened.
func (b *Bot) learned(t *escalation.Ticket, text string) []escalation.Action {
	return slices.DeleteFunc(b.details(t, b.lookUp(text)), func(a escalation.Action) bool { return a.Field == "urgency" })
}

// offer shows one article. Articles that are for people at once open a ticket
// in the same breath; a ticket about the same thing is noticed.
func (b *Bot) offer(t *escalation.Ticket, a *knowledge.Article, others []*escalation.Ticket) []escalation.Action {
	if dup := duplicate(t, a, others); dup != nil {
		same := escalation.Action{Kind: escalation.Prompted, Expect: expectDuplicate, Ref: dup.ID}
		same.Field, same.Value = "status", string(dup.Status)
		return []escalation.Action{same}
	}
	shown := escalation.Action{Kind: escalation.Offered, Articles: []string{a.ID}, Expect: expectHelped}
	if !a.AtOnce {
		return []escalation.Action{shown}
	}
	shown.Expect = ""
	return []escalation.Action{shown, b.open(a, escalation.NoUrgency)}
}

// duplicate returns the requester's unsolved ticket about the same article, if
// nothing says that it is about another place.
func duplicate(t *escalation.Ticket, a *knowledge.Article, others []*escalation.Ticket) *escalation.Ticket {
	for _, o := range others {
		same := o.ID != t.ID && o.Unsolved() && o.Article == a.ID
		here, there := t.Fields["place"], o.Fields["place"]
		if same && (here == "" || there == "" || strings.EqualFold(here, there)) {
			return o
		}
	}
	return nil
}

// opening returns the next step on the way to a ticket: a question, or the
// ticket. What is asked depends on the article; during a lesson only what is
// indispensable. More are fields that the same message has just told.
func (b *Bot) opening(t *escalation.Ticket, more map[string]string) []escalation.Action {
	known := func(field string) (string, bool) {
		if v, ok := more[field]; ok {
			return v, true
		}
		v, ok := t.Fields[field]
		return v, ok
	}
	a, hasArticle := b.matter(t)
	urgency, asked := known("urgency")
	if !asked && (!hasArticle || a.Kind != "request" && !a.AtOnce) {
		return []escalation.Action{prompt(expectUrgency)}
	}
	fields := []string{"place"}
	if hasArticle {
		fields = a.Fields
	}
	hurry := urgency == string(escalation.Lesson) || urgency == string(escalation.Exam)
	for i, f := range fields {
		if i > 1 || hurry && f != "place" {
			break
		}
		if _, ok := known(f); !ok {
			return []escalation.Action{prompt(escalation.Expect(expectField + f))}
		}
	}
	if !hasArticle {
		a = nil
	}
	return []escalation.Action{b.open(a, escalation.Urgency(urgency))}
}

// openNow returns the action that opens a ticket with what is known of it.
func (b *Bot) openNow(t *escalation.Ticket) escalation.Action {
	a, _ := b.matter(t)
	return b.open(a, escalation.Urgency(t.Fields["urgency"]))
}

// open returns the action that makes people responsible.
func (b *Bot) open(a *knowledge.Article, u escalation.Urgency) escalation.Action {
	out := escalation.Action{Kind: escalation.Opened, Priority: escalation.PriorityOf("", u, false, false)}
	if a != nil {
		out.Room, out.Task = a.Room, escalation.Role(a.Role)
		out.Priority = escalation.PriorityOf(escalation.Priority(a.Priority), u, a.Kind == "request", false)
	}
	return out
}

// chosen returns the actions for an option that the requester picked.
func (b *Bot) chosen(t *escalation.Ticket, e *escalation.Event, option string, others []*escalation.Ticket) []escalation.Action {
	switch option {
	case "helped":
		return []escalation.Action{act(escalation.Helped)}
	case "nothelped":
		return append([]escalation.Action{act(escalation.NotHelped)}, b.opening(t, nil)...)
	case "other", "rephrase":
		if e.Expect == expectHelped {
			return []escalation.Action{act(escalation.Chose), prompt(expectWords)}
		}
		return []escalation.Action{prompt(expectWords)}
	case "none":
		return []escalation.Action{act(escalation.Chose), prompt(expectTicket)}
	case "ticket":
		return b.opening(t, nil)
	case "stop":
		return []escalation.Action{act(escalation.Cancelled)}
	case "confirm":
		return []escalation.Action{act(escalation.Confirmed), prompt(expectRating)}
	case "reopen":
		return []escalation.Action{act(escalation.Reopened)}
	case "cancel":
		return []escalation.Action{act(escalation.Cancelled)}
	case "keep":
		return []escalation.Action{detail("kept", "yes")}
	case "unknown":
		field, _ := fieldOf(e.Expect)
		return b.told(t, field, "")
	case "lesson", "exam":
		return b.told(t, "urgency", option)
	case "calm":
		return b.told(t, "urgency", string(escalation.NoUrgency))
	case "r1", "r2", "r3", "r4", "r5":
		return []escalation.Action{{Kind: escalation.Rated, Stars: int(option[1] - '0')}}
	case "new":
		return b.apart(t, e)
	}
	if i := int(option[len(option)-1] - '0'); option[0] == 'a' && i >= 0 && i < len(e.Articles) {
		if a, ok := b.library.Article(e.Articles[i]); ok {
			chose := escalation.Action{Kind: escalation.Chose, Articles: []string{a.ID}}
			return append([]escalation.Action{chose}, b.offer(t, a, others)...)
		}
	}
	return nil
}

// told records a field that was asked for and goes on with opening a ticket.
func (b *Bot) told(t *escalation.Ticket, field, value string) []escalation.Action {
	next := b.opening(t, map[string]string{field: value})
	return append([]escalation.Action{detail(field, value)}, next...)
}

// apart goes on with a question that the requester says is not the other ticket.
func (b *Bot) apart(t *escalation.Ticket, e *escalation.Event) []escalation.Action {
	kept := detail("apart", "yes")
	if e.Expect == expectDuplicate {
		a := b.library.Answer(t.Question())
		if len(a.Hits) > 0 {
			shown := escalation.Action{Kind: escalation.Offered, Articles: []string{a.Hits[0].Article.ID}, Expect: expectHelped}
			return []escalation.Action{kept, shown}
		}
	}
	return append([]escalation.Action{kept}, b.opening(t, nil)...)
}
