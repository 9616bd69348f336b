package knowledge_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"ersthelfer/knowledge"
)

func TestStarterMovesWhatNobodyChanged(t *testing.T) {
	f := open(t, beamer, drucker)
	newer := beamer
	newer.Steps = []string{"Prüfen Sie beide Enden des Kabels."}
	f.open(newer, drucker, wlan)
	f.wantState(beamer.ID, "published 2/2")
	f.wantState(drucker.ID, "published 1/1")
	f.wantState(wlan.ID, "published 1/1")
	if a, _ := f.Article(beamer.ID); !cmp.Equal(*a, newer) {
		t.Errorf("in force is %+v", a)
	}
	f.open(newer, drucker, wlan)
	f.wantState(beamer.ID, "published 2/2")
}

func TestStarterProposesWhereSomebodyChanged(t *testing.T) {
	f, ctx := open(t, beamer, drucker), t.Context()
	ours := beamer
	ours.Steps = []string{"Rufen Sie Frau Kurz an."}
	ours.Tags = []string{"epson"}
	f.bring(ours)
	newer := beamer
	newer.Note = "Der Beamer braucht eine Minute."
	newer.Steps = []string{"Prüfen Sie beide Enden."}
	f.open(newer, drucker)
	if a, _ := f.Article(beamer.ID); !cmp.Equal(*a, ours) {
		t.Errorf("the program overwrites what was changed here: %+v", a)
	}
	e, err := f.Entry(ctx, "tom", beamer.ID)
	if err != nil || e.Proposal == nil {
		t.Fatalf("there is no proposal: %+v, %v", e, err)
	}
	want := ours
	want.Note = newer.Note
	if diff := cmp.Diff(want, e.Proposal.Merged); diff != "" {
		t.Errorf("merged (-want +got):\n%s", diff)
	}
	if !cmp.Equal(e.Proposal.Conflicts, []string{"steps"}) {
		t.Errorf("conflicts %v", e.Proposal.Conflicts)
	}
	wantDiff := []knowledge.Difference{{Field: "note", New: []string{newer.Note}}}
	if diff := cmp.Diff(wantDiff, knowledge.Diff(ours, e.Proposal.Merged)); diff != "" {
		t.Errorf("diff (-want +got):\n%s", diff)
	}
	f.open(newer, drucker)
	f.wantState(beamer.ID, "published 2/2")

	f.must(f.Accept(ctx, "tom", beamer.ID))
	f.wantState(beamer.ID, "draft 3/2")
	f.open(newer, drucker)
	if e, err := f.Entry(ctx, "tom", beamer.ID); err != nil || e.Proposal != nil || e.Latest != 3 {
		t.Errorf("after accepting, the next start leaves %+v, %v", e, err)
	}
}

func TestStarterProposalDismissed(t *testing.T) {
	f, ctx := open(t, beamer), t.Context()
	ours := beamer
	ours.Note = "Unser Hinweis."
	f.bring(ours)
	newer := beamer
	newer.Steps = []string{"Neu."}
	f.open(newer)
	f.must(f.Dismiss(ctx, "mara", beamer.ID, "passt nicht zu uns"))
	f.open(newer)
	if e, _ := f.Entry(ctx, "tom", beamer.ID); e.Proposal != nil {
		t.Error("what was put aside is proposed again")
	}
	newer.Steps = []string{"Noch neuer."}
	f.open(newer)
	if e, _ := f.Entry(ctx, "tom", beamer.ID); e.Proposal == nil {
		t.Error("something newer is not proposed")
	}
	if _, err := f.Accept(ctx, "tom", "gibt-es-nicht"); err == nil {
		t.Error("the proposal of no article is accepted")
	}
}

func TestStarterLeavesDraftsAndRetiredAlone(t *testing.T) {
	f, ctx := open(t, beamer, drucker), t.Context()
	f.must(f.Retire(ctx, "mara", drucker.ID, ""))
	draft := beamer
	draft.Note = "halb"
	f.must(f.Save(ctx, "tom", draft, knowledge.Edit{Base: 1}))
	newB, newD := beamer, drucker
	newB.Steps, newD.Steps = []string{"Neu."}, []string{"Neu."}
	f.open(newB, newD)
	f.wantState(beamer.ID, "draft 2/1")
	f.wantState(drucker.ID, "retired 1/0")
	if e, _ := f.Entry(ctx, "tom", beamer.ID); e.Proposal == nil {
		t.Error("beside a draft nothing is proposed")
	}
}

