package knowledge

import (
	"slices"
	"strings"
	"testing"
)

func TestFold(t *testing.T) {
	for _, test := range []struct{ same, as string }{
		{"Übertragung", "uebertragung"},
		{"Übertragung", "ubertragung"},
		{"u\u0308bertragung", "übertragung"},
		{"GRÖSSE", "Größe"},
		{"Lehrkräfte", "lehrkraefte"},
		{"café", "CAFE"},
		{"ﬁlter", "filter"},
	} {
		if a, b := fold(test.same), fold(test.as); a != b {
			t.Errorf("%q is read as %q, %q as %q", test.same, a, test.as, b)
		}
	}
	for _, kept := range []string{"neue", "quelle", "steuer", "bauer"} {
		if got := fold(kept); got != kept {
			t.Errorf("%q is read as %q; its ue is no umlaut", kept, got)
		}
	}
}

func TestFoldBoundsLongText(t *testing.T) {
	if got := len(fold(strings.Repeat("ä", 100_000))); got > maxRead {
		t.Errorf("%d bytes of a pasted text are read, want at most %d", got, maxRead)
	}
}

func TestWords(t *testing.T) {
	got := words(fold("W-LAN: geht's in 204?! (Nein)"))
	if want := []string{"w", "lan", "geht", "s", "in", "204", "nein"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestStemsMeet(t *testing.T) {
	s := make(stemmer)
	for _, line := range []string{
		"passwort passwortes", "drucken drucke", "anmelden anmeldung", "beamer beamers", "projectors projector",
		"printing printed",
	} {
		ws := strings.Fields(line)
		if a, b := s.stem(ws[0]), s.stem(ws[1]); a != b {
			t.Errorf("%s has the stem %q, %s %q", ws[0], a, ws[1], b)
		}
	}
}

// testReader knows the words of a text.
func testReader(lexicon, text string) *reader {
	lex, err := ParseLexicon("test", lexicon)
	if err != nil {
		panic(err)
	}
	r := newReader(lex)
	r.learn([][]string{words(fold(text))})
	r.learnForms()
	r.learnSpelling()
	return r
}

func TestCompoundsAreSplit(t *testing.T) {
	r := testReader("[senses]\nton = ton", "schule passwort toner kartusche dokument kamera verbindung tafel")
	for word, want := range map[string]string{
		"schulepasswort":   "schule passwort",
		"tonerkartusche":   "toner kartusche",
		"dokumentenkamera": "dokument kamera",
		"tafelverbindung":  "tafel verbindung",
		"tafelton":         "tafel ton",
		"tafel":            "",
		"abenteuer":        "",
		"passwortfrage":    "",
	} {
		if got := strings.Join(r.parts(word), " "); got != want {
			t.Errorf("%s is split into %q, want %q", word, got, want)
		}
	}
}

func TestSpellingIsCorrected(t *testing.T) {
	r := testReader("", "passwort drucker beamer beamer")
	for word, want := range map[string]string{
		"paswort": "passwort", "passwrot": "passwort", "passwortt": "passwort", "pasxwort": "passwort",
		"druker": "drucker", "beamre": "beamer", "beam": "beam", "pfosten": "pfosten", "psswrt": "psswrt",
	} {
		if got := r.words(word)[0]; got != want {
			t.Errorf("%q is taken for %q, want %q", word, got, want)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want int
	}{
		{"abc", "abc", 0}, {"abc", "abd", 1}, {"abc", "acb", 1}, {"abc", "ab", 1}, {"ab", "abc", 1},
		{"abc", "cba", 2}, {"", "a", 1}, {"", "ab", 2}, {"abcd", "badc", 2},
	} {
		if got := distance(test.a, test.b); got != test.want {
			t.Errorf("distance(%q, %q) = %d, want %d", test.a, test.b, got, test.want)
		}
	}
}

func TestWordsAreWrittenOut(t *testing.T) {
	for text, want := range map[string]string{
		"geht net, nix zu sehen":   "geht nicht nichts zu sehen",
		"it doesnt work, i cannot": "it dosn t work i can t",
		"Wie gehts? Tuts nimmer.":  "wie geht es tut es nicht mehr",
		"das netz":                 "das netz",
	} {
		if got := strings.Join(words(fold(text)), " "); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
