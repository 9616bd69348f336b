package knowledge

import (
	"context"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// A Local is what a school puts into an article: the name of its WLAN, where its copier stands. Everything else stays
// as it is for all schools.
type Local struct {
	Note    string `json:"note,omitempty"`    // a paragraph below the German note
	English string `json:"english,omitempty"` // the same below the English note
	Steps   []Swap `json:"steps,omitempty"`
}

// A Swap replaces a step, German or English. It names the step by its text and not by its number, so that it never hits
// another one after the article has changed; then it rests, and is a task.
type Swap struct {
	Old string `json:"old"`
	New string `json:"new"`
}

// MaxLocal is how long the paragraph or a step of a school may be, in characters.
const MaxLocal = 1000

// Localise sets what a school puts into an article; an empty Local takes it back. The right is asked for that school.
// Problems says what does not fit.
func (l *Library) Localise(ctx context.Context, by Person, id, school string, local Local) error {
	if err := l.may(by, ActLocalise, school); err != nil {
		return err
	}
	if school == "" {
		return Problems{{File: id + ".md", Message: "the text belongs to no school; name one"}}
	}
	return l.change(ctx, by, func(c *change) error {
		e, err := entryOf(c.tx, id)
		if err != nil {
			return err
		}
		if e.InForce == 0 {
			return &TransitionError{e.State, ActLocalise}
		}
		r, err := revisionOf(c.tx, id, e.InForce)
		if err != nil {
			return err
		}
		if err := local.fits(r.Article); err != nil {
			return err
		}
		e.Locals = maps.Clone(e.Locals)
		if e.Locals == nil {
			e.Locals = map[string]Local{}
		}
		e.Locals[school] = local
		if local.Note == "" && local.English == "" && len(local.Steps) == 0 {
			delete(e.Locals, school)
		}
		if err := c.show(e); err != nil {
			return err
		}
		if err := c.audit(AuditRecord{Action: ActLocalise, Article: id, Revision: e.InForce, School: school}); err != nil {
			return err
		}
		return c.put(e)
	})
}

// fits reports everything that keeps the text from being put into the article.
func (o Local) fits(a Article) error {
	var problems Problems
	add := func(message string) { problems = append(problems, Problem{File: a.ID + ".md", Message: message}) }
	for _, s := range o.Steps {
		if !o.has(a, s.Old) {
			add("there is no such step to replace; copy its text exactly: " + s.Old)
		}
		if strings.TrimSpace(s.New) == "" {
			add("a step is replaced by nothing; fill it in")
		}
		if oneLine(s.New) != s.New {
			add("a step is one line without spaces at its ends; write it so")
		}
	}
	for _, text := range append([]string{o.Note, o.English}, news(o.Steps)...) {
		switch {
		case !utf8.ValidString(text):
			add("the text is not UTF-8")
		case utf8.RuneCountInString(text) > MaxLocal:
			add("the text is longer than 1000 characters; shorten it")
		case strings.Contains("\n"+text, "\n#"):
			add("the text holds a heading; remove it")
		}
	}
	return problems.err()
}

func news(swaps []Swap) []string {
	out := make([]string, len(swaps))
	for i, s := range swaps {
		out[i] = s.New
	}
	return out
}

func (o Local) has(a Article, step string) bool {
	return slices.Contains(a.Steps, step) || a.English != nil && slices.Contains(a.English.Steps, step)
}

// stale reports whether a step that the school replaces is no longer in the article.
func (o Local) stale(a Article) bool {
	return slices.ContainsFunc(o.Steps, func(s Swap) bool { return !o.has(a, s.Old) })
}

// in returns the article with the school's text in it.
func (o Local) in(a Article) Article {
	a.Steps = o.steps(a.Steps)
	a.Note = joinNotes(a.Note, o.Note)
	if a.English != nil {
		t := *a.English
		t.Steps = o.steps(t.Steps)
		t.Note = joinNotes(t.Note, o.English)
		a.English = &t
	}
	return a
}

func (o Local) steps(steps []string) []string {
	steps = slices.Clone(steps)
	for _, s := range o.Steps {
		if i := slices.Index(steps, s.Old); i >= 0 {
			steps[i] = s.New
		}
	}
	return steps
}

func joinNotes(note, more string) string {
	return strings.TrimSpace(note + "\n\n" + more)
}

// ArticleFor returns the article in force as a school sees it. It must not be changed.
func (l *Library) ArticleFor(id, school string) (*Article, bool) {
	force := l.force.Load()
	if force == nil {
		return l.Article(id)
	}
	h, ok := (*force)[id]
	if !ok {
		return nil, false
	}
	o, has := h.locals[school]
	if !has {
		return h.article, true
	}
	a := o.in(*h.article)
	return &a, true
}
