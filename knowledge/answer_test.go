package knowledge

import (
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// starterIndex is built once: it is immutable.
var starterIndex = sync.OnceValue(func() *Index {
	articles, err := Starter()
	if err != nil {
		panic(err)
	}
	return NewIndex(articles, Options{})
})

func TestAnswersOfEveryKind(t *testing.T) {
	for _, test := range []struct{ say, want string }{
		{"beamer sagt kein signal", "answer beamer-kein-signal"},
		{"Hallo zusammen, der Drucker in B112 zeigt einen Papierstau. Vielen Dank!", "answer papierstau"},
		{"danke, aber jetzt geht der ton nicht", "kein-ton-raum"},
		{"hallo, beamer geht nicht", "choose"},
		{"I forgot my iserv password", "answer iserv-passwort-vergessen"},
		{"habe auf den link in der mail geklickt und mein passwort eingegeben", "answer phishing-geklickt at once"},
		{"die klausur läuft gerade und der beamer zeigt kein signal", "answer pruefung-technik at once"},
		{"was gibt es heute in der mensa", "none"},
		{"wann sind die nächsten ferien", "none"},
		{"mensch bitte", "talk human"},
		{"moin moin", "talk greeting"},
		{"wie is der statsu", "talk status"},
		{"vielen dank!!", "talk thanks"},
		{"Jaaa", "talk yes"},
		{"nein, hat nichts gebracht", "talk no"},
		{"neni", "talk no"},
		{"bist du ein bot?", "talk who"},
		{"wie weit ist mein ticket", "talk status"},
		{"ticket 1047?", "talk status"},
		{"ticket nr 88 wie ist da der stand", "talk status"},
		{"ticket 412 löschen bitte", "talk stop"},
		{"neues ticket", "talk human"},
		{"passt schon ja", "talk yes"},
		{"naa", "talk no"},
		{"abbruch", "talk stop"},
		{"was kannst du", "talk help"},
		{"könnten Sie mir bitte helfen?", "talk help"},
		{"Guten Morgen, könnten Sie mir bitte helfen? Mein Laptop findet das WLAN nicht.", "answer wlan-verbindet-nicht"},
		{"can you help me please? the printer is jammed", "answer papierstau"},
		{"bin ich hier richtig?", "talk help"},
		{"wobei können sie mir helfen", "talk help"},
		{"kann mich bitte jemand zurückrufen", "talk human"},
		{"rede ich hier mjt einer maschine", "talk who"},
		{"nope still broken", "talk no"},
		{"hye", "talk greeting"},
		{"any nws on my issue", "talk status"},
		{"hallo, wann gibts zeugnisse?", "none"},
		{"wie wird das wetter morgen", "none"},
		{"wo ist mein essen", "none"},
		{"", "talk help"},
		{"???", "talk help"},
		{"принтер не печатает", "none"},
	} {
		a := starterIndex().Answer(test.say)
		got := string(a.Outcome)
		if a.Act != "" {
			got += " " + string(a.Act)
		}
		if len(a.Hits) > 0 && a.Outcome != None {
			got += " " + a.Hits[0].Article.ID
		}
		if a.AtOnce {
			got += " at once"
		}
		if !strings.Contains(got, test.want) {
			t.Errorf("%q: %s, want %s", test.say, got, test.want)
		}
	}
}

func TestChoicesOfNeighboursAskTheirQuestion(t *testing.T) {
	a := starterIndex().Answer("tafel problem")
	if a.Outcome != Choose || len(a.Hits) < 2 || len(a.Hits) > MaxChoices {
		t.Fatalf("%s with %d hits", a.Outcome, len(a.Hits))
	}
	for _, h := range a.Hits {
		if h.Label == "" || h.Score < 0 || h.Score > 1 {
			t.Errorf("%s: label %q, score %v", h.Article.ID, h.Label, h.Score)
		}
	}
	first := a.Hits[0].Article
	same := !slices.ContainsFunc(a.Hits, func(h Hit) bool { return h.Article.Ask != first.Ask })
	if same != (a.Ask != "") {
		t.Errorf("the hits share a question: %t, asked %q", same, a.Ask)
	}
}

func TestLabelsAreInTheLanguageOfTheMessage(t *testing.T) {
	if a := starterIndex().Answer("the projector says no signal"); a.Language != "en" || a.Hits[0].Label != a.Hits[0].Article.English.Option {
		t.Errorf("language %s, label %q", a.Language, a.Hits[0].Label)
	}
}

// A message means the same however it is typed.
func TestSpellingDoesNotMatter(t *testing.T) {
	for _, line := range []string{
		"Der Drucker druckt nur Streifen|der drucker druckt nur streifen|DER DRUCKER DRUCKT NUR STREIFEN",
		"Ich möchte das WLAN für Schülergeräte freischalten|ich moechte das wlan fuer schuelergeraete freischalten|ich mochte das wlan fur schulergerate freischalten",
		"die dokumentenkamera zeigt kein bild|die dokumenten kamera zeigt kein bild|die dokumentenkamrea zeigt kein bild",
	} {
		ways := strings.Split(line, "|")
		want := starterIndex().Answer(ways[0]).Hits[0].Article.ID
		for _, way := range ways[1:] {
			if got := starterIndex().Answer(way).Hits[0].Article.ID; got != want {
				t.Errorf("%q: %s, but %q: %s", ways[0], want, way, got)
			}
		}
	}
}

func TestNegationIsKept(t *testing.T) {
	a, b := starterIndex().Answer("kein bild").Hits[0].Article.ID, starterIndex().Answer("kein ton").Hits[0].Article.ID
	if a == b {
		t.Errorf("both are answered by %s", a)
	}
}

func TestAlsoIsShownWhenTheMessageSpeaksForIt(t *testing.T) {
	a := starterIndex().Answer("mein laptop wurde gestohlen, da sind noten und schülerdaten drauf")
	var ids []string
	for _, h := range a.Hits {
		ids = append(ids, h.Article.ID)
	}
	if !slices.Contains(ids, "geraet-verloren") || !slices.Contains(ids, "datenpanne") {
		t.Errorf("%s: %q", a.Outcome, ids)
	}
}

func TestTwoIndexesOfTheSameArticlesAgree(t *testing.T) {
	articles, err := Starter()
	if err != nil {
		t.Fatal(err)
	}
	again := NewIndex(articles, Options{})
	for _, q := range devQuestions(t)[:200] {
		if diff := cmp.Diff(starterIndex().Explain(q.Text), again.Explain(q.Text)); diff != "" {
			t.Fatalf("%q: %s", q.Text, diff)
		}
	}
}

func TestEmptyBase(t *testing.T) {
	ix := NewIndex(nil, Options{})
	if a := ix.Answer("beamer sagt kein signal"); a.Outcome != None || len(a.Hits) != 0 {
		t.Errorf("%+v", a)
	}
	if a := ix.Answer("danke"); a.Act != ActThanks {
		t.Errorf("%+v", a)
	}
}

func TestOneArticle(t *testing.T) {
	ix := NewIndex([]Article{{ID: "a", Title: "Papierstau im Drucker", Questions: []string{"papier klemmt"}}}, Options{})
	if a := ix.Answer("papierstau im drucker"); a.Outcome != Answered {
		t.Errorf("%+v", a)
	}
}

func TestCostsDecide(t *testing.T) {
	articles, _ := Starter()
	const say = "in der konferenz höre ich immer nur jedes dritte wort"
	careful := NewIndex(articles, Options{Costs: Costs{Wrong: 1000, Ask: 1, Lost: 1, Miss: 5}})
	if a := careful.Answer(say); a.Outcome == Answered {
		t.Errorf("where a wrong answer costs a thousand, %.2f was enough", a.Hits[0].Score)
	}
	bold := NewIndex(articles, Options{Costs: Costs{Wrong: 0.01, Ask: 1, Lost: 1, Miss: 5}})
	if a := bold.Answer(say); a.Outcome != Answered {
		t.Errorf("where a wrong answer costs nothing: %s", a.Outcome)
	}
}

// The floors are below what is measured, so that articles may change; BENCHMARK.md has the measure.
func TestFloors(t *testing.T) {
	e := starterIndex().Evaluate(devQuestions(t))
	for _, floor := range []struct {
		what     string
		n, of    int
		min, max float64
	}{
		{"first", e.First, e.Articles, 0.86, 1},
		{"right or among the choices", e.Offered, e.Articles, 0.91, 1},
		{"wrong answer", e.Wrong, e.Articles, 0, 0.04},
		{"out of scope answered", e.Answered, e.Outside, 0, 0.06},
		{"vague asked back", e.AskedBack, e.Vague, 0.8, 1},
		{"acts", e.ActsRight, e.Acts, 0.95, 1},
	} {
		if share := float64(floor.n) / float64(floor.of); share < floor.min || share > floor.max {
			t.Errorf("%s: %.3f, want %.2f to %.2f", floor.what, share, floor.min, floor.max)
		}
	}
}

func devQuestions(t testing.TB) []Question {
	t.Helper()
	src, err := os.ReadFile("testdata/dev.tsv")
	if err != nil {
		t.Fatal(err)
	}
	qs, err := ParseQuestions("dev.tsv", src)
	if err != nil {
		t.Fatal(err)
	}
	return qs
}

func TestParseQuestionsReportsEveryMistake(t *testing.T) {
	_, err := ParseQuestions("q.tsv", []byte("a|b\tde\tfrage\nkaputt\n-\tde\t\n"))
	if want := "q.tsv:2:1: 1 fields; write expected, language and message with tabs between them\n" +
		"q.tsv:3:1: 3 fields; write expected, language and message with tabs between them"; err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
}

func FuzzAnswer(f *testing.F) {
	for _, s := range []string{"beamer sagt kein signal", "\xff\xfe", "in 204 mit 7b", "", strings.Repeat("ä ", 5000), "ja ja ja", "Q1 ef EF", "مرحبا"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a := starterIndex().Answer(text)
		if diff := cmp.Diff(a, starterIndex().Answer(text)); diff != "" {
			t.Errorf("a second time: %s", diff)
		}
		if len(a.Hits) > MaxChoices || a.Outcome == Choose && len(a.Hits) < 2 || a.Outcome == Answered && len(a.Hits) == 0 {
			t.Errorf("%s with %d hits", a.Outcome, len(a.Hits))
		}
		if (a.Outcome == Talk) != (a.Act != "") {
			t.Errorf("outcome %s, act %q", a.Outcome, a.Act)
		}
		for _, room := range a.Details.Rooms {
			if utf8.ValidString(text) && !strings.Contains(text, room) {
				t.Errorf("room %q is not in %q", room, text)
			}
		}
	})
}

func BenchmarkBuildStarter(b *testing.B) {
	articles, err := Starter()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		NewIndex(articles, Options{})
	}
}

func BenchmarkAnswer(b *testing.B) {
	qs := devQuestions(b)
	ix := starterIndex()
	i := 0
	for b.Loop() {
		ix.Answer(qs[i%len(qs)].Text)
		i++
	}
}
