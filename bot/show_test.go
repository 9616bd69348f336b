package bot

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestCut(t *testing.T) {
	family := "👩\u200d👩\u200d👧"
	tests := []struct {
		name  string
		text  Rich
		limit int
		want  string
	}{
		{"short", Plain("kurz"), 4, "kurz"},
		{"long", Plain("viel zu lang"), 6, "viel …"},
		{"umlaut of two", Plain("Scha\u0308den im Raum"), 5, "Sch …"},
		{"family", Plain("ab" + family + "cdefgh"), 7, "ab …"},
		{"family fits", Plain("ab" + family + "cdefgh"), 9, "ab" + family + " …"},
		{"flag", Plain("a🇩🇪🇫🇷bcd"), 6, "a🇩🇪 …"},
		{"one endless character", Plain("a" + strings.Repeat("\u0301", 500)), 6, "a\u0301\u0301\u0301 …"},
		{"blocks", append(Plain("eins"), Plain("zwei")...), 8, "eins\nz …"},
		{"at a block's end", append(Plain("eins"), Plain("zwei drei")...), 7, "eins …"},
		{"list", Numbered([]string{"Kabel prüfen", "Neu starten"}), 12, "1. Kabel p …"},
		{"nothing fits", Plain("eins"), 1, " …"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := test.text.Cut(test.limit).String(); got != test.want {
				t.Errorf("cut to %d: %q, want %q", test.limit, got, test.want)
			}
		})
	}
}

func TestVisible(t *testing.T) {
	for text, want := range map[string]string{
		"Raum 204\n\tLinks":              "Raum 204\n\tLinks",
		"a\x1b[31mrot\x00\x7f":           "a␛[31mrot␀␡",
		"eins\r\nzwei\rdrei\u2028":       "eins\nzwei\ndrei\n",
		"exe.\u202egpj":                  "exe.\ufffdgpj",
		"@\u200ball \ufefftag\U000e0041": "@\ufffdall \ufffdtag\ufffd",
		"\u0085 \xff":                    "\ufffd \ufffd",
		"👩\u200d👧 Schu\u00adle":          "👩\u200d👧 Schule",
	} {
		if got := Visible(text); got != want {
			t.Errorf("Visible(%q) = %q, want %q", text, got, want)
		}
	}
}

func FuzzCut(f *testing.F) {
	f.Add("ab👩\u200d👩\u200d👧c 🇩🇪 a\u0301 \xff", 7)
	f.Fuzz(func(t *testing.T, text string, limit int) {
		if limit < 2 || limit > 10_000 {
			t.Skip()
		}
		got := Plain(text).Visible().Cut(limit).String()
		if n := utf8.RuneCountInString(got); n > limit || !utf8.ValidString(got) {
			t.Errorf("%q cut to %d has %d characters: %q", text, limit, n, got)
		}
	})
}
