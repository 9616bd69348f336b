package knowledge_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ersthelfer/knowledge"
	"ersthelfer/knowledge/knowledgetest"
)

// monday is when the tests begin.
var monday = time.Date(2026, time.March, 2, 8, 0, 0, 0, time.UTC)

// A fixture is a library with its store, clock and people: mara may everything, tom is an editor, uli helps at gs-nord.
type fixture struct {
	*knowledge.Library
	t     *testing.T
	store *knowledgetest.Memory
	now   time.Time
}

func roleOf(p knowledge.Person) []knowledge.Role {
	switch p {
	case "mara":
		return knowledge.Roles
	case "tom":
		return []knowledge.Role{knowledge.RoleEditor}
	case "uli":
		return []knowledge.Role{knowledge.RoleContact}
	}
	return nil
}

func may(p knowledge.Person, a knowledge.Action, school string) bool {
	return slices.ContainsFunc(roleOf(p), func(r knowledge.Role) bool {
		return knowledge.Can(r, a) && (p != "uli" || school == "" || school == "gs-nord")
	})
}

func open(t *testing.T, starter ...knowledge.Article) *fixture {
	t.Helper()
	f := &fixture{t: t, store: new(knowledgetest.Memory), now: monday}
	f.open(starter...)
	return f
}

// open opens the library anew, as a start of the program does.
func (f *fixture) open(starter ...knowledge.Article) {
	f.t.Helper()
	l, err := knowledge.OpenLibrary(f.t.Context(), f.store, starter, knowledge.LibraryOptions{
		May: may, Now: func() time.Time { return f.now },
		Names: func(text string) string { return strings.ReplaceAll(text, "Anna", "•••") },
	})
	if err != nil {
		f.t.Fatal(err)
	}
	f.Library = l
}

