package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"ersthelfer/knowledge"
)

// A curator is the flags that the commands about the articles in the database share.
type curator struct {
	dataFlags
	order
}

// newCurate returns the subcommands of "ersthelfer knowledge" that work on the
// articles in the database.
func newCurate() []*cobra.Command {
	return []*cobra.Command{
		simpleOrder("show id", "Show an article as its file", 1, "revision", "json"),
		newKnowledgeEdit(), newKnowledgeImport(), newKnowledgeExport(),
		simpleOrder("gaps", "List what people asked and no article answers, the most worthwhile first", 0, "json"),
		simpleOrder("draft key", "Make a draft of a gap", 1),
		simpleOrder("publish id...", "Bring articles into force, unless they take questions from others", -1, "why", "anyway", "all"),
		simpleOrder("retire id", "Take an article out of force; its revisions stay", 1, "why"),
		simpleOrder("history id", "List the revisions of an article, the newest first", 1, "json"),
		newKnowledgeRestore(),
		simpleOrder("tasks", "List what is worth doing for the articles", 0),
		simpleOrder("audit", "Write who changed what as JSON, one record a line", 0),
		simpleOrder("erase person", "Forget who did what of somebody who has left; what was done stays, and the audit holds", 1),
		simpleOrder("verify", "Check that nothing in the audit has been changed", 0),
	}
}

// register adds the flags that a command has.
func (o *curator) register(c *cobra.Command, flags ...string) {
	f := c.Flags()
	o.dataFlags.register(f)
	for _, name := range flags {
		switch name {
		case "json":
			f.BoolVar(&o.JSON, "json", false, "as JSON")
		case "why":
			f.StringVar(&o.Why, "why", "", "the reason, for those who look at it later")
		case "anyway":
			f.BoolVar(&o.Anyway, "anyway", false, "even if they take questions from others; it is recorded")
		case "all":
			f.BoolVar(&o.All, "all", false, "all that are in review")
		case "revision":
			f.IntVar(&o.Number, "revision", 0, "number of the revision (default: the newest)")
		}
	}
}

// simpleOrder returns a command that only says an order; args is how many
// arguments it takes, -1 for any number.
func simpleOrder(use, short string, args int, flags ...string) *cobra.Command {
	var o curator
	o.Do, _, _ = strings.Cut(use, " ")
	check := cobra.ExactArgs(args)
	if args < 0 {
		check = cobra.ArbitraryArgs
	}
	c := &cobra.Command{Use: use, Short: short, Args: check, RunE: func(cmd *cobra.Command, ids []string) error {
		o.IDs = ids
		return o.give(cmd.Context(), cmd.OutOrStdout())
	}}
	o.register(c, flags...)
	return c
}

// give has the order carried out by the running program, else on the file itself.
func (o *curator) give(ctx context.Context, out io.Writer) error {
	cfg, err := loadConfig(o.config)
	if err != nil {
		return err
	}
	if u, err := user.Current(); err == nil {
		o.User = u.Username
	}
	data := o.folderFor(cfg, "demo")
	err = knock(ctx, data, o.order, out)
	if !errors.Is(err, errNobodyHome) {
		return err
	}
	a, err := openApp(cfg, data, time.Now, newLog(slogQuiet))
	if err != nil {
		return err
	}
	defer a.Close()
	return carryOut(ctx, a.library, o.order, out)
}

func newKnowledgeRestore() *cobra.Command {
	var o curator
	o.Do = "restore"
	c := &cobra.Command{
		Use: "restore id revision", Short: "Make an old revision the newest draft", Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			n, err := strconv.Atoi(args[1])
			if err != nil || n < 1 {
				return usageError{fmt.Errorf("%q is no number of a revision; \"knowledge history %s\" lists them", args[1], args[0])}
			}
			o.IDs, o.Number = args[:1], n
			return o.give(cmd.Context(), cmd.OutOrStdout())
		},
	}
	o.register(c, "why")
	return c
}

