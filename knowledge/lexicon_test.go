package knowledge

import (
	"slices"
	"strings"
	"testing"
)

func TestParseLexiconReportsEveryMistake(t *testing.T) {
	_, err := ParseLexicon("lex.txt", "beamer = projektor\n# comment\nohne gleich\nx =\ny = a, , b\n= z")
	want := []string{"lex.txt:3:1: not a line", "lex.txt:4:1: not a line", `lex.txt:5:1: "" is no word`, "lex.txt:6:1: not a line"}
	if err == nil {
		t.Fatal("no error")
	}
	got := strings.Split(err.Error(), "\n")
	if len(got) != len(want) {
		t.Fatalf("got %q", got)
	}
	for i := range want {
		if !strings.HasPrefix(got[i], want[i]) {
			t.Errorf("got %q, want %q", got[i], want[i])
		}
	}
}

func TestShippedLexiconIsRight(t *testing.T) {
	if _, err := ParseLexicon("lexicon.txt", shippedLexiconText); err != nil {
		t.Error(err)
	}
}

func TestSenses(t *testing.T) {
	lex, err := ParseLexicon("lex.txt", "dokumentenkamera = elmo, document camera\ngeht nicht = geht * nicht, tut nix # forms\n")
	if err != nil {
		t.Fatal(err)
	}
	stems := make(stemmer)
	for text, want := range map[string]string{
		"Elmo kaputt":                     "dokumentenkamera",
		"the document cameras are off":    "dokumentenkamera",
		"document about cameras":          "",
		"geht nicht":                      "geht nicht",
		"geht der neue beamer auch nicht": "geht nicht",
		"geht es dir an diesem tag nicht": "",
		"der elmo tut nix":                "dokumentenkamera, geht nicht",
	} {
		var ss, got []string
		for _, w := range words(fold(text)) {
			ss = append(ss, stems.stem(w))
		}
		for i := range ss {
			lex.senses(ss[i:], func(s string) { got = append(got, s) })
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("%q means %q, want %q", text, got, want)
		}
	}
}

// The lexicon gives messages with different words the same feature.
func TestSynonymsShareAFeature(t *testing.T) {
	r := newReader(shippedLexicon())
	for _, line := range []string{"elmo|visualizer|doku-kamera|document camera", "smartboard|promethean|digitale tafel", "w-lan|wifi"} {
		words := strings.Split(line, "|")
		for _, other := range words[1:] {
			shared := slices.ContainsFunc(r.counts(words[0])[blockSenses], func(c count) bool {
				return slices.ContainsFunc(r.counts(other)[blockSenses], func(d count) bool { return c.f == d.f && c.f != hashOf(kindPair, "^", "") })
			})
			if !shared {
				t.Errorf("%q and %q share no feature", words[0], other)
			}
		}
	}
}
