// Ersthelfer is a chat bot that gives first-level IT support in the chat that a
// school already uses. One file per subcommand; app.go wires the parts together
// and is the only place that does.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	_ "time/tzdata" // so that Europe/Berlin is known on every machine

	"ersthelfer/config"
	"ersthelfer/internal/boltfile"

	"github.com/spf13/cobra"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run is the program. It returns the exit code: 0 for success, 1 for something
// that did not work, 2 for a command line or a file with mistakes.
func run(ctx context.Context, args []string, in io.Reader, out, errs io.Writer) int {
	root := newRoot()
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errs)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	var silent *exitError
	if errors.As(err, &silent) {
		return silent.code
	}
	fmt.Fprintf(errs, "ersthelfer: %v\n", err)
	return exitCode(err)
}

// exitError ends the program with a code after everything has been said.
type exitError struct{ code int }

// Error implements error.
func (e *exitError) Error() string { return fmt.Sprintf("exit code %d", e.code) }

// usageError marks a mistake in the command line.
type usageError struct{ error }

// Unwrap returns the mistake.
func (e usageError) Unwrap() error { return e.error }

// exitCode returns the code for an error: 2 for what the caller can put right
// in the command line or a file, else 1.
func exitCode(err error) int {
	var usage usageError
	var mistakes config.Problems
	var open *boltfile.OpenError
	var told *toldError
	switch {
	case errors.As(err, &told):
		return told.code
	case errors.As(err, &usage), errors.As(err, &mistakes):
		return 2
	case errors.As(err, &open):
		return 1
	}
	return 1
}

// newRoot returns the command line.
func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "ersthelfer",
		Short: "First-level IT support for schools, in the chat they already use",
		Long: `Ersthelfer answers questions about school IT from a knowledge base, opens a
ticket when nothing helps, and tells the people in charge, in time.

  ersthelfer demo                      try everything in the browser, nothing to set up
  ersthelfer ask "beamer zeigt kein bild"
  ersthelfer config init               write a configuration to begin with
  ersthelfer run                       run it`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return badUsage(cmd, err) })
	root.AddCommand(
		newDemo(), newRun(), newChat(), newAsk(), newKnowledge(), newTicket(), newRehearse(), newReport(),
		newConfig(), newSetup(), newBackup(), newVersion(),
	)
	usage(root)
	return root
}

// badUsage is a mistake in the command line, and where the right one is shown.
func badUsage(cmd *cobra.Command, err error) error {
	said, _, _ := strings.Cut(err.Error(), ": strconv.") // what Go says of a number helps nobody
	return usageError{fmt.Errorf("%s; %s --help shows how", said, cmd.CommandPath())}
}

// usage makes mistakes in the arguments of a command and its subcommands count
// as mistakes in the command line.
func usage(c *cobra.Command) {
	if check := c.Args; check != nil {
		c.Args = func(cmd *cobra.Command, args []string) error {
			if err := check(cmd, args); err != nil {
				return badUsage(cmd, err)
			}
			return nil
		}
	}
	for _, sub := range c.Commands() {
		usage(sub)
	}
}
