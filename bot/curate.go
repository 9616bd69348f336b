package bot

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"ersthelfer/escalation"
	"ersthelfer/knowledge"
)

// curateRows is how many articles or gaps an answer to an editor lists.
const curateRows = 10

// An articleOrder is what an editor wants of the articles: "faq ändern 12".
type articleOrder struct {
	word string // search, new, edit, gaps, publish, help
	rest string // on the same line
	text string // the lines below
}

var articleWords = map[string]string{
	"suche": "search", "suchen": "search", "search": "search", "neu": "new", "new": "new",
	"ändern": "edit", "aendern": "edit", "edit": "edit", "lücken": "gaps", "luecken": "gaps", "gaps": "gaps",
	"veröffentlichen": "publish", "veroeffentlichen": "publish", "publish": "publish", "ticket": "ticket",
}

var articleForm = regexp.MustCompile(`(?is)^\s*/?(?:ersthelfer\s+)?faq(?:[ \t]+(\pL+))?[ \t]*([^\n]*)(?:\n(.*))?$`)

// articleOrder reads an order about the articles, from somebody who may see drafts or suggest one: for everybody else
// "faq" is a word like any other.
func (t *turn) articleOrder() (articleOrder, bool) {
	m := articleForm.FindStringSubmatch(t.m.Text)
	if m == nil {
		return articleOrder{}, false
	}
	word, right := first(articleWords[strings.ToLower(m[1])], "help"), knowledge.ActSee
	if word == "ticket" {
		right = knowledge.ActSuggest
	}
	if !t.b.library.Allows(t.editor(), right, "") {
		return articleOrder{}, false
	}
	return articleOrder{word, strings.TrimSpace(m[2]), strings.TrimSpace(m[3])}, true
}

func (t *turn) editor() knowledge.Person { return knowledge.Person(t.p.Person) }

// curate carries out an order about the articles.
func (t *turn) curate(ctx context.Context, o articleOrder) error {
	if !t.m.Direct && t.m.Choice == "" {
		return t.say(ctx, t.v.say("faq.direct")) // drafts and gaps are no matter of a whole channel
	}
	var err error
	switch o.word {
	case "search":
		err = t.findArticles(ctx, o.rest)
	case "gaps":
		err = t.listGaps(ctx)
	case "new":
		err = t.newArticle(ctx, o)
	case "ticket":
		err = t.articleOfTicket(ctx, o.rest)
	case "edit":
		err = t.editArticle(ctx, o)
	case "publish":
		number, anyway := t.anyway(o.rest)
		var id string
		if id, err = t.listed(ctx, number); err == nil {
			err = t.publishArticle(ctx, id, 0, anyway)
		}
	default:
		return t.say(ctx, t.v.say("faq.help"))
	}
	if sentence := t.articleSentence(err); sentence != nil {
		return t.private(ctx, sentence)
	}
	return err
}

// anyway cuts off the word that publishes in spite of what the gate says.
func (t *turn) anyway(rest string) (string, bool) {
	for _, word := range []string{"trotzdem", "anyway"} {
		if number, ok := strings.CutSuffix(strings.ToLower(rest), " "+word); ok {
			return strings.TrimSpace(number), true
		}
	}
	return rest, false
}

// articleSentence returns what an editor is told about an error, nil if the error is none of theirs.
func (t *turn) articleSentence(err error) Rich {
	var bad *knowledge.TransitionError
	var problems knowledge.Problems
	switch {
	case errors.Is(err, knowledge.ErrNotFound):
		return t.v.say("faq.unknown")
	case errors.Is(err, knowledge.ErrDenied), errors.Is(err, knowledge.ErrReadOnly):
		return t.v.say("faq.denied")
	case errors.Is(err, knowledge.ErrStale):
		return t.v.say("faq.stale")
	case errors.As(err, &bad):
		return t.v.say("faq.state", "state", t.v.word("faq.state."+string(bad.State)))
	case errors.As(err, &problems):
		return t.v.say("faq.incomplete", "rooms", t.b.roomIDs())
	}
	return nil
}

