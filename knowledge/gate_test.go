package knowledge_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ersthelfer/knowledge"
)

// greedy takes the questions of drucker.
var greedy = knowledge.Article{
	ID: "kopierer-stau", Title: "Papierstau im Kopierer", Room: "druck",
	Questions: []string{
		"papierstau im drucker raum 12", "der kopierer hat das papier verschluckt", "drucker meldet einen papierstau",
		"papier steckt fest im kopierer", "drucker frisst das papier", "stau im kopierer im lehrerzimmer unten",
		"kopierer zieht papier schief ein", "papierstau am kopierer", "papierstau", "kopierer papierstau", "drucker papierstau",
	},
	Steps: []string{"Rufen Sie den Dienstleister."},
}

func TestGateNamesTheQuestionsThatMove(t *testing.T) {
	f, ctx := open(t, beamer, drucker, wlan), t.Context()
	f.must(f.Save(ctx, "tom", greedy, knowledge.Edit{}))
	f.must(f.Submit(ctx, "tom", greedy.ID, ""))
	trial, err := f.Publish(ctx, "mara", knowledge.Order{}, greedy.ID)
	var gate *knowledge.GateError
	if !errors.As(err, &gate) {
		t.Fatalf("an article that takes questions is published: %v", err)
	}
	f.wantState(greedy.ID, "review 1/0")
	if diff := cmp.Diff(trial, gate.Trial); diff != "" {
		t.Errorf("the error holds another trial:\n%s", diff)
	}
	taken := trial.Taken()
	if len(taken) == 0 {
		t.Fatal("nothing is taken")
	}
	for _, m := range taken {
		if m.Belongs != drucker.ID || m.From.Article != drucker.ID || m.To.Article != greedy.ID || m.Real {
			t.Errorf("taken: %+v", m)
		}
	}
	if n := len(beamer.Questions) + len(drucker.Questions) + len(wlan.Questions) + 2 + len(greedy.Questions); trial.After.Asked != n {
		t.Errorf("%d questions were asked, want %d", trial.After.Asked, n)
	}
	again, err := f.Try(ctx, "tom", greedy.ID)
	if diff := cmp.Diff(trial, again); diff != "" || err != nil {
		t.Errorf("a second trial says something else: %v\n%s", err, diff)
	}

	f.must(f.Publish(ctx, "mara", knowledge.Order{Anyway: true, Why: "so gewollt"}, greedy.ID))
	f.wantState(greedy.ID, "published 1/1")
	var audit strings.Builder
	f.must(nil, f.WriteAudit(ctx, "mara", &audit))
	if want := fmt.Sprintf(`"taken":%d`, len(taken)); !strings.Contains(audit.String(), want) {
		t.Errorf("the audit does not hold %s:\n%s", want, audit.String())
	}
}

func TestGateLetsPassWhatTakesNothing(t *testing.T) {
	f, ctx := open(t, beamer, drucker), t.Context()
	f.must(f.Save(ctx, "tom", wlan, knowledge.Edit{}))
	f.must(f.Submit(ctx, "tom", wlan.ID, ""))
	trial, err := f.Publish(ctx, "mara", knowledge.Order{}, wlan.ID)
	if err != nil {
		t.Fatal(err)
	}
	if trial.After.Right <= trial.Before.Right {
		t.Errorf("an article that answers new questions: before %+v, after %+v", trial.Before, trial.After)
	}
}

// TestGateAsksRealQuestions confirms a question that no phrasing is like, and takes it away.
func TestGateAsksRealQuestions(t *testing.T) {
	f, ctx := open(t, beamer, drucker, wlan), t.Context()
	const real = "drucker meldet papierstau schon wieder"
	f.must(nil, f.Observe(ctx, knowledge.Observation{
		Text: real, Outcome: knowledge.Answered, Articles: []string{drucker.ID}, Helped: knowledge.VerdictHelped,
	}))
	f.must(nil, f.Observe(ctx, knowledge.Observation{Text: "nur gezeigt", Outcome: knowledge.Answered, Articles: []string{drucker.ID}}))
	f.must(f.Save(ctx, "tom", greedy, knowledge.Edit{}))
	trial, err := f.Try(ctx, "tom", greedy.ID)
	if err != nil && !errors.As(err, new(knowledge.Problems)) {
		t.Fatal(err)
	}
	f.must(nil, err)
	without := len(beamer.Questions) + len(drucker.Questions) + len(wlan.Questions) + 2 + len(greedy.Questions)
	if trial.After.Asked != without+1 {
		t.Errorf("%d questions were asked, want the %d phrasings and the one that was confirmed", trial.After.Asked, without)
	}
}

