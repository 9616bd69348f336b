package bot

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"ersthelfer/escalation"
	"ersthelfer/knowledge"
)

// command carries out a command.
func (t *turn) command(ctx context.Context, c command) error {
	t.about = c.id
	if k, ok := staffKinds[c.word]; ok {
		return t.staffDo(ctx, c.id, k, c.text)
	}
	switch c.word {
	case "status":
		return t.status(ctx, c.id)
	case "mine":
		return t.mine(ctx)
	case "queue":
		return t.queue(ctx)
	case "show":
		return t.show(ctx, c.id)
	case "stop":
		return t.stop(ctx, c.id)
	case "open":
		cur, err := t.b.desk.Ticket(ctx, t.p.Person, c.id)
		if err != nil {
			return err
		}
		return t.reopen(ctx, cur)
	case "human":
		return t.human(ctx)
	case "english":
		return t.setLanguage(ctx, "en")
	case "deutsch":
		return t.setLanguage(ctx, "de")
	case "help":
		return t.help(ctx)
	case "login":
		return t.login(ctx)
	}
	return t.greet(ctx)
}

// help lists what one can say; staff see their commands too.
func (t *turn) help(ctx context.Context) error {
	body := t.v.say("help")
	if len(t.b.desk.Model().Queues(t.p.Person)) > 0 {
		body = append(body, t.v.say("help.staff")...)
	}
	if t.b.library.Allows(t.editor(), knowledge.ActSee, "") {
		body = append(body, t.v.say("faq.help")...)
	}
	return t.say(ctx, body)
}

// introduce says once that this is a program, before anything else.
func (t *turn) introduce(ctx context.Context) error {
	// Said first: what is said twice has one key, what was not said is never told.
	if err := t.say(ctx, t.v.say("hello.bot")); err != nil {
		return err
	}
	_, err := t.b.changeProfile(ctx, t.p.Person, func(p *Profile) { p.Greeted = t.b.desk.Now() })
	return err
}

func (t *turn) setLanguage(ctx context.Context, lang string) error {
	if _, err := t.b.changeProfile(ctx, t.p.Person, func(p *Profile) { p.Language = lang }); err != nil {
		return err
	}
	t.v = t.b.texts.voice(lang).in(t.p.Zone)
	return t.say(ctx, t.v.say("language.set"))
}

// needsNoSchool reports whether a message is small talk that is answered alike
// at every school. A greeting is the beginning of a question, but not of staff.
func (t *turn) needsNoSchool(a knowledge.Answer) bool {
	switch a.Act {
	case knowledge.ActWho, knowledge.ActHelp, knowledge.ActThanks, knowledge.ActStatus, knowledge.ActStop:
		return true
	case knowledge.ActGreeting, knowledge.ActYes, knowledge.ActNo:
		known, ok := t.b.Known(t.p.Person)
		return ok && len(known.Roles) > 0 || len(t.b.desk.Model().Queues(t.p.Person)) > 0
	}
	return false
}

// askSchool asks a person whose school is not known, and keeps the message. What
// is no school's name and is clearly a question belongs to it too.
func (t *turn) askSchool(ctx context.Context, isClear bool) error {
	schools := t.b.desk.Model().Schools
	if len(schools) == 0 {
		return t.say(ctx, t.v.say("school.none"))
	}
	if t.p.Held != nil {
		if id := t.b.schoolNamed(t.m.Text); id != "" {
			return t.chooseSchool(ctx, id)
		}
		if words := wordsIn(t.m.Text); len(t.m.Files) == 0 && (words == 1 || !isClear && words <= shortReply) {
			return t.sayWithSchools(ctx, t.v.say("school.again"))
		}
		_, err := t.b.changeProfile(ctx, t.p.Person, func(p *Profile) {
			p.Held.Text = strings.TrimSpace(p.Held.Text + "\n" + t.m.Text)
			p.Held.Files = append(p.Held.Files, t.m.Files...)
		})
		if err != nil {
			return err
		}
		return t.sayWithSchools(ctx, t.v.say("school.held"))
	}
	_, err := t.b.changeProfile(ctx, t.p.Person, func(p *Profile) {
		p.Held = &Held{ID: t.m.ID, Text: t.m.Text, In: t.m.In, Files: t.m.Files}
	})
	if err != nil {
		return err
	}
	return t.sayWithSchools(ctx, append(t.v.say("hello.bot"), t.v.say("school.ask")...))
}

