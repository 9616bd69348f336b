package knowledge

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"
)

// An Assistant asks a language model where a library is unsure. It is optional, and a library never waits for it: what
// [Library.Answer] is sure of, no model is asked about.
//
// A model is heard in up to two more voices besides the words of the question: the mean of what the library answers to
// the model's rephrasings, and the likeness of meaning by its vectors. Each voice gives every article a probability,
// and their mean counts (a linear opinion pool; Stone, Ann. Math. Statist. 32, 1961). A model cannot
//
//   - bring in an article that is not in force,
//   - take away what the words found: the outcome is never less than the first,
//   - give an article as the answer that the words did not find at all, or that would open a ticket at once: such an
//     article is offered among others for somebody to choose.
//
// When the model fails or is late, the first answer stands. An Assistant is safe for concurrent use.
type Assistant struct {
	library *Library
	o       AssistantOptions
	meant   semantics
	budget  budget
}

// AssistantOptions say what a model is asked for. Model is required, the rest may be left out.
type AssistantOptions struct {
	Model    Model
	Rephrase bool // unsure questions are asked in other words, too
	Embed    bool // articles are compared with unsure questions by meaning
	Compose  bool // a short answer is written from the article that was found for an unsure question

	// Draft words an article from a solved ticket, for editors; nil: drafts are made without a model. Mark is added to
	// what the revision of such a draft says of itself.
	Draft func(ctx context.Context, problem, solution string) (Article, error)
	Mark  string

	Wait    time.Duration    // wall time that all of it may add to an answer; 0 for [DefaultWait]
	PerHour int              // how many questions a model is asked about in an hour; 0 for [DefaultPerHour]
	Now     func() time.Time // the clock of PerHour; nil for time.Now
}

// What holds where the options say nothing. A teacher in front of a class waits for three seconds, not for ten.
const (
	DefaultWait    = 3 * time.Second
	DefaultPerHour = 300
)

// NewAssistant returns an assistant for the library. Nothing is sent before a question is unsure or [Assistant.Prepare]
// is called.
func NewAssistant(l *Library, o AssistantOptions) *Assistant {
	o.Wait = cmp.Or(o.Wait, DefaultWait)
	o.PerHour = cmp.Or(o.PerHour, DefaultPerHour)
	o.Now = orElse(o.Now, time.Now)
	return &Assistant{library: l, o: o, meant: semantics{model: o.Model}}
}

// Unsure reports whether it is worth asking a model about a text that became a. What the text lacks, a model does not
// know either: nothing is gained where articles are told apart by a question to the person, and where the text is vague
// in words that are all familiar ("kein Bild").
func (s *Assistant) Unsure(text string, a Answer) bool {
	open := a.Outcome == None || a.Outcome == Choose && a.Ask == "" && !(a.Vague && s.library.index.Load().familiar(text))
	return open && (a.Language == "de" || a.Language == "en") && (s.o.Rephrase || s.o.Embed)
}

// Ask answers like [Library.Answer], with the help of the model if that is unsure. A short answer is written in
// language, "de" or "en". Ask returns at the latest when the wait is over or ctx ends, and never fails. Of the message,
// what was set aside (rooms, classes) never leaves.
func (s *Assistant) Ask(ctx context.Context, text, language string) Answer {
	first := s.library.Answer(text)
	if !s.Unsure(text, first) || !s.budget.spend(s.o.Now(), s.o.PerHour) {
		return first
	}
	ctx, cancel := context.WithTimeout(ctx, s.o.Wait)
	defer cancel()
	question, _ := setAside(text)
	ix := s.library.index.Load()
	voices := s.voices(ctx, ix, question, first.Language)
	if len(voices) == 0 {
		return first
	}
	voices = append(voices, ix.reading(text, first.Language))
	a := s.library.current(ix.weigh(first, pool(voices)))
	switch {
	case a.AtOnce: // the article was changed meanwhile
		return first
	case s.o.Compose && a.Outcome == Answered && ctx.Err() == nil:
		a.Short, _ = s.o.Model.Compose(ctx, question, *a.Hits[0].Article, language)
	}
	return a
}

