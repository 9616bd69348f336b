package config

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ersthelfer/escalation"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"
)

// secrets is the environment of the example.
func secrets(name string) string {
	switch name {
	case "SLACK_APP_TOKEN":
		return "xapp-canary"
	case "SLACK_BOT_TOKEN":
		return "xoxb-canary"
	}
	return "canary-" + name
}

func none(string) string { return "" }

// monday is 2026-11-23, well before the last known holidays end.
var monday = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

func TestMinimal(t *testing.T) {
	src := `schools:
  gs-nord:
    name: Gesamtschule Nord
    contact: [mara]
    roles: {provider: it-dienst}
parties:
  it-dienst: {name: IT-Dienst, people: [paul]}
people:
  mara: {name: Mara Yilmaz, web: true}
  paul: {name: Paul Krause, web: true}
`
	cfg, err := Parse("small.yaml", []byte(src), none)
	if err != nil {
		t.Fatal(err)
	}
	m := cfg.Model
	if got := m.Schools["gs-nord"].Connection; got != "multi-stage" {
		t.Errorf("connection is %q, want multi-stage", got)
	}
	if m.Supervisor != "it-dienst" {
		t.Errorf("supervisor is %q, want the only party", m.Supervisor)
	}
	if got, want := m.Steps(escalation.Matter{School: "gs-nord", Room: "konto"}), []escalation.Role{"contact", "platform-admin"}; !slices.Equal(got, want) {
		t.Errorf("steps are %v, want %v", got, want)
	}
	h, last := m.Route(escalation.Matter{School: "gs-nord", Room: "konto"}, 1, monday)
	if h.Party != "it-dienst" || last {
		t.Errorf("after the contact %+v holds the ticket, want it-dienst instead of platform-admin", h)
	}
	if got := m.Parties["gs-nord/contact"].Name; got != "Schulkontakt Gesamtschule Nord" {
		t.Errorf("the contact is called %q", got)
	}
	want := "small.yaml:5:5: schools.gs-nord.roles: nobody is caretaker, platform-admin, privacy, school-management, " +
		"so that provider acts; add them, or leave it so"
	if diff := cmp.Diff(want, cfg.Warnings(monday).Error()); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
}

func TestDemo(t *testing.T) {
	cfg, err := Demo()
	if err != nil {
		t.Fatal(err)
	}
	if w := cfg.Warnings(monday); len(w) > 0 {
		t.Error(w.Error())
	}
	for school, want := range map[string]string{
		"gs-nord":  "direct: mara; network: mara",
		"gy-sued":  "direct: paul petra; network: paul petra",
		"rs-mitte": "direct: lea; network: paul petra",
	} {
		got := "direct: " + holders(cfg.Model, school, "praesentation") + "; network: " + holders(cfg.Model, school, "netzwerk")
		if got != want {
			t.Errorf("%s: %s, want %s", school, got, want)
		}
	}
	if got := cfg.Schools; !slices.Equal(got, []string{"gs-nord", "gy-sued", "rs-mitte"}) {
		t.Errorf("schools are %v, want those of the file in its order", got)
	}
}

func holders(m *escalation.Model, school, room string) string {
	h, _ := m.Route(escalation.Matter{School: school, Room: room}, 0, monday)
	var names []string
	for _, p := range h.People {
		names = append(names, string(p))
	}
	return strings.Join(names, " ")
}

// The school keeps its movable day and the school holidays, the provider works on both.
func TestCalendars(t *testing.T) {
	cfg, err := Demo()
	if err != nil {
		t.Fatal(err)
	}
	m := cfg.Model
	for _, tt := range []struct{ day, school, provider string }{
		{"2026-12-01", "open", "open"},
		{"2026-12-28", "closed", "open"},   // Weihnachtsferien
		{"2027-02-08", "closed", "open"},   // movable day
		{"2027-05-27", "closed", "closed"}, // Fronleichnam
	} {
		noon, err := time.ParseInLocation(time.DateOnly+" 15:04", tt.day+" 12:00", cfg.Zone)
		if err != nil {
			t.Fatal(err)
		}
		word := map[bool]string{true: "open", false: "closed"}
		school := m.Calendars[m.Schools["gs-nord"].Calendar]
		if got := word[school.Open(noon)]; got != tt.school {
			t.Errorf("%s: the school is %s, want %s", tt.day, got, tt.school)
		}
		if got := word[m.Calendars["provider"].Open(noon)]; got != tt.provider {
			t.Errorf("%s: the provider is %s, want %s", tt.day, got, tt.provider)
		}
	}
	if m.Parties["hausmeister"].Calendar != "" {
		t.Error("as-school is not the school's own calendar")
	}
}

