package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"ersthelfer/knowledge"

	"github.com/spf13/cobra"
)

// newKnowledgeBench returns "ersthelfer knowledge bench".
func newKnowledgeBench() *cobra.Command {
	var train, val, test, sets, questions string
	var asJSON bool
	c := &cobra.Command{
		Use:   "bench",
		Short: "Measure the search on a question set: lines of id, tab, text; - for nothing fits",
		Long: `With --train and --test, measure one set. With --sets, measure every public set in a folder and the articles that
ship on the questions, and print knowledge/BENCHMARK.md.`,
		Example: `  ersthelfer knowledge bench --train train.tsv --val val.tsv --test test.tsv --json
  ersthelfer knowledge bench --sets sets --questions knowledge/testdata/dev.tsv > knowledge/BENCHMARK.md`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if sets != "" {
				return benchmark(cmd.OutOrStdout(), sets, questions)
			}
			if train == "" || test == "" {
				return usageError{errors.New("give --train and --test, or --sets and --questions")}
			}
			var read [3][]knowledge.Labelled
			for i, name := range []string{train, val, test} {
				if name == "" && i == 1 {
					continue // not every set has one
				}
				set, err := readLabelled(name)
				if err != nil {
					return err
				}
				read[i] = set
			}
			r := knowledge.Bench(read[0], read[1], read[2])
			if asJSON {
				return json.NewEncoder(cmd.OutOrStdout()).Encode(r)
			}
			return r.WriteText(cmd.OutOrStdout())
		},
	}
	c.Flags().StringVar(&train, "train", "", "the ways people ask for each id")
	c.Flags().StringVar(&val, "val", "", "for thresholds, if the set has it")
	c.Flags().StringVar(&test, "test", "", "the questions")
	c.Flags().StringVar(&sets, "sets", "", "the folder of the public question sets")
	c.Flags().StringVar(&questions, "questions", "", "with --sets: questions to the articles that ship")
	c.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	c.MarkFlagsRequiredTogether("sets", "questions")
	c.MarkFlagsMutuallyExclusive("sets", "train")
	c.MarkFlagsMutuallyExclusive("sets", "json")
	return c
}

// benchmark writes what is measured of all sets.
func benchmark(w io.Writer, sets, questions string) error {
	src, err := os.ReadFile(questions)
	if err != nil {
		return usageError{fmt.Errorf("read questions: %w", err)}
	}
	asked, err := knowledge.ParseQuestions(questions, src)
	if err != nil {
		return usageError{err}
	}
	articles, err := knowledge.Starter()
	if err != nil {
		return err
	}
	return knowledge.WriteBenchmark(w, time.Now(), os.DirFS(sets), articles, questions, asked)
}

func readLabelled(name string) ([]knowledge.Labelled, error) {
	src, err := os.ReadFile(name)
	if err != nil {
		return nil, usageError{fmt.Errorf("read question set: %w", err)}
	}
	return knowledge.ParseLabelled(name, src)
}
