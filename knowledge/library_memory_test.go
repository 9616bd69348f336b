package knowledge_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ersthelfer/knowledge"
)

// TestMemoryFollowsTheStore: after everything that can change it, a library that has run for long lists what one that
// was opened just now lists.
func TestMemoryFollowsTheStore(t *testing.T) {
	f := open(t, beamer, drucker, wlan)
	ctx := t.Context()
	observe := func(key, text string, o knowledge.Outcome, at time.Time, verdict knowledge.Verdict, articles ...string) error {
		return f.Observe(ctx, knowledge.Observation{Key: key, Text: text, Outcome: o, At: at, Helped: verdict, Articles: articles})
	}
	only := func(_ any, err error) error { return err }
	changed := beamer
	changed.Note = "Das Kabel liegt im Pult."
	steps := []struct {
		name string
		do   func() error
	}{
		{"nothing", func() error { return nil }},
		{"save", func() error { return only(f.Save(ctx, "tom", changed, knowledge.Edit{Base: 1})) }},
		{"save in vain", func() error {
			if _, err := f.Save(ctx, "tom", changed, knowledge.Edit{Base: 1}); err == nil {
				return fmt.Errorf("an old revision was edited")
			}
			return nil
		}},
		{"submit", func() error { return only(f.Submit(ctx, "tom", beamer.ID, "")) }},
		{"schedule", func() error {
			return only(f.Schedule(ctx, "mara", beamer.ID, knowledge.Plan{Owner: "tom", Publish: f.now.Add(time.Hour)}))
		}},
		{"tick", func() error { f.now = f.now.Add(2 * time.Hour); return only(f.Tick(ctx, f.now)) }},
		{"observe", func() error { return observe("1", "die glocke läutet nicht", knowledge.None, f.now, "") }},
		{"observe an answer", func() error {
			return observe("2", "beamer zeigt kein bild", knowledge.Answered, f.now, "", beamer.ID)
		}},
		{"observe what it was worth", func() error {
			return observe("2", "beamer zeigt kein bild", knowledge.Answered, f.now, knowledge.VerdictNotHelped, beamer.ID)
		}},
		{"localise", func() error {
			return f.Localise(ctx, "uli", wlan.ID, "gs-nord", knowledge.Local{Note: "Bei uns heißt es GSN."})
		}},
		{"draft", func() error {
			return only(f.Draft(ctx, "tom", knowledge.Source{Title: "Die Glocke läutet nicht", Questions: []string{"glocke"}}))
		}},
		{"retire", func() error { return only(f.Retire(ctx, "mara", drucker.ID, "")) }},
		{"import", func() error { return only(f.Import(ctx, "mara", []knowledge.Article{drucker}, "")) }},
		{"erase", func() error { return f.Erase(ctx, "mara", "tom") }},
		{"prune", func() error {
			f.now = f.now.Add(knowledge.DefaultKeep + 24*time.Hour)
			return only(f.Tick(ctx, f.now))
		}},
	}
	for _, step := range steps {
		if err := step.do(); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		was := f.lists()
		long := f.Library
		f.open(beamer, drucker, wlan)

		if d := cmp.Diff(f.lists(), was); d != "" {
			t.Errorf("after %s the library that was open remembers something else (-store +memory):\n%s", step.name, d)
		}
		f.Library = long
	}
}

// lists returns everything that is listed.
func (f *fixture) lists() []any {
	f.t.Helper()
	entries, err := f.Entries(f.t.Context(), "mara")
	f.must(nil, err)
	health, err := f.Health(f.t.Context(), "mara")
	f.must(nil, err)
	gaps, err := f.Gaps(f.t.Context(), "mara")
	f.must(nil, err)
	asked, err := f.Asked(f.t.Context(), "mara", beamer.ID)
	f.must(nil, err)
	return []any{entries, health, gaps, asked}
}

// Of too many questions the newest are kept, and of those that are kept longer than words are, what they were worth.
func TestPruneKeepsTheNewest(t *testing.T) {
	f := open(t)
	open := func() *knowledge.Library {
		l, err := knowledge.OpenLibrary(t.Context(), f.store, []knowledge.Article{beamer}, knowledge.LibraryOptions{
			May: may, Now: func() time.Time { return f.now }, Most: 3, KeepText: 36 * time.Hour,
		})
		f.must(nil, err)
		return l
	}
	l := open()
	for n := range 5 {
		f.must(nil, l.Observe(t.Context(), knowledge.Observation{
			Text: fmt.Sprint("beamer dunkel ", n), Outcome: knowledge.Answered, Articles: []string{beamer.ID}, Helped: knowledge.VerdictHelped,
			At: monday.Add(time.Duration(n) * 24 * time.Hour),
		}))
	}
	f.now = monday.Add(4*24*time.Hour + time.Hour)
	f.must(l.Tick(t.Context(), f.now))
	for name, l := range map[string]*knowledge.Library{"that ran on": l, "opened anew": open()} {
		health, err := l.Health(t.Context(), "mara")
		if err != nil || len(health) != 1 || health[0].Asked != 3 || health[0].Helped != 3 {
			t.Errorf("the library %s knows of %+v, %v", name, health, err)
		}
		asked, err := l.Asked(t.Context(), "mara", beamer.ID)
		if err != nil || len(asked) != 2 || asked[0].Question != "beamer dunkel 4" || asked[1].Question != "beamer dunkel 3" {
			t.Errorf("the library %s has the words %+v, %v", name, asked, err)
		}
	}
	f.must(nil, l.Observe(t.Context(), knowledge.Observation{Text: "beamer dunkel 5", Outcome: knowledge.Answered, Articles: []string{beamer.ID}, At: f.now}))
	if health, err := l.Health(t.Context(), "mara"); err != nil || health[0].Asked != 4 {
		t.Errorf("one more makes %+v, %v", health, err)
	}
}