// gapMark begins an item of a list that is a gap and not an article.
const gapMark = "gap:"

// list remembers what the numbers of a list stand for, and says it.
func (t *turn) list(ctx context.Context, body Rich, items []string) error {
	p, err := t.b.changeProfile(ctx, t.p.Person, func(p *Profile) { p.Listed = items })
	if err != nil {
		return err
	}
	t.p = p
	return t.say(ctx, body)
}

// listed returns what a number of the last list stands for; an article's id stands for itself.
func (t *turn) listed(ctx context.Context, text string) (string, error) {
	n, err := strconv.Atoi(strings.TrimPrefix(text, "#"))
	switch {
	case err == nil && n >= 1 && n <= len(t.p.Listed):
		return t.p.Listed[n-1], nil
	case err == nil:
		return "", fmt.Errorf("number %d of the list: %w", n, knowledge.ErrNotFound)
	}
	e, err := t.b.library.Entry(ctx, t.editor(), strings.ToLower(text))
	if err != nil {
		return "", err
	}
	return e.ID, nil
}

func (t *turn) findArticles(ctx context.Context, words string) error {
	found, err := t.b.library.Find(ctx, t.editor(), words, curateRows)
	if err != nil {
		return err
	}
	if len(found) == 0 {
		return t.say(ctx, t.v.say("faq.none"))
	}
	var body Rich
	var ids []string
	for i, f := range found {
		body = append(body, t.v.say("faq.row", "n", strconv.Itoa(i+1), "title", f.Article.Title,
			"state", t.v.word("faq.state."+string(f.Entry.State)))...)
		ids = append(ids, f.Entry.ID)
	}
	return t.list(ctx, append(body, t.v.say("faq.rows")...), ids)
}

func (t *turn) listGaps(ctx context.Context) error {
	gaps, err := t.b.library.Gaps(ctx, t.editor())
	if err != nil {
		return err
	}
	if len(gaps) == 0 {
		return t.say(ctx, t.v.say("faq.nogaps"))
	}
	var body Rich
	var keys []string
	for i, g := range gaps[:min(len(gaps), curateRows)] {
		key := "faq.gap." + string(g.Cause)
		body = append(body, t.v.say(key, "n", strconv.Itoa(i+1), "question", g.Questions[0], "count", strconv.Itoa(g.Count),
			"title", t.b.articleTitle(g.Article))...)
		keys = append(keys, gapMark+g.Keys[0])
	}
	return t.list(ctx, append(body, t.v.say("faq.gaps")...), keys)
}

func (b *Bot) articleTitle(id string) string {
	if a, ok := b.library.Article(id); ok {
		return a.Title
	}
	return id
}

// publishArticle brings an article into force, or shows what it would take from others. base is the revision that was
// shown, 0 for whichever is the newest.
func (t *turn) publishArticle(ctx context.Context, id string, base int, anyway bool) error {
	e, err := t.b.library.Entry(ctx, t.editor(), id)
	if err != nil {
		return err
	}
	if base != 0 && e.Latest != base {
		return knowledge.ErrStale
	}
	if e.State == knowledge.StateDraft {
		if _, err := t.b.library.Submit(ctx, t.editor(), id, ""); err != nil {
			return err
		}
	}
	_, err = t.b.library.Publish(ctx, t.editor(), knowledge.Order{Anyway: anyway}, id)
	var gate *knowledge.GateError
	if errors.As(err, &gate) {
		return t.warn(ctx, e, gate.Trial.Taken())
	}
	if err != nil {
		return err
	}
	return t.say(ctx, t.v.say("faq.published", "title", t.b.articleTitle(id)))
}

