package main

import "github.com/spf13/cobra"

// newSetup returns "ersthelfer setup": one subcommand a chat, which looks
// whether its server is as the bot needs it and says what must be changed.
func newSetup() *cobra.Command {
	c := &cobra.Command{
		Use:   "setup",
		Short: "Prepare a chat for the bot and say what is missing there",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	c.AddCommand(newSetupMattermost(), newSetupSlack())
	return c
}
