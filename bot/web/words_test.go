package web

import (
	"html/template"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"text/template/parse"
	"time"
)

func TestWordsHaveTheSameKeysAndPlaceholders(t *testing.T) {
	placeholder := regexp.MustCompile(`\{[a-z]+\}`)
	de, en := catalogue["de"], catalogue["en"]
	for _, key := range slices.Sorted(maps.Keys(de)) {
		if _, ok := en[key]; !ok {
			t.Errorf("%q is missing in English", key)
			continue
		}
		d, e := placeholder.FindAllString(de[key], -1), placeholder.FindAllString(en[key], -1)
		slices.Sort(d)
		slices.Sort(e)
		if !slices.Equal(d, e) {
			t.Errorf("%q has %q in German and %q in English", key, d, e)
		}
		if de[key] == "" || en[key] == "" {
			t.Errorf("%q says nothing", key)
		}
	}
	for key := range en {
		if _, ok := de[key]; !ok {
			t.Errorf("%q is missing in German", key)
		}
	}
}

// Words that are asked for must be there, and words that nobody asks for must not.
func TestWordsAreUsed(t *testing.T) {
	asked := regexp.MustCompile(`"([a-z]+(?:\.[a-z0-9%-]+)+)"`)
	used := map[string]bool{}
	for _, pattern := range []string{"*.go", "templates/*.html"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range asked.FindAllStringSubmatch(string(data), -1) {
				used[m[1]] = true
			}
		}
	}
	// Composed from a beginning and a value.
	composed := []string{
		"kind.", "kindnote.", "way.", "status.", "weekday.", "month.", "clock.1", "clock.next", "report.outcome.",
		"state.", "health.", "order.", "role.", "priority.", "fact.", "step.", "stepnote.", "language.", "age.",
		"task.", "tasknote.", "act.", "done.", "outcome.", "reason.",
	}
	for key := range catalogue["de"] {
		begins := func(prefix string) bool { return strings.HasPrefix(key, prefix) }
		if !used[strings.TrimSuffix(key, ".one")] && !slices.ContainsFunc(composed, begins) {
			t.Errorf("nobody says %q", key)
		}
	}
	area := regexp.MustCompile(`^(app|front|nav|chat|clock|tickets|report|error|when|signin|signedout|session|part|articles|article|tab|asked|preview|field|lint|plan|gate|who|history|tasks|gaps|try|exchange|audit|proposal|schools|school|diff|reason|reviews|done)\.`)
	for key := range used {
		if _, ok := catalogue["de"][key]; !ok && area.MatchString(key) && !strings.Contains(key, "%") &&
			!strings.HasSuffix(key, ".css") && !strings.HasSuffix(key, ".js") {
			t.Errorf("%q is asked for and not there", key)
		}
	}
}

func TestEveryValueHasWords(t *testing.T) {
	for _, lang := range []string{"de", "en"} {
		v := voice{Lang: lang, zone: time.UTC}
		keys := []string{"status.asked", "status.answered", "status.helped", "status.new", "status.open", "status.pending",
			"status.solved", "status.closed", "way.direct", "way.multi-stage", "way.mixed"}
		for _, k := range kindOrder {
			keys = append(keys, "kind."+string(k), "kindnote."+string(k))
		}
		for step := range clockSteps {
			keys = append(keys, "clock."+step)
		}
		for _, key := range keys {
			if v.W(key) == key {
				t.Errorf("%s: no words for %q", lang, key)
			}
		}
		for d := range 7 {
			for m := range 12 {
				at := time.Date(2026, time.Month(m+1), d+1, 10, 40, 0, 0, time.UTC)
				for _, text := range []string{v.Date(at), v.When(at), v.Month(at)} {
					if strings.Contains(text, ".1") || strings.Contains(text, "{") || strings.Contains(text, "day.") {
						t.Errorf("%s: %v is called %q", lang, at, text)
					}
				}
			}
		}
	}
}

func TestTimesAreSaidInTheZone(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 23, 9, 5, 0, 0, time.UTC)
	de, en := voice{Lang: "de", zone: zone}, voice{Lang: "en", zone: zone}
	for got, want := range map[string]string{
		de.When(at):  "Mo 10:05",
		de.Date(at):  "Montag, 23. November 2026",
		de.Month(at): "November 2026",
		en.When(at):  "Mon 10:05",
		en.Date(at):  "Monday, 23 November 2026",
	} {
		if got != want {
			t.Errorf("%v is said as %q, want %q", at, got, want)
		}
	}
}

// No template says anything by itself: all words stand in the catalogue.
func TestTemplatesHoldNoWords(t *testing.T) {
	tag := regexp.MustCompile(`(?s)<[^>]*>|<[^>]*$|^[^<]*>`)
	letter := regexp.MustCompile(`\pL{2,}`)
	for _, page := range []*template.Template{errorTemplate, frontTemplate, chatTemplate, reportTemplate, signInTemplate, sessionTemplate, articlesTemplate, articleTemplate, gateTemplate,
		revisionsTemplate, proposalTemplate, schoolsTemplate, schoolTemplate, tasksTemplate, gapsTemplate, tryTemplate, exchangeTemplate, auditTemplate} {
		for _, tmpl := range page.Templates() {
			if tmpl.Tree == nil || tmpl.Name() == "described" || tmpl.Name() == "wrongattr" { // attributes, inside of a tag
				continue
			}
			var raw strings.Builder
			eachText(tmpl.Tree.Root, &raw)
			if found := letter.FindString(tag.ReplaceAllString(raw.String(), "")); found != "" {
				t.Errorf("template %q says %q", tmpl.Name(), found)
			}
		}
	}
}

// eachText writes the text of a template, with every action as one character.
func eachText(n parse.Node, out *strings.Builder) {
	branch := func(b *parse.BranchNode) {
		eachText(b.List, out)
		if b.ElseList != nil {
			eachText(b.ElseList, out)
		}
	}
	switch n := n.(type) {
	case *parse.ListNode:
		for _, c := range n.Nodes {
			eachText(c, out)
		}
	case *parse.TextNode:
		out.Write(n.Text)
	case *parse.IfNode:
		branch(&n.BranchNode)
	case *parse.RangeNode:
		branch(&n.BranchNode)
	case *parse.WithNode:
		branch(&n.BranchNode)
	default:
		out.WriteByte('_')
	}
}
