package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"time"

	"ersthelfer/config"

	"github.com/spf13/cobra"
)

// newConfig returns "ersthelfer config".
func newConfig() *cobra.Command {
	c := &cobra.Command{Use: "config", Short: "Write, check and show the configuration", Args: cobra.NoArgs}
	c.AddCommand(newConfigInit(), newConfigCheck(), newConfigShow(), newConfigModel())
	return c
}

// fileArg returns the configuration file that the arguments name.
func fileArg(args []string) string {
	if len(args) > 0 {
		return args[0]
	}
	return "ersthelfer.yaml"
}

func newConfigInit() *cobra.Command {
	return &cobra.Command{
		Use:   "init [file]",
		Short: "Write a commented configuration to begin with (default: ersthelfer.yaml)",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			name := fileArg(args)
			// 0600, because tokens may come to stand in it; never over an existing file.
			f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
			if errors.Is(err, fs.ErrExist) {
				return usageError{fmt.Errorf("%s exists already and stays as it is; name another file", name)}
			}
			if err != nil {
				return fmt.Errorf("write configuration: %w", err)
			}
			_, err = f.Write(config.Beginning())
			if err := errors.Join(err, f.Close()); err != nil {
				return fmt.Errorf("write configuration: %w", err)
			}
			fmt.Fprintf(cmd.ErrOrStderr(), "wrote %s; next: edit it, then ersthelfer config check %s\n", name, name)
			return nil
		},
	}
}

func newConfigCheck() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "check [file]",
		Short: "Report every mistake of a configuration with its place",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			v := config.Check(fileArg(args), os.Getenv, time.Now())
			problems := slices.Concat(v.Problems, v.Lacks)
			if asJSON {
				type row struct {
					config.Problem
					Warning bool `json:"warning"`
				}
				rows := []row{}
				for _, p := range problems {
					rows = append(rows, row{p, false})
				}
				for _, p := range v.Warnings {
					rows = append(rows, row{p, true})
				}
				if err := json.NewEncoder(cmd.OutOrStdout()).Encode(rows); err != nil {
					return err
				}
			} else {
				for _, p := range problems {
					fmt.Fprintln(cmd.OutOrStdout(), p)
				}
				for _, p := range v.Warnings {
					fmt.Fprintln(cmd.OutOrStdout(), "warning:", p)
				}
			}
			switch {
			case len(v.Problems) > 0:
				return &exitError{2}
			case len(v.Lacks) > 0:
				fmt.Fprintf(cmd.ErrOrStderr(), "%s has no mistake, but ersthelfer run needs more\n", fileArg(args))
				return &exitError{2}
			}
			fmt.Fprintf(cmd.ErrOrStderr(), "%s is in order (%d warnings)\n", fileArg(args), len(v.Warnings))
			return nil
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return c
}

func newConfigShow() *cobra.Command {
	return &cobra.Command{
		Use:   "show [file]",
		Short: "Print the configuration in force, with defaults, without secrets",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := loadConfig(fileArg(args))
			if err != nil {
				return err
			}
			return cfg.Show(cmd.OutOrStdout())
		},
	}
}
