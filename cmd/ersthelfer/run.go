package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"ersthelfer/bot"
	"ersthelfer/config"

	"github.com/spf13/cobra"
)

// runQuiet is how long a question must have been quiet before it is answered.
const runQuiet = 1500 * time.Millisecond

// newRun returns "ersthelfer run".
func newRun() *cobra.Command {
	opts := dataFlags{}
	var address string
	c := &cobra.Command{
		Use:     "run",
		Short:   "Run the bot as configured",
		Example: `  ersthelfer run --config ersthelfer.yaml`,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if opts.config == "" {
				opts.config = "ersthelfer.yaml"
			}
			cfg, err := loadConfig(opts.config)
			if err != nil {
				return err
			}
			if lacks := cfg.Lacks(); len(lacks) > 0 {
				return usageError{lacks}
			}
			if address == "" {
				address = cfg.Listen
			}
			return runBot(cmd, cfg, opts.folder(cfg), address)
		},
	}
	opts.register(c.Flags())
	c.Flags().Lookup("config").Usage = "configuration file (default: ersthelfer.yaml)"
	c.Flags().StringVar(&address, "listen", "", "address of the pages and of calls from the chat (default: as configured, 127.0.0.1:8080)")
	return c
}

func runBot(cmd *cobra.Command, cfg *config.Config, data, address string) error {
	ctx := cmd.Context()
	l, err := listen(ctx, address)
	if err != nil {
		return err
	}
	defer l.Close()
	log := newLog(slog.LevelInfo)
	clock := newSteadyClock(func() time.Time { return time.Now().In(cfg.Zone) }, log)
	a, err := openApp(cfg, data, clock.Now, log)
	if err != nil {
		return err
	}
	defer a.Close()
	platforms, mux, err := a.platforms()
	if err != nil {
		return err
	}
	if a.calls != nil {
		stop, err := serveCalls(ctx, cfg.Platforms.Mattermost.Listen, a.calls)
		if err != nil {
			return err
		}
		defer stop()
	}
	pages := a.signedInPages(clock.Now, l.Addr().String())
	mux.Handle("/", pages.Handler())
	if cfg.Platforms.Web.Chat {
		platforms = append(platforms, pages)
	}
	b, err := a.newBot(runQuiet, pages.Link, platforms...)
	if err != nil {
		return err
	}
	for _, w := range cfg.Warnings(time.Now()) {
		a.log.Warn(w.String())
	}
	ctx, cancel := a.untilFailed(ctx)
	defer cancel()
	defer a.takeOrders(data)()
	a.log.Info("serving", "address", l.Addr().String(), "data", data, "platforms", len(platforms))
	return serve(ctx, l, mux, b)
}

// platforms returns the chats of the configuration, and what is answered by
// HTTP: whether the program serves, and the calls of the chats.
func (a *app) platforms() ([]bot.Platform, *http.ServeMux, error) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	var out []bot.Platform
	if m := a.cfg.Platforms.Mattermost; m != nil {
		p, err := a.mattermost(context.Background(), m)
		if err != nil {
			return nil, nil, err
		}
		if m.Listen != "" && m.Listen != a.cfg.Listen {
			a.calls = p.Handler()
		} else {
			mux.Handle("POST "+mattermostPath(m), p.Handler())
		}
		out = append(out, p)
	}
	if s := a.cfg.Platforms.Slack; s != nil {
		p, err := a.slack(s)
		if err != nil {
			return nil, nil, err
		}
		if s.Mode == "http" {
			mux.Handle("/slack", p.Handler())
			mux.Handle("/slack/", p.Handler())
		}
		out = append(out, p)
	}
	return out, mux, nil
}
