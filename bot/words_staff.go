package bot

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"ersthelfer/escalation"
)

// callsToAct are the events after which staff are offered what they can do.
var callsToAct = map[escalation.Kind]bool{
	escalation.Opened: true, escalation.HandedOn: true, escalation.Reminded: true, escalation.Breached: true,
	escalation.Reopened: true, escalation.Added: true, escalation.Overdue: true, escalation.Resumed: true,
}

// forStaff returns what staff are told of an event.
func (b *Bot) forStaff(ctx context.Context, v voice, t *escalation.Ticket, e *escalation.Event) Rich {
	args := []string{
		"id", name(t.ID), "title", b.title(v, t), "name", b.personName(ctx, t.Requester), "percent", strconv.Itoa(e.Percent),
		"field", v.word("field." + e.Field), "value", e.Value, "ref", name(e.Ref),
	}
	switch e.Kind {
	case escalation.Opened:
		if t.Requester == escalation.Nobody {
			return b.alarm(v, t)
		}
		return b.call(ctx, v, t, e, "staff.opened")
	case escalation.HandedOn:
		return b.call(ctx, v, t, e, "staff.handedon")
	case escalation.Reminded, escalation.Breached:
		key, due := "staff."+string(e.Kind), e.Due.Response
		if e.Clock == escalation.Resolution {
			key, due = key+".resolution", e.Due.Resolution
		}
		body := v.say(key, append(args, "due", v.when(due, b.desk.Now()))...)
		if to := gone(t, e); to != nil {
			body = append(body, v.say("staff.gone", "holder", b.holderOf(v, to))...)
		}
		return body
	case escalation.Overdue:
		return b.overdue(v, t, e)
	case escalation.Added, escalation.Resumed:
		if e.Kind == escalation.Resumed && e.By == escalation.Nobody {
			return v.say("staff.givenback", append(args, "due", v.when(e.Due.Resolution, b.desk.Now()))...)
		}
		said := b.said(v, e)
		if said == nil {
			return nil
		}
		return append(v.say("staff.added", args...), said...)
	case escalation.Detailed:
		if e.Value == "" || !v.has("field."+e.Field) || alreadySaid(t, e) {
			return nil
		}
		return v.say("staff.detailed", args...)
	case escalation.Cancelled, escalation.Confirmed, escalation.Reopened, escalation.Lapsed, escalation.Merged:
		body := v.say("staff."+string(e.Kind), args...)
		if e.Text != "" {
			body = append(body, Quoted(e.Text)...)
		}
		return body
	}
	return nil
}

// overdue reminds of a ticket that is not solved after its target, and says what
// comes next.
func (b *Bot) overdue(v voice, t *escalation.Ticket, e *escalation.Event) Rich {
	m, now := b.desk.Model(), b.desk.Now()
	args := []string{
		"id", name(t.ID), "title", b.title(v, t), "due", v.when(e.Due.Resolution, now),
		"round", strconv.Itoa(e.Round), "times", strconv.Itoa(m.Overdue.Times),
	}
	h, more := m.NextStep(t, now)
	var next string
	switch to := gone(t, e); {
	case to != nil:
		next = v.word("staff.gone", "holder", b.holderOf(v, to))
	case e.Round >= m.Overdue.Times:
		next = v.word("staff.overdue.end")
	case more:
		next = v.word("staff.overdue.next", "role", b.holderOf(v, h))
	default:
		next = v.word("staff.overdue.last", "supervisor", b.supervisor())
	}
	body := v.say("staff.overdue", append(args, "next", next)...)
	if e.Round < m.Overdue.Times {
		body = append(body, v.say("staff.overdue.notice", "id", name(t.ID))...)
	}
	return body
}

// alreadySaid reports whether a field stands in what its requester has just written.
func alreadySaid(t *escalation.Ticket, field *escalation.Event) bool {
	last := ""
	for i := range t.Events {
		e := &t.Events[i]
		if e == field {
			break
		}
		if e.Kind == escalation.Added && e.By == field.By {
			last = e.Text
		}
	}
	return strings.Contains(strings.ToLower(last), strings.ToLower(field.Value))
}

// gone returns to whom a ticket went in the moment in which e said that its time
// is over, nil if it stayed.
func gone(t *escalation.Ticket, e *escalation.Event) *escalation.Holder {
	if h := t.Last(escalation.HandedOn); h != nil && h.Clock == e.Clock && h.At.Equal(e.At) {
		return h.To
	}
	return nil
}

