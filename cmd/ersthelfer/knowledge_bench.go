package main

import (
	"encoding/json"
	"fmt"
	"os"

	"ersthelfer/knowledge"

	"github.com/spf13/cobra"
)

// newKnowledgeBench returns "ersthelfer knowledge bench".
func newKnowledgeBench() *cobra.Command {
	var train, val, test string
	var asJSON bool
	c := &cobra.Command{
		Use:     "bench",
		Short:   "Measure the search on a question set: lines of id, tab, text; - for nothing fits",
		Example: `  ersthelfer knowledge bench --train train.tsv --val val.tsv --test test.tsv --json`,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var sets [3][]knowledge.Labelled
			for i, name := range []string{train, val, test} {
				if name == "" && i == 1 {
					continue // not every set has one
				}
				set, err := readLabelled(name)
				if err != nil {
					return err
				}
				sets[i] = set
			}
			r := knowledge.Bench(sets[0], sets[1], sets[2])
			if asJSON {
				return json.NewEncoder(cmd.OutOrStdout()).Encode(r)
			}
			return r.WriteText(cmd.OutOrStdout())
		},
	}
	c.Flags().StringVar(&train, "train", "", "the ways people ask for each id")
	c.Flags().StringVar(&val, "val", "", "for thresholds, if the set has it")
	c.Flags().StringVar(&test, "test", "", "the questions")
	c.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	for _, name := range []string{"train", "test"} {
		if err := c.MarkFlagRequired(name); err != nil {
			panic(err) // the flag is defined three lines above
		}
	}
	return c
}

func readLabelled(name string) ([]knowledge.Labelled, error) {
	src, err := os.ReadFile(name)
	if err != nil {
		return nil, usageError{fmt.Errorf("read question set: %w", err)}
	}
	return knowledge.ParseLabelled(name, src)
}
