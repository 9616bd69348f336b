package llm

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"ersthelfer/knowledge"
)

// staff is a directory with the names that are hard to find.
var staff = []string{
	"Mara Yılmaz", "Tom Kröger", "Jürgen Müller-Lüdenscheidt", "Ayşe Öztürk", "Łukasz Wójcik", "Li Wu", "Hans Maus",
	"Björn Straßburger", "Fatima El-Amrani", "Siobhán O'Brien", "Jean-Pierre Dubois", "Nguyễn Thị An",
}

// A sentence of testdata/redact.txt: what must not leave stands in braces, "|" is the end of a line.
type sentence struct {
	kind, text string
	private    []string
}

var braces = regexp.MustCompile(`\{([^}]*)\}`)

func sentences(t testing.TB) []sentence {
	t.Helper()
	data, err := os.ReadFile("testdata/redact.txt")
	if err != nil {
		t.Fatal(err)
	}
	var all []sentence
	kind := ""
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSpace(line)
		if name, ok := strings.CutPrefix(line, "# "); ok {
			kind = name
			continue
		}
		s := sentence{kind: kind, text: strings.ReplaceAll(braces.ReplaceAllString(line, "$1"), "|", "\n")}
		for _, m := range braces.FindAllStringSubmatch(line, -1) {
			s.private = append(s.private, m[1])
		}
		all = append(all, s)
	}
	return all
}

// left returns which words and numbers of a private item are still in the text.
func left(item, text string) []string {
	have := make(map[string]bool)
	cut := func(s string) []string {
		return strings.FieldsFunc(visible(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	}
	for _, w := range cut(placeholder.ReplaceAllString(text, "")) {
		have[strings.ToLower(w)] = true
	}
	var found []string
	for _, w := range cut(item) {
		if have[strings.ToLower(w)] {
			found = append(found, w)
		}
	}
	return found
}

// TestRedact finds every item that has a form, every password and every name of the directory.
func TestRedact(t *testing.T) {
	r := newRedactor(staff)
	count := map[string]int{}
	for _, s := range sentences(t) {
		if s.kind == "free names" || s.kind == "stays" {
			continue
		}
		count[s.kind]++
		got := r.redact(s.text)
		for _, item := range s.private {
			if rest := left(item, got); len(rest) > 0 {
				t.Errorf("%s: %q became %q, which still holds %q", s.kind, s.text, got, rest)
			}
		}
		if !placeholder.MatchString(got) {
			t.Errorf("%s: %q became %q without a placeholder", s.kind, s.text, got)
		}
	}
	if len(count) < 10 {
		t.Errorf("kinds of sentences: %v, want ten or more", count)
	}
}

// TestRedactStrangers measures names that nobody could know.
func TestRedactStrangers(t *testing.T) {
	r := newRedactor(nil)
	found, all := 0, 0
	for _, s := range sentences(t) {
		if s.kind != "free names" {
			continue
		}
		got := r.redact(s.text)
		for _, item := range s.private {
			all++
			if rest := left(item, got); len(rest) > 0 {
				t.Logf("%q became %q", s.text, got)
			} else {
				found++
			}
		}
	}
	t.Logf("%d of %d names of strangers found", found, all)
	if found*100 < all*95 {
		t.Errorf("%d of %d names of strangers found, want 95 %%", found, all)
	}
}

// TestRedactNothing leaves ordinary questions as they are.
func TestRedactNothing(t *testing.T) {
	r := newRedactor([]string{"Tom Kröger"})
	for _, s := range sentences(t) {
		if s.kind != "stays" {
			continue
		}
		if got := r.redact(s.text); got != s.text {
			t.Errorf("%q became %q", s.text, got)
		}
	}
}

// TestRedactQuestions leaves what people ask about as it is, but for one question in a hundred.
func TestRedactQuestions(t *testing.T) {
	t.Parallel()
	articles, err := knowledge.Starter()
	if err != nil {
		t.Fatal(err)
	}
	r := newRedactor(nil)
	changed, all := 0, 0
	for _, a := range articles {
		for _, q := range slices.Concat(a.Questions, a.English.Questions) {
			all++
			if got := r.redact(q); got != visible(q) {
				changed++
				t.Logf("%q became %q", q, got)
			}
		}
	}
	t.Logf("%d of %d questions changed", changed, all)
	if changed*100 > all || all < 1000 {
		t.Errorf("%d of %d questions changed, want at most one in a hundred of a thousand or more", changed, all)
	}
}

func TestMod97(t *testing.T) {
	for iban, want := range map[string]bool{
		"DE89370400440532013000": true,
		"DE88370400440532013000": false,
		"DE89370400440532013001": false,
		"GB29NWBK60161331926819": true,
		"gb29nwbk60161331926819": true,
	} {
		if got := mod97([]byte(iban)) == 1; got != want {
			t.Errorf("mod97(%s) is 1: %v, want %v", iban, got, want)
		}
	}
}

// FuzzRedact hides an item of each form between any texts.
func FuzzRedact(f *testing.F) {
	for _, s := range sentences(f) {
		f.Add(s.text, s.text)
	}
	r := newRedactor(staff)
	hidden := []string{
		"mara.q@schule.de", "0251 7654321", "DE89 3704 0044 0532 0130 00", "192.168.178.20",
		"ghp_16C7e42F292c6912E7710c838347", "Kröger", "Passwort: Qx7-Elefant",
	}
	f.Fuzz(func(t *testing.T, before, after string) {
		for _, item := range hidden {
			got := r.redact(before + "\n" + item + "\n" + after)
			for _, part := range []string{"mara.q", "7654321", "0532 0130", "192.168.178.20", "16C7e42F", "Kröger", "Elefant"} {
				if strings.Contains(item, part) && strings.Contains(got, part) && !strings.Contains(visible(before+"\n"+after), part) {
					t.Errorf("%q, %q and %q became %q", before, item, after, got)
				}
			}
		}
	})
}
