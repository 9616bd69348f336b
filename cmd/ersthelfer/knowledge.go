package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"text/tabwriter"

	"ersthelfer/knowledge"
	"ersthelfer/knowledge/starter"

	"github.com/spf13/cobra"
)

// newKnowledge returns "ersthelfer knowledge".
func newKnowledge() *cobra.Command {
	c := &cobra.Command{Use: "knowledge", Short: "Check, curate and measure the articles", Args: cobra.NoArgs}
	c.AddCommand(newKnowledgeLint(), newKnowledgeList(), newKnowledgeEval(), newKnowledgeBench())
	c.AddCommand(newCurate()...)
	return c
}

// articlesIn returns the folder of articles that the arguments name, else the
// articles that ship.
func articlesIn(args []string) (fs.FS, error) {
	if len(args) == 0 {
		return starter.Files, nil
	}
	info, err := os.Stat(args[0])
	if err != nil {
		return nil, usageError{fmt.Errorf("there is no folder %s; name a folder of .md files", args[0])}
	}
	if info.IsDir() {
		return os.DirFS(args[0]), nil
	}
	return oneFile(args[0])
}

// oneFile returns a file system that holds a single article.
func oneFile(name string) (fs.FS, error) {
	sub, err := fs.Sub(os.DirFS(filepath.Dir(name)), ".")
	if err != nil {
		return nil, fmt.Errorf("open article: %w", err)
	}
	return only{sub, filepath.Base(name)}, nil
}

// only shows one file of a folder.
type only struct {
	fs.FS
	name string
}

// Glob implements fs.GlobFS.
func (o only) Glob(string) ([]string, error) { return []string{o.name}, nil }

func newKnowledgeLint() *cobra.Command {
	return &cobra.Command{
		Use:   "lint [folder or file]",
		Short: "Report every mistake in articles with its place (default: those that ship)",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			fsys, err := articlesIn(args)
			if err != nil {
				return err
			}
			articles, err := knowledge.ReadArticles(fsys)
			var problems knowledge.Problems
			if err != nil && !errors.As(err, &problems) {
				return err
			}
			problems = append(problems, knowledge.Lint(articles)...)
			for _, p := range problems {
				fmt.Fprintln(cmd.OutOrStdout(), p)
			}
			fmt.Fprintf(cmd.ErrOrStderr(), "%d articles, %d problems\n", len(articles), len(problems))
			if len(problems) > 0 {
				return &exitError{2}
			}
			return nil
		},
	}
}

func newKnowledgeList() *cobra.Command {
	var o curator
	o.Do = "list"
	c := &cobra.Command{
		Use:   "list [folder]",
		Short: "List the articles of the database, or of a folder: how often asked, helped, not helped",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return o.give(cmd.Context(), cmd.OutOrStdout())
			}
			fsys, err := articlesIn(args)
			if err != nil {
				return err
			}
			articles, err := knowledge.ReadArticles(fsys)
			if err != nil {
				return err
			}
			out := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			for _, a := range articles {
				if o.JSON {
					err = json.NewEncoder(cmd.OutOrStdout()).Encode(a)
				} else {
					_, err = fmt.Fprintf(out, "%s\t%s\t%s\t%d\n", a.ID, a.Room, a.Title, len(a.Questions))
				}
				if err != nil {
					return err
				}
			}
			return out.Flush()
		},
	}
	o.register(c, "json")
	return c
}