func TestGateTriesSeveralTogether(t *testing.T) {
	f, ctx := open(t, beamer), t.Context()
	for _, a := range []knowledge.Article{drucker, wlan} {
		f.must(f.Save(ctx, "tom", a, knowledge.Edit{}))
		f.must(f.Submit(ctx, "tom", a.ID, ""))
	}
	f.must(f.Save(ctx, "tom", greedy, knowledge.Edit{}))
	_, err := f.Publish(ctx, "mara", knowledge.Order{Anyway: true}, drucker.ID, wlan.ID, greedy.ID)
	if err == nil {
		t.Error("a draft is published with reviewed articles")
	}
	f.wantState(drucker.ID, "review 1/0")
	trial, err := f.Publish(ctx, "mara", knowledge.Order{Anyway: true}, drucker.ID, wlan.ID)
	if err != nil || !cmp.Equal(trial.Changed, []string{drucker.ID, wlan.ID}) {
		t.Errorf("changed %v, %v", trial.Changed, err)
	}
	f.wantState(wlan.ID, "published 1/1")
}

// A trial that uses what earlier ones found says what a first one says.
func TestGateSaysTheSameAfterOtherTrials(t *testing.T) {
	f, ctx := open(t, beamer, drucker, wlan), t.Context()
	f.must(f.Save(ctx, "tom", greedy, knowledge.Edit{}))
	f.must(f.Submit(ctx, "tom", greedy.ID, ""))
	changed := drucker
	changed.Questions = append([]string{"papierstau im kopierer", "stau im kopierer unten"}, drucker.Questions[1:]...)
	f.must(f.Save(ctx, "tom", changed, knowledge.Edit{Base: 1}))
	f.must(f.Try(ctx, "tom", changed.ID))
	f.must(f.Try(ctx, "tom", greedy.ID))
	f.must(f.Publish(ctx, "mara", knowledge.Order{Anyway: true}, greedy.ID))
	used, err := f.Try(ctx, "tom", changed.ID)
	f.must(nil, err)
	f.open(beamer, drucker, wlan)
	afresh, err := f.Try(ctx, "tom", changed.ID)
	f.must(nil, err)
	if diff := cmp.Diff(afresh, used); diff != "" || len(used.Moves) == 0 {
		t.Errorf("after other trials it says something else:\n%s", diff)
	}
}

// However many questions of an article are confirmed, all are tried, each once; of one that was confirmed for two
// articles the newest says where it belongs.
func TestGateAsksEveryRealQuestion(t *testing.T) {
	f := open(t, beamer, drucker)
	confirm := func(text, article string, hour int) {
		f.must(nil, f.Observe(t.Context(), knowledge.Observation{
			Text: text, Outcome: knowledge.Answered, Articles: []string{article}, Helped: knowledge.VerdictHelped,
			At: monday.Add(time.Duration(hour) * time.Hour),
		}))
	}
	for n := range 300 {
		confirm(fmt.Sprintf("stau nr %c%c", 'a'+n%150/26, 'a'+n%150%26), drucker.ID, n)
	}
	confirm("Papierstau im Kopierer", beamer.ID, 1)
	confirm("papierstau im kopierer", drucker.ID, 2)
	f.must(f.Save(t.Context(), "tom", greedy, knowledge.Edit{}))
	trial, err := f.Try(t.Context(), "tom", greedy.ID)
	f.must(nil, err)
	phrasings := len(beamer.Questions) + len(drucker.Questions) + len(greedy.Questions)
	if trial.After.Asked != phrasings+151 {
		t.Errorf("%d questions were asked, want the %d phrasings and 151", trial.After.Asked, phrasings)
	}
	if !slices.ContainsFunc(trial.Taken(), func(m knowledge.Move) bool { return m.Question == "papierstau im kopierer" && m.Belongs == drucker.ID }) {
		t.Errorf("what drucker answered last is not taken from it: %+v", trial.Taken())
	}
}
