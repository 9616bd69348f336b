package web

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"ersthelfer/knowledge"
)

// A sentence is what is said of a mistake in an article, in English and in German.
type sentence struct {
	english *regexp.Regexp
	german  string
}

// sentences are all that are said of articles that are read from files.
var sentences = mustSentences()

var verb = regexp.MustCompile(`%[a-z]`)

func mustSentences() (out []sentence) {
	all := map[string]string{}
	data, err := wordFiles.ReadFile("words/problems.yaml")
	if err == nil {
		err = yaml.Load(data, &all)
	}
	if err != nil {
		panic(fmt.Sprintf("words of the problems: %v", err))
	}
	for _, english := range slices.Sorted(maps.Keys(all)) {
		var pattern strings.Builder
		for i, part := range verb.Split(english, -1) {
			if i > 0 {
				pattern.WriteString("(.*?)")
			}
			pattern.WriteString(regexp.QuoteMeta(part))
		}
		out = append(out, sentence{regexp.MustCompile(`(?s)^` + pattern.String() + `$`), all[english]})
	}
	return out
}

// Problem says what is wrong with an article that was read from a file, and where.
func (v voice) Problem(p knowledge.Problem) string {
	where := p.File
	switch {
	case p.Column > 0:
		where = v.W("exchange.place", "file", p.File, "line", p.Line, "column", p.Column)
	case p.Line > 0:
		where = v.W("exchange.line", "file", p.File, "line", p.Line)
	}
	return where + ": " + v.problem(p.Message)
}

func (v voice) problem(message string) string {
	if v.Lang != "de" {
		return message
	}
	for _, s := range sentences {
		m := s.english.FindStringSubmatch(message)
		if m == nil {
			continue
		}
		var pairs []string
		for i, value := range m[1:] {
			pairs = append(pairs, fmt.Sprintf("{%d}", i+1), value)
		}
		return strings.NewReplacer(pairs...).Replace(s.german)
	}
	return message
}
