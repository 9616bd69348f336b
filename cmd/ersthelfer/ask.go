package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"ersthelfer/knowledge"

	"github.com/spf13/cobra"
)

// newAsk returns "ersthelfer ask".
func newAsk() *cobra.Command {
	var file string
	var asJSON, explain bool
	c := &cobra.Command{
		Use:   "ask [message]",
		Short: "Answer a message, or one a line from the standard input",
		Example: `  ersthelfer ask "beamer in 204 zeigt kein bild vom laptop"
  ersthelfer ask --json < messages.txt
  ersthelfer ask --explain "komme nicht ins wlan"`,
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := loadConfig(file)
			if err != nil {
				return err
			}
			articles, err := articlesOf(cfg)
			if err != nil {
				return err
			}
			library := knowledge.NewLibrary(knowledge.NewIndex(articles, knowledge.Options{}))
			show := printAnswer
			switch {
			case asJSON:
				show = printJSON
			case explain:
				show = printExplanation
			}
			if len(args) > 0 {
				return show(cmd.OutOrStdout(), library, strings.Join(args, " "))
			}
			return eachLine(cmd.InOrStdin(), func(line string) error {
				return show(cmd.OutOrStdout(), library, line)
			})
		},
	}
	c.Flags().StringVar(&file, "config", "", "configuration file (default: the articles that ship)")
	c.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	c.Flags().BoolVar(&explain, "explain", false, "show which evidence decided")
	return c
}

// longestLine is how much of one line is read; longer ones are cut, not refused.
const longestLine = 1 << 20

// eachLine calls fn for every line. A line that is too long is cut.
func eachLine(r io.Reader, fn func(string) error) error {
	in := bufio.NewReader(r)
	for {
		line, err := in.ReadString('\n')
		if line != "" {
			text := strings.TrimRight(line, "\r\n")
			if len(text) > longestLine {
				text = strings.ToValidUTF8(text[:longestLine], "")
			}
			if err := fn(text); err != nil {
				return err
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read messages: %w", err)
		}
	}
}

// answerJSON is the contract of "ask --json"; other tools rely on it.
type answerJSON struct {
	Outcome  knowledge.Outcome `json:"outcome"`
	Act      knowledge.Act     `json:"act"`
	Articles []hitJSON         `json:"articles"`
	AtOnce   bool              `json:"at_once"`
}

type hitJSON struct {
	ID    string  `json:"id"`
	Score float64 `json:"score"`
}

func printJSON(w io.Writer, library *knowledge.Library, text string) error {
	a := library.Answer(text)
	out := answerJSON{Outcome: a.Outcome, Act: a.Act, Articles: []hitJSON{}, AtOnce: a.AtOnce}
	for _, h := range a.Hits {
		out.Articles = append(out.Articles, hitJSON{h.Article.ID, h.Score})
	}
	return json.NewEncoder(w).Encode(out)
}

func printAnswer(w io.Writer, library *knowledge.Library, text string) error {
	a := library.Answer(text)
	fmt.Fprintf(w, "%s", a.Outcome)
	if a.Act != "" {
		fmt.Fprintf(w, " %s", a.Act)
	}
	fmt.Fprintln(w)
	if a.Ask != "" {
		fmt.Fprintf(w, "  %s\n", a.Ask)
	}
	for _, h := range a.Hits {
		fmt.Fprintf(w, "  %3.0f %%  %-28s %s\n", 100*h.Score, h.Article.ID, h.Label)
	}
	if a.Outcome == knowledge.Answered && len(a.Hits) > 0 {
		words, _ := a.Hits[0].Article.Text(a.Language)
		for i, s := range words.Steps {
			fmt.Fprintf(w, "%d. %s\n", i+1, strings.ReplaceAll(s, "**", ""))
		}
	}
	return nil
}

func printExplanation(w io.Writer, library *knowledge.Library, text string) error {
	e := library.Explain(text)
	fmt.Fprintf(w, "%s: %s\nread as: %s\nany article fits: %.2f\n", e.Answer.Outcome, e.Reason, e.Read, e.InScope)
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "article\tmodel\twords\tlikeness\ttotal\tnearest phrasing")
	for _, f := range e.Features {
		fmt.Fprintf(out, "%s\t%.2f\t%.2f\t%.2f\t%.2f\t%s\n", f.Article.ID, f.Linear, f.Words, f.Likeness, f.Total, f.Phrase)
	}
	return out.Flush()
}
