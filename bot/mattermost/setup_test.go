package mattermost_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ersthelfer/bot/mattermost"
)

func TestOptions(t *testing.T) {
	_, err := mattermost.New(mattermost.Options{URL: "chat.example", Callback: "x", Secret: []byte("kurz")})
	for _, want := range []string{"URL", "token", "store or words", "callback", "secret"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not name %s", err, want)
		}
	}
}

func TestSetupFinds(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		o, serve := w.options(t)
		o.Teams = map[string]string{w.Team: "gs-nord", "nirgends": "x"}
		o.Channels = map[string]string{w.Team + "/it-support": "gs-nord", w.Team + "/keller": "x"}
		p, err := mattermost.New(o)
		if err != nil {
			t.Fatal(err)
		}
		problems := func(o mattermost.SetupOptions) map[mattermost.Problem]string {
			out := map[mattermost.Problem]string{}
			for _, f := range mattermost.Setup(context.Background(), o).Findings {
				out[f.Problem] = f.Name
				if strings.Contains(f.String(), w.BotToken) {
					t.Error("a finding tells the token")
				}
			}
			delete(out, mattermost.OwnerMatters) // as the server happens to be set
			delete(out, mattermost.BadSetting)
			return out
		}
		// Nobody listens: that is what an admin has to see.
		want := map[mattermost.Problem]string{mattermost.UnseenTeam: "nirgends", mattermost.UnseenPlace: w.Team + "/keller", mattermost.BadCallback: o.Callback}
		if diff := cmp.Diff(want, problems(mattermost.SetupOptions{Options: o, Admin: w.Admin})); diff != "" {
			t.Errorf("nobody listens: %s", diff)
		}
		serve(p.Handler())
		want = map[mattermost.Problem]string{mattermost.UnseenTeam: "nirgends", mattermost.UnseenPlace: w.Team + "/keller", mattermost.NoAdmin: ""}
		if diff := cmp.Diff(want, problems(mattermost.SetupOptions{Options: o})); diff != "" {
			t.Errorf("no admin: %s", diff)
		}
		bad := o
		bad.Token = "falsch"
		if diff := cmp.Diff(map[mattermost.Problem]string{mattermost.BadToken: o.URL}, problems(mattermost.SetupOptions{Options: bad})); diff != "" {
			t.Errorf("wrong token: %s", diff)
		}
		person := o
		person.Token = w.person(t, "anna").AuthToken
		if got := problems(mattermost.SetupOptions{Options: person}); got[mattermost.NoBot] != w.Handle("anna") {
			t.Errorf("a person's token: %v", got)
		}
		away := o
		away.URL = "http://127.0.0.1:1"
		if got := problems(mattermost.SetupOptions{Options: away}); got[mattermost.Unreachable] != away.URL {
			t.Errorf("no server: %v", got)
		}
	})
}

func TestSetupSettings(t *testing.T) {
	t.Parallel()
	w := fakeWorld(t)
	o, serve := w.options(t)
	p, err := mattermost.New(o)
	if err != nil {
		t.Fatal(err)
	}
	serve(p.Handler())
	w.fake.Set("EnableCommands", "false")
	w.fake.Set("AllowedUntrustedInternalConnections", "10.0.0.0/8, chat.intern")
	var got []string
	for _, f := range mattermost.Setup(t.Context(), mattermost.SetupOptions{Options: o, Admin: w.Admin}).Findings {
		got = append(got, f.String())
	}
	want := []string{
		`callback ` + o.Callback + ` is "", want AllowedUntrustedInternalConnections with 127.0.0.1: press own button: undeliverable: server says api.post.do_action.action_integration.app_error (400)`,
		`setting ServiceSettings.EnableCommands is "false", want true`,
		`setting ServiceSettings.AllowedUntrustedInternalConnections is "10.0.0.0/8, chat.intern", want also 127.0.0.1`,
		`ownermatters ServiceSettings.DisableBotsWhenOwnerIsDeactivated is "true", want false`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	w.fake.Set("AllowedUntrustedInternalConnections", "127.0.0.0/8")
	w.fake.Set("EnableCommands", "true")
	if n := len(mattermost.Setup(t.Context(), mattermost.SetupOptions{Options: o, Admin: w.Admin}).Findings); n != 1 {
		t.Errorf("%d findings are left", n)
	}
}
