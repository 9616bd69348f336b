package main

import (
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// newVersion returns "ersthelfer version".
func newVersion() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print version, commit and Go version",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			info, ok := debug.ReadBuildInfo()
			if !ok {
				return fmt.Errorf("this program was built without build information")
			}
			settings := map[string]string{}
			for _, s := range info.Settings {
				settings[s.Key] = s.Value
			}
			commit := settings["vcs.revision"]
			if commit == "" {
				commit = "unknown"
			}
			if settings["vcs.modified"] == "true" {
				commit += " with changes"
			}
			fmt.Fprintf(cmd.OutOrStdout(), "ersthelfer %s\ncommit %s\n%s\n", info.Main.Version, commit, info.GoVersion)
			return nil
		},
	}
}
