package knowledge_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ersthelfer/knowledge"
)

func (f *fixture) observe(text string, o knowledge.Outcome, v knowledge.Verdict, at time.Time, articles ...string) {
	f.t.Helper()
	f.must(nil, f.Observe(f.t.Context(), knowledge.Observation{
		Text: text, Outcome: o, Helped: v, At: at, Articles: articles, School: "gs-nord",
	}))
}

func (f *fixture) gaps() []knowledge.Gap {
	f.t.Helper()
	gaps, err := f.Gaps(f.t.Context(), "tom")
	f.must(nil, err)
	return gaps
}

// describe returns "count cause article: most typical question" of each gap.
func describe(gaps []knowledge.Gap) string {
	var lines []string
	for _, g := range gaps {
		lines = append(lines, fmt.Sprintf("%d %s", g.Count, g.Cause))
	}
	return strings.Join(lines, ", ")
}

func TestGapsGroupAndOrder(t *testing.T) {
	f := open(t, beamer, drucker, wlan)
	day := 24 * time.Hour
	for i, text := range []string{"das mikroskop in der biologie ist kaputt", "mikroskop kaputt", "mikroskop der biologie defekt, kaputt"} {
		f.observe(text, knowledge.None, "", monday.Add(time.Duration(i)*time.Hour))
	}
	f.observe("wie bestelle ich neue stühle", knowledge.None, "", monday)
	for i, text := range []string{"schließfach schlüssel verloren", "schlüssel für das schließfach verloren", "schließfach geht ohne schlüssel nicht auf",
		"mein schließfach schlüssel ist weg"} {
		f.observe(text, knowledge.None, "", monday.Add(-time.Duration(i+90)*day)) // frequent, and long ago
	}
	f.observe("drucker meldet papierstau", knowledge.Answered, knowledge.VerdictNotHelped, monday.Add(time.Hour), drucker.ID)
	f.observe("papierstau im drucker", knowledge.Answered, knowledge.VerdictCameBack, monday.Add(time.Hour), drucker.ID)
	f.observe("papierstau im drucker", knowledge.Answered, knowledge.VerdictHelped, monday.Add(time.Hour), drucker.ID)
	f.now = monday.Add(2 * time.Hour)
	gaps := f.gaps()
	if got, want := describe(gaps), "3 none, 2 not_helped, 1 none, 4 none"; got != want {
		t.Fatalf("gaps are %s, want %s\n%+v", got, want, gaps)
	}
	g := gaps[0]
	if g.Schools != 1 || !g.First.Equal(monday) || !g.Last.Equal(monday.Add(2*time.Hour)) || len(g.Questions) != 3 {
		t.Errorf("gap is %+v", g)
	}
	if gaps[1].Article != drucker.ID {
		t.Errorf("the article that did not help is %q", gaps[1].Article)
	}
}

func TestGapCloses(t *testing.T) {
	f := open(t, beamer, drucker)
	f.observe("das wlan nimmt das passwort nicht an", knowledge.None, "", monday)
	f.observe("drucker meldet papierstau", knowledge.Answered, knowledge.VerdictNotHelped, monday.Add(time.Second), drucker.ID)
	if got, want := len(f.gaps()), 2; got != want {
		t.Fatalf("%d gaps, want %d", got, want)
	}
	f.now = monday.Add(time.Hour)
	f.bring(wlan)
	better := drucker
	better.Steps = []string{"Öffnen Sie auch die hintere Klappe."}
	f.bring(better)
	if gaps := f.gaps(); len(gaps) != 0 {
		t.Errorf("after the articles came, there are %+v", gaps)
	}
	f.observe("drucker meldet papierstau", knowledge.Answered, knowledge.VerdictNotHelped, monday.Add(2*time.Hour), drucker.ID)
	if got := describe(f.gaps()); got != "1 not_helped" {
		t.Errorf("when the new text does not help either, gaps are %q", got)
	}
}

func TestObservationReplacesOneOfTheSameKey(t *testing.T) {
	f := open(t, beamer, drucker)
	for _, v := range []knowledge.Verdict{"", knowledge.VerdictNotHelped, knowledge.VerdictHelped} {
		f.must(nil, f.Observe(t.Context(), knowledge.Observation{
			Key: "412", Text: "papierstau", Outcome: knowledge.Answered, Articles: []string{drucker.ID}, Helped: v, At: monday,
		}))
	}
	health, err := f.Health(t.Context(), "tom")
	want := []knowledge.Health{{ID: beamer.ID}, {ID: drucker.ID, Asked: 1, Helped: 1}}
	if diff := cmp.Diff(want, health); diff != "" || err != nil {
		t.Errorf("health (-want +got): %v\n%s", err, diff)
	}
}

