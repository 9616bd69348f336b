package knowledge

import (
	"os"
	"strings"
	"testing"
)

// TestEvaluate: the articles that ship answer the development questions at
// least so well. The floors lie below what knowledge/BENCHMARK.md reports, so
// that a change must be clearly worse to fail.
func TestEvaluate(t *testing.T) {
	src, err := os.ReadFile("testdata/dev.tsv")
	if err != nil {
		t.Fatal(err)
	}
	questions, err := ParseQuestions("dev.tsv", src)
	if err != nil {
		t.Fatal(err)
	}
	articles, err := Starter()
	if err != nil {
		t.Fatal(err)
	}
	e := NewIndex(articles, Options{}).Evaluate(questions)
	var report strings.Builder
	if err := e.WriteText(&report); err != nil {
		t.Fatal(err)
	}
	floor := func(what string, n, of int, least float64) {
		if share := 100 * float64(n) / float64(of); share < least {
			t.Errorf("%s: %.1f %%, want at least %.1f %%", what, share, least)
		}
	}
	floor("first hit right", e.First, e.Articles, 85)
	floor("right or among the choices", e.Offered, e.Articles, 80)
	floor("not answered wrongly", e.Articles-e.Wrong, e.Articles, 96)
	floor("nothing fits: not answered", e.Outside-e.Answered, e.Outside, 94)
	floor("too vague: asked back", e.AskedBack, e.Vague, 80)
	floor("acts", e.ActsRight, e.Acts, 90)
	if t.Failed() {
		t.Log(report.String())
	}
}