func (t *turn) sayWithSchools(ctx context.Context, body Rich) error {
	var choices []Choice
	for _, id := range t.b.schoolIDs() {
		choices = append(choices, Choice{ID: "school/" + id, Label: t.b.desk.Model().Schools[id].Name})
	}
	return t.say(ctx, body, choices...)
}

func (b *Bot) schoolIDs() []string {
	return slices.Sorted(maps.Keys(b.desk.Model().Schools))
}

// schoolNamed returns the school that a text names: its number in the list, its
// id, or a part of its name that no other has.
func (b *Bot) schoolNamed(text string) string {
	text = strings.ToLower(strings.TrimSpace(text))
	ids := b.schoolIDs()
	if n, err := strconv.Atoi(text); err == nil && n >= 1 && n <= len(ids) {
		return ids[n-1]
	}
	var found []string
	for _, id := range ids {
		name := strings.ToLower(b.desk.Model().Schools[id].Name)
		if text == id || text == name {
			return id
		}
		if len(text) > 2 && strings.Contains(name, text) {
			found = append(found, id)
		}
	}
	if len(found) == 1 {
		return found[0]
	}
	return ""
}

// chooseSchool remembers the school and takes up the message that was kept.
func (t *turn) chooseSchool(ctx context.Context, id string) error {
	school := t.b.desk.Model().Schools[id]
	if school == nil {
		return t.private(ctx, t.v.say("refuse.stale"))
	}
	held := t.p.Held
	p, err := t.b.changeProfile(ctx, t.p.Person, func(p *Profile) {
		p.School, p.Held, p.Greeted = id, nil, t.b.desk.Now()
	})
	if err != nil {
		return err
	}
	t.p = p
	if err := t.say(ctx, t.v.say("school.set", "school", school.Name)); err != nil || held == nil {
		return err
	}
	t.m.ID, t.m.Text, t.m.In, t.m.Files, t.m.Choice = held.ID, held.Text, held.In, held.Files, ""
	return t.converse(ctx)
}

// status tells where a ticket stands, or all of one's unsolved ones.
func (t *turn) status(ctx context.Context, id escalation.ID) error {
	if id != 0 {
		ticket, err := t.b.desk.Ticket(ctx, t.p.Person, id)
		if err != nil {
			return err
		}
		return t.say(ctx, t.b.standing(t.v, ticket))
	}
	mine, err := t.b.desk.Mine(ctx, t.p.Person, 30)
	if err != nil {
		return err
	}
	var body Rich
	for _, ticket := range mine {
		if ticket.Unsolved() || ticket.Status == escalation.StatusSolved {
			body = append(body, t.b.standing(t.v, ticket)...)
		}
	}
	if body != nil {
		return t.say(ctx, body)
	}
	recent, err := t.b.desk.Recent(ctx, t.p.Person, t.m.In, 10)
	cur := current(recent)
	if e, _ := asking(cur); err == nil && e != nil && e.Kind == escalation.Prompted && !cur.IsOpened() {
		return errors.Join(t.say(ctx, t.v.say("status.asking")), t.repeat(ctx, cur))
	}
	return errors.Join(err, t.say(ctx, t.v.say("status.none")))
}

// mine lists one's tickets, the solved ones too.
func (t *turn) mine(ctx context.Context) error {
	mine, err := t.b.desk.Mine(ctx, t.p.Person, 20)
	if err != nil {
		return err
	}
	var body Rich
	for _, ticket := range mine {
		body = append(body, t.v.say("status.row", "id", name(ticket.ID), "title", t.b.title(t.v, ticket),
			"status", t.v.word("state."+string(ticket.Status)))...)
	}
	if body == nil {
		body = t.v.say("mine.none")
	}
	return t.say(ctx, body)
}

// queue lists what waits for a member of staff.
func (t *turn) queue(ctx context.Context) error {
	waiting, err := t.b.desk.Queue(ctx, t.p.Person)
	if err != nil {
		return err
	}
	if len(waiting) == 0 {
		return t.say(ctx, t.v.say("queue.none"))
	}
	body := t.v.say("queue.head", "count", strconv.Itoa(len(waiting)))
	for _, ticket := range waiting[:min(len(waiting), 20)] {
		body = append(body, t.v.say("queue.row", "id", name(ticket.ID), "priority", string(ticket.Priority),
			"school", t.b.school(ticket), "place", t.b.place(t.v, ticket), "title", t.b.title(t.v, ticket),
			"status", t.v.word("state."+string(ticket.Status)))...)
	}
	return t.say(ctx, body)
}

