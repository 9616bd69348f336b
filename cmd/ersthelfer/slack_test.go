package main

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ersthelfer/bot"
	"ersthelfer/bot/slack/slacktest"
	"ersthelfer/config"
)

const slackConfig = `schools: {gs-nord: {name: Nord, roles: {provider: it, platform-admin: it, caretaker: it, privacy: it, school-management: it}}}
parties: {it: {name: IT, people: [paul]}}
people: {paul: {name: Paul Krause, slack: paul@schule.example}}
platforms: {slack: {mode: MODE, callback: "https://hilfe.example/slack", bot_token: ` + slacktest.BotToken + `, app_token: ` + slacktest.AppToken + `, signing_secret: ` + slacktest.Secret + `}}
`

func slackConfigured(t *testing.T, mode string) *config.Config {
	t.Helper()
	name := filepath.Join(t.TempDir(), "ersthelfer.yaml")
	if err := os.WriteFile(name, []byte(strings.ReplaceAll(slackConfig, "MODE", mode)), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := loadConfig(name)
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// TestSlackRuns wires the program as run does, for both ways, and asks it
// something.
func TestSlackRuns(t *testing.T) {
	for _, mode := range []string{"socket", "http"} {
		t.Run(mode, func(t *testing.T) {
			s := slacktest.New(t)
			anna := s.Add(slacktest.User{Name: "anna"})
			s.Add(slacktest.User{Name: "paul", Email: "paul@schule.example"})
			a, err := openApp(slackConfigured(t, mode), t.TempDir(), time.Now, slog.New(slog.DiscardHandler))
			if err != nil {
				t.Fatal(err)
			}
			defer a.Close()
			a.slackAPI = s.URL
			platforms, mux, err := a.platforms()
			if err != nil || len(platforms) != 1 {
				t.Fatalf("%d platforms, %v", len(platforms), err)
			}
			srv := httptest.NewServer(mux)
			defer srv.Close()
			if mode == "http" {
				s.UseHTTP(srv.URL + "/slack")
			}
			b, err := a.newBot(0, nil, platforms...)
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			ended := make(chan error, 1)
			go func() { ended <- b.Run(ctx) }()
			defer func() {
				cancel()
				if err := <-ended; err != nil {
					t.Errorf("run: %v", err)
				}
			}()
			if s.Wait(ctx, func() bool { return len(s.Calls("users.conversations")) > 0 }) != nil {
				t.Fatal("the bot does not begin")
			}
			s.Say(anna.ID, "beamer in 204 zeigt kein bild vom laptop")
			answered := func() bool {
				return strings.Contains(strings.Join(visible(s.Posts(s.Direct(anna.ID))), " "), "Windows-Taste")
			}
			if s.Wait(ctx, answered) != nil {
				t.Fatalf("anna reads %q", visible(s.Posts(s.Direct(anna.ID))))
			}
			s.OpenHome("UPAUL")
			home := func() bool {
				m, ok := s.Home("UPAUL")
				return ok && strings.Contains(m.Visible(), "Wartet auf Sie")
			}
			if s.Wait(ctx, home) != nil {
				t.Fatal("paul sees no queue on his home tab")
			}
		})
	}
}

func visible(all []slacktest.Message) []string {
	var out []string
	for _, m := range all {
		out = append(out, m.Visible())
	}
	return out
}

// TestSlackWords: everything the platform says by itself is there, in both
// languages, and not longer than Slack wants it.
func TestSlackWords(t *testing.T) {
	texts, err := bot.LoadTexts(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, locale := range []string{"de-DE", "en-GB", ""} {
		w := slackWords(texts, locale)
		for _, text := range []string{w.Direct, w.Empty, w.Failed, w.Title, w.Working, w.Done, w.Close} {
			if text == "" {
				t.Errorf("%q: something is missing in %+v", locale, w)
			}
		}
		if len(w.Title) > 24 || len(w.Close) > 24 {
			t.Errorf("%q: too long: %+v", locale, w)
		}
		for key, most := range map[string]int{"setup.slack.name": 35, "setup.slack.description": 140, "setup.slack.usage": 1000, "setup.slack.command": 2000} {
			if n := len([]rune(texts.Word(locale, key))); n == 0 || n > most {
				t.Errorf("%q: %s has %d characters, want 1 to %d", locale, key, n, most)
			}
		}
	}
}

// TestSetupSlack says in sentences what is wrong, without a token in them.
func TestSetupSlack(t *testing.T) {
	texts, err := bot.LoadTexts(nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		spoil func(*slacktest.Server)
		want  []string
		fails bool
	}{
		"ready":     {func(*slacktest.Server) {}, []string{"Alles ist bereit", "Schulen Nord", "ersthelfer run --config x.yaml"}, false},
		"app token": {func(s *slacktest.Server) { s.Fail("apps.connections.open", slacktest.Fault{Error: "invalid_auth"}) }, []string{"connections:write"}, true},
		"bot token": {func(s *slacktest.Server) { s.Fail("auth.test", slacktest.Fault{Error: "invalid_auth"}) }, []string{"bot_token nicht an"}, true},
		"no slack":  {func(s *slacktest.Server) { s.Fail("auth.test", slacktest.Fault{Status: 503}) }, []string{"nicht zu erreichen"}, true},
		"scope": {func(s *slacktest.Server) {
			s.Set(func(r *slacktest.Rules) { r.Scopes = []string{"chat:write", "pins:write"} })
		}, []string{"fehlt das Recht im:history", "Hinweis", "pins:write"}, true},
		"paul is not": {func(s *slacktest.Server) { s.Add(slacktest.User{Name: "paul", Email: "other@schule.example"}) }, []string{"niemanden mit „paul@schule.example“"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			s := slacktest.New(t)
			s.Add(slacktest.User{Name: "paul", Email: "paul@schule.example"})
			test.spoil(s)
			cfg := slackConfigured(t, "socket")
			o := slackOptions(cfg, cfg.Platforms.Slack)
			o.API = s.URL
			var out strings.Builder
			err := (&slackSetup{cfg: cfg, file: "x.yaml", texts: texts, options: o}).check(t.Context(), &out)
			if (err != nil) != test.fails {
				t.Errorf("error is %v", err)
			}
			for _, want := range test.want {
				if !strings.Contains(out.String(), want) {
					t.Errorf("%q is missing in\n%s", want, out.String())
				}
			}
			for _, secret := range []string{slacktest.BotToken, slacktest.AppToken, slacktest.Secret} {
				if strings.Contains(out.String(), secret) {
					t.Error("a token is told")
				}
			}
		})
	}
}
