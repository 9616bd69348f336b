package slack_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"ersthelfer/bot"
	"ersthelfer/bot/slack"
	"ersthelfer/bot/slack/slacktest"
)

func TestManifest(t *testing.T) {
	t.Parallel()
	small := slack.Options{AppToken: "xapp-1"}
	large := slack.Options{
		ReadChannels: true, Emails: true,
		Home: func(context.Context, bot.User) (bot.Home, error) { return nil, nil },
	}
	for name, test := range map[string]struct {
		o      slack.Options
		app    slack.App
		want   []string
		refuse []string
	}{
		"small, by socket": {
			small, slack.App{Name: "Ersthelfer"},
			[]string{`"messages_tab_read_only_enabled": false`, `"socket_mode_enabled": true`, `"message.im"`, `"app_mention"`, `"/ersthelfer"`, `"im:history"`, `"is_enabled": true`},
			[]string{"agent_view", "assistant_view", "channels:", "groups:", "email", "request_url", "app_home_opened", "reactions"},
		},
		"large, by HTTP": {
			large, slack.App{Name: "Ersthelfer", Address: "https://it.example/slack"},
			[]string{
				`"request_url": "https://it.example/slack"`, `"message.channels"`, `"message.groups"`, `"app_home_opened"`,
				`"users:read.email"`, `"channels:history"`, `"groups:history"`, `"home_tab_enabled": true`,
			},
			[]string{"agent_view", "assistant_view", "socket_mode_enabled"},
		},
	} {
		got, err := slack.Manifest(test.o, test.app)
		if err != nil || !json.Valid(got) {
			t.Fatalf("%s: %v", name, err)
		}
		for _, w := range test.want {
			if !strings.Contains(string(got), w) {
				t.Errorf("%s: %s is missing in %s", name, w, got)
			}
		}
		for _, w := range test.refuse {
			if strings.Contains(string(got), w) {
				t.Errorf("%s: %s is in %s", name, w, got)
			}
		}
	}
}

// TestScopes uses all that the options switch on: Slack asks for every scope of
// the manifest meanwhile, and for no other.
func TestScopes(t *testing.T) {
	home := func(context.Context, bot.User) (bot.Home, error) { return nil, nil }
	schools := map[string]string{"CLEHRER": "gs-nord", "CGEHEIM": "gs-nord"}
	for name, o := range map[string]slack.Options{
		"nothing more":     {},
		"e-mail addresses": {Emails: true},
		"schools":          {Channels: schools},
		"everything":       {Emails: true, Channels: schools, ReadChannels: true, Home: home},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := slacktest.New(t)
			anna := person(s, "anna")
			s.AddChannel("CLEHRER", slacktest.BotUser, anna.ID)
			s.AddChannel("CGEHEIM", slacktest.BotUser, anna.ID)
			s.Hide("CGEHEIM")
			all := options(s)
			all.Emails, all.Channels, all.ReadChannels, all.Home = o.Emails, o.Channels, o.ReadChannels, o.Home
			x := start(t, s, ways[0], all)
			x.heardAs(t, s.Say(anna.ID, "direkt"))
			for _, channel := range []string{"CLEHRER", "CGEHEIM"} {
				x.heardAs(t, s.SayIn(anna.ID, channel, "", "<@UBOT> im Kanal"))
			}
			answered(t, s, s.Command(anna.ID, "CLEHRER", "mit dem Befehl"))
			answered(t, s, s.OpenHome(anna.ID))
			user := anna.ID
			if o.Emails {
				user = anna.Email
			}
			if _, err := x.Send(t.Context(), bot.Post{Key: "1", User: user, Body: bot.Plain("x")}); err != nil {
				t.Error(err)
			}
			x.said(t, "mit dem Befehl")
			x.stop()
			for _, c := range s.Calls("") {
				if c.Error == "missing_scope" {
					t.Errorf("%s lacks a scope", c.Method)
				}
			}
			used := slices.DeleteFunc(s.Used(), func(scope string) bool {
				return scope == "users:read.email" && !o.Emails // Slack leaves the address out of what it says
			})
			if want := slack.Scopes(all); !slices.Equal(used, want) {
				t.Errorf("needed were %q, the manifest asks for %q", used, want)
			}
		})
	}
}

func TestSetup(t *testing.T) {
	t.Parallel()
	exact := slack.Scopes(slack.Options{Emails: true})
	for name, test := range map[string]struct {
		spoil    func(*slacktest.Server, *slack.Options)
		channels []string
		people   []string
		want     []string
	}{
		"everything right":   {nil, []string{"CTEAM"}, []string{"UANNA", "anna@schule.example"}, nil},
		"bot token":          {func(_ *slacktest.Server, o *slack.Options) { o.BotToken = "xoxb-x" }, nil, nil, []string{"bot-token"}},
		"app token":          {func(_ *slacktest.Server, o *slack.Options) { o.AppToken = "xapp-x" }, nil, nil, []string{"app-token"}},
		"Slack is not there": {func(s *slacktest.Server, _ *slack.Options) { s.Fail("auth.test", slacktest.Fault{Status: 503}) }, nil, nil, []string{"not-reached"}},
		"a scope is missing": {func(s *slacktest.Server, _ *slack.Options) {
			s.Set(func(r *slacktest.Rules) {
				r.Scopes = append(slices.DeleteFunc(slices.Clone(exact), func(x string) bool { return x == "chat:write" }), "channels:read")
			})
		}, nil, nil, []string{"scope chat:write", "spare-scope channels:read"}},
		"channels": {func(s *slacktest.Server, _ *slack.Options) {
			s.Set(func(r *slacktest.Rules) { r.Scopes = nil })
			s.AddChannel("COLD", slacktest.BotUser)
			s.Archive("COLD")
			s.AddChannel("CFOREIGN")
		}, []string{"COLD", "CFOREIGN", "CNONE"}, nil, []string{"not-member CFOREIGN", "channel CNONE", "archived COLD"}},
		"people": {nil, nil, []string{"UNOBODY", "nobody@schule.example", "anna"}, []string{"person UNOBODY", "person nobody@schule.example", "person anna"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := slacktest.New(t)
			person(s, "anna")
			s.AddChannel("CTEAM", slacktest.BotUser)
			s.Set(func(r *slacktest.Rules) { r.Scopes = append(slices.Clone(exact), "channels:read") })
			o := options(s)
			o.Emails = true
			if test.spoil != nil {
				test.spoil(s, &o)
			}
			r, err := slack.Setup(t.Context(), o, test.channels, test.people)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, p := range r.Problems {
				got = append(got, fmt.Sprint(p.Kind, " ", p.About))
				if strings.Contains(p.About, "xoxb-") || strings.Contains(p.About, "xapp-") {
					t.Errorf("a token is told: %s", p.About)
				}
			}
			got = slices.DeleteFunc(got, func(p string) bool {
				return strings.HasPrefix(p, "spare-scope") && !slices.Contains(test.want, p)
			})
			if len(got) != len(test.want) {
				t.Fatalf("problems are %q, want %q", got, test.want)
			}
			for i := range got {
				if !strings.HasPrefix(got[i], test.want[i]) {
					t.Errorf("problem %d is %q, want %q", i, got[i], test.want[i])
				}
			}
		})
	}
}
