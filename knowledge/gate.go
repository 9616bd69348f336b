package knowledge

import (
	"cmp"
	"context"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
)

// A Trial says what a change to articles does to the questions that people ask: the phrasings of the articles, and the
// real questions of which somebody said that the article helped.
//
// Every question is asked of an index that does not hold it, before and after the change, so that no article wins by
// knowing the question by heart. Of a library of more than [TrialArticles] only the articles likely to be mixed up with
// the changed ones take part, with all their questions: the others' are not tried.
type Trial struct {
	Changed       []string // ids of the articles tried
	Before, After Tally
	Moves         []Move // the questions for which something else is shown, by the article they belong to
}

// A Tally counts what became of the questions of a trial.
type Tally struct {
	Asked   int
	Right   int // the article that the question belongs to was shown
	Offered int // it was among a choice
	Wrong   int // another one was shown
	None    int // the article was not shown and no other one answered
}

// A Move is a question for which something else is shown after a change.
type Move struct {
	Question string
	Real     bool   // asked by somebody, not a phrasing of an article
	Belongs  string // id of the article that should be shown
	From, To Shown
}

// Shown is what people see first.
type Shown struct {
	Outcome Outcome
	Article string // id; the first of a choice; empty for none
	Offered bool   // the article that the question belongs to is among those shown
}

// Lost reports whether the question found its article before the change and does not any more.
func (m Move) Lost() bool { return m.From.Offered && !m.To.Offered }

// Taken returns the moves by which a changed article takes away a question that belongs to another.
func (t Trial) Taken() []Move {
	return slices.DeleteFunc(slices.Clone(t.Moves), func(m Move) bool {
		return m.To.Article == m.Belongs || m.To.Article == m.From.Article || m.From.Article != m.Belongs ||
			!slices.Contains(t.Changed, m.To.Article)
	})
}

// takenBy counts the questions that one article takes away.
func (t Trial) takenBy(id string) (n int) {
	for _, m := range t.Taken() {
		if m.To.Article == id {
			n++
		}
	}
	return n
}

// A GateError says that articles were not published because they take questions away from others.
type GateError struct{ Trial Trial }

// Error implements error.
func (e *GateError) Error() string {
	return fmt.Sprintf("articles take %d questions away from others", len(e.Trial.Taken()))
}

// TrialArticles is how many articles take part in a trial at the most: an index of thousands takes seconds to build, and a
// trial builds three at least.
const TrialArticles = 150

// trialFolds is how many parts the questions are divided into; each part is asked of an index made without it.
const trialFolds = 3

// Try says what publishing the newest revisions of articles would do. It builds several indexes and takes a moment, longest at
// first: of what is in force the answers are kept.
func (l *Library) Try(ctx context.Context, by Person, ids ...string) (Trial, error) {
	if err := l.may(by, ActSee, ""); err != nil {
		return Trial{}, err
	}
	tried, err := l.newest(ctx, ids, ActSee)
	if err != nil {
		return Trial{}, fmt.Errorf("try articles: %w", err)
	}
	return l.pass(ctx, tried, true)
}

// pass tries the revisions, and is a *GateError if they take questions away and that is not wanted anyway.
func (l *Library) pass(ctx context.Context, tried []*Revision, anyway bool) (Trial, error) {
	real, err := l.confirmed(ctx)
	if err != nil {
		return Trial{}, fmt.Errorf("try articles: %w", err)
	}
	changed := make([]Article, len(tried))
	for i, r := range tried {
		changed[i] = r.Article
	}
	last, force, sum := l.tried.Load(), l.force.Load(), trialSum(tried, real)
	if last == nil || last.force != force || last.sum != sum {
		t, err := l.try(ctx, l.neighbours(changed), changed, real)
		if err != nil {
			return t, err
		}
		last = &lastTrial{force, sum, t}
		l.tried.Store(last)
	}
	t := last.trial
	if !anyway && len(t.Taken()) > 0 {
		return t, &GateError{t}
	}
	return t, nil
}

// A lastTrial is remembered: whoever looks at what publishing would do publishes next, and need not wait again.
type lastTrial struct {
	force *map[string]held // the articles in force then
	sum   uint64           // of what was tried, and asked
	trial Trial
}

// trialSum tells trials of the same articles in force apart.
func trialSum(tried []*Revision, real []asked) uint64 {
	h := fnv.New64a()
	for _, r := range tried {
		fmt.Fprintf(h, "%q %d\n", r.Article.ID, r.Number)
	}
	for _, q := range real {
		for _, s := range []string{q.belongs, "\x00", q.text, "\x00"} {
			h.Write([]byte(s)) // there may be a hundred thousand
		}
	}
	return h.Sum64()
}

