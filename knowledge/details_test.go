package knowledge

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSetAside(t *testing.T) {
	for _, test := range []struct {
		text, rest string
		want       Details
	}{
		{"beamer in 204 geht nicht", "beamer geht nicht", Details{Rooms: []string{"204"}}},
		{"in Raum B112 flackert das Bild", "flackert das bild", Details{Rooms: []string{"B112"}}},
		{"netzwerkdose in b12 tot", "netzwerkdose tot", Details{Rooms: []string{"b12"}}},
		{"204: kein ton", "kein ton", Details{Rooms: []string{"204"}}},
		{"mit der 7b kein ton in a203", "mit der kein ton", Details{Rooms: []string{"a203"}, Classes: []string{"7b"}}},
		{"Klasse 10 hat kein wlan", "hat kein wlan", Details{Classes: []string{"10"}}},
		{"die q1 sieht nichts", "die sieht nichts", Details{Classes: []string{"Q1"}}},
		{"microsoft 365 will einen code", "microsoft 365 will einen code", Details{}},
		{"fehler 404", "fehler 404", Details{}},
		{"windows 11 laptop", "windows 11 laptop", Details{}},
		{"200 gb sind voll", "200 gb sind voll", Details{}},
		{"der 3d drucker", "der 3d drucker", Details{}},
		{"Klausur läuft gerade, beamer tot", "klausur lauft gerade beamer tot", Details{Exam: true}},
		{"die klausur ist nächste woche", "die klausur ist nachste woche", Details{}},
		{"drucker im Lehrerzimmer druckt nicht", "drucker druckt nicht", Details{Rooms: []string{"Lehrerzimmer"}}},
		{"wlan in der aula und im Physikraum 2 weg", "wlan und weg", Details{Rooms: []string{"Aula", "Physikraum 2"}}},
		{"projector in the library is dark", "projector is dark", Details{Rooms: []string{"Library"}}},
		{"beamer im computerraum 204", "beamer im computerraum", Details{Rooms: []string{"204"}}},
		{"das lehrerzimmer hat eine frage", "das lehrerzimmer hat eine frage", Details{}},
		{"ich bin im klassenraum", "ich bin im klassenraum", Details{}},
		{"stehe im unterricht", "stehe im unterricht", Details{Lesson: true}},
	} {
		rest, got := setAside(test.text)
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%q: (-want +got)\n%s", test.text, diff)
		}
		if read := strings.Join(words(fold(rest)), " "); read != test.rest {
			t.Errorf("%q leaves %q, want %q", test.text, read, test.rest)
		}
	}
}

func TestLanguage(t *testing.T) {
	for text, want := range map[string]string{
		"der beamer geht nicht":       "de",
		"the projector does not work": "en",
		"printer needs new toner":     "en",
		"beamer":                      "de",
		"":                            "de",
		"Projektör çalışmıyor, yardım lütfen": "tr",
		"принтер не працює, що робити? її":    "uk",
		"принтер не печатает":                 "ru",
		"الطابعة لا تعمل":                     "ar",
		"drukarka nie działa, proszę o pomoc": "pl",
		"l'imprimante ne marche pas":          "fr",
		"la stampante non funziona":           "it",
		"imprimanta nu funcționează":          "ro",
	} {
		if got := language(text); got != want {
			t.Errorf("%q is taken for %s, want %s", text, got, want)
		}
	}
}

// TestOtherLanguages: most messages in other languages are recognised, and none gets an article in words that its
// writer may not read, unless what it says is plain in them too.
func TestOtherLanguages(t *testing.T) {
	src, err := os.ReadFile("testdata/other_languages.tsv")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(src)), "\n")
	recognised := 0
	for _, line := range lines {
		want, text, _ := strings.Cut(line, "\t")
		a := starterIndex().Answer(text)
		if a.Language == want {
			recognised++
		}
		if a.Outcome != None && a.Language != "de" && a.Language != "en" && a.Hits[0].Score < foreignScore {
			t.Errorf("%q: %s", text, a.Outcome)
		}
	}
	if recognised < len(lines)*9/10 {
		t.Errorf("%d of %d recognised", recognised, len(lines))
	}
}

// FuzzPlacesFrom: cutting from where places may begin cuts the same as looking everywhere.
func FuzzPlacesFrom(f *testing.F) {
	for _, text := range []string{"im raum nr. a 204 und in 7b", "die EF in der aula", "Jahrgang 10 Klasse 10 a", "r2d2 204: 1.23", "chef 3d"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		from := placesFrom(text)
		for _, p := range []*regexp.Regexp{namedClass, ordinal, bareClass, namedRoom, placedRoom, codedRoom, bareRoom} {
			if at := p.FindStringIndex(text); at != nil && at[1] <= from {
				t.Errorf("%q: %q stands before %q", text, text[at[0]:at[1]], text[from:])
			}
		}
	})
}
