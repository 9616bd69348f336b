package main

import (
	"context"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"ersthelfer/bot/mattermost"
	"ersthelfer/bot/mattermost/mattermosttest"
	"ersthelfer/config"
)

const mattermostConfig = `schools: {gs-nord: {name: Nord, roles: {provider: it, platform-admin: it, caretaker: it, privacy: it, school-management: it}}}
parties: {it: {name: IT, people: [paul], channel: "mattermost:it-support"}}
people: {paul: {name: Paul Krause, mattermost: PAUL}}
platforms: {mattermost: {url: "URL", token: TOKEN, callback: "http://LISTEN/bot/chat", listen: "LISTEN", teams: {TEAM: gs-nord}}}
`

// freeAddress returns an address on which nobody listens.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// mattermostConfigured returns the configuration for a server, changed by
// replacing words in pairs.
func mattermostConfigured(t *testing.T, c mattermosttest.Cast, change ...string) *config.Config {
	t.Helper()
	cfg, err := loadConfig(mattermostFile(t, c, change...))
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// mattermostFile writes that configuration, and returns the file's name.
func mattermostFile(t *testing.T, c mattermosttest.Cast, change ...string) string {
	t.Helper()
	text := strings.NewReplacer(change...).Replace(mattermostConfig)
	text = strings.NewReplacer("PAUL", c.Handle("paul"), "URL", c.URL, "TOKEN", c.BotToken, "LISTEN", freeAddress(t), "TEAM", c.Team).Replace(text)
	name := filepath.Join(t.TempDir(), "ersthelfer.yaml")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// onMattermosts runs a test on the fake server and on the real one, if there is one.
func onMattermosts(t *testing.T, test func(t *testing.T, c mattermosttest.Cast, fake *mattermosttest.Server)) {
	t.Helper()
	t.Run("fake", func(t *testing.T) {
		s := mattermosttest.New(t)
		test(t, s.Cast(), s)
	})
	t.Run("real", func(t *testing.T) {
		c, ok := mattermosttest.Real(t)
		if !ok {
			t.Skip("NOT RUN AGAINST A REAL MATTERMOST: set MM_URL and the rest of the server's env.sh")
		}
		test(t, c, nil)
	})
}

// chatClient returns the official client of one of the cast, and their direct channel.
func chatClient(t *testing.T, c mattermosttest.Cast, name string) (client *model.Client4, direct string) {
	t.Helper()
	client = model.NewAPIv4Client(c.URL)
	u, _, err := client.Login(t.Context(), c.Handle(name), c.Password)
	if err != nil {
		t.Fatal(err)
	}
	channel, _, err := client.CreateDirectChannel(t.Context(), u.Id, c.BotID)
	if err != nil {
		t.Fatal(err)
	}
	return client, channel.Id
}

// reads waits for a post of the bot that has the words.
func reads(ctx context.Context, t *testing.T, client *model.Client4, channel, bot, words string) *model.Post {
	t.Helper()
	for ctx.Err() == nil {
		list, _, err := client.GetPostsForChannel(ctx, channel, 0, 100, "", false, false)
		if err != nil {
			t.Fatal(err)
		}
		for _, post := range list.Posts {
			if post.UserId == bot && strings.Contains(post.Message, words) {
				return post
			}
		}
	}
	t.Fatalf("waited in vain for %q", words)
	return nil
}

// TestMattermostRuns sets the program up, wires it as run does, asks it
// something, presses a button through the server, and gives the slash command.
func TestMattermostRuns(t *testing.T) {
	onMattermosts(t, func(t *testing.T, c mattermosttest.Cast, _ *mattermosttest.Server) {
		cfg := mattermostConfigured(t, c)
		a, err := openApp(cfg, t.TempDir(), time.Now, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		defer a.Close()
		var out strings.Builder
		s := &mattermostSetup{app: a, file: "x.yaml", admin: c.Admin, listen: callAddress(cfg, "")}
		if err := s.check(t.Context(), &out); err != nil {
			t.Fatalf("setup: %v\n%s", err, out.String())
		}
		platforms, _, err := a.platforms()
		if err != nil || len(platforms) != 1 || a.calls == nil {
			t.Fatalf("%d platforms, %v", len(platforms), err)
		}
		stop, err := serveCalls(t.Context(), cfg.Platforms.Mattermost.Listen, a.calls)
		if err != nil {
			t.Fatal(err)
		}
		defer stop()
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
		client, direct := chatClient(t, c, "anna")
		// The command is refused until the bot runs, and then answered in private.
		for {
			got, _, err := client.ExecuteCommandWithTeam(ctx, direct, c.TeamID, "/ersthelfer beamer in 204 zeigt kein bild vom laptop")
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(got.Text, "direkten Gespräch") {
				break
			}
		}
		answer := reads(ctx, t, client, direct, c.BotID, "Windows-Taste")
		action := answer.Attachments()[0].Actions[1]
		if _, err := client.DoPostActionWithCookie(ctx, answer.Id, action.Id, "", ""); err != nil {
			t.Fatalf("press %q: %v", action.Name, err)
		}
		reads(ctx, t, client, direct, c.BotID, "Unterricht oder eine Prüfung")
	})
}

// TestCallsShareTheAddress: without an address of their own, calls come to that
// of the pages, below the path of the callback.
func TestCallsShareTheAddress(t *testing.T) {
	s := mattermosttest.New(t)
	cfg := mattermostConfigured(t, s.Cast(), `, listen: "LISTEN"`, "")
	cfg.Listen = cfg.Platforms.Mattermost.Callback.Host
	a, err := openApp(cfg, t.TempDir(), time.Now, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	_, mux, err := a.platforms()
	if err != nil || a.calls != nil {
		t.Fatalf("calls %v, error %v", a.calls, err)
	}
	stop, err := serveCalls(t.Context(), cfg.Listen, mux)
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	o, err := a.mattermostOptions(t.Context(), cfg.Platforms.Mattermost)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range probe(t, o) {
		t.Errorf("found %s", f)
	}
}

// TestSetupMattermost says in sentences what is wrong, without a token in them.
func TestSetupMattermost(t *testing.T) {
	onMattermosts(t, func(t *testing.T, c mattermosttest.Cast, fake *mattermosttest.Server) {
		for name, test := range map[string]struct {
			change []string
			admin  string
			spoil  func(t *testing.T)
			want   []string
			fails  bool
		}{
			"ready":                {admin: c.Admin, want: []string{"Alles ist bereit", "ersthelfer run --config x.yaml", "angelegt in: " + c.Team}},
			"no admin":             {want: []string{"Alles ist bereit", "Hinweis", "--admin DATEI"}},
			"an admin who is none": {admin: c.BotToken, want: []string{"keinem Systemadministrator"}, fails: true},
			"token":                {change: []string{"TOKEN", "falsch"}, want: []string{"nimmt das Token nicht an"}, fails: true},
			"person's token":       {change: []string{"TOKEN", "ANNAS"}, want: []string{"das ist kein Bot-Konto", "EnableBotAccountCreation"}, fails: true},
			"no server":            {change: []string{"URL", "http://127.0.0.1:1"}, want: []string{"nicht zu erreichen"}, fails: true},
			"team":                 {change: []string{"TEAM", "nirgends"}, want: []string{"nicht im Team „nirgends“", "mmctl team users add nirgends " + c.Bot}, fails: true},
			"channel":              {change: []string{"it-support", "keller"}, want: []string{"Kanal „keller“", "/invite @" + c.Bot}, fails: true},
			"person":               {change: []string{"PAUL", "niemand-" + c.Bot}, want: []string{"Benutzernamen „niemand-" + c.Bot}, fails: true},
			"no callback":          {change: []string{`callback: "http://LISTEN/bot/chat", `, ""}, want: []string{"Alles ist bereit", "Ohne callback:"}},
			"callback":             {change: []string{"http://LISTEN/bot", "http://127.0.0.1:1/bot"}, want: []string{"erreicht den Bot nicht unter http://127.0.0.1:1/bot/chat", "AllowedUntrustedInternalConnections"}, fails: true},
			"settings": {
				admin: c.Admin,
				spoil: func(t *testing.T) { forbid(t, c, fake) },
				want:  []string{"mmctl config set ServiceSettings.EnableCommands true", `AllowedUntrustedInternalConnections "10.9.9.9 127.0.0.1"`},
				fails: true,
			},
		} {
			t.Run(name, func(t *testing.T) {
				anna, _ := chatClient(t, c, "anna")
				for i := range test.change {
					test.change[i] = strings.ReplaceAll(test.change[i], "ANNAS", anna.AuthToken)
				}
				if test.spoil != nil {
					test.spoil(t)
				}
				cfg := mattermostConfigured(t, c, test.change...)
				a, err := openApp(cfg, t.TempDir(), time.Now, slog.New(slog.DiscardHandler))
				if err != nil {
					t.Fatal(err)
				}
				defer a.Close()
				var out strings.Builder
				err = (&mattermostSetup{app: a, file: "x.yaml", admin: test.admin, listen: callAddress(cfg, "")}).check(t.Context(), &out)
				if (err != nil) != test.fails {
					t.Errorf("error is %v", err)
				}
				for _, want := range test.want {
					if !strings.Contains(out.String(), want) {
						t.Errorf("%q is missing in\n%s", want, out.String())
					}
				}
				for _, secret := range []string{c.BotToken, c.Admin, anna.AuthToken, "{"} {
					if strings.Contains(out.String(), secret) {
						t.Errorf("a token is told, or a word is missing:\n%s", out.String())
					}
				}
			})
		}
	})
}

// forbid sets the server so that it calls nobody, until the test ends.
func forbid(t *testing.T, c mattermosttest.Cast, fake *mattermosttest.Server) {
	t.Helper()
	if fake != nil {
		fake.Set("EnableCommands", "false")
		fake.Set("AllowedUntrustedInternalConnections", "10.9.9.9")
		t.Cleanup(func() {
			fake.Set("EnableCommands", "true")
			fake.Set("AllowedUntrustedInternalConnections", "127.0.0.1")
		})
		return
	}
	admin := model.NewAPIv4Client(c.URL)
	admin.SetToken(c.Admin)
	set := func(ctx context.Context, commands bool, hosts string) {
		patch := &model.Config{}
		patch.ServiceSettings.EnableCommands = &commands
		patch.ServiceSettings.AllowedUntrustedInternalConnections = &hosts
		if _, _, err := admin.PatchConfig(ctx, patch); err != nil {
			t.Error(err)
		}
	}
	old, _, err := admin.GetConfig(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	set(t.Context(), false, "10.9.9.9")
	t.Cleanup(func() { set(context.Background(), true, *old.ServiceSettings.AllowedUntrustedInternalConnections) })
}

// probe returns what Setup finds about the callback address.
func probe(t *testing.T, o mattermost.Options) (found []mattermost.Finding) {
	t.Helper()
	for _, f := range mattermost.Setup(t.Context(), mattermost.SetupOptions{Options: o}).Findings {
		if f.Problem == mattermost.BadCallback {
			found = append(found, f)
		}
	}
	return found
}