// voices returns what the model has to say about the question: for each way to ask it the likely articles, if any.
func (s *Assistant) voices(ctx context.Context, ix *Index, question, language string) [][]Hit {
	var said, meant []Hit
	var asking sync.WaitGroup
	if s.o.Rephrase {
		asking.Go(func() {
			// What went wrong is in the model's log; the voice is missing then.
			other, _ := s.o.Model.Rephrase(ctx, question)
			var readings [][]Hit
			for _, text := range other {
				readings = append(readings, ix.reading(text, language))
			}
			said = pool(readings)
		})
	}
	if s.o.Embed {
		asking.Go(func() { meant = s.meant.read(ctx, ix, question, language) })
	}
	asking.Wait()
	return slices.DeleteFunc([][]Hit{said, meant}, func(v []Hit) bool { return len(v) == 0 })
}

// Prepare has the vectors of the articles computed, so that the first unsure question need not go without. It returns
// at once.
func (s *Assistant) Prepare() {
	if s.o.Embed {
		s.meant.prepare(s.library.index.Load())
	}
}

// Draft makes a draft like [Library.Draft], worded by the model if it can. The right to make one is checked before
// anything leaves.
func (s *Assistant) Draft(ctx context.Context, by Person, src Source) (*Entry, error) {
	if err := s.library.may(by, ActSuggest, ""); err != nil {
		return nil, err
	}
	if e, err := s.library.draftOf(ctx, src.Keys); e != nil || err != nil {
		return e, err
	}
	if s.o.Draft != nil {
		problem, _ := setAside(strings.Join(src.Questions, "\n"))
		solution, _ := setAside(src.Solution)
		if a, err := s.o.Draft(ctx, problem, solution); err == nil {
			src.Title = a.Title
			src.Questions = slices.Concat(src.Questions, a.Questions)
			src.Solution = strings.Join(a.Steps, "\n")
			src.Why = strings.TrimSpace(src.Why + " " + s.o.Mark)
		}
	}
	return s.library.Draft(ctx, by, src)
}

// reading returns the articles that a text is likely about, the best first, with their probabilities.
func (ix *Index) reading(text, language string) []Hit {
	rest, details := setAside(text)
	ws, _ := talk().trim(words(fold(rest)))
	if len(ws) == 0 || len(ix.articles) == 0 {
		return nil
	}
	j := ix.judge(strings.Join(ws, " "))
	if details.Exam {
		ix.examFirst(j)
	}
	hits, _ := ix.hits(j, language, rivals)
	return hits
}

// familiar reports whether the base has all words of a text.
func (ix *Index) familiar(text string) bool {
	rest, _ := setAside(text)
	ws, _ := talk().trim(words(fold(rest)))
	return ix.reader.share(strings.Join(ws, " ")) == 1
}

// pool returns the mean of what several readings give each article, the likeliest first. A reading that has nothing to
// say gives every article 0.
func pool(readings [][]Hit) []Hit {
	var out []Hit
	at := map[string]int{}
	for _, hits := range readings {
		for _, h := range hits {
			i, ok := at[h.Article.ID]
			if !ok {
				i = len(out)
				at[h.Article.ID] = i
				out = append(out, Hit{Article: h.Article, Label: h.Label})
			}
			out[i].Score += h.Score / float64(len(readings))
		}
	}
	slices.SortFunc(out, func(a, b Hit) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Article.ID, b.Article.ID))
	})
	return out
}

// weigh returns what becomes of a message of which the words made first, now that more is known of the articles. hits
// are all articles that come into question.
func (ix *Index) weigh(first Answer, hits []Hit) Answer {
	hits = hits[:min(len(hits), MaxChoices)]
	if len(hits) < 2 {
		return first
	}
	a := first
	a.Hits = hits
	best := hits[0].Article
	found := slices.ContainsFunc(first.Hits, func(h Hit) bool { return h.Article.ID == best.ID })
	a.Outcome = ix.costs.outcome(hits, ix.costs.Wrong)
	if a.Outcome == Answered && (!found || best.AtOnce) {
		a.Outcome = Choose
	}
	switch a.Outcome {
	case Answered:
		a.Hits, a.Vague = hits[:1], false
	case Choose:
		a.Hits = plausible(hits)
		a.Ask = ix.ask(a)
	default:
		return first
	}
	return a
}

// A budget bounds how often something is done in an hour.
type budget struct {
	mu    sync.Mutex
	began time.Time
	used  int
}

// spend reports whether there is something left, and takes one.
func (b *budget) spend(now time.Time, perHour int) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if now.Sub(b.began) >= time.Hour || now.Before(b.began) {
		b.began, b.used = now, 0
	}
	b.used++
	return b.used <= perHour
}
