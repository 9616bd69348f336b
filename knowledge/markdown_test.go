package knowledge

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const goodArticle = `---
id: beamer-kein-signal
title: Beamer zeigt „Kein Signal“
room: praesentation
fields: [place, device]
near: [hdmi-flackert]
ask: Was ist zu sehen?
option: „Kein Signal“
tags: [hdmi, "no: signal", "007"]
questions:
  - beamer sagt kein signal
  - 'Am Beamer steht "no signal"'
english:
  title: Projector shows “No signal”
  questions:
    - projector says no signal
---

1. Drücken Sie **Source**.
2. Prüfen Sie das Kabel,
   am besten zweimal.

Nicht aufschrauben.
Nie.

Zweiter Absatz.

## English

1. Press **Source**.
`

func TestParseArticle(t *testing.T) {
	want := Article{
		ID: "beamer-kein-signal", Title: "Beamer zeigt „Kein Signal“", Room: "praesentation",
		Fields: []string{"place", "device"}, Near: []string{"hdmi-flackert"},
		Ask: "Was ist zu sehen?", Option: "„Kein Signal“", Tags: []string{"hdmi", "no: signal", "007"},
		Questions: []string{"beamer sagt kein signal", `Am Beamer steht "no signal"`},
		Steps:     []string{"Drücken Sie **Source**.", "Prüfen Sie das Kabel, am besten zweimal."},
		Note:      "Nicht aufschrauben. Nie.\n\nZweiter Absatz.",
		English: &Twin{Title: "Projector shows “No signal”", Questions: []string{"projector says no signal"},
			Steps: []string{"Press **Source**."}},
	}
	for name, src := range map[string]string{
		"plain":      goodArticle,
		"windows":    "\ufeff" + strings.ReplaceAll(goodArticle, "\n", "\r\n"),
		"decomposed": strings.ReplaceAll(goodArticle, "ü", "u\u0308"),
		"again":      string(want.Markdown()),
	} {
		got, err := ParseArticle(name, []byte(src))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", name, diff)
		}
	}
}

func TestParseArticleReportsEveryMistake(t *testing.T) {
	src := `---
id: Beamer Kaputt
titel: Beamer
room: praesentation
role: hausmeister
priority: P9
at_once: vielleicht
fields: [place, shoe, place]
tags: hdmi
option: Diese Auswahl ist sehr viel länger als ein Knopf breit ist
english:
  questions: [x, x]
---
# Überschrift
1. eins
3. drei

Notiz
4. vier
`
	want := []string{
		"a.md:1:1: title is missing",
		`a.md:2:5: "Beamer Kaputt" is no id`,
		`a.md:3:1: unknown key "titel"`,
		`a.md:5:7: unknown value "hausmeister"; use one of platform-admin`,
		`a.md:6:11: unknown value "P9"`,
		`a.md:7:10: unknown value "vielleicht"`,
		`a.md:8:17: unknown value "shoe"`,
		`a.md:8:23: "place" is in the list twice`,
		"a.md:9:7: expected a list",
		"a.md:10:9: the text has 58 characters; shorten it to 45",
		"a.md:12:3: the English title is missing",
		`a.md:12:18: "x" is in the list twice`,
		"a.md:14:1: the English steps are missing",
		"a.md:14:1: unknown heading",
		"a.md:16:1: step 3 should be number 2",
		"a.md:19:1: a step below the note",
	}
	_, err := ParseArticle("a.md", []byte(src))
	var problems Problems
	if !errors.As(err, &problems) {
		t.Fatalf("error is %T, want Problems", err)
	}
	got := strings.Split(problems.Error(), "\n")
	seen := make(map[string]bool)
	for _, w := range want {
		for _, g := range got {
			if strings.HasPrefix(g, w) {
				seen[w] = true
			}
		}
		if !seen[w] {
			t.Errorf("missing %q", w)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d problems, want %d:\n%s", len(got), len(want), problems)
	}
}

func TestParseArticleRefusesWhatIsNoArticle(t *testing.T) {
	for src, want := range map[string]string{
		"":                             "x:1:1: the head is missing",
		"---\n":                        "x:1:1: the head is missing",
		"---\n---\n1. a\n":             "x:1:1: the head is empty",
		"---\nid: [\n---\n1. a\n":      "not readable as YAML",
		"---\nid: a\nid: b\n---\n":     "x:3:",
		"---\n- a\n---\n1. a\n":        `x:2:1: expected lines of "key: value"`,
		"---\nid: \xff\n---\n1. a\n":   "x:1:1: the file is not UTF-8",
		"---\nid: {a: b}\n---\n1.\n":   "x:2:5: expected one text",
		"---\nid: ''\n---\n1. a\n":     "x:2:5: the value is empty",
		"---\nid: \"a\\u0007\"\n---\n": "control characters",
	} {
		_, err := ParseArticle("x", []byte(src))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", src, err, want)
		}
	}
}

func FuzzParseArticle(f *testing.F) {
	f.Add([]byte(goodArticle))
	files, _ := filepath.Glob("starter/*.md")
	for i, file := range files {
		if src, err := os.ReadFile(file); err == nil && i < 5 {
			f.Add(src)
		}
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		a, err := ParseArticle("fuzz.md", src)
		if err != nil {
			return
		}
		again, err := ParseArticle("again.md", a.Markdown())
		if err != nil {
			t.Fatalf("%v\n%s", err, a.Markdown())
		}
		if diff := cmp.Diff(a, again); diff != "" {
			t.Errorf("lost on the way (-first +again):\n%s", diff)
		}
	})
}
