package knowledge

import (
	"fmt"
	"slices"
	"strings"
)

// A Question is a message with what is right for it, for measuring.
type Question struct {
	Want     []string // article ids of which any is right, or one of "-" (nothing fits), "?" (ask back), "@act"
	Language string
	Text     string
}

// ParseQuestions reads lines "expected<TAB>language<TAB>message"; expected is an article id, several joined by
// "|", "-", "?" or "@act". The error is [Problems] with every mistake.
func ParseQuestions(name string, src []byte) ([]Question, error) {
	var qs []Question
	var problems Problems
	for i, line := range strings.Split(string(src), "\n") {
		line = strings.TrimSuffix(line, "\r")
		if line == "" {
			continue
		}
		f := strings.Split(line, "\t")
		if len(f) != 3 || f[0] == "" || f[2] == "" {
			problems = append(problems, Problem{File: name, Line: i + 1, Column: 1,
				Message: fmt.Sprintf("%d fields; write expected, language and message with tabs between them", len(f))})
			continue
		}
		qs = append(qs, Question{Want: strings.Split(f[0], "|"), Language: f[1], Text: f[2]})
	}
	return qs, problems.err()
}

// kind returns which measure a question belongs to.
func (q Question) kind() string {
	switch {
	case q.Want[0] == "-":
		return "outside"
	case q.Want[0] == "?":
		return "vague"
	case strings.HasPrefix(q.Want[0], "@"):
		return "act"
	}
	return "article"
}

// first reports whether the best hit is right, offered whether any hit is.
func (q Question) first(a Answer) bool {
	return len(a.Hits) > 0 && slices.Contains(q.Want, a.Hits[0].Article.ID)
}

func (q Question) offered(a Answer) bool {
	return slices.ContainsFunc(a.Hits, func(h Hit) bool { return slices.Contains(q.Want, h.Article.ID) })
}
