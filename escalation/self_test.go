package escalation_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	. "ersthelfer/escalation"
	"ersthelfer/escalation/escalationtest"
)

// TestAskerIsPassedOver says who is called when somebody who belongs to support
// asks for herself, in each of the three ways of connecting a school: the others
// of her party, their deputies, or the next step, but never she.
func TestAskerIsPassedOver(t *testing.T) {
	const monday = "Mo 2026-03-09 09:00"
	alone := func(m *Model) {
		m.Parties["kontakt-nord"].People, m.Parties["kontakt-nord"].Deputies = people("mara"), nil
	}
	deputy := func(m *Model) {
		m.Parties["kontakt-nord"].People, m.Parties["kontakt-nord"].Deputies = people("mara"), people("tom")
	}
	tests := []struct {
		name, school, room string
		asker              Person
		step               int
		change             func(*Model)
		want               string
	}{
		{"multi-stage: the other contact", "gs-nord", "praesentation", "mara", 0, nil, "0 contact kontakt-nord: tom / dora"},
		{"multi-stage: the deputy", "gs-nord", "praesentation", "mara", 0, deputy, "0 contact kontakt-nord: tom"},
		{"multi-stage: the deputy asks", "gs-nord", "praesentation", "dora", 0, nil, "0 contact kontakt-nord: mara tom"},
		{"multi-stage: alone, and not vacant", "gs-nord", "praesentation", "mara", 0, alone, "1 provider regio-it: paul petra / pia"},
		{"multi-stage: to a channel of others", "gs-nord", "konten", "mara", 1, nil, "1 platform-admin plattform: peer #console:plattform"},
		{"multi-stage: the channel is hers alone", "gs-nord", "konten", "peer", 1, nil, "1 provider regio-it: paul petra / pia"},
		{"direct: the other of the provider", "gym-sued", "praesentation", "paul", 0, nil, "0 provider regio-it: petra / pia"},
		{"direct: alone, and the rule to wait does not hold", "gym-sued", "praesentation", "paul", 0, func(m *Model) {
			m.Parties["regio-it"].People, m.Parties["regio-it"].Deputies = people("paul"), nil
		}, "1 traeger: sven (last)"},
		{"mixed: the contact of the others", "grund-west", "praesentation", "wanda", 0, nil, "1 provider regio-it: paul petra / pia"},
		{"mixed: network passes her by anyway", "grund-west", "netzwerk", "wanda", 0, nil, "0 provider regio-it: paul petra / pia"},
		{"the supervisor, behind whom nobody is", "gs-nord", "praesentation", "sven", 2, nil, "2 traeger: sven (last)"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m := escalationtest.Model()
			if test.change != nil {
				test.change(m)
			}
			x := Matter{School: test.school, Room: test.room, Asker: test.asker}
			if got := holding(m.Route(x, test.step, wall(t, monday))); got != test.want {
				t.Errorf("held by %q, want %q", got, test.want)
			}
		})
	}
}

func people(ids ...Person) []Person { return ids }

// TestContactAsksForHerself plays a contact who is alone at her school and asks:
// the provider is called at once, no role counts as vacant, and what is handed
// back to her role finds nobody.
func TestContactAsksForHerself(t *testing.T) {
	s := newStage(t, escalationtest.Model())
	s.now = wall(t, "Mo 2026-03-09 09:00")
	x, err := s.desk.Ask(t.Context(), Question{School: "grund-west", Requester: "wanda", Text: "kein bild"})
	if err != nil {
		t.Fatal(err)
	}
	s.id = x.ID
	s.do("wanda", Action{Kind: Opened, Priority: P2, Room: "praesentation"})
	want := dedent(`
		Mo 2026-03-09 09:00 wanda opened to regio-it by Mo 2026-03-09 11:00 and Di 2026-03-10 09:00 | requester wanda | responsible paul petra
	`)
	if diff := cmp.Diff(want, tell(t, s.ticket())); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, err := s.desk.Do(t.Context(), "paul", s.id, Action{Kind: HandedOn, Role: "contact"}); err == nil {
		t.Error("the ticket was handed back to who asked")
	}
}
