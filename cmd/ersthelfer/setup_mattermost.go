package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"ersthelfer/bot/mattermost"
	"ersthelfer/config"

	"github.com/spf13/cobra"
)

// newSetupMattermost returns "ersthelfer setup mattermost".
func newSetupMattermost() *cobra.Command {
	opts := dataFlags{}
	var admin, address string
	c := &cobra.Command{
		Use:   "mattermost",
		Short: "Check token, rights, settings and callback of a Mattermost server, and register /ersthelfer",
		Long: `Check what the bot needs of a Mattermost server, say what an administrator must
change there, and register the slash command /ersthelfer in the configured teams.

For the last, and to read the server's settings, it wants the personal access
token of a system administrator, once: it is not kept. The bot must not be
running meanwhile, because the server is made to call it.`,
		Example: `  ersthelfer setup mattermost --config ersthelfer.yaml
  ersthelfer setup mattermost --config ersthelfer.yaml --admin admin-token`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if opts.config == "" {
				opts.config = "ersthelfer.yaml"
			}
			cfg, err := loadConfig(opts.config)
			if err != nil {
				return err
			}
			if cfg.Platforms.Mattermost == nil {
				return usageError{fmt.Errorf("%s sets up no Mattermost; add platforms: mattermost: with url: and token:", opts.config)}
			}
			token, err := adminToken(admin, cmd.InOrStdin())
			if err != nil {
				return err
			}
			s := mattermostSetup{file: opts.config, admin: token, listen: callAddress(cfg, address)}
			if s.app, err = openApp(cfg, opts.folder(cfg), time.Now, newLog(slogQuiet)); err != nil {
				return err
			}
			defer s.app.Close()
			return s.check(cmd.Context(), cmd.OutOrStdout())
		},
	}
	opts.register(c.Flags())
	c.Flags().StringVar(&admin, "admin", "", "file with the access token of a system administrator; - reads it from standard input")
	c.Flags().StringVar(&address, "listen", "", "address of calls from the chat (default: as configured)")
	return c
}

// adminToken reads the token of an administrator. It never stands in the command
// line, which everybody on the machine can read.
func adminToken(name string, in io.Reader) (string, error) {
	if name == "" {
		return "", nil
	}
	var data []byte
	var err error
	if name == "-" {
		data, err = io.ReadAll(io.LimitReader(in, 4096))
	} else {
		data, err = os.ReadFile(name)
	}
	if err != nil {
		return "", usageError{fmt.Errorf("read the administrator's token: %w", err)}
	}
	token := strings.TrimSpace(string(data))
	if token == "" {
		return "", usageError{fmt.Errorf("read the administrator's token: %s is empty", name)}
	}
	return token, nil
}

// callAddress returns where the bot listens to the server's calls.
func callAddress(cfg *config.Config, flag string) string {
	switch m := cfg.Platforms.Mattermost; {
	case flag != "":
		return flag
	case m.Listen != "":
		return m.Listen
	}
	return cfg.Listen
}

// A mattermostSetup prepares a Mattermost server.
type mattermostSetup struct {
	app                 *app
	file, admin, listen string
}

func (s *mattermostSetup) word(key string, args ...string) string {
	return s.app.texts.Word(s.app.cfg.Language, "setup.mattermost."+key, args...)
}

// check prints what must be changed. It fails if the bot could not work like that.
func (s *mattermostSetup) check(ctx context.Context, out io.Writer) error {
	m := s.app.cfg.Platforms.Mattermost
	o, err := s.app.mattermostOptions(ctx, m)
	if err != nil {
		return err
	}
	p, err := mattermost.New(o)
	if err != nil {
		return fmt.Errorf("set up mattermost: %w", err)
	}
	if m.Callback != nil {
		stop, err := serveCalls(ctx, s.listen, p.Handler())
		if err != nil {
			return err
		}
		defer stop()
	}
	r := mattermost.Setup(ctx, mattermost.SetupOptions{
		Options: o, Admin: s.admin, Description: s.word("does"), Hint: s.word("usage"),
		Places: mattermostChannels(s.app.cfg), People: mattermostPeople(s.app.cfg),
	})
	if err := s.app.keepCommandTokens(ctx, r.Tokens); err != nil {
		return err
	}
	return s.tell(out, r)
}

