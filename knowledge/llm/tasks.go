package llm

import (
	"context"
	_ "embed"
	"fmt"
	"strconv"
	"strings"

	"ersthelfer/knowledge"
)

var (
	//go:embed prompts/rephrase.txt
	rephrasePrompt string
	//go:embed prompts/compose.txt
	composePrompt string
	//go:embed prompts/draft.txt
	draftPrompt string
)

// Limits of what a model writes, in characters and pieces.
const (
	MaxRephrasings = 3
	MaxText        = 900 // characters of a short answer
	maxLine        = 200 // characters of a rephrasing, a question or a step
	maxQuestions   = 8
)

var _ knowledge.Model = (*Model)(nil)

// Rephrase returns one to three other ways to ask the question, to search with. They are asked for in the language of
// the question, but nothing is lost if they are not: they are never shown to anybody.
//
// It fails with [ErrUnavailable] or [ErrUnusable], or when ctx ends.
func (m *Model) Rephrase(ctx context.Context, question string) ([]string, error) {
	var usable []string
	err := m.call(ctx, "rephrase", func(ctx context.Context) error {
		var answer struct {
			Rephrasings []string `json:"rephrasings"`
		}
		if err := m.ask(ctx, rephrasePrompt, map[string]string{"question": question}, &answer); err != nil {
			return err
		}
		g := gate{source: question, limit: maxLine}
		var refused error = errNothing
		for _, text := range answer.Rephrasings {
			text, err := g.line(text)
			if err != nil {
				refused = err
			} else if len(usable) < MaxRephrasings {
				usable = append(usable, text)
			}
		}
		if len(usable) == 0 {
			return refused
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("rephrase question: %w", err)
	}
	return usable, nil
}

// Compose returns a short answer to the question, written only from the article, in language ("de" or "en"), after the
// gate: no markup, link, mention or invisible character is in it, and no address or number that the article does not
// have. An article without text in that language is not translated.
//
// It fails with [ErrUnavailable] or [ErrUnusable], or when ctx ends. Show the article itself then.
func (m *Model) Compose(ctx context.Context, question string, a knowledge.Article, language string) (knowledge.MachineText, error) {
	twin, ok := a.Text(language)
	if !ok {
		return "", fmt.Errorf("compose answer: %w", errOtherwise)
	}
	source := plain(textOf(twin))
	var answer struct {
		Answers bool   `json:"answers"`
		Text    string `json:"text"`
	}
	err := m.call(ctx, "compose", func(ctx context.Context) error {
		about := map[string]string{"question": question, "article": source, "language": language}
		err := m.ask(ctx, composePrompt, about, &answer)
		if err != nil || !answer.Answers {
			return err
		}
		answer.Text, err = gate{source: source, limit: MaxText, names: m.names(), shown: true}.pass(answer.Text)
		return err
	})
	if err == nil && !answer.Answers {
		err = errOtherwise
	}
	if err != nil {
		return "", fmt.Errorf("compose answer: %w", err)
	}
	return knowledge.MachineText(answer.Text), nil
}

// textOf returns what an article says in one language.
func textOf(t knowledge.Twin) string {
	var b strings.Builder
	b.WriteString(t.Title + "\n")
	for i, step := range t.Steps {
		b.WriteString(strconv.Itoa(i+1) + ". " + step + "\n")
	}
	b.WriteString(t.Note)
	return b.String()
}

// Draft returns the beginning of a German article from a ticket that has been solved, for an editor. It has no id and
// no room, so that it cannot come into force before a person has given it both. Where personal data was left out, it
// may hold a placeholder such as "[name]".
//
// It fails with [ErrUnavailable] or [ErrUnusable], or when ctx ends.
func (m *Model) Draft(ctx context.Context, problem, solution string) (knowledge.Article, error) {
	var a knowledge.Article
	err := m.call(ctx, "draft", func(ctx context.Context) error {
		var answer struct {
			Title     string   `json:"title"`
			Questions []string `json:"questions"`
			Steps     []string `json:"steps"`
			Note      string   `json:"note"`
		}
		err := m.ask(ctx, draftPrompt, map[string]string{"problem": problem, "solution": solution}, &answer)
		if err != nil {
			return err
		}
		names := m.names()
		g := gate{source: newRedactor(names).redact(problem + "\n" + solution), limit: maxLine, names: names}
		w := writer{gate: g}
		a = knowledge.Article{
			Title:     w.text(answer.Title, knowledge.MaxTitle),
			Questions: w.texts(answer.Questions, maxQuestions),
			Steps:     w.texts(answer.Steps, knowledge.MaxSteps),
		}
		if strings.TrimSpace(answer.Note) != "" {
			a.Note = w.text(answer.Note, 2*maxLine)
		}
		return w.err
	})
	if err != nil {
		return knowledge.Article{}, fmt.Errorf("draft article: %w", err)
	}
	return a, nil
}

// A writer passes many texts through a gate and keeps the first refusal.
type writer struct {
	gate gate
	err  error
}

func (w *writer) text(text string, limit int) string {
	g := w.gate
	g.limit = limit
	out, err := g.line(text)
	if err != nil && w.err == nil {
		w.err = err
	}
	return out
}

// texts takes at least one text and at most n.
func (w *writer) texts(texts []string, n int) []string {
	if len(texts) == 0 && w.err == nil {
		w.err = errNothing
	}
	var out []string
	for _, text := range texts[:min(n, len(texts))] {
		out = append(out, w.text(text, w.gate.limit))
	}
	return out
}
