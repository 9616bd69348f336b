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
	var o curator
	var inForce bool
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
			if inForce {
				o.Do, o.Data = "eval", src
				return o.give(cmd.Context(), cmd.OutOrStdout())
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
			if o.JSON {
				return json.NewEncoder(cmd.OutOrStdout()).Encode(e)
			}
			return e.WriteText(cmd.OutOrStdout())
		},
	}
	o.register(c, "json")
	c.Flags().BoolVar(&inForce, "in-force", false, "measure the articles in force in the database (default: those that ship)")
	return c
}
