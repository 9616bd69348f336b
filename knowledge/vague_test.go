package knowledge

import (
	"slices"
	"strings"
	"testing"
)

// TestVagueLinesNameWhatThereIs: every sense is in the lexicon and every article ships.
func TestVagueLinesNameWhatThereIs(t *testing.T) {
	articles, err := Starter()
	if err != nil {
		t.Fatal(err)
	}
	ships, means := map[string]bool{}, map[string]bool{}
	for _, a := range articles {
		ships[a.ID] = true
	}
	for _, es := range shippedLexicon().entries {
		for _, e := range es {
			means[e.sense] = true
		}
	}
	for _, line := range vagueLines() {
		for _, id := range line.articles {
			if !ships[id] {
				t.Errorf("%v: no article %s ships", line.senses, id)
			}
		}
		for _, sense := range line.senses {
			if !means[sense] {
				t.Errorf("%v: the lexicon has no sense %q", line.senses, sense)
			}
		}
	}
}

func TestParseVagueReportsEveryMistake(t *testing.T) {
	_, err := parseVague("vague.txt", "# a comment\nbeamer = a, b\nbeamer\ndrucker = a\ntafel = a, b, c, d, e\n")
	if err == nil || !strings.HasPrefix(err.Error(), "vague.txt:3:1: ") || strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("got %v", err)
	}
}

// What does not say what is wrong is asked back with what is usual for the thing, whatever the numbers say.
func TestVagueMessages(t *testing.T) {
	for say, want := range map[string]string{
		"der drucker spinnt":         "drucker-druckt-nicht follow-me-druck papierstau toner-papier-leer",
		"drukcer problem":            "drucker-druckt-nicht follow-me-druck papierstau toner-papier-leer",
		"kein bild":                  "adapter-kein-bild beamer-kein-signal bild-nur-auf-laptop hdmi-flackert",
		"komme nicht rein":           "iserv-passwort-vergessen logineo-anmeldung moodle-passwort webuntis-passwort",
		"hallo, beamer geht nicht":   "beamer-kein-signal beamer-kein-strom bild-nur-auf-laptop hdmi-flackert",
		"in 204 zickt der apple tv":  "appletv-belegt appletv-code appletv-einrichtungsbild appletv-nicht-sichtbar",
		"the wifi isnt working":      "wlan-langsam wlan-ohne-internet wlan-passwort-falsch wlan-verbindet-nicht",
		"meine dateien sind weg":     "datei-geloescht laufwerk-fehlt pc-setzt-zurueck",
		"brauche hilfe mit drucker":  "drucker-druckt-nicht follow-me-druck papierstau toner-papier-leer",
		"es geht nicht":              "beamer-kein-signal drucker-druckt-nicht iserv-passwort-vergessen wlan-verbindet-nicht",
		"ich hab ein problem mit pc": "pc-haengt pc-setzt-zurueck pc-startet-nicht windows-passwort-aendern",
	} {
		a := starterIndex().Answer(say)
		var ids []string
		for _, h := range a.Hits {
			ids = append(ids, h.Article.ID)
		}
		slices.Sort(ids)
		if got := strings.Join(ids, " "); a.Outcome != Choose || !a.Vague || got != want {
			t.Errorf("%q: %s, vague %t, %s\nwant choose among %s", say, a.Outcome, a.Vague, got, want)
		}
	}
	for _, say := range []string{"beamer flackert", "papierstau", "ipad kein ton", "drucker druckt streifen", "die stühle sind kaputt", "kamera geht nicht in teams", "brauche eine app auf dem ipad"} {
		if starterIndex().Answer(say).Vague {
			t.Errorf("%q is too vague?", say)
		}
	}
}

// A base without the articles of a line is asked back with what comes nearest.
func TestVagueWithOtherArticles(t *testing.T) {
	ix := NewIndex([]Article{
		{ID: "a", Title: "Drucker im Altbau geht nicht"}, {ID: "b", Title: "Drucker im Neubau geht nicht"}, {ID: "c", Title: "Heizung"},
	}, Options{})
	a := ix.Answer("drucker geht nicht")
	if a.Outcome != Choose || len(a.Hits) < 2 || a.Hits[0].Article.ID == "c" || a.Hits[1].Article.ID == "c" {
		t.Errorf("%+v", a)
	}
}
