package bot

import (
	"os"
	"strings"
	"testing"

	"ersthelfer/knowledge"
)

// TestTwofold: what is about two matters is parted at the right place, and no
// sentence that merely has an "und" or two sentences is.
func TestTwofold(t *testing.T) {
	articles, err := knowledge.Starter()
	if err != nil {
		t.Fatal(err)
	}
	answer := knowledge.NewIndex(articles, knowledge.Options{}).Answer
	for _, test := range []struct{ text, want string }{
		{"beamer geht nicht und außerdem ist das wlan weg", "beamer geht nicht | ist das wlan weg"},
		{"Papierstau im Kopierer. Außerdem komme ich nicht in Webuntis.", "Papierstau im Kopierer | komme ich nicht in Webuntis."},
		{"der drucker druckt nicht und mein passwort für iserv hab ich auch vergessen", "der drucker druckt nicht | mein passwort für iserv hab ich auch vergessen"},
		{"Mein iPad lädt nicht mehr. Der Drucker druckt nicht!", "Mein iPad lädt nicht mehr | Der Drucker druckt nicht!"},
		{"paper jam in the copier and also i forgot my iserv password", "paper jam in the copier | i forgot my iserv password"},
		{"mikrofon und kamera gehen in der videokonferenz nicht", ""},
		{"laptop und beamer verbinden klappt nicht", ""},
		{"beamer geht nicht und außerdem brummt er", ""},
		{"beamer zeigt kein bild. ich hab alles probiert. was mach ich?", ""},
		{"ipad lädt nicht und außerdem ist das display kaputt", ""}, // one room of the building, one device
		{"guten morgen und außerdem danke", ""},
		{"außerdem", ""},
		{"", ""},
	} {
		one, two, ok := twofold(test.text, answer)
		if got := one + " | " + two; ok != (test.want != "") || ok && got != test.want {
			t.Errorf("%q: %q, want %q", test.text, got, test.want)
		}
	}

	looks := 0
	twofold(strings.Repeat("ach ja und so. ", 1000), func(text string) knowledge.Answer { looks++; return answer(text) })
	if looks > 4*seams {
		t.Errorf("a long message is looked up %d times", looks)
	}

	src, err := os.ReadFile("../knowledge/testdata/dev.tsv")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(src)) {
		if cells := strings.Split(strings.TrimSpace(line), "\t"); len(cells) == 3 {
			if one, two, ok := twofold(cells[2], answer); ok {
				t.Errorf("one matter is taken for two: %q | %q", one, two)
			}
		}
	}
}
