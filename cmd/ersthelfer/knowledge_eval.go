package main

import (
	"encoding/json"
	"fmt"
	"os"

	"ersthelfer/knowledge"

	"github.com/spf13/cobra"
)

// newKnowledgeEval returns "ersthelfer knowledge eval".
func newKnowledgeEval() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "eval file [folder]",
		Short: "Measure the articles on questions with known answers",
		Long: `Lines of the file are: expected, tab, language, tab, message. Expected is an article's id, several joined by |,
- for nothing fits, ? for too vague, or an act such as @thanks.`,
		Example: `  ersthelfer knowledge eval knowledge/testdata/dev.tsv`,
		Args:    cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			src, err := os.ReadFile(args[0])
			if err != nil {
				return usageError{fmt.Errorf("read questions: %w", err)}
			}
			questions, err := knowledge.ParseQuestions(args[0], src)
			if err != nil {
				return usageError{err}
			}
			fsys, err := articlesIn(args[1:])
			if err != nil {
				return err
			}
			articles, err := knowledge.ReadArticles(fsys)
			if err != nil {
				return err
			}
			e := knowledge.NewIndex(articles, knowledge.Options{}).Evaluate(questions)
			if asJSON {
				return json.NewEncoder(cmd.OutOrStdout()).Encode(e)
			}
			return e.WriteText(cmd.OutOrStdout())
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return c
}
