package web

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"ersthelfer/knowledge"
)

// TestEveryProblemHasGermanWords reads the sentences out of the sources that say them, so that a new one is not
// forgotten and an old one does not stay.
func TestEveryProblemHasGermanWords(t *testing.T) {
	all := map[string]string{}
	if err := yaml.Load(must(wordFiles.ReadFile("words/problems.yaml")), &all); err != nil {
		t.Fatal(err)
	}
	said := regexp.MustCompile("(?:refuse|mistake)\\((?:[^\"`\\n]|\"zip\")*?,\\s*(\"(?:[^\"\\\\]|\\\\.)*\"|`[^`]*`)|Message: (?:fmt\\.Sprintf\\()?(\"(?:[^\"\\\\]|\\\\.)*\"|`[^`]*`)|return (\"the name [^\"]*\")|c\\.name \\+ (\" is not UTF-8 text\")")
	found := map[string]bool{}
	for _, name := range []string{"import.go", "import_csv.go", "markdown.go", "library_change.go"} {
		source := string(must(os.ReadFile(filepath.Join("..", "..", "knowledge", name))))
		for _, m := range said.FindAllStringSubmatch(source, -1) {
			text := must(strconv.Unquote(m[1] + m[2] + m[3] + m[4]))
			if strings.HasPrefix(text, " is not") {
				text = "%s" + text
			}
			if text != "%s" {
				found[text] = true
			}
		}
	}
	for text := range found {
		if all[text] == "" {
			t.Errorf("there is no German for %q", text)
		}
	}
	for text, german := range all {
		if !found[text] {
			t.Errorf("nobody says %q", text)
		}
		for i := range strings.Count(text, "%") {
			if place := "{" + strconv.Itoa(i+1) + "}"; !strings.Contains(german, place) {
				t.Errorf("%q lacks %s", german, place)
			}
		}
	}
}

func TestProblemsAreSaid(t *testing.T) {
	for _, test := range []struct {
		problem knowledge.Problem
		want    string
	}{
		{
			knowledge.Problem{File: "zip", Message: "the archive holds 100000 files; at most 5000 are read"},
			"zip: Das Archiv enthält 100000 Dateien. Höchstens 5000 werden gelesen.",
		},
		{
			knowledge.Problem{File: "a.csv", Line: 3, Column: 2, Message: "the cell begins like a formula; put an apostrophe in front"},
			"a.csv, Zeile 3, Stelle 2: Die Zelle beginnt wie eine Formel. Setzen Sie einen Apostroph davor.",
		},
		{
			knowledge.Problem{File: "a.md", Line: 3, Message: `unknown value "{2} {1}"; use one of P1, P2`},
			`a.md, Zeile 3: "{2} {1}" steht nicht zur Wahl. Möglich sind: P1, P2.`,
		},
		{knowledge.Problem{File: "a.md", Message: "something new"}, "a.md: something new"},
	} {
		if got := (voice{Lang: "de"}).Problem(test.problem); got != test.want {
			t.Errorf("%v is said as %q, want %q", test.problem, got, test.want)
		}
	}
}