// standIn tells somebody about a ticket that waits with others, and that this
// notice is the first to tell of, what those know: a deputy, a supervisor who may
// act.
func (b *Bot) standIn(ctx context.Context, v voice, t *escalation.Ticket, n escalation.Notice) Rich {
	known := slices.ContainsFunc(t.Notices, func(o escalation.Notice) bool { return o.To.Person == n.To.Person && o.Event < n.Event })
	if known || n.To.Person == escalation.Nobody || !b.desk.Model().Can(n.To.Person, escalation.Taken, t) {
		return nil
	}
	body := v.say("staff.new", "holder", b.holder(v, t), "school", b.school(t), "place", b.place(v, t), "priority", string(t.Priority))
	return append(body, b.facts(ctx, v, t)...)
}

// call describes a ticket to whom it now belongs: where, how urgent, and what is
// known of it.
func (b *Bot) call(ctx context.Context, v voice, t *escalation.Ticket, e *escalation.Event, key string) Rich {
	due := ""
	if !e.Due.Response.IsZero() {
		due = v.word("staff.due", "due", v.when(e.Due.Response, b.desk.Now()))
	}
	body := v.say(key, "id", name(t.ID), "school", b.school(t), "place", b.place(v, t),
		"priority", string(t.Priority), "due", due)
	if e.Kind == escalation.HandedOn && e.Clock != "" {
		body = append(body, v.say("staff.handedon."+string(e.Clock))...)
	}
	if e.Text != "" {
		body = append(body, v.say("staff.handedon.note", "text", e.Text)...)
	}
	body = append(body, b.facts(ctx, v, t)...)
	if len(e.To.Vacant) > 0 {
		body = append(body, v.say("staff.passed", "roles", b.roleTitles(v, e.To.Vacant))...)
	}
	return body
}

// facts tells what is known of a ticket: the requester's words, what was tried,
// and the fields.
func (b *Bot) facts(ctx context.Context, v voice, t *escalation.Ticket) Rich {
	topic := ""
	if a, ok := b.matter(t); ok {
		text, _ := a.Text(v.lang)
		topic = v.word("staff.about", "title", text.Title)
	}
	body := v.say("staff.from", "name", b.personName(ctx, t.Requester), "title", topic)
	body = append(body, Quoted(about(t))...)
	if u := "staff.urgency." + t.Fields["urgency"]; v.has(u) {
		body = append(body, v.say(u)...)
	}
	body = append(body, b.tried(v, t)...)
	for _, f := range []string{"class", "device", "serial", "account", "url", "app", "error", "affected", "since", "sender"} {
		if value := t.Fields[f]; value != "" {
			body = append(body, v.say("staff.field", "field", v.word("field."+f), "value", value)...)
		}
	}
	body = append(body, attached(v, allFiles(t))...)
	return append(body, b.talked(ctx, v, t)...)
}

// retold is how many of the last words about an opened ticket are told to who gets it later.
const retold = 5

// talked tells what people have written about a ticket since it was opened, so that
// who gets it later asks nothing twice.
func (b *Bot) talked(ctx context.Context, v voice, t *escalation.Ticket) Rich {
	var lines []Rich
	for _, e := range slices.Backward(t.Events) {
		if e.Kind == escalation.Opened || len(lines) == retold {
			break
		}
		switch e.Kind {
		case escalation.Added, escalation.Noted, escalation.Replied, escalation.Paused, escalation.Solved:
			what := v.word("event."+string(e.Kind), "name", b.personName(ctx, e.By), "text", strings.TrimSpace(e.Text+" "+fileNames(v, e.Files)))
			lines = append(lines, v.say("show.row", "when", v.when(e.At.In(b.zone()), b.desk.Now()), "what", what))
		}
	}
	if lines == nil {
		return nil
	}
	slices.Reverse(lines)
	return append(v.say("staff.talked"), slices.Concat(lines...)...)
}

// tried lists what was shown to the requester and did not help. The article that
// the ticket is about is named above already.
func (b *Bot) tried(v voice, t *escalation.Ticket) Rich {
	if len(t.Tried) == 1 && t.Tried[0] == t.Article {
		return v.say("staff.tried.topic")
	}
	var titles []string
	for _, id := range t.Tried {
		if a, ok := b.library.Article(id); ok {
			text, _ := a.Text(v.lang)
			titles = append(titles, text.Title)
		}
	}
	if titles == nil {
		return nil
	}
	return v.say("staff.tried", "articles", strings.Join(titles, "; "))
}

// alarm tells that a role has become vacant.
func (b *Bot) alarm(v voice, t *escalation.Ticket) Rich {
	e := t.Events[0]
	parts := strings.Split(e.Message, ":")
	since, err := time.Parse(time.DateOnly, parts[len(parts)-1])
	day := parts[len(parts)-1]
	if err == nil {
		day = v.word("time.date", "day", v.day(since.Weekday()), "date", since.Format("2.1."))
	}
	return v.say("staff.vacant", "role", b.roleTitles(v, []escalation.Role{escalation.Role(e.Value)}),
		"school", b.school(t), "since", day)
}

