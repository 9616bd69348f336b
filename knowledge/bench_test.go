package knowledge

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

const (
	benchTrain = "druck\tdrucker druckt nicht\ndruck\tpapier klemmt im drucker\ndruck\ttoner ist leer\n" +
		"netz\twlan geht nicht\nnetz\tkein internet im raum\nnetz\tverbindung zum wlan bricht ab\n"
	benchTest = "druck\tim drucker klemmt papier\nnetz\tdas wlan bricht ab\n-\twann ist die pause\n"
)

func TestBench(t *testing.T) {
	train, err := ParseLabelled("train.tsv", []byte(benchTrain))
	if err != nil {
		t.Fatal(err)
	}
	test, err := ParseLabelled("test.tsv", []byte(benchTest))
	if err != nil {
		t.Fatal(err)
	}
	r := Bench(train, nil, test)
	if r.First != 1 || r.Top3 != 1 || r.MRR != 1 || r.Questions != 2 || r.Outside != 1 {
		t.Errorf("%+v", r)
	}
	if r.InScopeAt80 != 1 {
		t.Errorf("what is out of scope scores above what is not: %+v", r)
	}
	if _, err := ParseLabelled("x.tsv", []byte("a\tb\nohne tab\n")); err == nil || !strings.HasPrefix(err.Error(), "x.tsv:2:1: ") {
		t.Errorf("got %v", err)
	}
}

func TestScoreCountsShares(t *testing.T) {
	var r BenchResult
	r.score([]judged{
		{score: 0.9, rank: 0}, {score: 0.8, rank: 1}, {score: 0.3, rank: 0}, {score: 0.2, rank: -1},
		{score: 0.5, rank: -1, outside: true}, {score: 0.1, rank: -1, outside: true, refused: true},
	})
	if r.InScopeFitted != 0.5 || r.RefusedFitted != 0.5 {
		t.Errorf("at the fitted threshold: %+v", r)
	}
	if r.First != 0.5 || r.Top3 != 0.75 || r.MRR != 0.625 || r.InScopeAt80 != 0.25 || r.InScopeAt90 != 0.25 {
		t.Errorf("%+v", r)
	}
}

func TestWriteBenchmark(t *testing.T) {
	sets := fstest.MapFS{
		"clinc150/train.tsv": {Data: []byte(benchTrain)},
		"clinc150/test.tsv":  {Data: []byte(benchTest)},
	}
	articles := []Article{{ID: "druck", Title: "Papierstau im Drucker"}, {ID: "netz", Title: "Kein WLAN im Raum"}}
	questions := []Question{{Want: []string{"druck"}, Language: "de", Text: "papierstau im drucker"}, {Want: []string{"-"}, Language: "de", Text: "wann ist pause"}}
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	var b strings.Builder
	if err := WriteBenchmark(&b, now, sets, articles, "q.tsv", questions); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Measured on 2026-11-26", "\n| clinc150 | 100.0 | 100.0 | 1.000 | 100.0 |", "(1 questions with an article, 1 out of scope",
		"\n| one typo per message | 100.0 |", "\n| 1,000 made-up articles | "} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
	delete(sets, "clinc150/test.tsv")
	if err := WriteBenchmark(&b, now, sets, articles, "q.tsv", questions); err == nil {
		t.Error("a set without questions is measured")
	}
}

func TestMistyped(t *testing.T) {
	for _, text := range []string{"der drucker druckt nicht", "WLAN", "Bücher für Schüler"} {
		got := mistyped(text)
		if got == text && text != "WLAN" || mistyped(text) != got || len(got) < len(text)-2 || len(got) > len(text)+2 {
			t.Errorf("%q: %q, then %q", text, got, mistyped(text))
		}
	}
	if got := mistyped("ok"); got != "ok" {
		t.Errorf("a word without an inside became %q", got)
	}
}

// A base beyond the limit takes the path without phrasings and answers all the same.
func TestHugeBaseFindsByWords(t *testing.T) {
	b := newBuilder(Options{})
	for _, a := range []Article{
		{ID: "druck", Title: "Papierstau im Drucker", Questions: []string{"papier klemmt"}},
		{ID: "netz", Title: "Kein WLAN im Raum", Questions: []string{"wlan bricht ab"}},
	} {
		b.article(a)
	}
	ix := &Index{tuning: b.tuning, classes: len(b.bodies), outside: -1, reader: b.reader, articles: make([]Article, 2)}
	b.indexWords(ix, len(b.phrases))
	for say, want := range map[string]int32{"im drucker klemmt papier": 0, "das wlan bricht immer ab": 1} {
		if got := ix.judge(say).order[0]; got != want {
			t.Errorf("%q finds article %d, want %d", say, got, want)
		}
	}
}

func TestFitCalibration(t *testing.T) {
	articles := []Article{
		{ID: "druck", Title: "Papierstau im Drucker", Questions: []string{"papier klemmt im drucker", "drucker zieht papier schief ein", "papierstau"}},
		{ID: "netz", Title: "Kein WLAN im Raum", Questions: []string{"wlan bricht ab", "kein wlan im raum", "komme nicht ins wlan"}},
	}
	o := Options{OutOfScope: []string{"wann ist pause", "wie wird das wetter", "was gibt es zu essen"}}
	got := FitCalibration(articles, o, nil, nil)
	if !strings.Contains(got, "temperature: ") || !strings.Contains(got, "sigReach: ") || strings.Contains(got, "NaN") {
		t.Errorf("got %s", got)
	}
	if again := FitCalibration(articles, o, nil, nil); again != got {
		t.Errorf("first %s\nthen  %s", got, again)
	}
}