func TestExample(t *testing.T) {
	cfg, err := Parse("ersthelfer.yaml", Example(), secrets)
	if err != nil {
		t.Fatal(err)
	}
	if w := cfg.Warnings(monday); len(w) > 0 {
		t.Error(w.Error())
	}
	if p := cfg.Platforms; p.Mattermost.Token.Reveal() != "canary-MATTERMOST_TOKEN" || p.Slack.BotToken.Reveal() != "xoxb-canary" {
		t.Error("a secret is not the one of the environment")
	}
	wantAccounts := map[string]string{"mattermost": "mara.yilmaz", "slack": "U0123456789", "web": "mara"}
	if diff := cmp.Diff(wantAccounts, cfg.People[0].Accounts); diff != "" {
		t.Errorf("accounts (-want +got):\n%s", diff)
	}
}

// Every place that takes keys is asked for its keys with one that does not exist; all of them must be
// somewhere in the example.
func TestExampleCoversEveryKey(t *testing.T) {
	var doc yaml.Node
	if err := yaml.Load(Example(), &doc); err != nil {
		t.Fatal(err)
	}
	written, known := map[string]bool{}, map[string]bool{}
	for _, mapping := range mappings(doc.Content[0]) {
		for _, key := range keysTaken(t, &doc, mapping) {
			place := strings.Join(keysTaken(t, &doc, mapping), " ") + ": " + key
			known[place] = true
			if valueOf(mapping, key) != nil {
				written[place] = true
			}
		}
	}
	if len(known) < 80 {
		t.Errorf("only %d keys are known, so that this test does not see them", len(known))
	}
	for place := range known {
		_, key, _ := strings.Cut(place, ": ")
		if !written[place] && !strings.HasSuffix(key, "_file") {
			t.Errorf("the example has no %q where these are known: %s", key, place)
		}
	}
}

func mappings(n *yaml.Node) (all []*yaml.Node) {
	if n.Kind == yaml.MappingNode {
		all = append(all, n)
	}
	for _, below := range n.Content {
		all = append(all, mappings(below)...)
	}
	return all
}

// keysTaken returns the keys that a mapping may have, from what is said of an unknown one.
func keysTaken(t *testing.T, doc, mapping *yaml.Node) []string {
	t.Helper()
	whole := mapping.Content
	defer func() { mapping.Content = whole }()
	add := func(value string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Value: value} }
	mapping.Content = append(slices.Clone(whole), add("unheard-of-key"), add("x"))
	src, err := yaml.Dump(doc)
	if err != nil {
		t.Fatal(err)
	}
	_, err = Parse("x.yaml", src, secrets)
	problems, _ := err.(Problems)
	for _, p := range problems {
		if strings.Contains(p.Text, `unknown key`) {
			return strings.Split(strings.TrimPrefix(p.Fix, "write one of "), ", ")
		}
	}
	return nil
}

