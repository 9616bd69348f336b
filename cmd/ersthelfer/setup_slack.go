package main

import (
	"context"
	"fmt"
	"io"
	"strconv"

	"ersthelfer/bot"
	"ersthelfer/bot/slack"
	"ersthelfer/config"

	"github.com/spf13/cobra"
)

// newSetupSlack returns "ersthelfer setup slack".
func newSetupSlack() *cobra.Command {
	var file string
	var manifest bool
	c := &cobra.Command{
		Use:   "slack",
		Short: "Print the manifest of the Slack app; once it has tokens, check them, scopes, channels and people",
		Example: `  ersthelfer setup slack --config ersthelfer.yaml --manifest > manifest.json
  ersthelfer setup slack --config ersthelfer.yaml`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := loadConfig(file)
			if err != nil {
				return err
			}
			if cfg.Platforms.Slack == nil {
				return usageError{fmt.Errorf("%s sets up no Slack; add platforms: slack: {mode: socket}", file)}
			}
			texts, err := bot.LoadTexts(nil)
			if err != nil {
				return err
			}
			s := slackSetup{cfg: cfg, file: file, texts: texts, options: slackOptions(cfg, cfg.Platforms.Slack)}
			if manifest || !cfg.Platforms.Slack.BotToken.IsSet() {
				return s.manifest(cmd.OutOrStdout(), cmd.ErrOrStderr())
			}
			return s.check(cmd.Context(), cmd.OutOrStdout())
		},
	}
	c.Flags().StringVar(&file, "config", "ersthelfer.yaml", "configuration file")
	c.Flags().BoolVar(&manifest, "manifest", false, "print the manifest although there are tokens")
	return c
}

// A slackSetup prepares a Slack workspace.
type slackSetup struct {
	cfg     *config.Config
	file    string
	texts   bot.Texts
	options slack.Options
}

func (s *slackSetup) word(key string, args ...string) string {
	return s.texts.Word(s.cfg.Language, "setup.slack."+key, args...)
}

// manifest prints the manifest, and apart from it what to do with it.
func (s *slackSetup) manifest(out, errs io.Writer) error {
	third := s.word("how." + s.cfg.Platforms.Slack.Mode)
	app := slack.App{
		Name: s.word("name"), Description: s.word("description"), Usage: s.word("usage"), Command: s.word("command"),
	}
	if s.cfg.Platforms.Slack.Mode == "http" {
		app.Address = s.cfg.Platforms.Slack.Callback.String()
	}
	m, err := slack.Manifest(s.options, app)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s\n", m)
	fmt.Fprint(errs, s.word("how", "third", third, "file", s.file))
	return nil
}

// check prints what must be changed. It fails if the bot could not work like that.
func (s *slackSetup) check(ctx context.Context, out io.Writer) error {
	r, err := slack.Setup(ctx, s.options, slackChannels(s.cfg), slackPeople(s.cfg))
	if err != nil {
		return err
	}
	var wrong, notes []string
	for _, p := range r.Problems {
		line := s.word(string(p.Kind), "about", p.About)
		if p.Kind == slack.TooManyScopes {
			notes = append(notes, line)
		} else {
			wrong = append(wrong, line)
		}
	}
	if len(wrong) > 0 {
		fmt.Fprintln(out, s.word("found", "count", strconv.Itoa(len(wrong))))
	} else {
		fmt.Fprintln(out, s.word("good", "workspace", r.Workspace, "bot", r.Bot, "file", s.file))
	}
	for _, line := range append(wrong, notes...) {
		fmt.Fprintln(out, "- "+line)
	}
	if len(wrong) > 0 {
		return &exitError{1}
	}
	return nil
}