// tell prints a report, first what must be done, then what may be.
func (s *mattermostSetup) tell(out io.Writer, r mattermost.Report) error {
	var wrong, notes []string
	blocked := slices.ContainsFunc(r.Findings, func(f mattermost.Finding) bool {
		return strings.HasSuffix(f.Name, ".AllowedUntrustedInternalConnections")
	})
	for _, f := range r.Findings {
		if f.Problem == mattermost.BadCallback && blocked {
			continue // that is why
		}
		line, must := s.line(f, r.Bot)
		if must {
			wrong = append(wrong, line)
		} else {
			notes = append(notes, line)
		}
	}
	if len(wrong) > 0 {
		fmt.Fprintln(out, s.word("found", "count", strconv.Itoa(len(wrong))))
	} else {
		fmt.Fprintln(out, s.word("good", "server", s.app.cfg.Platforms.Mattermost.URL.String(), "bot", r.Bot, "file", s.file))
	}
	for _, line := range append(wrong, notes...) {
		fmt.Fprintln(out, "- "+line)
	}
	if teams := slices.Sorted(maps.Keys(r.Tokens)); len(teams) > 0 {
		fmt.Fprintln(out, s.word("registered", "teams", strings.Join(teams, ", ")))
	}
	if len(wrong) > 0 {
		return &exitError{1}
	}
	return nil
}

// unclear are the problems whose cause only the error tells, which is for the log.
var unclear = []mattermost.Problem{mattermost.Unreachable, mattermost.BadCallback, mattermost.NoCommand, mattermost.NoAdmin}

// line says what to do about a finding, and whether the bot needs it.
func (s *mattermostSetup) line(f mattermost.Finding, name string) (line string, must bool) {
	key, host := string(f.Problem), ""
	switch f.Problem {
	case mattermost.NoCallback, mattermost.OwnerMatters:
		return s.word(key), false
	case mattermost.NoAdmin:
		if f.Err == nil {
			return s.word(key, "file", s.file), false
		}
		key = "admin"
	case mattermost.BadCallback:
		host = s.app.cfg.Platforms.Mattermost.Callback.Hostname()
		if f.Want != "" {
			key = "callback.private"
		}
	case mattermost.BadSetting:
		_, setting, _ := strings.Cut(f.Name, ".")
		key += "." + setting
		if s.app.cfg.Platforms.Mattermost.Callback != nil {
			host = s.app.cfg.Platforms.Mattermost.Callback.Hostname()
		}
	}
	if f.Err != nil && slices.Contains(unclear, f.Problem) {
		s.app.log.Error("what the server said", "about", f.Name, "err", f.Err)
	}
	return s.word(key, "about", f.Name, "is", f.Is, "bot", name, "host", host,
		"hosts", strings.TrimSpace(f.Is+" "+host), "listen", s.listen), true
}

// mattermostChannels returns the channels of those who are told in one.
func mattermostChannels(cfg *config.Config) []string {
	var out []string
	for _, p := range cfg.Model.Parties {
		if channel, ok := strings.CutPrefix(p.Channel, "mattermost:"); ok {
			out = append(out, channel)
		}
	}
	return out
}

// mattermostPeople returns the user names of configured people.
func mattermostPeople(cfg *config.Config) []string {
	var out []string
	for _, p := range cfg.People {
		if account := p.Accounts["mattermost"]; account != "" {
			out = append(out, account)
		}
	}
	return out
}

// serveCalls answers the calls of a chat on an address of its own, until it is
// stopped.
func serveCalls(ctx context.Context, address string, h http.Handler) (stop func(), err error) {
	l, err := listen(ctx, address)
	if err != nil {
		return nil, err
	}
	server := &http.Server{
		Handler: h, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second,
		IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 16 << 10,
	}
	go func() { _ = server.Serve(l) }() // it ends with an error that says so
	return func() { _ = server.Close() }, nil
}
