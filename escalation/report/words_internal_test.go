package report

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var (
	placeholder = regexp.MustCompile(`\{[a-z]+\}`)
	literal     = regexp.MustCompile(`"([a-z_0-9]+(\.[a-z_0-9]+)*)"`)
)

func catalogue(t *testing.T, language string) words {
	t.Helper()
	w, err := loadWords(language)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestLanguagesHaveTheSameWords(t *testing.T) {
	de, en := catalogue(t, "de"), catalogue(t, "en")
	if d := cmp.Diff(slices.Sorted(maps.Keys(de)), slices.Sorted(maps.Keys(en))); d != "" {
		t.Errorf("keys (-de +en):\n%s", d)
	}
	for key := range de {
		in := func(w words) []string { return slices.Sorted(slices.Values(placeholder.FindAllString(w[key], -1))) }
		if d := cmp.Diff(in(de), in(en)); d != "" {
			t.Errorf("%s: placeholders (-de +en):\n%s", key, d)
		}
		if strings.TrimSpace(de[key]) == "" || strings.TrimSpace(en[key]) == "" {
			t.Errorf("%s: no words", key)
		}
	}
}

// TestWordsAreUsed holds the keys that stand in the code against the catalogue,
// so that no typing error leaves a hole in a page.
func TestWordsAreUsed(t *testing.T) {
	de := catalogue(t, "de")
	used := map[string]bool{}
	// Keys that are put together in the code.
	for _, o := range (Outcomes{}).list() {
		used["outcome."+o.name] = true
	}
	for _, part := range []string{"total", "model", "school", "room", "step", "priority", "age", "article"} {
		used["part."+part] = true
	}
	for _, clock := range []string{"response", "resolution"} {
		for _, name := range []string{"count", "median", "p90", "wall", "kept", "of"} {
			used["figure."+clock+"."+name] = true
		}
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range literal.FindAllStringSubmatch(string(data), -1) {
			if _, ok := de[m[1]]; !ok && strings.Contains(m[1], ".") {
				t.Errorf("%s: no words for %q", file, m[1])
			}
			used[m[1]] = true
		}
	}
	for key := range de {
		if !used[key] {
			t.Errorf("words nobody uses: %q", key)
		}
	}
	for key := range used {
		if _, ok := de[key]; !ok && strings.Contains(key, ".") {
			t.Errorf("no words for %q", key)
		}
	}
}
