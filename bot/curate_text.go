package bot

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"ersthelfer/escalation"
	"ersthelfer/knowledge"
)

// newArticle makes a draft: of a gap in the last list, of what is typed, or, with nothing typed, of a form.
func (t *turn) newArticle(ctx context.Context, o articleOrder) error {
	if o.rest == "" {
		return t.say(ctx, t.v.say("faq.new", "rooms", t.b.roomIDs()), t.articleForm("faq/new", &knowledge.Article{})...)
	}
	if _, err := strconv.Atoi(o.rest); err == nil {
		item, err := t.listed(ctx, o.rest)
		if err != nil {
			return err
		}
		key, ok := strings.CutPrefix(item, gapMark)
		if !ok {
			return knowledge.ErrNotFound
		}
		e, err := t.b.DraftGap(ctx, t.editor(), key)
		if err != nil {
			return err
		}
		return t.showDraft(ctx, e)
	}
	a := typedArticle(o.rest + "\n" + o.text)
	return t.draftOf(ctx, a)
}

func (t *turn) draftOf(ctx context.Context, a knowledge.Article) error {
	e, err := t.b.library.Draft(ctx, t.editor(), knowledge.Source{
		Title: a.Title, Room: t.b.roomNamed(a.Room), Questions: a.Questions, Solution: strings.Join(a.Steps, "\n"),
	})
	if err != nil {
		return err
	}
	return t.showDraft(ctx, e)
}

func (t *turn) articleOfTicket(ctx context.Context, rest string) error {
	n, err := strconv.ParseInt(strings.TrimPrefix(rest, "#"), 10, 64)
	if err != nil {
		return knowledge.ErrNotFound
	}
	t.about = escalation.ID(n)
	e, err := t.b.DraftTicket(ctx, t.editor(), t.about)
	if err != nil {
		return err
	}
	if !t.b.library.Allows(t.editor(), knowledge.ActSee, "") {
		return t.say(ctx, t.v.say("faq.suggested"))
	}
	if !t.m.Direct {
		return t.say(ctx, t.v.say("faq.made.elsewhere", "id", e.ID)) // drafts are no matter of a whole channel
	}
	if !t.b.library.Allows(t.editor(), knowledge.ActPublish, "") {
		if err := t.say(ctx, t.v.say("faq.made")); err != nil {
			return err
		}
	}
	return t.showDraft(ctx, e)
}

// suggestible is how many words say what was done so that an article can be made of it: "erledigt" helps nobody else.
const suggestible = 3

// suggestion is the choice to make a draft of a ticket that was solved with these words, for whoever may make one: the
// editors do not see the ticket.
func (t *turn) suggestion(id escalation.ID, solved string) []Choice {
	if wordsIn(solved) < suggestible || !t.b.library.Allows(t.editor(), knowledge.ActSuggest, "") {
		return nil
	}
	return []Choice{{ID: "faq/ticket/" + name(id), Label: t.v.word("faq.choice.ticket")}}
}

// editArticle shows an article to be changed, or changes it to what is typed below the order.
func (t *turn) editArticle(ctx context.Context, o articleOrder) error {
	id, err := t.listed(ctx, o.rest)
	if err != nil {
		return err
	}
	e, err := t.b.library.Entry(ctx, t.editor(), id)
	if err != nil {
		return err
	}
	if o.text == "" {
		return t.showDraft(ctx, e)
	}
	return t.saveArticle(ctx, id, e.Latest, typedArticle(o.text))
}

// sentArticle takes the form of a new article, or of a change to one.
func (t *turn) sentArticle(ctx context.Context, id string, base int) error {
	if t.m.Form == nil {
		return knowledge.ErrStale
	}
	a := typedArticle(t.m.Form["questions"])
	a.Questions = append([]string{a.Title}, a.Questions...)
	a.Title, a.Room = oneLine(t.m.Form["title"]), strings.TrimSpace(t.m.Form["room"])
	a.Steps = lines(t.m.Form["steps"])
	if a.Questions[0] == "" {
		a.Questions = nil
	}
	if a.Title == "" {
		t.receipt.Errors = map[string]string{"title": t.v.word("faq.notitle")}
		return nil
	}
	if id == "" {
		return t.draftOf(ctx, a)
	}
	return t.saveArticle(ctx, id, base, a)
}

// saveArticle makes a draft of an article in which title, room, questions and steps are as given; what is empty stays.
func (t *turn) saveArticle(ctx context.Context, id string, base int, with knowledge.Article) error {
	if base == 0 {
		return knowledge.ErrStale
	}
	r, err := t.b.library.Revision(ctx, t.editor(), id, base)
	if err != nil {
		return err
	}
	a := r.Article
	a.Title, a.Room = first(with.Title, a.Title), first(t.b.roomNamed(with.Room), a.Room)
	if len(with.Questions) > 0 {
		a.Questions = with.Questions
	}
	if len(with.Steps) > 0 {
		a.Steps = with.Steps
	}
	e, err := t.b.library.Save(ctx, t.editor(), a, knowledge.Edit{Base: base})
	if err != nil {
		return err
	}
	return t.showDraft(ctx, e)
}