func (f *fixture) must(_ any, err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

// settle waits for the index.
func (f *fixture) settle() {
	f.t.Helper()
	if err := f.Settle(f.t.Context()); err != nil {
		f.t.Fatal(err)
	}
}

// bring saves and publishes an article.
func (f *fixture) bring(a knowledge.Article) {
	f.t.Helper()
	base := 0
	if e, err := f.Entry(f.t.Context(), "mara", a.ID); err == nil {
		base = e.Latest
	}
	f.must(f.Save(f.t.Context(), "mara", a, knowledge.Edit{Base: base}))
	f.must(f.Submit(f.t.Context(), "mara", a.ID, ""))
	f.must(f.Publish(f.t.Context(), "mara", knowledge.Order{Anyway: true}, a.ID))
	f.settle()
}

// state returns "state latest/in force".
func (f *fixture) state(id string) string {
	f.t.Helper()
	e, err := f.Entry(f.t.Context(), "mara", id)
	if err != nil {
		return err.Error()
	}
	return string(e.State) + " " + string(rune('0'+e.Latest)) + "/" + string(rune('0'+e.InForce))
}

func (f *fixture) wantState(id, want string) {
	f.t.Helper()
	if got := f.state(id); got != want {
		f.t.Errorf("article %s is %q, want %q", id, got, want)
	}
}

// wantAnswer checks what is shown first; "" is none.
func (f *fixture) wantAnswer(question, id string) {
	f.t.Helper()
	a := f.Answer(question)
	got := ""
	if a.Outcome == knowledge.Answered {
		got = a.Hits[0].Article.ID
	}
	if got != id {
		f.t.Errorf("%q is answered by %q (%s), want %q", question, got, a.Outcome, id)
	}
}

var (
	beamer = knowledge.Article{
		ID: "beamer-kein-bild", Title: "Beamer zeigt kein Bild", Room: "praesentation",
		Questions: []string{
			"beamer zeigt kein bild", "der projektor bleibt dunkel", "kein signal am beamer", "leinwand bleibt schwarz",
			"beamer meldet kein signal", "kein bild auf der leinwand", "der beamer sagt kein signal",
		},
		Steps: []string{"Prüfen Sie das Kabel.", "Wählen Sie am Beamer die Quelle **HDMI**."},
	}
	drucker = knowledge.Article{
		ID: "drucker-papierstau", Title: "Der Drucker hat einen Papierstau", Room: "druck",
		Questions: []string{
			"papierstau im drucker", "der kopierer hat papier verschluckt", "drucker meldet papierstau", "papier steckt fest",
			"kopierer zieht das papier schief ein", "stau im kopierer im lehrerzimmer", "drucker frisst papier",
		},
		Steps: []string{"Öffnen Sie die Klappe.", "Ziehen Sie das Papier heraus."},
		Note:  "Schneiden Sie nichts ab.",
	}
	wlan = knowledge.Article{
		ID: "wlan-passwort", Title: "Das WLAN nimmt das Passwort nicht", Room: "netzwerk",
		Questions: []string{
			"wlan passwort falsch", "ipad kommt nicht ins wlan", "das wlan nimmt mein passwort nicht", "wlan fragt ständig nach kennwort",
			"tablet verbindet sich nicht mit dem wlan", "wlan meldet falsches passwort", "wlan passwort wird abgelehnt",
		},
		Steps: []string{"Vergessen Sie das Netz am Gerät.", "Verbinden Sie neu."},
		English: &knowledge.Twin{
			Title: "The Wi-Fi refuses the password", Questions: []string{"wifi password wrong", "tablet does not join the wifi"},
			Steps: []string{"Forget the network.", "Connect again."},
		},
	}
)

func TestOpenWithStarter(t *testing.T) {
	f := open(t, beamer, drucker, wlan)
	f.wantState("wlan-passwort", "published 1/1")
	f.wantAnswer("der beamer zeigt kein bild", "beamer-kein-bild")
	f.open(beamer, drucker, wlan)
	f.wantState("wlan-passwort", "published 1/1")
}

func TestArticleFromDraftToRetired(t *testing.T) {
	f, ctx := open(t, beamer, drucker), t.Context()
	f.must(f.Save(ctx, "tom", wlan, knowledge.Edit{Why: "neu"}))
	f.wantState(wlan.ID, "draft 1/0")
	f.must(f.Submit(ctx, "tom", wlan.ID, ""))
	f.wantState(wlan.ID, "review 1/0")
	f.must(f.Return(ctx, "mara", wlan.ID, "Quelle fehlt"))
	f.wantState(wlan.ID, "draft 1/0")
	if _, ok := f.Article(wlan.ID); ok {
		t.Error("a draft is in force")
	}
	f.must(f.Submit(ctx, "tom", wlan.ID, ""))
	f.must(f.Publish(ctx, "mara", knowledge.Order{}, wlan.ID))
	f.wantState(wlan.ID, "published 1/1")
	f.settle()
	f.wantAnswer("das wlan nimmt das passwort nicht an", wlan.ID)

	second := wlan
	second.Steps = []string{"Geben Sie das Passwort neu ein."}
	f.must(f.Save(ctx, "tom", second, knowledge.Edit{Base: 1}))
	f.wantState(wlan.ID, "draft 2/1")
	if a, _ := f.Article(wlan.ID); !cmp.Equal(*a, wlan) {
		t.Errorf("while a draft is written, the article in force is %+v", a)
	}
	f.must(f.Retire(ctx, "mara", wlan.ID, "abgeschafft"))
	f.wantState(wlan.ID, "retired 2/0")
	f.wantAnswer("das wlan nimmt das passwort nicht an", "")
	f.settle()
	f.wantAnswer("das wlan nimmt das passwort nicht an", "")

	f.must(f.Restore(ctx, "tom", wlan.ID, 1, "doch"))
	f.wantState(wlan.ID, "draft 3/0")
	all, err := f.Revisions(ctx, "tom", wlan.ID)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range all {
		got = append(got, strings.Join([]string{string(r.By), r.Why, r.Article.Steps[0]}, " | "))
	}
	want := []string{
		"tom | doch | Vergessen Sie das Netz am Gerät.",
		"tom |  | Geben Sie das Passwort neu ein.",
		"tom | neu | Vergessen Sie das Netz am Gerät.",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("revisions (-want +got):\n%s", diff)
	}
	if all[0].From != 1 || !cmp.Equal(all[0].Article, wlan) {
		t.Errorf("restored revision is %+v", all[0])
	}
}

func TestSaveRefusesAndKeeps(t *testing.T) {
	f, ctx := open(t, beamer), t.Context()
	changed := beamer
	changed.Title = "Neu"
	if _, err := f.Save(ctx, "tom", changed, knowledge.Edit{}); !errors.Is(err, knowledge.ErrStale) {
		t.Errorf("saving over a newer revision: %v", err)
	}
	f.must(f.Save(ctx, "tom", beamer, knowledge.Edit{Base: 1}))
	f.wantState(beamer.ID, "published 1/1") // nothing changed
	for name, bad := range map[string]knowledge.Article{
		"path": {ID: "../x"}, "empty": {}, "device": {ID: "con"}, "long": {ID: "x", Note: strings.Repeat("x", 300<<10)},
		"encoding": {ID: "x", Title: "\xff"},
	} {
		var problems knowledge.Problems
		if _, err := f.Save(ctx, "tom", bad, knowledge.Edit{}); !errors.As(err, &problems) {
			t.Errorf("%s is saved: %v", name, err)
		}
	}
	f.must(f.Save(ctx, "tom", knowledge.Article{ID: "halb-fertig", Title: "Ein Anfang"}, knowledge.Edit{}))
	var problems knowledge.Problems
	if _, err := f.Submit(ctx, "tom", "halb-fertig", ""); !errors.As(err, &problems) || len(problems) < 2 {
		t.Errorf("an incomplete article is submitted: %v", err)
	}
	f.wantState("halb-fertig", "draft 1/0")
}

// TestTransitions tries every action in every state.
func TestTransitions(t *testing.T) {
	actions := []struct {
		name string
		do   func(f *fixture, ctx context.Context) error
	}{
		{"save", func(f *fixture, ctx context.Context) error {
			e, err := f.Entry(ctx, "mara", wlan.ID)
			if err != nil {
				e = &knowledge.Entry{}
			}
			a := wlan
			a.Note = "anders"
			_, err = f.Save(ctx, "mara", a, knowledge.Edit{Base: e.Latest})
			return err
		}},
		{"submit", func(f *fixture, ctx context.Context) error { _, err := f.Submit(ctx, "mara", wlan.ID, ""); return err }},
		{"return", func(f *fixture, ctx context.Context) error { _, err := f.Return(ctx, "mara", wlan.ID, ""); return err }},
		{"publish", func(f *fixture, ctx context.Context) error {
			_, err := f.Publish(ctx, "mara", knowledge.Order{}, wlan.ID)
			return err
		}},
		{"retire", func(f *fixture, ctx context.Context) error { _, err := f.Retire(ctx, "mara", wlan.ID, ""); return err }},
	}
	// Per state: what the actions above lead to; "-" is refused.
	table := map[string]string{
		"":          "draft - - - -",
		"draft":     "draft review - - retired",
		"review":    "draft - draft published retired",
		"published": "draft - - - retired",
		"retired":   "draft - - - -",
	}
	reach := map[string][]string{
		"": nil, "draft": {"save"}, "review": {"save", "submit"}, "published": {"save", "submit", "publish"},
		"retired": {"save", "retire"},
	}
	do := func(f *fixture, name string) error {
		i := slices.IndexFunc(actions, func(a struct {
			name string
			do   func(f *fixture, ctx context.Context) error
		}) bool {
			return a.name == name
		})
		return actions[i].do(f, t.Context())
	}
	for state, want := range table {
		var got []string
		for _, a := range actions {
			f := open(t)
			for _, name := range reach[state] {
				if name == "save" {
					f.must(f.Save(t.Context(), "mara", wlan, knowledge.Edit{}))
					continue
				}
				f.must(nil, do(f, name))
			}
			before := f.state(wlan.ID)
			if err := do(f, a.name); err != nil {
				got = append(got, "-")
				if after := f.state(wlan.ID); after != before {
					t.Errorf("%s in state %q fails and leaves %s, was %s", a.name, state, after, before)
				}
				var refused *knowledge.TransitionError
				if !errors.As(err, &refused) && !errors.Is(err, knowledge.ErrNotFound) {
					t.Errorf("%s in state %q: %v", a.name, state, err)
				}
				continue
			}
			after, _, _ := strings.Cut(f.state(wlan.ID), " ")
			got = append(got, after)
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("from state %q the actions lead to %q, want %q", state, s, want)
		}
	}
}

// TestTextChangesAtOnce checks what people see between a change and the index that knows it.
func TestTextChangesAtOnce(t *testing.T) {
	f, ctx := open(t, beamer, drucker, wlan), t.Context()
	a := beamer
	a.Steps, a.Title = []string{"Rufen Sie den Hausmeister."}, "Beamer ist dunkel"
	f.must(f.Save(ctx, "mara", a, knowledge.Edit{Base: 1}))
	f.must(f.Submit(ctx, "mara", a.ID, ""))
	f.must(f.Publish(ctx, "mara", knowledge.Order{Anyway: true}, a.ID))
	// The new index may be there or not.
	hit := f.Answer("der beamer zeigt kein bild").Hits[0]
	if hit.Article.Steps[0] != a.Steps[0] || hit.Label != a.Title {
		t.Errorf("after publishing, the answer shows %q labelled %q", hit.Article.Steps, hit.Label)
	}
}

func TestSchedule(t *testing.T) {
	f, ctx := open(t, beamer, drucker), t.Context()
	f.must(f.Save(ctx, "tom", wlan, knowledge.Edit{}))
	at := monday.Add(48 * time.Hour)
	var refused *knowledge.TransitionError
	if _, err := f.Schedule(ctx, "mara", wlan.ID, knowledge.Plan{Publish: at}); !errors.As(err, &refused) {
		t.Errorf("scheduling a draft to be published: %v", err)
	}
	f.must(f.Submit(ctx, "tom", wlan.ID, ""))
	f.must(f.Schedule(ctx, "mara", wlan.ID, knowledge.Plan{Owner: "tom", Review: at.Add(time.Hour), Publish: at}))
	tick := func(now time.Time, want time.Time) {
		t.Helper()
		f.now = now
		next, err := f.Tick(ctx, now)
		if err != nil || !next.Equal(want) {
			t.Errorf("tick at %v: next %v, %v; want %v", now, next, err, want)
		}
	}
	tick(at.Add(-time.Second), at)
	f.wantState(wlan.ID, "review 1/0")
	tick(at, time.Time{})
	f.wantState(wlan.ID, "published 1/1")
	f.settle()
	f.wantAnswer("das wlan nimmt das passwort nicht an", wlan.ID)
	tick(at.Add(2*time.Hour), time.Time{})
	f.wantState(wlan.ID, "published 1/1") // stale, and in force all the same
	e, err := f.Entry(ctx, "tom", wlan.ID)
	if err != nil || e.Owner != "tom" || !e.Stale(f.now) {
		t.Errorf("entry is %+v, %v", e, err)
	}
}

func TestSavingEndsASchedule(t *testing.T) {
	f, ctx := open(t, beamer), t.Context()
	f.must(f.Save(ctx, "tom", wlan, knowledge.Edit{}))
	f.must(f.Submit(ctx, "tom", wlan.ID, ""))
	f.must(f.Schedule(ctx, "mara", wlan.ID, knowledge.Plan{Publish: monday.Add(time.Hour)}))
	a := wlan
	a.Note = "noch nicht fertig"
	f.must(f.Save(ctx, "tom", a, knowledge.Edit{Base: 1}))
	f.must(f.Submit(ctx, "tom", wlan.ID, ""))
	f.must(f.Tick(ctx, monday.Add(2*time.Hour)))
	f.wantState(wlan.ID, "review 2/0") // what was scheduled was another text
}

// TestRights asks for everything as everybody.
func TestRights(t *testing.T) {
	var f *fixture
	calls := map[knowledge.Action]func(ctx context.Context, p knowledge.Person) error{
		knowledge.ActSee: func(ctx context.Context, p knowledge.Person) error { _, err := f.Entries(ctx, p); return err },
		knowledge.ActSave: func(ctx context.Context, p knowledge.Person) error {
			_, err := f.Save(ctx, p, beamer, knowledge.Edit{})
			return err
		},
		knowledge.ActSuggest: func(ctx context.Context, p knowledge.Person) error {
			_, err := f.Draft(ctx, p, knowledge.Source{Title: "x"})
			return err
		},
		knowledge.ActSubmit: func(ctx context.Context, p knowledge.Person) error { _, err := f.Submit(ctx, p, "x", ""); return err },
		knowledge.ActReturn: func(ctx context.Context, p knowledge.Person) error { _, err := f.Return(ctx, p, "x", ""); return err },
		knowledge.ActPublish: func(ctx context.Context, p knowledge.Person) error {
			_, err := f.Publish(ctx, p, knowledge.Order{}, "x")
			return err
		},
		knowledge.ActRetire: func(ctx context.Context, p knowledge.Person) error { _, err := f.Retire(ctx, p, "x", ""); return err },
		knowledge.ActRestore: func(ctx context.Context, p knowledge.Person) error {
			_, err := f.Restore(ctx, p, "x", 1, "")
			return err
		},
		knowledge.ActSchedule: func(ctx context.Context, p knowledge.Person) error {
			_, err := f.Schedule(ctx, p, "x", knowledge.Plan{})
			return err
		},
		knowledge.ActLocalise: func(ctx context.Context, p knowledge.Person) error {
			return f.Localise(ctx, p, "x", "gs-nord", knowledge.Local{})
		},
		knowledge.ActDismiss: func(ctx context.Context, p knowledge.Person) error { _, err := f.Dismiss(ctx, p, "x", ""); return err },
		knowledge.ActImport:  func(ctx context.Context, p knowledge.Person) error { _, err := f.Import(ctx, p, nil, ""); return err },
		knowledge.ActExport:  func(ctx context.Context, p knowledge.Person) error { return f.WriteZip(ctx, p, new(strings.Builder)) },
		knowledge.ActAudit:   func(ctx context.Context, p knowledge.Person) error { return f.Verify(ctx, p) },
		knowledge.ActErase:   func(ctx context.Context, p knowledge.Person) error { return f.Erase(ctx, p, "niemand") },
	}
	for action, call := range calls {
		for _, p := range []knowledge.Person{"mara", "tom", "uli", "eva", knowledge.Program} {
			f = open(t)
			denied := errors.Is(call(t.Context(), p), knowledge.ErrDenied)
			if want := !may(p, action, "gs-nord"); denied != want {
				t.Errorf("%q asks for %s: denied %t, want %t", p, action, denied, want)
			}
		}
	}
	if err := f.Localise(t.Context(), "uli", "x", "gs-sued", knowledge.Local{}); !errors.Is(err, knowledge.ErrDenied) {
		t.Errorf("uli sets the text of another school: %v", err)
	}
	for _, r := range append(knowledge.Roles, "pupil", "") {
		if knowledge.Can(r, knowledge.ActShip) || knowledge.Can(r, "fly") {
			t.Errorf("%s may do what nobody may", r)
		}
	}
}

func TestReadOnly(t *testing.T) {
	l := knowledge.NewLibrary(knowledge.NewIndex([]knowledge.Article{beamer, drucker}, knowledge.Options{}))
	if a, ok := l.ArticleFor(beamer.ID, "gs-nord"); !ok || a.Title != beamer.Title {
		t.Errorf("article for a school is %+v, %t", a, ok)
	}
	if _, ok := l.Article("nichts"); ok {
		t.Error("there is an article that does not exist")
	}
	_, err := l.Save(t.Context(), "mara", wlan, knowledge.Edit{})
	_, tickErr := l.Tick(t.Context(), monday)
	for _, err := range []error{err, tickErr, l.Observe(t.Context(), knowledge.Observation{})} {
		if !errors.Is(err, knowledge.ErrReadOnly) {
			t.Errorf("a library without a store says %v", err)
		}
	}
	if err := l.Settle(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestOverlay(t *testing.T) {
	own := knowledge.Article{ID: drucker.ID, Title: "Unser Drucker"}
	var got []string
	for _, a := range knowledge.Overlay([]knowledge.Article{wlan, drucker}, []knowledge.Article{own, beamer}) {
		got = append(got, a.ID+": "+a.Title)
	}
	want := []string{
		"beamer-kein-bild: Beamer zeigt kein Bild", "drucker-papierstau: Unser Drucker", "wlan-passwort: Das WLAN nimmt das Passwort nicht",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("overlay (-want +got):\n%s", diff)
	}
}

// TestParallel edits and asks at the same time; run it with -race.
func TestParallel(t *testing.T) {
	f := open(t, beamer, drucker, wlan)
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-stop:
				return
			default:
			}
			if a := f.Answer("der drucker meldet papierstau"); len(a.Hits) == 0 || a.Hits[0].Article.ID != drucker.ID {
				t.Errorf("meanwhile the answer is %+v", a)
				return
			}
		}
	}()
	for n := range 5 {
		a := beamer
		a.Note = strings.Repeat("x", n+1)
		f.bring(a)
	}
	close(stop)
	<-done
}

// An article that belongs to no room of the building is kept as a draft and shown to nobody, whichever way it comes.
func TestRoomsOfTheBuilding(t *testing.T) {
	ctx := t.Context()
	l, err := knowledge.OpenLibrary(ctx, new(knowledgetest.Memory), []knowledge.Article{beamer}, knowledge.LibraryOptions{May: may, Rooms: []string{"netzwerk", "druck"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := l.Article(beamer.ID); !ok {
		t.Error("what ships is not shown in a building without its room")
	}
	lost := drucker
	lost.Room = "keller"
	const want = `unknown room "keller"; use one of netzwerk, druck`
	if _, err := l.Import(ctx, "mara", []knowledge.Article{wlan, lost}, ""); err == nil || err.Error() != lost.ID+".md: "+want {
		t.Errorf("it is imported: %v", err)
	}
	if _, err := l.Save(ctx, "tom", lost, knowledge.Edit{}); err != nil {
		t.Errorf("it is not kept: %v", err)
	}
	if _, err := l.Submit(ctx, "tom", lost.ID, ""); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("it goes to review: %v", err)
	}
}
