package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// Nothing that prints, encodes or logs a secret, or what holds one, tells it.
func TestSecretConcealsItself(t *testing.T) {
	s := NewSecret("canary")
	holders := map[string]any{
		"itself":       s,
		"pointer":      &s,
		"exported":     struct{ Token Secret }{s},
		"unexported":   struct{ token Secret }{s},
		"in pointer":   &struct{ Token *Secret }{&s},
		"in list":      []Secret{s},
		"in map":       map[string]any{"token": s},
		"in platforms": Platforms{Mattermost: &Mattermost{Token: s}, Slack: &Slack{BotToken: s}},
	}
	for name, v := range holders {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			told(t, name+" "+verb, fmt.Sprintf(verb, v), nil)
		}
		data, err := json.Marshal(v)
		told(t, name+" JSON", string(data), err)
		var log bytes.Buffer
		slog.New(slog.NewTextHandler(&log, nil)).Info("m", "v", v)
		slog.New(slog.NewJSONHandler(&log, nil)).Info("m", "v", v)
		told(t, name+" slog", log.String(), nil)
	}
	data, err := yaml.Dump(struct{ Token Secret }{s})
	told(t, "YAML", string(data), err)
	if !strings.Contains(string(data), concealed) {
		t.Errorf("YAML is %s", data)
	}
	if s.Reveal() != "canary" || !s.IsSet() || NewSecret("").IsSet() || (Secret{}).Reveal() != "" || (Secret{}).String() != "" {
		t.Error("Reveal or IsSet is wrong")
	}
}

// told checks that text has neither the canary nor its hexadecimal form.
func told(t *testing.T, how, text string, err error) {
	t.Helper()
	if err != nil {
		t.Errorf("%s: %v", how, err)
	}
	for _, form := range []string{"canary", fmt.Sprintf("%x", "canary"), fmt.Sprint([]byte("canary"))} {
		if strings.Contains(text, form) {
			t.Errorf("%s tells the secret: %s", how, text)
		}
	}
}

func TestShowConcealsSecrets(t *testing.T) {
	cfg, err := Parse("ersthelfer.yaml", []byte(strings.Replace(string(Example()), "${LLM_KEY}", "canary", 1)+"# canary\n"), secrets)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := cfg.Show(&out); err != nil {
		t.Fatal(err)
	}
	told(t, "Show", out.String(), nil)
	if n := strings.Count(out.String(), concealed); n != 6 {
		t.Errorf("%d secrets are concealed, want 6", n)
	}
	told(t, "Config", fmt.Sprintf("%v %+v", cfg, *cfg), nil)
}

// A token in the wrong place is not told in the message about that place.
func TestErrorsTellNoSecret(t *testing.T) {
	token := "xoxb-canary-0123456789"
	for _, where := range []string{
		"mattermost: {url: TOKEN, token: x}", "mattermost: {url: 'https://u:TOKEN@chat.example', token: x}",
		"mattermost: {url: https://chat.example, token_file: TOKEN}", "mattermost: {url: https://chat.example, token: [TOKEN]}",
		"mattermost: {url: https://chat.example, token: {TOKEN: x}}", "mattermost: {TOKEN: x}", "mattermost: TOKEN",
		"mattermost: {url: https://chat.example, token: x, listen: TOKEN}", "mattermost: {channels: {TOKEN: TOKEN}}",
		"slack: {mode: TOKEN, bot_token: y}", "slack: {app_token: TOKEN, bot_token: TOKEN}", "slack: {bot_token: *TOKEN}",
		"slack: {bot_token: !TOKEN}", "slack: {bot_token: !TOKEN x}", "slack: {bot_token: @TOKEN}", "slack: {bot_token: TOKEN: x}",
		"slack: {bot_token: \"TOKEN\\q\"}", "slack: {bot_token: 'TOKEN}", "slack: {bot_token: &TOKEN x, app_token: *TOKEN}",
		"slack: {bot_token: %TOKEN}", "slack: {bot_token: |TOKEN}", "slack: {channels: {C0123456789: TOKEN}}",
		"slack: {mode: \"${T}\"}", "slack: {signing_secret: TOKEN, bot_token: \"${T}\", bot_token_file: \"${T}\"}", "web: {session: TOKEN}",
		"web: {session: \"${T}\"}", "web: {url: \"${T}\"}", "web: {chat: TOKEN}", "web: {oidc: {secret: TOKEN, issuer: TOKEN}}",
	} {
		src := strings.ReplaceAll("platforms:\n  "+where+"\n", "TOKEN", token)
		_, err := Parse("x.yaml", []byte(src), func(string) string { return token + "\"\t" })
		if err == nil {
			t.Errorf("%s: no mistake", where)
			continue
		}
		told(t, where, err.Error(), nil)
	}
}