// showDraft shows the newest revision as it can be typed, with what can be done with it.
func (t *turn) showDraft(ctx context.Context, e *knowledge.Entry) error {
	r, err := t.b.library.Revision(ctx, t.editor(), e.ID, e.Latest)
	if err != nil {
		return err
	}
	a := &r.Article
	body := t.v.say("faq.shown", "id", e.ID, "title", a.Title, "state", t.v.word("faq.state."+string(e.State)), "room", t.b.roomTitle(a.Room))
	for _, q := range a.Questions {
		body = append(body, Quoted(q)...)
	}
	body = append(append(body, Numbered(a.Steps)...), t.v.say("faq.how", "id", e.ID)...)
	choices := t.articleForm(fmt.Sprintf("faq/edit/%d/%s", e.Latest, e.ID), a)
	if e.State != knowledge.StatePublished && t.b.library.Allows(t.editor(), knowledge.ActPublish, "") {
		body = append(body, t.v.say("faq.how.publish", "id", e.ID)...)
		choices = append(choices, Choice{ID: fmt.Sprintf("faq/publish/%d/%s", e.Latest, e.ID), Label: t.v.word("faq.choice.publish")})
	}
	return t.say(ctx, body, articleChoices(choices...)...)
}

func (b *Bot) roomTitle(id string) string {
	for _, floor := range b.desk.Model().Building {
		for _, r := range floor.Rooms {
			if r.ID == id {
				return r.Title
			}
		}
	}
	return id
}

// roomIDs lists the rooms of the building as they are typed.
func (b *Bot) roomIDs() string {
	var ids []string
	for _, floor := range b.desk.Model().Building {
		for _, r := range floor.Rooms {
			ids = append(ids, r.ID)
		}
	}
	return strings.Join(ids, ", ")
}

// roomNamed returns the id of a room of the building that is called by it or by its title; what is called otherwise is
// left for the library to refuse.
func (b *Bot) roomNamed(text string) string {
	for _, floor := range b.desk.Model().Building {
		for _, r := range floor.Rooms {
			if strings.EqualFold(text, r.ID) || strings.EqualFold(text, r.Title) {
				return r.ID
			}
		}
	}
	return text
}

// articleForm returns the choice that opens a form with an article, on platforms that have forms.
func (t *turn) articleForm(id string, a *knowledge.Article) []Choice {
	p := t.b.platforms[t.m.From.Platform]
	if p == nil || !p.Traits().Forms {
		return nil
	}
	room := Field{Name: "room", Label: t.v.word("faq.form.room"), Value: a.Room}
	for _, floor := range t.b.desk.Model().Building {
		for _, r := range floor.Rooms {
			room.Options = append(room.Options, Option{r.ID, r.Title})
		}
	}
	return articleChoices(Choice{ID: id, Label: t.v.word("faq.choice.form"), Form: &Form{
		ID: id, Title: t.v.word("faq.form"), Submit: t.v.word("faq.form.submit"),
		Fields: []Field{
			{Name: "title", Label: t.v.word("faq.form.title"), Value: a.Title},
			room,
			{Name: "questions", Label: t.v.word("faq.form.questions"), Hint: t.v.word("faq.form.questions.hint"), Value: strings.Join(a.Questions, "\n"), Long: true, Optional: true},
			{Name: "steps", Label: t.v.word("faq.form.steps"), Hint: t.v.word("faq.form.steps.hint"), Value: strings.Join(a.Steps, "\n"), Long: true, Optional: true},
		},
	}})
}

var (
	typedStep = regexp.MustCompile(`^\d{1,2}[.)]\s+`)
	typedRoom = regexp.MustCompile(`(?i)^(?:bereich|raum|area|room):\s*(\S.*)$`)
)

// typedArticle reads an article as editors type it: the title, then lines with a number for the steps, "Bereich: …" for
// the room of the building, and all others for how people ask.
func typedArticle(text string) (a knowledge.Article) {
	for _, line := range lines(text) {
		step := typedStep.FindString(line)
		room := typedRoom.FindStringSubmatch(line)
		switch {
		case step != "":
			a.Steps = append(a.Steps, line[len(step):])
		case room != nil:
			a.Room = strings.ToLower(room[1])
		case a.Title == "":
			a.Title = line
		default:
			a.Questions = append(a.Questions, line)
		}
	}
	return a
}

// lines returns the lines of a text that say something, without the marks of a list.
func lines(text string) (out []string) {
	for line := range strings.Lines(text) {
		if line = oneLine(strings.TrimLeft(strings.TrimSpace(line), "-*•–> ")); line != "" {
			out = append(out, line)
		}
	}
	return out
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
