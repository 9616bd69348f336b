package bot

import (
	"context"
	"strings"

	"ersthelfer/escalation"
	"ersthelfer/knowledge"
)

// compose returns the post for a notice and the platform it goes to. It is
// made from the events each time, so a later attempt says the same.
func (b *Bot) compose(ctx context.Context, t *escalation.Ticket, n escalation.Notice) (Post, string, error) {
	e := &t.Events[n.Event]
	post := Post{Key: n.Key}
	if n.To.As == escalation.Requester {
		p, err := b.readProfile(ctx, t.Requester)
		if err != nil {
			return Post{}, "", err
		}
		v := b.texts.voice(t.Language).in(p.Zone)
		post.To = t.Thread
		post.Body = b.forRequester(v, t, e, n.Event)
		if t.Expect == e.Expect && e.Expect != "" {
			post.Choices = b.withForm(v, t, e, n.Event, choices(t.ID, n.Event, b.options(v, e)))
		}
		if e.Kind == escalation.Lapsed && t.Status == escalation.StatusClosed {
			post.Choices = choices(t.ID, n.Event, []option{{"open", v.word("choice.open")}})
		}
		return post, t.Thread.Platform, nil
	}
	v := b.texts.voice("")
	var platform string
	if n.To.Channel != "" {
		p, channel, _ := strings.Cut(n.To.Channel, ":")
		platform = p
		post.To = escalation.Address{Platform: p, Channel: channel, Thread: rootOf(t, n)}
	} else {
		p, err := b.readProfile(ctx, n.To.Person)
		if err != nil {
			return Post{}, "", err
		}
		v = b.texts.voice(p.language("")).in(p.Zone)
		platform, post.User = b.reach(p)
	}
	post.Body = b.forStaff(ctx, v, t, e)
	if e.Kind == escalation.Reminded || e.Kind == escalation.Breached {
		post.Body = append(post.Body, b.standIn(ctx, v, t, n)...)
	}
	if callsToAct[e.Kind] {
		post.Choices = b.staffChoices(v, t, n.To.Person)
	}
	return post, platform, nil
}

// rootOf returns the first post about the ticket in a channel: later ones go
// into its thread.
func rootOf(t *escalation.Ticket, n escalation.Notice) string {
	for _, o := range t.Notices {
		if o.To.Channel == n.To.Channel && o.Ref != "" && o.Event < n.Event {
			return o.Ref
		}
	}
	return ""
}

// reach returns where a person can be told: on the platform last heard from,
// else on any that the configuration names.
func (b *Bot) reach(p *Profile) (platform, user string) {
	if id := p.Users[p.Last]; id != "" && b.platforms[p.Last] != nil {
		return p.Last, id
	}
	if k, ok := b.Known(p.Person); ok {
		for name, id := range k.Users {
			if b.platforms[name] != nil && (platform == "" || name < platform) {
				platform, user = name, id
			}
		}
	}
	return platform, user
}

// forRequester returns what the requester is told of an event.
func (b *Bot) forRequester(v voice, t *escalation.Ticket, e *escalation.Event, seq int) Rich {
	id, who := name(t.ID), b.desk.Model().Name(e.By)
	switch e.Kind {
	case escalation.Offered, escalation.Prompted:
		return b.withSecond(v, t, e, b.question(v, t, e))
	case escalation.Opened:
		return b.promised(v, t, e, "opened")
	case escalation.HandedOn:
		key := "handedon"
		if e.Clock != "" && !e.Due.Response.IsZero() {
			key += "." + string(e.Clock)
		}
		return b.promised(v, t, e, key)
	case escalation.Breached:
		return b.late(v, t, e)
	case escalation.Nudged:
		return b.nudged(v, t, e)
	case escalation.Lapsed:
		return v.say("silent", "id", id)
	case escalation.Taken:
		if seq+1 < len(t.Events) && t.Events[seq+1].At.Equal(e.At) && t.Events[seq+1].By == e.By {
			return nil // the answer that follows says as much
		}
		return v.say("taken", "name", who, "id", id)
	case escalation.Replied:
		return append(v.say("replied", "name", who, "id", id), b.said(v, e)...)
	case escalation.Paused:
		body := append(v.say("paused", "name", who, "id", id), b.said(v, e)...)
		return append(body, v.say("paused.how")...)
	case escalation.Solved:
		body := append(v.say("solved", "name", who, "id", id), b.said(v, e)...)
		return append(body, v.say("solved.ask")...)
	case escalation.Helped:
		return v.say("helped")
	case escalation.Rated:
		return v.say("rated")
	case escalation.Reopened:
		if e.Text != "" {
			return v.say("reopened.told", "id", id)
		}
		return v.say("reopened", "id", id)
	case escalation.Cancelled:
		if t.IsOpened() {
			return v.say("cancelled", "id", id)
		}
	case escalation.Merged:
		return v.say("merged", "ref", name(e.Ref))
	}
	return nil
}