// show tells the whole history of a ticket, as far as the person may see it.
func (t *turn) show(ctx context.Context, id escalation.ID) error {
	ticket, err := t.b.desk.Ticket(ctx, t.p.Person, id)
	if err != nil {
		return err
	}
	body := t.v.say("show.head", "id", name(id), "school", t.b.school(ticket), "status", t.v.word("state."+string(ticket.Status)))
	body = append(body, t.b.history(ctx, t.v, ticket)...)
	return t.say(ctx, body, t.b.staffChoices(t.v, ticket, t.p.Person)...)
}

// human passes the present question on to people, or starts one for it.
func (t *turn) human(ctx context.Context) error {
	if t.p.School == "" {
		return t.askSchool(ctx, false)
	}
	recent, err := t.b.desk.Recent(ctx, t.p.Person, t.m.In, 10)
	if err != nil {
		return err
	}
	cur := current(recent)
	if cur != nil && (cur.Status == escalation.StatusAnswered || cur.Status == escalation.StatusAsked) {
		actions := t.b.opening(cur, nil)
		actions[0].Message = t.m.ID
		_, err := t.b.desk.Do(ctx, t.p.Person, cur.ID, actions...)
		return err
	}
	asked, err := t.b.desk.Ask(ctx, escalation.Question{
		School: t.p.School, Requester: t.p.Person, Thread: t.m.In, Language: t.v.lang,
		Text: t.m.Text, Message: t.m.ID,
	})
	if err != nil {
		return err
	}
	what := prompt(expectWords)
	what.Field = peopleField
	_, err = t.b.desk.Do(ctx, t.p.Person, asked.ID, what)
	return err
}

// peopleField marks that the requester wants people, whatever the matter is.
const peopleField = "people"

// wantedPeople reports whether the requester asked for people before saying why.
func wantedPeople(t *escalation.Ticket) bool {
	return slices.ContainsFunc(t.Events, func(e escalation.Event) bool {
		return e.Kind == escalation.Prompted && e.Field == peopleField
	})
}

// about returns the requester's words as [escalation.Ticket.Question] does, without
// a bare wish for people before them.
func about(t *escalation.Ticket) string {
	i := slices.IndexFunc(t.Events, func(e escalation.Event) bool { return e.Field == peopleField })
	whole := t.Question()
	if i < 0 {
		return whole
	}
	before := (&escalation.Ticket{Events: t.Events[:i]}).Question()
	return first(strings.TrimPrefix(strings.TrimPrefix(whole, before), "\n"), whole)
}

// matter returns the article that a ticket is about. Whoever asked for people
// was shown none: then it is the one that would have been the answer.
func (b *Bot) matter(t *escalation.Ticket) (*knowledge.Article, bool) {
	if t.Article == "" && wantedPeople(t) {
		if a := b.lookUp(about(t)); a.Outcome == knowledge.Answered {
			return a.Hits[0].Article, true
		}
	}
	return b.library.Article(t.Article)
}

// changed takes an edited or deleted message: an edited question that nobody
// has dealt with yet is asked again, a deleted one is dropped; what people
// already work on hears of it.
func (t *turn) changed(ctx context.Context) error {
	ticket, err := t.b.desk.ByMessage(ctx, t.p.Person, t.m.ID)
	if errors.Is(err, escalation.ErrNotFound) || err == nil && ticket.Requester != t.p.Person {
		return nil
	}
	if err != nil {
		return err
	}
	again := fmt.Sprintf("%s#%s%d", t.m.ID, t.m.Change, t.m.At.UnixMilli())
	switch {
	case t.m.Change == Deleted && !ticket.IsOpened():
		if ticket.Status == escalation.StatusClosed || ticket.Status == escalation.StatusHelped {
			return nil
		}
		_, err = t.b.desk.Do(ctx, t.p.Person, ticket.ID, escalation.Action{Kind: escalation.Cancelled, Message: again})
		err = errors.Join(err, t.dropSecond(ctx, ticket))
	case t.m.Change == Edited && t.m.Text != "" && !ticket.Seen(again):
		added := escalation.Action{Kind: escalation.Added, Text: t.m.Text, Message: again, Files: t.m.Files}
		actions := []escalation.Action{added}
		if ticket.IsOpened() {
			actions = append(actions, t.b.learned(ticket, t.m.Text)...)
		}
		if _, err = t.b.desk.Do(ctx, t.p.Person, ticket.ID, actions...); err == nil && !ticket.IsOpened() {
			err = t.b.settle(ctx, ticket.ID)
		}
	}
	var bad *escalation.TransitionError
	if errors.As(err, &bad) {
		return nil
	}
	return err
}