func (b *Bot) roleTitles(v voice, roles []escalation.Role) string {
	var titles []string
	for _, r := range roles {
		title := string(r)
		if rule := b.desk.Model().Roles[r]; rule != nil {
			title = first(rule.Title[v.lang], rule.Title[Languages[0]], title)
		}
		titles = append(titles, title)
	}
	return v.list(titles)
}

// staffChoices returns the buttons under a call to act: what p may do with the
// ticket as it stands. Nobody stands for a channel, where everybody sees them.
func (b *Bot) staffChoices(v voice, t *escalation.Ticket, p escalation.Person) []Choice {
	if !t.Unsolved() || p != escalation.Nobody && !b.desk.Model().Can(p, escalation.Taken, t) {
		return nil
	}
	seq := len(t.Events) - 1
	form := func(title, label string) *Form {
		return &Form{
			Title: v.word(title), Submit: v.word("form.submit"),
			Fields: []Field{{Name: "text", Label: v.word(label), Long: true}},
		}
	}
	var out []Choice
	add := func(id, label string, f *Form) {
		c := Choice{ID: choiceID(t.ID, seq, id), Label: v.word(label), Form: f, Strong: len(out) == 0}
		if f != nil {
			f.ID = c.ID
		}
		out = append(out, c)
	}
	if t.Status == escalation.StatusNew {
		add("take", "choice.take", nil)
	}
	add("reply", "choice.reply", form("form.reply", "form.text"))
	add("inquire", "choice.inquire", form("form.inquire", "form.text"))
	add("handon", "choice.handon", nil)
	add("solve", "choice.solve", form("form.solve", "form.done"))
	return out
}

// standing tells where a ticket stands: who has it, until when, and why then.
func (b *Bot) standing(v voice, t *escalation.Ticket) Rich {
	body := v.say("status.head", "id", name(t.ID), "title", b.title(v, t), "status", v.word("state."+string(t.Status)))
	if !t.Unsolved() {
		return body
	}
	now := b.desk.Now()
	body = append(body, v.say("status.holder", "holder", b.holder(v, t))...)
	if t.Status == escalation.StatusNew && !t.Due.Response.IsZero() {
		if t.Due.Response.Before(now) {
			return append(body, v.say("status.late")...)
		}
		body = append(body, v.say("status.due", "due", v.when(t.Due.Response, now))...)
		hours := b.desk.Model().Hours(t.School, t.Holder.Party)
		return append(body, v.say("status.why", "why", v.why(hours, t.Held, t.Due.Response))...)
	}
	if t.Status == escalation.StatusOpen && !t.Due.Resolution.IsZero() {
		body = append(body, v.say("status.resolve", "due", v.when(t.Due.Resolution, now))...)
	}
	return body
}

// history tells the events of a ticket, one line each.
func (b *Bot) history(ctx context.Context, v voice, t *escalation.Ticket) Rich {
	var body Rich
	now := b.desk.Now()
	for i := range t.Events {
		e := &t.Events[i]
		key := eventKey(e)
		if !v.has(key) || e.Kind == escalation.Detailed && (e.Value == "" || !v.has("field."+e.Field)) {
			continue
		}
		text := strings.TrimSpace(e.Text + " " + fileNames(v, e.Files))
		if len(e.Articles) > 0 {
			var titles []string
			for _, id := range e.Articles {
				if a, ok := b.library.Article(id); ok {
					words, _ := a.Text(v.lang)
					titles = append(titles, words.Title)
				}
			}
			text = strings.Join(titles, "; ")
		}
		holder := ""
		if e.To != nil {
			holder = b.holderOf(v, e.To)
		}
		what := v.word(key, "name", b.personName(ctx, e.By), "text", text, "field", v.word("field."+e.Field), "value", e.Value,
			"holder", holder, "percent", strconv.Itoa(e.Percent), "round", strconv.Itoa(e.Round), "ref", name(e.Ref))
		body = append(body, v.say("show.row", "when", v.when(e.At.In(b.zone()), now), "what", what)...)
	}
	return body
}

// eventKey returns the key of the line that tells an event.
func eventKey(e *escalation.Event) string {
	key := "event." + string(e.Kind)
	switch {
	case e.Clock == escalation.Resolution, e.Kind == escalation.HandedOn && e.Clock != "":
		key += "." + string(e.Clock)
	case e.Kind == escalation.HandedOn && e.Text != "":
		key += ".note"
	case e.Kind == escalation.Reopened && e.Text != "":
		key += ".told"
	case e.Kind == escalation.Chose && len(e.Articles) == 0:
		key += ".none"
	}
	return key
}