// question returns the words for what the bot showed or asked.
func (b *Bot) question(v voice, t *escalation.Ticket, e *escalation.Event) Rich {
	if e.Kind == escalation.Offered && len(e.Articles) == 1 {
		if a, ok := b.library.Article(e.Articles[0]); ok && e.Field == asideField {
			text, _ := a.Text(v.lang)
			return v.say("helped.ask", "title", text.Title)
		}
		return append(b.short(v, e), b.article(v, e.Articles[0], t.School)...)
	}
	if field, ok := fieldOf(e.Expect); ok {
		return v.say("field." + field + ".ask")
	}
	switch e.Expect {
	case expectChoice:
		if ask := b.distinguishing(v, e); ask != "" {
			return v.say("ask.own", "ask", ask)
		}
		return v.say("ask.which")
	case expectTicket:
		if e.Field == "language" {
			return Plain(b.texts[otherLanguages][e.Value])
		}
		return v.say("none")
	case expectWords:
		if e.Field == peopleField {
			return v.say("human.words")
		}
		if t.Last(escalation.Offered) == nil && len(t.Tried) == 0 {
			return v.say("vague")
		}
		return v.say("rephrase")
	case expectUrgency:
		if place := t.Fields["place"]; place != "" {
			return v.say("urgency.ask.place", "place", place, "school", b.school(t))
		}
		return v.say("urgency.ask")
	case expectDuplicate:
		return v.say("duplicate.ask", "id", name(e.Ref), "status", v.word("state."+e.Value))
	case expectSame:
		return v.say("same.ask", "id", name(e.Ref), "title", e.Value)
	case expectConfirm:
		return v.say("solved.ask")
	case expectRating:
		return append(v.say("confirmed.thanks"), v.say("rating.ask")...)
	case expectCancel:
		return v.say("cancel.ask", "id", name(t.ID))
	}
	return nil
}

// article returns an article as it is shown at a school.
func (b *Bot) article(v voice, id, school string) Rich {
	a, ok := b.library.ArticleFor(id, school)
	if !ok {
		return v.say("none")
	}
	return b.texts.Article(v.lang, a, func(id string) (*knowledge.Article, bool) { return b.library.ArticleFor(id, school) })
}

// promised tells who is responsible and by when, and explains the time.
func (b *Bot) promised(v voice, t *escalation.Ticket, e *escalation.Event, key string) Rich {
	m := b.desk.Model()
	args := []string{"id", name(t.ID), "holder", b.holderOf(v, e.To), "due", v.when(e.Due.Response, b.desk.Now())}
	if e.Due.Response.IsZero() {
		return v.say(key+".nodue", args...)
	}
	if key != "opened" {
		return append(v.say(key, args...), b.reason(v, t, e)...)
	}
	next := v.word("opened.last")
	if h, last := m.Route(t.Matter(), e.To.Step+1, e.At); !last {
		next = v.word("opened.next", "role", b.holderOf(v, h))
	}
	return append(v.say(key, append(args, "next", next)...), b.reason(v, t, e)...)
}

// reason explains the time that was promised.
func (b *Bot) reason(v voice, t *escalation.Ticket, e *escalation.Event) Rich {
	why := v.why(b.desk.Model().Hours(t.School, e.To.Party), e.At, e.Due.Response)
	if why == "" {
		return nil
	}
	return Plain(why)
}

// late tells the requester that a target has passed, and who knows.
func (b *Bot) late(v voice, t *escalation.Ticket, e *escalation.Event) Rich {
	key, due := "late.response", e.Due.Response
	if e.Clock == escalation.Resolution {
		key, due = "late.resolution", e.Due.Resolution
	}
	return v.say(key, "id", name(t.ID), "due", v.when(due, b.desk.Now()), "holder", b.holder(v, t), "supervisor", b.supervisor())
}

