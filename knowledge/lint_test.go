package knowledge

import (
	"strings"
	"testing"
)

// TestStarterIsClean: the articles that ship have no problem at all.
func TestStarterIsClean(t *testing.T) {
	articles, err := Starter()
	if err != nil {
		t.Fatal(err)
	}
	if len(articles) != 104 {
		t.Errorf("%d articles ship, want 104", len(articles))
	}
	for _, p := range Lint(articles) {
		t.Error(p)
	}
}

// TestLint: each problem between articles is reported, with its article.
func TestLint(t *testing.T) {
	questions := []string{"a a", "b b", "c c", "d d", "e e"}
	first := Article{ID: "eins", Ask: "Was?", Option: "Eins", Near: []string{"zwei", "eins", "drei"}, Also: []string{"vier"}, Questions: questions}
	second := Article{ID: "zwei", Ask: "Wer?", Option: "Eins", Near: []string{"eins"}, Questions: []string{"A  a"}}
	var got []string
	for _, p := range Lint([]Article{first, second, second}) {
		got = append(got, p.String())
	}
	all := strings.Join(got, "\n")
	for _, want := range []string{
		`zwei.md: two articles have the id "zwei"`,
		`eins.md: near: zwei asks "Wer?", this article "Was?"`,
		`eins.md: near: an article is not near itself`,
		`eins.md: near: there is no article "drei"`,
		`eins.md: also: there is no other article "vier"`,
		`zwei.md: 1 questions; write at least 5`,
		`zwei.md: the question "A  a" stands in eins too`,
	} {
		if !strings.Contains(all, want) {
			t.Errorf("Lint does not report %s; it reports\n%s", want, all)
		}
	}
}
