package bot

import (
	"context"

	"ersthelfer/escalation"
)

// A Home is what somebody sees of their tickets at a glance, from top to bottom,
// on platforms that have a place for it.
type Home []HomePart

// A HomePart is a heading with rows under it: my tickets, a queue.
type HomePart struct {
	Title string
	Rows  []HomeRow
}

// A HomeRow is a text with what can be done about it.
type HomeRow struct {
	Body    Rich
	Choices []Choice
}

// homeRows is how many tickets a part shows.
const homeRows = 20

// Home returns what a platform's user sees at a glance: their own tickets that
// are not over, with where each stands and what the bot waits for, and for those
// who help also what waits for them. It remembers nothing of the user.
func (b *Bot) Home(ctx context.Context, u User) (Home, error) {
	person := escalation.Person(u.Platform + ":" + u.ID)
	if k := b.known(u); k != nil {
		person = k.Person
	}
	p, err := b.readProfile(ctx, person)
	if err != nil {
		return nil, err
	}
	v := b.texts.voice(p.language(languageOf(u.Locale))).in(u.Zone)
	mine, err := b.homeMine(ctx, v, person)
	if err != nil || len(b.desk.Model().Queues(person)) == 0 {
		return Home{mine}, err
	}
	queue, err := b.homeQueue(ctx, v, person)
	return Home{queue, mine}, err
}

func (b *Bot) homeMine(ctx context.Context, v voice, p escalation.Person) (HomePart, error) {
	part := HomePart{Title: v.word("home.mine")}
	mine, err := b.desk.Mine(ctx, p, 30)
	if err != nil {
		return part, err
	}
	for _, t := range mine {
		if len(part.Rows) == homeRows || !t.Unsolved() && t.Status != escalation.StatusSolved {
			continue
		}
		row := HomeRow{Body: b.standing(v, t)}
		e, seq, err := b.asked(ctx, t.ID)
		if err != nil {
			return part, err
		}
		if e != nil {
			row.Body = append(row.Body, b.question(v, t, e)...)
			row.Choices = choices(t.ID, seq, b.options(v, e))
		}
		part.Rows = append(part.Rows, row)
	}
	if part.Rows == nil {
		part.Rows = []HomeRow{{Body: v.say("status.none")}}
	}
	ask := b.askForm(v)
	part.Rows = append(part.Rows, HomeRow{
		Body: v.say("home.how"), Choices: []Choice{{ID: ask.ID, Label: ask.Title, Form: ask, Strong: true}},
	})
	return part, nil
}

func (b *Bot) homeQueue(ctx context.Context, v voice, p escalation.Person) (HomePart, error) {
	part := HomePart{Title: v.word("home.queue")}
	waiting, err := b.desk.Queue(ctx, p)
	if err != nil {
		return part, err
	}
	for _, t := range waiting[:min(len(waiting), homeRows)] {
		body := v.say("queue.row", "id", name(t.ID), "priority", string(t.Priority), "school", b.school(t),
			"place", b.place(v, t), "title", b.title(v, t), "status", v.word("state."+string(t.Status)))
		if due := b.row(v, t).Due; !due.IsZero() {
			body = append(body, v.say("home.due", "due", v.when(due, b.desk.Now()))...)
		}
		part.Rows = append(part.Rows, HomeRow{Body: body, Choices: b.staffChoices(v, t, p)})
	}
	if part.Rows == nil {
		part.Rows = []HomeRow{{Body: v.say("queue.none")}}
	}
	return part, nil
}
