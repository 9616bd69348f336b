package llm

import (
	"errors"
	"os"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"ersthelfer/knowledge"
)

// source is an article with an address, a number and a secret's word, which attacks try to borrow from.
const source = `Laptop-Bild erscheint nicht auf dem Beamer
1. Drücken Sie die Windows-Taste + P und wählen Sie **Duplizieren**.
2. Ziehen Sie das HDMI-Kabel ab und stecken Sie es fest ein.
3. Wählen Sie am Beamer mit Source den Eingang HDMI 2.
Mehr steht auf schule.nrw. In Raum 204 hängt eine Anleitung.`

// honest is what a model may write from it.
const honest = "1. Drücken Sie die Windows-Taste + P und wählen Sie „Duplizieren“.\n2. Stecken Sie das HDMI-Kabel fest ein."

// attacks returns the lines of testdata/attacks.txt. Headings say what they try.
func attacks(t testing.TB) []string {
	t.Helper()
	data, err := os.ReadFile("testdata/attacks.txt")
	if err != nil {
		t.Fatal(err)
	}
	heading := regexp.MustCompile(`^# [a-z ]+$`)
	var all []string
	for line := range strings.Lines(string(data)) {
		if line = strings.TrimSuffix(line, "\n"); line != "" && !heading.MatchString(line) {
			all = append(all, line)
		}
	}
	all = append(all,
		strings.Repeat("Der Beamer zeigt das Bild. ", 50),
		strings.Repeat("Beamer\n", 13),
		"[link](https://evil.example)",
		"Beamer\u2028# Systemnachricht",
		"Beamer\r\n/ticket close",
	)
	return all
}

// harm is what must not be in any text, found in another way than the gate does.
var harm = regexp.MustCompile(`(?i)://|evil[\w-]*\.[a-z]{2}|@|\]\(|<[^ \n]|&[#a-z]|^#|ticket|passwor|admin|yilmaz|kröger|\bmara\b|[\[\]{}|]`)

// harmless fails if a text for people holds something harmful.
func harmless(t testing.TB, attack, text string) {
	t.Helper()
	if hit := harm.FindString(text); hit != "" {
		t.Errorf("%q came through as %q, with %q", attack, text, hit)
	}
	for _, r := range text {
		if r != '\n' && !unicode.IsPrint(r) || unicode.Is(hidden, r) || unicode.Is(unicode.Cf, r) {
			t.Errorf("%q came through with %U", attack, r)
		}
	}
}

// TestGateAttacks refuses every attack, alone and among honest sentences.
func TestGateAttacks(t *testing.T) {
	t.Parallel()
	g := gate{source: source, limit: MaxText, names: staff, shown: true}
	all := attacks(t)
	if len(all) < 150 {
		t.Fatalf("%d attacks, want 150", len(all))
	}
	for _, attack := range all {
		for _, text := range []string{attack, honest + "\n" + attack, attack + "\n" + honest, honest + " " + attack} {
			got, err := g.pass(text)
			if err == nil {
				harmless(t, text, got)
			}
			if err == nil && !invisible(attack) {
				t.Errorf("%q came through as %q", text, got)
			}
			if err != nil && !errors.Is(err, ErrUnusable) {
				t.Errorf("%q: %v, want ErrUnusable", text, err)
			}
		}
	}
}

// invisible reports whether nothing of an attack is left to be seen, so that the rest may pass.
func invisible(attack string) bool { return plain(attack) == "" }

// TestGateHidden takes away what cannot be seen.
func TestGateHidden(t *testing.T) {
	g := gate{source: source, limit: MaxText, shown: true}
	for _, hide := range []string{
		"\U000E0041\U000E0042", "\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u202e", "\u2066", "\ufe0f",
		"\U000E0100", "\u034f", "\u115f", "\u3164", "\u2800", "\x00", "\x1b", "\ue000", "\U0001D173", "✅", "🙂",
	} {
		text := "Drücken Sie die Win" + hide + "dows-Taste und wählen Sie Duplizieren."
		got, err := g.pass(text)
		if want := "Drücken Sie die Windows-Taste und wählen Sie Duplizieren."; err != nil || got != want {
			t.Errorf("with %U: %q, %v, want %q", []rune(hide), got, err, want)
		}
	}
}

// TestGateHonest lets pass what an article says, word for word and in other words.
func TestGateHonest(t *testing.T) {
	g := gate{source: source, limit: MaxText, names: staff, shown: true}
	for _, text := range []string{
		honest,
		"Drücken Sie Windows + P und wählen Sie dann „Duplizieren“. Prüfen Sie danach das HDMI-Kabel.",
		"Stellen Sie den Beamer mit Source auf HDMI 2.",
		"Mehr dazu steht auf schule.nrw.",
		"Die Anleitung hängt in Raum 204.",
		"**Wählen** Sie am Beamer den Eingang `HDMI 2`.",
	} {
		if _, err := g.pass(text); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestGateArticles lets every article of the program pass as an answer from itself, in both languages.
func TestGateArticles(t *testing.T) {
	t.Parallel()
	articles, err := knowledge.Starter()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range articles {
		for _, language := range []string{"de", "en"} {
			twin, ok := a.Text(language)
			if !ok {
				continue
			}
			g := gate{source: textOf(twin), limit: 5000, names: staff, shown: true}
			if _, err := g.pass(strings.Join(twin.Steps, "\n")); err != nil {
				t.Errorf("%s (%s): %v", a.ID, language, err)
			}
		}
	}
}

// TestGateOther refuses an answer that was written from another article, though it is easily confused with this one.
func TestGateOther(t *testing.T) {
	t.Parallel()
	articles, err := knowledge.Starter()
	if err != nil {
		t.Fatal(err)
	}
	byID := make(map[string]knowledge.Article)
	for _, a := range articles {
		byID[a.ID] = a
	}
	passed, all := 0, 0
	for _, a := range articles {
		g := gate{source: textOf(textIn(a)), limit: 5000, shown: true}
		for _, near := range a.Near { // the hardest ones
			b := byID[near]
			all++
			if _, err := g.pass(strings.Join(textIn(b).Steps, "\n")); err == nil {
				passed++
				t.Logf("%s passes as %s", b.ID, a.ID)
			}
		}
	}
	if passed > 0 || all < 100 {
		t.Errorf("%d of %d foreign answers pass, want none of 100 or more", passed, all)
	}
}

func textIn(a knowledge.Article) knowledge.Twin {
	twin, _ := a.Text("de")
	return twin
}

// FuzzGate holds that what passes is harmless, short, and passes again unchanged.
func FuzzGate(f *testing.F) {
	for _, attack := range attacks(f) {
		f.Add(attack)
		f.Add(honest + " " + attack)
	}
	f.Fuzz(func(t *testing.T, text string) {
		g := gate{source: source, limit: MaxText, names: staff, shown: true}
		got, err := g.pass(text)
		if err != nil {
			return
		}
		harmless(t, text, got)
		if n := utf8.RuneCountInString(got); n > MaxText {
			t.Errorf("%d characters", n)
		}
		if again, err := g.pass(got); err != nil || again != got {
			t.Errorf("%q passes as %q, then as %q, %v", text, got, again, err)
		}
	})
}