func TestStarterArticleThatIsGoneStays(t *testing.T) {
	f, ctx := open(t, beamer, drucker), t.Context()
	f.open(beamer)
	f.wantState(drucker.ID, "published 1/1")
	e, err := f.Entry(ctx, "tom", drucker.ID)
	if err != nil || e.Proposal == nil || !e.Proposal.Gone {
		t.Errorf("that the program no longer ships it is no proposal: %+v, %v", e, err)
	}
	f.open(beamer, drucker)
	if e, _ := f.Entry(ctx, "tom", drucker.ID); e.Proposal != nil {
		t.Error("the program ships it again, and proposes to drop it")
	}
	f.open(beamer)
	f.must(f.Dismiss(ctx, "mara", drucker.ID, ""))
	f.open(beamer)
	if e, _ := f.Entry(ctx, "tom", drucker.ID); e.Proposal != nil || e.InForce == 0 {
		t.Errorf("after dismissing: %+v", e)
	}
}

func TestLocalText(t *testing.T) {
	f, ctx := open(t, beamer, wlan), t.Context()
	local := knowledge.Local{
		Note: "Unser Netz heißt **Nord-Lehrer**.", English: "Our network is **Nord-Lehrer**.",
		Steps: []knowledge.Swap{
			{Old: "Verbinden Sie neu.", New: "Verbinden Sie mit Nord-Lehrer."}, {Old: "Connect again.", New: "Connect to Nord-Lehrer."},
		},
	}
	f.must(nil, f.Localise(ctx, "uli", wlan.ID, "gs-nord", local))
	want := wlan
	want.Steps = []string{"Vergessen Sie das Netz am Gerät.", "Verbinden Sie mit Nord-Lehrer."}
	want.Note = local.Note
	twin := *wlan.English
	twin.Steps, twin.Note = []string{"Forget the network.", "Connect to Nord-Lehrer."}, local.English
	want.English = &twin
	check := func() {
		t.Helper()
		if a, ok := f.ArticleFor(wlan.ID, "gs-nord"); !ok || !cmp.Equal(*a, want) {
			t.Errorf("at gs-nord (-want +got):\n%s", cmp.Diff(want, *a))
		}
		for _, school := range []string{"gs-sued", ""} {
			if a, ok := f.ArticleFor(wlan.ID, school); !ok || !cmp.Equal(*a, wlan) {
				t.Errorf("at %q: %+v", school, a)
			}
		}
	}
	check()
	f.open(beamer, wlan)
	check()
	if _, ok := f.ArticleFor("nichts", "gs-nord"); ok {
		t.Error("there is an article that does not exist")
	}

	newer := wlan
	newer.Steps = []string{"Vergessen Sie das Netz am Gerät.", "Verbinden Sie sich mit dem Netz neu."}
	f.open(beamer, newer)
	if a, _ := f.ArticleFor(wlan.ID, "gs-nord"); !cmp.Equal(a.Steps, newer.Steps) || a.Note != local.Note {
		t.Errorf("a replaced step that is no longer there changes another: %q", a.Steps)
	}
	tasks, err := f.Tasks(ctx, "tom")
	if err != nil || len(tasks) != 1 || tasks[0].Kind != knowledge.TaskLocal || tasks[0].School != "gs-nord" {
		t.Errorf("tasks are %+v, %v", tasks, err)
	}
	f.must(nil, f.Localise(ctx, "uli", wlan.ID, "gs-nord", knowledge.Local{}))
	if a, _ := f.ArticleFor(wlan.ID, "gs-nord"); !cmp.Equal(*a, newer) {
		t.Errorf("taken back: %+v", a)
	}
}

func TestLocalTextRefused(t *testing.T) {
	f := open(t, wlan)
	if err := f.Localise(t.Context(), "mara", wlan.ID, "", knowledge.Local{Note: "x"}); err == nil {
		t.Error("the text of no school is taken")
	}
	for name, bad := range map[string]knowledge.Local{
		"no such step": {Steps: []knowledge.Swap{{Old: "Gibt es nicht.", New: "x"}}},
		"empty step":   {Steps: []knowledge.Swap{{Old: wlan.Steps[0], New: " "}}},
		"many lines":   {Steps: []knowledge.Swap{{Old: wlan.Steps[0], New: "a\nb"}}},
		"heading":      {Note: "## English"},
		"encoding":     {Note: "\xff"},
		"long":         {Note: string(make([]rune, 1001))},
	} {
		if err := f.Localise(t.Context(), "uli", wlan.ID, "gs-nord", bad); err == nil {
			t.Errorf("%s is taken", name)
		}
		if a, _ := f.ArticleFor(wlan.ID, "gs-nord"); !cmp.Equal(*a, wlan) {
			t.Errorf("%s is shown: %+v", name, a)
		}
	}
}
