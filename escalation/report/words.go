package report

import (
	"embed"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

//go:embed words/*.yaml
var wordFiles embed.FS

// words are the catalogue of one language.
type words map[string]string

func loadWords(language string) (words, error) {
	data, err := wordFiles.ReadFile("words/" + language + ".yaml")
	if err != nil {
		return nil, fmt.Errorf("no words for language %q: there are de and en", language)
	}
	w := words{}
	if err := yaml.Load(data, &w); err != nil {
		return nil, fmt.Errorf("read words %s: %w", language, err)
	}
	return w, nil
}

// say returns the text of a key; args are names and values in turn.
func (w words) say(key string, args ...string) string {
	pairs := make([]string, len(args))
	for i, arg := range args {
		if pairs[i] = arg; i%2 == 0 {
			pairs[i] = "{" + arg + "}"
		}
	}
	return strings.NewReplacer(pairs...).Replace(w[key])
}

// hidden returns what stands in the place of a figure that is not shown.
func (w words) hidden(h Hidden, least int) string {
	if h == Small {
		return w.say("small", "n", strconv.Itoa(least))
	}
	return w["covering"]
}

func (w words) percent(s Share) string { return w.say("percent", "n", strconv.Itoa(s.Percent())) }

func (w words) number(x float64, digits int) string {
	return strings.Replace(strconv.FormatFloat(x, 'f', digits, 64), ".", w["decimal"], 1)
}

func (w words) day(t time.Time) string { return t.Format(w["date"]) }

// period says for which days a result is; To is not one of them.
func (w words) period(from, to time.Time) string {
	last := to.Add(-1)
	switch {
	case from.IsZero() && to.IsZero():
		return w["period.all"]
	case from.IsZero():
		return w.say("period.to", "to", w.day(last))
	case to.IsZero():
		return w.say("period.from", "from", w.day(from))
	}
	return w.say("period.both", "from", w.day(from), "to", w.day(last))
}

// clock returns minutes as hours and minutes.
func clock(m Minutes) string { return fmt.Sprintf("%d:%02d", m/60, m%60) }

// plain makes one harmless line of a name from the configuration: without
// control characters, and without those that cannot be seen or turn the
// direction of writing.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r) || r == '\u2028' || r == '\u2029':
			return ' '
		case unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// fit cuts s to so many characters, with a mark where it is cut.
func fit(s string, width int) string {
	if utf8.RuneCountInString(s) <= width {
		return s
	}
	return string([]rune(s)[:width-1]) + "…"
}