// What Show writes means the same as the file and the defaults.
func TestShow(t *testing.T) {
	cfg, err := Demo()
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := cfg.Show(&out); err != nil {
		t.Fatal(err)
	}
	again, err := Parse("shown.yaml", out.Bytes(), none)
	if err != nil {
		t.Fatalf("what was shown is no configuration:\n%v\n%s", err, out.String())
	}
	if diff := cmp.Diff(cfg.People, again.People); diff != "" {
		t.Errorf("people (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(cfg.Model.Schools, again.Model.Schools); diff != "" {
		t.Errorf("schools (-want +got):\n%s", diff)
	}
	if !strings.Contains(out.String(), "remind: [50, 80]") {
		t.Error("the defaults are not shown")
	}
}

// A telephone number and a room number are texts, whatever they look like.
func TestNumbersStayText(t *testing.T) {
	for _, number := range []string{"007", "02151123", "+49151", "1.20", "0x1F", "1e3", "2026-12-18", "12:30"} {
		src := strings.Replace(string(demo), "Regio IT", number, 1)
		cfg, err := Parse("demo.yaml", []byte(src), none)
		if err != nil {
			t.Errorf("%s: %v", number, err)
		} else if got := cfg.Model.Parties["regio-it"].Name; got != number {
			t.Errorf("%s became %s", number, got)
		}
	}
}

// How a file was saved makes no difference.
func TestEncodings(t *testing.T) {
	for name, src := range map[string]string{
		"byte order mark": "\ufeff" + string(demo),
		"CRLF":            strings.ReplaceAll(string(demo), "\n", "\r\n"),
		"no last newline": strings.TrimRight(string(demo), "\n"),
	} {
		if _, err := Parse("demo.yaml", []byte(src), none); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestUnreadable(t *testing.T) {
	for _, tt := range []struct{ what, src, want string }{
		{"Latin 1", "schools: {a: {name: S\xfcd}}\n", "x.yaml: not a text in UTF-8; save it as UTF-8 in the editor"},
		{"too large", strings.Repeat("# nothing\n", 110000), "x.yaml: larger than 1 MiB; give the configuration and no other file"},
		{"a colon in a value", "data: a: b\n", "x.yaml:1:8: not YAML (mapping values are not allowed in this context); put values with a colon in quotes"},
		{"a star", "data: *home\n", "x.yaml:1:7: not YAML (unknown anchor referenced); put values that begin with * or & in quotes"},
	} {
		_, err := Parse("x.yaml", []byte(tt.src), none)
		if err == nil || err.Error() != tt.want {
			t.Errorf("%s: %v, want %s", tt.what, err, tt.want)
		}
	}
}

func TestHolidaysRunOut(t *testing.T) {
	cfg, err := Demo()
	if err != nil {
		t.Fatal(err)
	}
	for day, want := range map[string]string{
		"2027-10-10": "",
		"2027-10-11": "demo.yaml: calendars.school: the last school holidays that are known end on 2028-01-08; " +
			"update the program, or add the next ones below off",
	} {
		now, err := time.ParseInLocation(time.DateOnly, day, cfg.Zone)
		if err != nil {
			t.Fatal(err)
		}
		if got := cfg.Warnings(now).Error(); got != want {
			t.Errorf("%s: warnings are %q, want %q", day, got, want)
		}
	}
}

// A secret may come from a file beside the configuration, or below a directory of the environment, as
// systemd names that of its credentials. Other paths begin where the configuration lies, too.
func TestFiles(t *testing.T) {
	dir, credentials := t.TempDir(), t.TempDir()
	src := string(demo) + `
knowledge: {dir: artikel, llm: {url: https://llm.example/v1, model: m, key_file: key}}
platforms:
  mattermost: {url: https://chat.example, token_file: "${CREDENTIALS_DIRECTORY}/token"}
`
	for path, text := range map[string]string{
		filepath.Join(dir, "ersthelfer.yaml"): src,
		filepath.Join(dir, "key"):             "\ufeffa key\r\n",
		filepath.Join(credentials, "token"):   "a token\n",
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cfg, err := Load(filepath.Join(dir, "ersthelfer.yaml"), func(name string) string {
		return map[string]string{"CREDENTIALS_DIRECTORY": credentials}[name]
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ what, got, want string }{
		{"key", cfg.Knowledge.LLM.Key.Reveal(), "a key"},
		{"token", cfg.Platforms.Mattermost.Token.Reveal(), "a token"},
		{"uses of the model", fmt.Sprint(cfg.Knowledge.LLM.Use), "[rephrase]"},
		{"data", cfg.Data, filepath.Join(dir, "ersthelfer-demo")},
		{"articles", cfg.Knowledge.Dir, filepath.Join(dir, "artikel")},
	} {
		if tt.got != tt.want {
			t.Errorf("%s is %q, want %q", tt.what, tt.got, tt.want)
		}
	}
}

// What a file does not say is built in; what it says wins key by key.
func TestDefaults(t *testing.T) {
	cfg, err := Parse("demo.yaml", []byte(string(demo)+`
targets: {P1: {response: 30m}}
calendars: {school: {hours: Mo 10-12}, night: {hours: "So 00-24", holidays: none}}
models: {mixed: {steps: [contact]}}
roles: {caretaker: {title: {de: Hausmeisterei}}}
`), none)
	if err != nil {
		t.Fatal(err)
	}
	m := cfg.Model
	for _, tt := range []struct{ what, got, want string }{
		{"response", m.Targets[escalation.P1].Response.String(), "30m"},
		{"resolution", m.Targets[escalation.P1].Resolution.String(), "4h"},
		{"holidays of school", m.Calendars["school"].Holidays, "NW"},
		{"holidays of night", m.Calendars["night"].Holidays, ""},
		{"role in German", m.Roles["caretaker"].Title["de"], "Hausmeisterei"},
		{"role in English", m.Roles["caretaker"].Title["en"], "caretaker"},
		{"fallback", string(m.Roles["caretaker"].Fallback), "provider"},
		{"whose task", string(m.Otherwise), "provider"},
		{"lapse", m.Lapse.String(), "72h0m0s"},
		{"close", m.Close.String(), "3 workdays"},
		{"silence", m.Silence.Remind.String() + ", " + m.Silence.End.String(), "1 workday, 5 workdays"},
		{"overdue", m.Overdue.Every.String(), "1 workday"},
		{"retention", cfg.Retention.Text.String(), "2160h0m0s"},
		{"listen", cfg.Listen, "127.0.0.1:8080"},
	} {
		if tt.got != tt.want {
			t.Errorf("%s is %q, want %q", tt.what, tt.got, tt.want)
		}
	}
	mixed := []escalation.ConnectionRule{{Steps: []escalation.Role{"contact"}}}
	if diff := cmp.Diff(mixed, m.Connections["mixed"].Rules); diff != "" {
		t.Errorf("a model of the file is not taken whole (-want +got):\n%s", diff)
	}
	if cfg.Platforms.Mattermost != nil || cfg.Platforms.Slack != nil || cfg.Knowledge.LLM != nil || !cfg.Platforms.Web.Chat {
		t.Error("more than the chat in the browser is on")
	}
}
