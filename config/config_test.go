package config

import (
	"bytes"
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
	if got, want := m.Steps("gs-nord", "konto", ""), []escalation.Role{"contact", "platform-admin"}; !slices.Equal(got, want) {
		t.Errorf("steps are %v, want %v", got, want)
	}
	h, last := m.Route("gs-nord", "konto", "", 1, monday)
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
	h, _ := m.Route(school, room, "", 0, monday)
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
