package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"go.yaml.in/yaml/v4"

	"ersthelfer/config"
	"ersthelfer/internal/boltfile"
	"ersthelfer/knowledge"
)

//go:embed demo_history.yaml
var demoHistory []byte

// A past is what lies behind a demonstration when it begins, see demo_history.yaml.
type past struct {
	Questions []pastQuestion `yaml:"questions"`
	Change    pastChange     `yaml:"change"`
	Due       string         `yaml:"due"`
	Local     pastChange     `yaml:"local"`
}

// A pastChange is what somebody did to an article.
type pastChange struct {
	Article  string `yaml:"article"`
	School   string `yaml:"school"`
	Question string `yaml:"question"`
	Note     string `yaml:"note"`
	Why      string `yaml:"why"`
}

// A pastQuestion is what somebody asked before a demonstration begins, see
// demo_history.yaml.
type pastQuestion struct {
	Text      string `yaml:"text"`
	School    string `yaml:"school"`
	Asked     []int  `yaml:"asked"` // days ago
	Helped    int    `yaml:"helped"`
	NotHelped int    `yaml:"not_helped"`
	CameBack  int    `yaml:"came_back"`
	Nothing   bool   `yaml:"nothing"`
	Solved    string `yaml:"solved"` // by people, where it became a ticket
}

// verdict returns what the n-th of the questions was worth.
func (q pastQuestion) verdict(n int) knowledge.Verdict {
	switch {
	case n < q.Helped:
		return knowledge.VerdictHelped
	case n < q.Helped+q.NotHelped:
		return knowledge.VerdictNotHelped
	case n < q.Helped+q.NotHelped+q.CameBack:
		return knowledge.VerdictCameBack
	}
	return ""
}

// People of the demonstration who curate.
const (
	demoEditor  = knowledge.Person("ada")
	demoContact = knowledge.Person("mara")
)

// memory is how far back a demonstration looks.
const memory = 35 * 24 * time.Hour

// begin makes the database of a fresh demonstration in a folder of its own and
// then puts it in its place: killed in the middle, it begins anew.
func begin(ctx context.Context, cfg *config.Config, data string, now time.Time) error {
	made := filepath.Join(data, ".beginning")
	if err := os.RemoveAll(made); err != nil {
		return cannotKeep(data, err)
	}
	if err := remember(ctx, cfg, made, now); err != nil {
		return err
	}
	// The marker says that there was a database, so it comes after it.
	for _, name := range []string{boltfile.Name, boltfile.Name + ".marker"} {
		if err := os.Rename(filepath.Join(made, name), filepath.Join(data, name)); err != nil {
			return cannotKeep(data, err)
		}
	}
	return os.RemoveAll(made)
}

// remember gives a fresh demonstration some weeks to look back on, so that
// whoever edits the articles finds something to do, and whoever reads the figures
// finds some.
func remember(ctx context.Context, cfg *config.Config, data string, now time.Time) (err error) {
	var p past
	if err := yaml.Load(demoHistory, &p); err != nil {
		return fmt.Errorf("read history of the demonstration: %w", err)
	}
	at := now.Add(-memory) // when the articles came into force
	a, err := openApp(cfg, data, func() time.Time { return at }, newLog(slogQuiet))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	at = now
	var all []knowledge.Observation
	for i, q := range p.Questions {
		all = append(all, q.observations(a.library, i, now)...)
	}
	if err := a.library.Observe(ctx, all...); err != nil {
		return err
	}
	if err := p.retell(ctx, a, &at, now); err != nil {
		return err
	}
	if err := p.Change.submit(ctx, a.library); err != nil {
		return err
	}
	plan := knowledge.Plan{Owner: demoEditor, Review: now.Add(-24 * time.Hour)}
	if _, err := a.library.Schedule(ctx, demoEditor, p.Due, plan); err != nil {
		return err
	}
	return a.library.Localise(ctx, demoContact, p.Local.Article, p.Local.School, knowledge.Local{Note: p.Local.Note})
}

// observations returns what became of the question, as the library answers it.
func (q pastQuestion) observations(l *knowledge.Library, number int, now time.Time) []knowledge.Observation {
	a := l.Answer(q.Text)
	var out []knowledge.Observation
	for n, days := range q.Asked {
		o := knowledge.Observation{
			Key: fmt.Sprintf("demo-%d-%d", number, n), Text: q.Text, Outcome: a.Outcome, School: q.School,
			At: now.Add(-time.Duration(days) * 24 * time.Hour),
		}
		if q.Nothing {
			o.Outcome = knowledge.None
		} else if len(a.Hits) > 0 {
			o.Articles, o.Helped = []string{a.Hits[0].Article.ID}, q.verdict(n)
		}
		out = append(out, o)
	}
	return out
}

// submit leaves the change behind for review.
func (c pastChange) submit(ctx context.Context, l *knowledge.Library) error {
	a, ok := l.Article(c.Article)
	if !ok {
		return fmt.Errorf("look for article %s: %w", c.Article, knowledge.ErrNotFound)
	}
	mended := *a
	mended.Questions = append(slices.Clone(a.Questions), c.Question)
	mended.Note = c.Note
	if _, err := l.Save(ctx, demoContact, mended, knowledge.Edit{Base: 1, Why: c.Why}); err != nil {
		return err
	}
	_, err := l.Submit(ctx, demoEditor, c.Article, "")
	return err
}