// supervisor names who is told when nobody acts.
func (b *Bot) supervisor() string {
	m := b.desk.Model()
	if p := m.Parties[m.Supervisor]; p != nil {
		return p.Name
	}
	return m.Supervisor
}

// nudged asks once more what staff want to know.
func (b *Bot) nudged(v voice, t *escalation.Ticket, e *escalation.Event) Rich {
	body := append(v.say("nudged", "id", name(t.ID)), Quoted(e.Text)...)
	key := "nudged.until"
	switch {
	case e.Until.IsZero():
		return append(body, v.say("paused.how")...)
	case b.desk.Model().Silence.GiveBack:
		key = "nudged.back"
	}
	return append(body, v.say(key, "until", v.when(e.Until, b.desk.Now()))...)
}

// holder names who holds a ticket now: the assignee, else the party.
func (b *Bot) holder(v voice, t *escalation.Ticket) string {
	if t.Assignee != "" {
		return b.desk.Model().Name(t.Assignee)
	}
	if t.Holder == nil {
		return ""
	}
	return b.holderOf(v, t.Holder)
}

// holderOf names a holder as people know it: "Mara Yilmaz (Schulkontakt)".
func (b *Bot) holderOf(v voice, h *escalation.Holder) string {
	m := b.desk.Model()
	name := ""
	if p := m.Parties[h.Party]; p != nil {
		name = p.Name
	}
	if len(h.People) == 1 {
		name = m.Name(h.People[0])
	}
	role := ""
	if r := m.Roles[h.Role]; r != nil {
		role = first(r.Title[v.lang], r.Title[Languages[0]])
	}
	if role == "" || strings.EqualFold(role, name) {
		return first(name, role)
	}
	if name == "" {
		return role
	}
	return v.word("holder.role", "name", name, "role", role)
}

// distinguishing returns the question that tells the offered articles apart:
// that of the likeliest, if another one shares it.
func (b *Bot) distinguishing(v voice, e *escalation.Event) string {
	sharing := 0
	ask := ""
	for i, id := range e.Articles {
		a, ok := b.library.Article(id)
		if !ok {
			continue
		}
		text, _ := a.Text(v.lang)
		if i == 0 {
			ask = text.Ask
		}
		if ask != "" && text.Ask == ask {
			sharing++
		}
	}
	if sharing < 2 {
		return ""
	}
	return ask
}

// label is what a choice shows for an article: how somebody with this problem
// answers the distinguishing question that is asked, else the title, which is no
// answer to that question.
func (b *Bot) label(v voice, a *knowledge.Article, ask string) (label string, answers bool) {
	text, _ := a.Text(v.lang)
	switch {
	case ask == "":
		return text.Title, true
	case text.Ask == ask && text.Option != "":
		return text.Option, true
	}
	return v.word("choice.or", "title", text.Title), false
}

func (b *Bot) school(t *escalation.Ticket) string {
	if s := b.desk.Model().Schools[t.School]; s != nil {
		return s.Name
	}
	return t.School
}

func (b *Bot) place(v voice, t *escalation.Ticket) string {
	if p := t.Fields["place"]; p != "" {
		return v.word("staff.place", "place", p)
	}
	return ""
}

// title names a ticket in a list: the article's title, else the beginning of
// the question.
func (b *Bot) title(v voice, t *escalation.Ticket) string {
	if a, ok := b.matter(t); ok {
		text, _ := a.Text(v.lang)
		return text.Title
	}
	return cut(strings.ReplaceAll(about(t), "\n", " "), 60)
}

// cut shortens text to at most n characters, with a mark.
func cut(text string, n int) string {
	r := []rune(text)
	if len(r) <= n {
		return text
	}
	return strings.TrimSpace(string(r[:n-1])) + "…"
}

// personName names a person: as configured, else as the platform calls them.
func (b *Bot) personName(ctx context.Context, p escalation.Person) string {
	if m := b.desk.Model().People[p]; m != nil && m.Name != "" {
		return m.Name
	}
	if profile, err := b.readProfile(ctx, p); err == nil && profile.Name != "" {
		return profile.Name
	}
	return string(p)
}