func TestHealth(t *testing.T) {
	f := open(t, beamer, drucker)
	for _, v := range []knowledge.Verdict{"", knowledge.VerdictHelped, knowledge.VerdictHelped, knowledge.VerdictNotHelped, knowledge.VerdictCameBack} {
		f.observe("papierstau", knowledge.Answered, v, monday, drucker.ID, beamer.ID)
	}
	f.observe("x", knowledge.None, "", monday)
	f.must(f.Schedule(t.Context(), "mara", beamer.ID, knowledge.Plan{Review: monday.Add(time.Hour)}))
	f.now = monday.Add(48 * time.Hour)
	health, err := f.Health(t.Context(), "tom")
	want := []knowledge.Health{
		{ID: beamer.ID, Age: 48 * time.Hour, Stale: true},
		{ID: drucker.ID, Asked: 5, Helped: 2, NotHelps: 1, CameBack: 1, Age: 48 * time.Hour},
	}
	if diff := cmp.Diff(want, health); diff != "" || err != nil {
		t.Errorf("health (-want +got): %v\n%s", err, diff)
	}
}

func TestOldObservationsAreForgotten(t *testing.T) {
	f := open(t, beamer, drucker)
	f.observe("alte frage", knowledge.None, "", monday)
	f.observe("neue frage", knowledge.None, "", monday.Add(knowledge.DefaultKeep))
	f.now = monday.Add(knowledge.DefaultKeep + time.Hour)
	f.must(f.Tick(t.Context(), f.now))
	if raw := f.raw(); strings.Contains(raw, "alte frage") || !strings.Contains(raw, "neue frage") {
		t.Errorf("stored is\n%s", raw)
	}
}