// neighbours returns the articles in force that are most likely to be mixed up with the changed ones, by id.
func (l *Library) neighbours(changed []Article) []Article {
	force := *l.force.Load()
	if len(force) <= TrialArticles {
		return inForce(force)
	}
	ix := l.index.Load()
	likely := map[string]int{}
	for _, a := range changed {
		likely[a.ID] += 1 << 20
		for _, id := range slices.Concat(a.Near, a.Also) {
			likely[id] += 1 << 10
		}
		for _, text := range append(phrasings(a), a.Title) {
			for rank, h := range ix.Answer(text).Hits {
				likely[h.Article.ID] += MaxChoices - rank
			}
		}
	}
	ids := slices.SortedFunc(maps.Keys(likely), func(a, b string) int {
		return cmp.Or(cmp.Compare(likely[b], likely[a]), cmp.Compare(a, b))
	})
	near := map[string]held{}
	for _, id := range ids[:min(len(ids), TrialArticles)] {
		if h, ok := force[id]; ok {
			near[id] = h
		}
	}
	return inForce(near)
}

// phrasings returns how people ask for the article, in all its languages.
func phrasings(a Article) []string {
	out := slices.Clone(a.Questions)
	if a.English != nil {
		out = append(out, a.English.Questions...)
	}
	return out
}

// An asked is a question of a trial.
type asked struct {
	text, belongs string
	real          bool
}

// try asks the questions of the articles, and the real ones, before and after the change.
func (l *Library) try(ctx context.Context, articles, changed []Article, real []asked) (Trial, error) {
	var t Trial
	for _, a := range changed {
		t.Changed = append(t.Changed, a.ID)
	}
	after := Overlay(articles, changed)
	before, then := l.footings.of(articles, after)
	questions := questionsOf(after, real)
	for part := range uint32(trialFolds) {
		if err := ctx.Err(); err != nil {
			return t, err
		}
		mine := slices.DeleteFunc(slices.Clone(questions), func(q asked) bool { return foldOf(q.text) != part })
		from, to := before.ask(part, mine, l.options()), then.ask(part, mine, l.options())
		for i, q := range mine {
			t.Before.add(from[i], q)
			t.After.add(to[i], q)
			if from[i].Article != to[i].Article || from[i].Offered != to[i].Offered {
				t.Moves = append(t.Moves, Move{q.text, q.real, q.belongs, from[i], to[i]})
			}
		}
	}
	slices.SortFunc(t.Moves, func(a, b Move) int {
		return cmp.Or(cmp.Compare(a.Belongs, b.Belongs), cmp.Compare(a.To.Article, b.To.Article), cmp.Compare(a.Question, b.Question))
	})
	return t, nil
}

// questionsOf returns the questions of a trial: those that belong to one of the articles, each once. Of real ones that are
// spelt alike the first says which article it belongs to.
func questionsOf(articles []Article, real []asked) []asked {
	seen, known := map[string]bool{}, map[string]bool{}
	var out []asked
	add := func(q asked) {
		if key := fold(q.text); !seen[key] {
			seen[key] = true
			out = append(out, q)
		}
	}
	for _, a := range articles {
		known[a.ID] = true
	}
	for _, q := range real {
		if known[q.belongs] {
			add(q)
		}
	}
	for _, a := range articles {
		for _, text := range phrasings(a) {
			add(asked{text, a.ID, false})
		}
	}
	return out
}

// foldOf deals questions out to the parts. Spellings of the same question go to the same part.
func foldOf(text string) uint32 {
	h := fnv.New32a()
	h.Write([]byte(fold(text)))
	return h.Sum32() % trialFolds
}

// without returns the articles without those phrasings that are in the part.
func without(articles []Article, part uint32) []Article {
	keep := func(texts []string) []string {
		return slices.DeleteFunc(slices.Clone(texts), func(s string) bool { return foldOf(s) == part })
	}
	out := make([]Article, len(articles))
	for i, a := range articles {
		a.Questions = keep(a.Questions)
		if a.English != nil {
			t := *a.English
			t.Questions = keep(t.Questions)
			a.English = &t
		}
		out[i] = a
	}
	return out
}

func (t *Tally) add(s Shown, q asked) {
	t.Asked++
	switch {
	case s.Outcome == Answered && s.Article == q.belongs:
		t.Right++
	case s.Offered:
		t.Offered++
	case s.Outcome == Answered:
		t.Wrong++
	default:
		t.None++
	}
}
