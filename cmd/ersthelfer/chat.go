package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"ersthelfer/bot"
	"ersthelfer/bot/console"
	"ersthelfer/config"

	"github.com/spf13/cobra"
)

// newChat returns "ersthelfer chat".
func newChat() *cobra.Command {
	var opts dataFlags
	var as []string
	c := &cobra.Command{
		Use:   "chat",
		Short: "Talk to the bot in the terminal",
		Example: `  ersthelfer chat
  ersthelfer chat --as mara --as anna      then "/as anna" changes who speaks
  printf 'papierstau im kopierer\nhat geholfen\n' | ersthelfer chat`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := loadConfig(opts.config)
			if err != nil {
				return err
			}
			people, err := speakers(cfg, as)
			if err != nil {
				return err
			}
			a, err := openApp(cfg, opts.folderFor(cfg, "chat"), time.Now, newLog(slogQuiet))
			if err != nil {
				return err
			}
			defer a.Close()
			return talk(cmd, a, people)
		},
	}
	opts.register(c.Flags())
	c.Flags().StringArrayVar(&as, "as", nil, "who speaks (default: the first person of the configuration)")
	return c
}

// talk runs the dialogue between the terminal and the bot.
func talk(cmd *cobra.Command, a *app, people []bot.User) error {
	var b *bot.Bot
	typed := false
	if f, ok := cmd.InOrStdin().(*os.File); ok {
		typed = console.IsTerminal(f)
	}
	bold := false
	if f, ok := cmd.OutOrStdout().(*os.File); ok {
		bold = console.UseBold(f, os.Getenv)
	}
	platform := console.New(console.Options{
		In: cmd.InOrStdin(), Out: cmd.OutOrStdout(), People: people, Prompt: typed, Bold: bold,
		Settle: func(ctx context.Context) error {
			_, err := b.Work(ctx)
			return err
		},
	})
	b, err := a.newBot(0, nil, platform)
	if err != nil {
		return err
	}
	ctx, cancel := a.untilFailed(cmd.Context())
	defer cancel()
	return b.Run(ctx)
}

// speakers returns the people of the configuration that the flags name, or all
// of them, so that "/as" can reach everybody.
func speakers(cfg *config.Config, names []string) ([]bot.User, error) {
	var out []bot.User
	for _, p := range cfg.People {
		u := bot.User{Platform: "console", ID: string(p.ID), Name: p.Name}
		if len(p.Languages) > 0 {
			u.Locale = p.Languages[0]
		}
		out = append(out, u)
	}
	for _, name := range slices.Backward(names) {
		i := slices.IndexFunc(out, func(u bot.User) bool { return strings.EqualFold(u.ID, name) })
		if i < 0 {
			var known []string
			for _, u := range out {
				known = append(known, u.ID)
			}
			return nil, usageError{fmt.Errorf("--as: nobody is called %q; there are: %s", name, strings.Join(known, ", "))}
		}
		u := out[i]
		out = slices.Insert(slices.Delete(out, i, i+1), 0, u)
	}
	return out, nil
}