func TestMask(t *testing.T) {
	for in, want := range map[string]string{
		"":                           "",
		"beamer in 204 geht nicht":   "beamer in 204 geht nicht",
		"klasse 10b, 3. stunde, a12": "klasse 10b, 3. stunde, a12",
		"windows 11 seit 3.11. langsam, office 365":    "windows 11 seit 3.11. langsam, office 365",
		"mail an anna.meier@gs-nord.de kommt nicht an": "mail an ••• kommt nicht an",
		"rufen sie 0211 / 123 45-67 an":                "rufen sie ••• an",
		"meine nummer +49 171 1234567":                 "meine nummer •••",
		"konto DE89 3704 0044 0532 0130 00 bitte":      "konto ••• bitte",
		"schüler geboren 3.4.2011":                     "schüler geboren •••",
		"seriennummer DMPX2LL5HG5D defekt":             "seriennummer ••• defekt",
		"link https://x.de/a?token=abc geht nicht":     "link ••• geht nicht",
		"passwort: Geheim12 geht nicht":                "passwort: ••• geht nicht",
		"passwort vergessen":                           "passwort vergessen",
		"Frau Meier kommt nicht rein":                  "Frau ••• kommt nicht rein",
		"ich bin Anna-Lena und habe kein bild":         "ich bin ••• und habe kein bild",
	} {
		if got := knowledge.Mask(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}

func TestObservationsHoldNoPersonalData(t *testing.T) {
	f := open(t, beamer, drucker)
	f.observe("hier Anna, anna.meier@gs-nord.de, Tel. 0211 1234567, Herr Kurz ist nicht da", knowledge.None, "", monday)
	raw := f.raw()
	for _, canary := range []string{"Anna", "anna.meier", "1234567", "Kurz"} {
		if strings.Contains(raw, canary) {
			t.Errorf("%s is stored", canary)
		}
	}
	f.must(f.Draft(t.Context(), "uli", knowledge.Source{
		Title: "Anna hat ein Problem", Questions: []string{"Frau Kurz sagt, nichts geht"}, Solution: "Anna anrufen: 0211 1234567",
	}))
	raw = f.raw()
	for _, canary := range []string{"Anna", "Kurz", "1234567"} {
		if strings.Contains(raw, canary) {
			t.Errorf("%s is stored with the draft", canary)
		}
	}
}

func TestDraft(t *testing.T) {
	f, ctx := open(t, beamer), t.Context()
	e, err := f.Draft(ctx, "uli", knowledge.Source{
		Room: "raumtechnik", Why: "Ticket 412",
		Questions: []string{"Das Mikroskop für die Bio ist kaputt", "das mikroskop fuer die bio ist kaputt", "mikroskop defekt"},
		Solution:  "1. Netzteil geprüft.\n2) Sicherung getauscht.\n\n- Fertig.",
	})
	f.must(nil, err)
	r, err := f.Revision(ctx, "uli", e.ID, 1)
	f.must(nil, err)
	want := knowledge.Article{
		ID: "das-mikroskop-fuer-die-bio-ist-kaputt", Title: "Das Mikroskop für die Bio ist kaputt", Room: "raumtechnik",
		Questions: []string{"Das Mikroskop für die Bio ist kaputt", "mikroskop defekt"},
		Steps:     []string{"Netzteil geprüft.", "Sicherung getauscht.", "Fertig."},
	}
	if diff := cmp.Diff(want, r.Article); diff != "" || r.Why != "Ticket 412" || r.By != "uli" {
		t.Errorf("draft by %s for %q (-want +got):\n%s", r.By, r.Why, diff)
	}
	f.wantState(want.ID, "draft 1/0")
	f.must(f.Submit(ctx, "tom", want.ID, ""))

	again, err := f.Draft(ctx, "uli", knowledge.Source{Title: want.Title, Solution: "Kabel tauschen. Dann neu starten! Nr. 5 nehmen"})
	f.must(nil, err)
	if again.ID != want.ID+"-2" {
		t.Errorf("the second draft has the id %s", again.ID)
	}
	r, err = f.Revision(ctx, "uli", again.ID, 1)
	if diff := cmp.Diff([]string{"Kabel tauschen.", "Dann neu starten!", "Nr. 5 nehmen"}, r.Article.Steps); diff != "" || err != nil {
		t.Errorf("steps (-want +got): %v\n%s", err, diff)
	}
	for _, s := range []knowledge.Source{{}, {Title: "???"}, {Title: "con"}, {Title: "\xff"}, {Title: strings.Repeat("ä", 500)}} {
		if e, err := f.Draft(ctx, "uli", s); err != nil || e.Latest != 1 {
			t.Errorf("draft of %+v: %+v, %v", s, e, err)
		}
	}
}

func TestDraftFromGap(t *testing.T) {
	f := open(t, beamer, drucker)
	f.observe("das mikroskop in der biologie ist kaputt", knowledge.None, "", monday)
	f.observe("mikroskop in der biologie kaputt", knowledge.None, "", monday)
	gaps := f.gaps()
	if len(gaps) != 1 {
		t.Fatalf("gaps are %+v", gaps)
	}
	e, err := f.Draft(t.Context(), "uli", gaps[0].Source())
	f.must(nil, err)
	r, err := f.Revision(t.Context(), "uli", e.ID, 1)
	if err != nil || len(r.Article.Questions) != 2 || r.Article.Title != "Mikroskop in der biologie kaputt" {
		t.Errorf("draft is %+v, %v", r, err)
	}
}

func TestWeekly(t *testing.T) {
	f, ctx := open(t, beamer, drucker), t.Context()
	tasks, err := f.Weekly(ctx, "tom")
	if len(tasks) != 0 || err != nil {
		t.Fatalf("at first there is to do: %+v, %v", tasks, err)
	}
	f.must(f.Save(ctx, "tom", wlan, knowledge.Edit{}))
	f.must(f.Submit(ctx, "tom", wlan.ID, ""))
	for range 5 {
		f.observe("das mikroskop in der biologie ist kaputt", knowledge.None, "", monday)
	}
	for range 3 {
		f.observe("papierstau", knowledge.Answered, knowledge.VerdictNotHelped, monday.Add(time.Second), drucker.ID)
	}
	f.must(f.Schedule(ctx, "mara", beamer.ID, knowledge.Plan{Owner: "tom", Review: monday}))
	f.now = monday.Add(time.Hour)
	tasks, err = f.Weekly(ctx, "tom")
	f.must(nil, err)
	var got []string
	for _, x := range tasks {
		got = append(got, string(x.Kind)+" "+x.Article)
	}
	if want := []string{"gap " + tasks[0].Gap.Article, "failing " + drucker.ID, "review " + wlan.ID}; !cmp.Equal(got, want) {
		t.Errorf("to do is %q, want %q", got, want)
	}
	all, err := f.Tasks(ctx, "tom")
	f.must(nil, err)
	got = nil
	for _, x := range all[3:] {
		got = append(got, string(x.Kind)+" "+x.Article+" "+string(x.Owner))
	}
	if want := []string{"stale " + beamer.ID + " tom", "owner " + drucker.ID + " "}; !cmp.Equal(got, want) {
		t.Errorf("further to do is %q, want %q", got, want)
	}
}

// TestGapsGroupByMeaning asks the phrasings of every third starter article of a library that lacks these, and compares
// the groups with the articles that the phrasings belong to.
func TestGapsGroupByMeaning(t *testing.T) {
	starter, err := knowledge.Starter()
	if err != nil {
		t.Fatal(err)
	}
	var kept []knowledge.Article
	belongs := map[string]string{}
	for i, a := range starter {
		if i%3 != 0 {
			kept = append(kept, a)
			continue
		}
		for _, q := range a.Questions {
			belongs[knowledge.Mask(q)] = a.ID
		}
	}
	f := open(t, kept...)
	for i, q := range slices.Sorted(maps.Keys(belongs)) {
		f.observe(q, knowledge.None, "", monday.Add(time.Duration(i)))
	}
	grouped, right := 0, 0
	for _, g := range f.gaps() {
		for i, q := range g.Questions {
			for _, other := range g.Questions[:i] {
				grouped++
				if belongs[q] == belongs[other] {
					right++
				}
			}
		}
	}
	share := float64(right) / float64(grouped)
	t.Logf("%d questions, %d pairs grouped, %.2f of them rightly", len(belongs), grouped, share)
	if share < 0.5 || grouped < 200 {
		t.Errorf("%d pairs are grouped, %.2f of them rightly; want 200 and 0.5", grouped, share)
	}
}

// Of one source there is one draft, until that is in force or put away.
func TestDraftOnceOfASource(t *testing.T) {
	f, ctx := open(t), t.Context()
	src := knowledge.Source{Title: "Heizung bleibt kalt", Solution: "Drehen Sie auf.", Keys: []string{"ticket/412"}}
	first, err := f.Draft(ctx, "uli", src)
	f.must(nil, err)
	again, err := f.Draft(ctx, "tom", src)
	if err != nil || again.ID != first.ID || again.Latest != 1 {
		t.Errorf("a second press makes %+v, %v", again, err)
	}
	if made, err := f.Drafted(ctx, "tom", src.Keys...); err != nil || made == nil || made.ID != first.ID {
		t.Errorf("it was drafted as %+v, %v", made, err)
	}
	if made, err := f.Drafted(ctx, "tom", ""); err != nil || made != nil {
		t.Errorf("of nothing there is %+v, %v", made, err)
	}
	f.must(f.Retire(ctx, "mara", first.ID, ""))
	if other, err := f.Draft(ctx, "uli", src); err != nil || other.ID == first.ID {
		t.Errorf("once it is put away a press makes %+v, %v", other, err)
	}
}

// A gap shows the draft that was made of it as long as any of the questions that it was made of is kept, and is found by
// each of its questions.
func TestGapKeepsItsDraft(t *testing.T) {
	f, ctx := open(t), t.Context()
	ask := func(key string, days int) {
		f.now = monday.Add(time.Duration(days) * 24 * time.Hour)
		f.must(nil, f.Observe(ctx, knowledge.Observation{Key: key, Text: "mikroskop in der biologie kaputt", Outcome: knowledge.None, At: f.now}))
		f.must(f.Tick(ctx, f.now))
	}
	ask("1/1", 0)
	ask("2/1", 300)
	draft, err := f.Draft(ctx, "uli", f.gaps()[0].Source())
	f.must(nil, err)
	for _, step := range []struct {
		key  string
		day  int
		keys string
		made bool
	}{
		{"3/1", 399, "3/1 2/1 1/1", true},
		{"4/1", 401, "4/1 3/1 2/1", true},
		{"5/1", 699, "5/1 4/1 3/1 2/1", true},
		{"6/1", 701, "6/1 5/1 4/1 3/1", false},
	} {
		ask(step.key, step.day)
		gaps := f.gaps()
		if len(gaps) != 1 || strings.Join(gaps[0].Keys, " ") != step.keys {
			t.Fatalf("on day %d gaps are %+v, want one of %s", step.day, gaps, step.keys)
		}
		for _, key := range gaps[0].Keys {
			if g, err := f.Gap(ctx, "tom", key); err != nil || !cmp.Equal(g, gaps[0]) {
				t.Errorf("on day %d %s finds %+v, %v", step.day, key, g, err)
			}
		}
		made, err := f.Drafted(ctx, "tom", gaps[0].Keys...)
		if f.must(nil, err); (made != nil) != step.made || made != nil && made.ID != draft.ID {
			t.Errorf("on day %d it was drafted as %+v", step.day, made)
		}
	}
}

// A draft of a ticket is something to do; one of a gap is while the gap is none any more, as that is what is to be done.
func TestDraftsAreTasks(t *testing.T) {
	f, ctx := open(t), t.Context()
	f.observe("mikroskop in der biologie kaputt", knowledge.None, "", monday)
	f.must(f.Draft(ctx, "uli", f.gaps()[0].Source()))
	f.must(f.Draft(ctx, "uli", knowledge.Source{Title: "Heizung bleibt kalt", Keys: []string{"ticket/412"}}))
	f.must(f.Draft(ctx, "uli", knowledge.Source{Title: "Nur so"}))
	all, err := f.Tasks(ctx, "tom")
	f.must(nil, err)
	var got []string
	for _, task := range all {
		got = append(got, string(task.Kind)+" "+task.Article)
	}
	if want := "draft heizung-bleibt-kalt, gap "; strings.Join(got, ", ") != want {
		t.Errorf("to do are %q, want %q", got, want)
	}
}
