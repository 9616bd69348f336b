package knowledge

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Source is what a draft is made of: a gap, or a ticket that somebody solved.
type Source struct {
	Title     string   // empty: the first question
	Room      string   // of the building, if it is known
	Questions []string // real ones, the most typical first
	Solution  string   // what the contact wrote on solving: steps by lines, numbers or sentences
	Why       string   // for the revision, such as the number of the ticket
	Keys      []string // of what it is made of: as long as one of them has a draft, there is no second one; none: of nothing in particular
}

// Source returns what a draft for the gap is made of.
func (g Gap) Source() Source { return Source{Questions: g.Questions, Keys: g.Keys} }

// maxDraftQuestions is how many phrasings a draft takes over.
const maxDraftQuestions = 15

// Draft makes a new article as a draft: title, phrasings and steps from the source, with personal data blanked out and
// an id of its own. Who writes it has to look through it; nothing of it is in force. If there is a draft of the source
// already, it is that one.
func (l *Library) Draft(ctx context.Context, by Person, s Source) (*Entry, error) {
	if err := l.may(by, ActSuggest, ""); err != nil {
		return nil, err
	}
	if _, err := l.entries(ctx); err != nil { // so that the memory below is whole
		return nil, fmt.Errorf("draft article: %w", err)
	}
	a := l.drafted(s)
	var e *Entry
	err := l.change(ctx, by, func(c *change) error {
		if e = draftOf(l.memory.read(), s.Keys); e != nil {
			return nil
		}
		id, err := c.freeID(a.ID)
		if err != nil {
			return err
		}
		a.ID = id
		e = &Entry{ID: id, Of: s.Keys}
		return c.save(e, a, ActSave, s.Why, 0)
	})
	if err != nil {
		return nil, fmt.Errorf("draft article: %w", err)
	}
	return e, nil
}

// Drafted returns the draft that was made of a source with one of the keys, nil if there is none.
func (l *Library) Drafted(ctx context.Context, by Person, keys ...string) (*Entry, error) {
	if err := l.may(by, ActSee, ""); err != nil {
		return nil, err
	}
	return l.draftOf(ctx, keys)
}

func (l *Library) draftOf(ctx context.Context, keys []string) (*Entry, error) {
	all, err := l.entries(ctx)
	return draftOf(all, keys), err
}

func draftOf(all []*Entry, keys []string) *Entry {
	i := slices.IndexFunc(all, func(e *Entry) bool {
		return e.InForce == 0 && (e.State == StateDraft || e.State == StateReview) &&
			slices.ContainsFunc(e.Of, func(key string) bool { return slices.Contains(keys, key) })
	})
	if i < 0 {
		return nil
	}
	e := *all[i]
	return &e
}

// drafted writes the article.
func (l *Library) drafted(s Source) Article {
	a := Article{Room: s.Room}
	seen := map[string]bool{}
	for _, q := range s.Questions {
		q = cut(oneLine(strings.ToValidUTF8(l.mask(q), "")), MaxLocal)
		if key := fold(q); q != "" && !seen[key] && len(a.Questions) < maxDraftQuestions {
			seen[key] = true
			a.Questions = append(a.Questions, q)
		}
	}
	title := l.mask(s.Title)
	if title == "" && len(a.Questions) > 0 {
		title = sentence(a.Questions[0])
	}
	a.Title = cut(oneLine(strings.ToValidUTF8(title, "")), MaxTitle)
	a.ID = slug(a.Title)
	a.Steps = steps(strings.ToValidUTF8(l.mask(s.Solution), ""))
	return a
}

// sentence begins a text with a capital, as a title does.
func sentence(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[size:]
}

func (l *Library) mask(text string) string { return Mask(l.o.Names(text)) }

// cut shortens a text to n characters, at a space if there is one.
func cut(text string, n int) string {
	if utf8.RuneCountInString(text) <= n {
		return text
	}
	runes := []rune(text)[:n]
	for i := n - 1; i > n/2; i-- {
		if runes[i] == ' ' {
			return string(runes[:i])
		}
	}
	return string(runes)
}

var (
	stepStart   = regexp.MustCompile(`^(?:\d{1,2}[.)]|[-*•–])\s+`)
	sentenceEnd = regexp.MustCompile(`[.!?]\s+(?:\p{Lu})`)
)

// steps cuts a solution into steps: its lines, or if it is one line its sentences. What is too much for the limit
// goes into the last one.
func steps(solution string) []string {
	lines := strings.FieldsFunc(solution, func(r rune) bool { return r == '\n' || r == '\r' })
	if len(lines) == 1 {
		lines = sentences(lines[0])
	}
	var out []string
	for _, line := range lines {
		line = oneLine(stepStart.ReplaceAllString(strings.TrimSpace(line), ""))
		switch {
		case line == "":
		case len(out) == MaxSteps:
			out[MaxSteps-1] += " " + line
		default:
			out = append(out, line)
		}
	}
	return out
}

func sentences(text string) (out []string) {
	for {
		at := sentenceEnd.FindStringIndex(text)
		if at == nil {
			return append(out, text)
		}
		out = append(out, text[:at[0]+1])
		text = strings.TrimLeft(text[at[0]+1:], " ")
	}
}

// slug makes an id of a title.
func slug(title string) string {
	words := strings.FieldsFunc(strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss").Replace(strings.ToLower(title)),
		func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	id := ""
	for _, w := range words {
		if len(id)+len(w) < maxID/2 {
			id = strings.TrimPrefix(id+"-"+w, "-")
		}
	}
	if id == "" || reserved(id) {
		return "article"
	}
	return id
}

// freeID returns the id, or with a number behind it if it is taken.
func (c *change) freeID(id string) (string, error) {
	for n := 1; ; n++ {
		try := id
		if n > 1 {
			try = fmt.Sprintf("%s-%d", id, n)
		}
		if _, err := entryOf(c.tx, try); notFound(err) {
			return try, nil
		} else if err != nil {
			return "", err
		}
	}
}