// warn shows the questions that an article would take from others.
func (t *turn) warn(ctx context.Context, e *knowledge.Entry, taken []knowledge.Move) error {
	var owners []string
	questions := map[string][]string{}
	for _, m := range taken {
		if questions[m.Belongs] == nil {
			owners = append(owners, m.Belongs)
		}
		questions[m.Belongs] = append(questions[m.Belongs], m.Question)
	}
	var body Rich
	for _, id := range owners {
		list := questions[id]
		body = append(body, t.v.say("faq.takes", "count", strconv.Itoa(len(list)), "title", t.b.articleTitle(id))...)
		for _, q := range list[:min(len(list), 5)] {
			body = append(body, Quoted(q)...)
		}
	}
	choices := articleChoices(Choice{ID: fmt.Sprintf("faq/anyway/%d/%s", e.Latest, e.ID), Label: t.v.word("faq.choice.anyway")})
	return t.say(ctx, append(body, t.v.say("faq.anyway", "id", e.ID)...), choices...)
}

// articleChoices leaves out the choices whose id is longer than platforms take; the typed word does the same.
func articleChoices(all ...Choice) []Choice {
	return slices.DeleteFunc(all, func(c Choice) bool { return len(c.ID) > 64 })
}

// articlePressed carries out a button or a form about the articles.
func (t *turn) articlePressed(ctx context.Context) error {
	word, rest, _ := strings.Cut(strings.TrimPrefix(t.m.Choice, "faq/"), "/")
	if word != "ticket" && !t.b.library.Allows(t.editor(), knowledge.ActSee, "") {
		return t.private(ctx, t.v.say("faq.denied"))
	}
	number, id, _ := strings.Cut(rest, "/")
	base, _ := strconv.Atoi(number)
	var err error
	switch word {
	case "anyway", "publish":
		err = t.publishArticle(ctx, id, base, word == "anyway")
	case "edit":
		err = t.sentArticle(ctx, id, base)
	case "new":
		err = t.sentArticle(ctx, "", 0)
	case "ticket":
		err = t.articleOfTicket(ctx, number)
	default:
		err = knowledge.ErrStale
	}
	if sentence := t.articleSentence(err); sentence != nil {
		return t.private(ctx, sentence)
	}
	return err
}

// DraftGap makes a draft of a gap, worded by a language model where one is configured for that.
func (b *Bot) DraftGap(ctx context.Context, by knowledge.Person, key string) (*knowledge.Entry, error) {
	g, err := b.library.Gap(ctx, by, key)
	if err != nil {
		return nil, err
	}
	s := g.Source()
	if a, ok := b.library.Article(g.Article); ok {
		s.Room = a.Room
	}
	return b.draftArticle(ctx, by, s)
}

// SourceOf returns the key of a ticket as the source of a draft.
func SourceOf(id escalation.ID) string { return "ticket/" + name(id) }

// DraftTicket makes a draft of a ticket that somebody solved: the questions from the requester, the steps from what was
// written on solving. The person must be allowed to see the ticket; errors are those of the desk and the library, and a
// *escalation.TransitionError if it is not solved.
func (b *Bot) DraftTicket(ctx context.Context, by knowledge.Person, id escalation.ID) (*knowledge.Entry, error) {
	t, err := b.desk.Ticket(ctx, escalation.Person(by), id)
	if err != nil {
		return nil, err
	}
	solved := t.Last(escalation.Solved)
	if solved == nil {
		return nil, &escalation.TransitionError{Status: t.Status, Kind: escalation.Solved}
	}
	s := knowledge.Source{Questions: []string{t.Question()}, Solution: solved.Text, Why: "Ticket " + name(id), Keys: []string{SourceOf(id)}}
	if a, ok := b.library.Article(t.Article); ok {
		s.Room = a.Room
	}
	return b.draftArticle(ctx, by, s)
}

func (b *Bot) draftArticle(ctx context.Context, by knowledge.Person, s knowledge.Source) (*knowledge.Entry, error) {
	if b.assist != nil {
		return b.assist.Draft(ctx, by, s)
	}
	return b.library.Draft(ctx, by, s)
}