func newKnowledgeImport() *cobra.Command {
	var o curator
	o.Do = "import"
	c := &cobra.Command{
		Use: "import file", Short: "Take over articles from a zip of Markdown files, or a CSV table; they wait for review", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			data, err := readAtMost(args[0], knowledge.MaxArchive)
			if err != nil {
				return err
			}
			o.Data, o.Format = data, formatOf(args[0])
			return o.give(cmd.Context(), cmd.OutOrStdout())
		},
	}
	o.register(c, "why")
	return c
}

// readAtMost reads a file that is not larger than n bytes.
func readAtMost(name string, n int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, usageError{fmt.Errorf("read %s: %w", name, err)}
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, n+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	if int64(len(data)) > n {
		return nil, usageError{fmt.Errorf("%s is larger than %d MiB; split it", name, n>>20)}
	}
	return data, nil
}

func formatOf(name string) string {
	if strings.EqualFold(filepath.Ext(name), ".csv") {
		return "csv"
	}
	return "zip"
}

func newKnowledgeExport() *cobra.Command {
	var o curator
	o.Do = "export"
	c := &cobra.Command{
		Use: "export file", Short: "Write the articles in force to a .zip of Markdown files or a .csv table", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Format = formatOf(args[0])
			var out bytes.Buffer
			if err := o.give(cmd.Context(), &out); err != nil {
				return err
			}
			if err := os.WriteFile(args[0], out.Bytes(), 0o600); err != nil {
				return usageError{fmt.Errorf("write articles: %w", err)}
			}
			return nil
		},
	}
	o.register(c)
	return c
}

func newKnowledgeEdit() *cobra.Command {
	var o curator
	var file string
	c := &cobra.Command{
		Use: "edit id", Short: "Edit an article, or write a new one, in $EDITOR; the result is a draft", Args: cobra.ExactArgs(1),
		Example: `  ersthelfer knowledge edit beamer-kein-signal
  ersthelfer knowledge edit beamer-kein-signal --file neu.md --why "neuer Beamer in 204"`,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.IDs = args
			text, base, err := o.newest(cmd.Context())
			if err != nil {
				return err
			}
			if file == "" {
				file, err = edited(cmd, args[0], text)
				if err != nil {
					return err
				}
			}
			data, err := readAtMost(file, 1<<20)
			if err != nil {
				return err
			}
			o.Do, o.Data, o.Number, o.JSON = "edit", data, base, false
			if err := o.give(cmd.Context(), cmd.OutOrStdout()); err != nil {
				return fmt.Errorf("%w\nthe text is kept in %s; --file takes it from there", err, file)
			}
			return nil
		},
	}
	o.register(c, "why")
	c.Flags().StringVar(&file, "file", "", "take the text from this file instead of an editor")
	return c
}

// newest returns the text of the newest revision and its number, or what a new
// article begins with and 0.
func (o *curator) newest(ctx context.Context) (text []byte, number int, err error) {
	var out bytes.Buffer
	o.Do, o.JSON = "base", false
	if err := o.give(ctx, &out); err != nil {
		return nil, 0, err
	}
	head, rest, _ := bytes.Cut(out.Bytes(), []byte("\n"))
	number, err = strconv.Atoi(string(head))
	return rest, number, err
}

// edited lets somebody edit a text, and returns the file that it is in then.
func edited(cmd *cobra.Command, id string, text []byte) (string, error) {
	dir, err := os.MkdirTemp("", "ersthelfer-")
	if err != nil {
		return "", fmt.Errorf("make folder to edit in: %w", err)
	}
	file := filepath.Join(dir, filepath.Base(id)+".md")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		return "", fmt.Errorf("write text to edit: %w", err)
	}
	words := strings.Fields(cmp.Or(os.Getenv("VISUAL"), os.Getenv("EDITOR"), "vi"))
	editor := exec.CommandContext(cmd.Context(), words[0], append(words[1:], file)...)
	editor.Stdin, editor.Stdout, editor.Stderr = cmd.InOrStdin(), cmd.ErrOrStderr(), cmd.ErrOrStderr()
	if err := editor.Run(); err != nil {
		return "", fmt.Errorf("run editor %s: %w; set EDITOR to the one you use", words[0], err)
	}
	return file, nil
}
