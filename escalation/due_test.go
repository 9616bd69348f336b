package escalation_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	. "ersthelfer/escalation"
	"ersthelfer/escalation/escalationtest"
)

// TestStories plays tickets through time. Targets are P2: response 2h,
// resolution 8h. Opening hours are Mo-Do 8-16 and Fr 8-14. Names in brackets:
// the notice was not sent yet and has become untrue.
func TestStories(t *testing.T) {
	tests := []struct{ name, school, script, want string }{
		{"nobody reacts", "gs-nord", `
			Mo 2026-03-09 09:00 opened P2 praesentation
			Mo 2026-03-16 09:00 -
		`, `
			Mo 2026-03-09 09:00 anna opened to kontakt-nord by Mo 2026-03-09 11:00 and Di 2026-03-10 09:00 | requester anna | responsible (mara) (tom)
			Mo 2026-03-09 10:00 reminded response 50 | responsible (mara) (tom)
			Mo 2026-03-09 10:36 reminded response 80 | responsible (mara) (tom) (dora)
			Mo 2026-03-09 11:00 breached response 100 | responsible mara tom
			Mo 2026-03-09 11:00 handed_on response to regio-it by Mo 2026-03-09 13:00 and Di 2026-03-10 09:00 | requester anna | responsible paul petra
			Mo 2026-03-09 12:00 reminded response 50 | responsible (paul) (petra)
			Mo 2026-03-09 12:36 reminded response 80 | responsible (paul) (petra) (pia)
			Mo 2026-03-09 13:00 reminded resolution 50 | responsible (paul) (petra)
			Mo 2026-03-09 13:00 breached response 100 | requester (anna) | responsible (paul) (petra) | supervisor (sven)
			Mo 2026-03-09 15:24 reminded resolution 80 | responsible (paul) (petra) pia
			Di 2026-03-10 09:00 breached resolution 100 | requester anna | responsible paul petra | supervisor sven
		`},
		{"taken in time", "gs-nord", `
			Mo 2026-03-09 09:00 opened P2 praesentation
			Mo 2026-03-09 09:30 mara taken
			Mo 2026-03-09 12:00 mara solved
			Mo 2026-03-16 09:00 -
		`, `
			Mo 2026-03-09 09:00 anna opened to kontakt-nord by Mo 2026-03-09 11:00 and Di 2026-03-10 09:00 | requester anna | responsible (mara) (tom)
			Mo 2026-03-09 09:30 mara taken | requester anna
			Mo 2026-03-09 12:00 mara solved | requester anna
			Mi 2026-03-11 12:00 lapsed
		`},
		{"direct: one step", "gym-sued", `
			Mo 2026-03-09 09:00 opened P2 praesentation
			Mo 2026-03-16 09:00 -
		`, `
			Mo 2026-03-09 09:00 bernd opened to regio-it by Mo 2026-03-09 11:00 and Di 2026-03-10 09:00 | requester bernd | responsible paul petra
			Mo 2026-03-09 10:00 reminded response 50 | responsible (paul) (petra)
			Mo 2026-03-09 10:36 reminded response 80 | responsible (paul) (petra) (pia)
			Mo 2026-03-09 11:00 breached response 100 | requester (bernd) | responsible (paul) (petra) | supervisor (sven)
			Mo 2026-03-09 13:00 reminded resolution 50 | responsible (paul) (petra)
			Mo 2026-03-09 15:24 reminded resolution 80 | responsible (paul) (petra) pia
			Di 2026-03-10 09:00 breached resolution 100 | requester bernd | responsible paul petra | supervisor sven
		`},
		{"mixed: a network fault passes the contact by", "grund-west", `
			Mo 2026-03-09 09:00 opened P2 netzwerk
			Mo 2026-03-09 09:30 paul taken
		`, `
			Mo 2026-03-09 09:00 clara opened to regio-it by Mo 2026-03-09 11:00 and Di 2026-03-10 09:00 | requester clara | responsible (paul) (petra)
			Mo 2026-03-09 09:30 paul taken | requester clara
		`},
		{"mixed: everything else does not", "grund-west", `
			Mo 2026-03-09 09:00 opened P2 praesentation
			Mo 2026-03-09 11:00 -
		`, `
			Mo 2026-03-09 09:00 clara opened to kontakt-west by Mo 2026-03-09 11:00 and Di 2026-03-10 09:00 | requester clara | responsible (wanda)
			Mo 2026-03-09 10:00 reminded response 50 | responsible (wanda)
			Mo 2026-03-09 10:36 reminded response 80 | responsible (wanda)
			Mo 2026-03-09 11:00 breached response 100 | responsible wanda
			Mo 2026-03-09 11:00 handed_on response to regio-it by Mo 2026-03-09 13:00 and Di 2026-03-10 09:00 | requester clara | responsible paul petra
		`},
		{"Friday evening before the Christmas holidays", "gs-nord", `
			Fr 2026-12-18 13:50 opened P2 praesentation
			Di 2026-12-22 15:00 -
		`, `
			Fr 2026-12-18 13:50 anna opened to kontakt-nord by Mo 2026-12-21 09:50 and Mo 2026-12-21 15:50 | requester anna | responsible (mara) (tom)
			Mo 2026-12-21 08:50 reminded response 50 | responsible (mara) (tom)
			Mo 2026-12-21 09:26 reminded response 80 | responsible (mara) (tom) (dora)
			Mo 2026-12-21 09:50 breached response 100 | responsible mara tom
			Mo 2026-12-21 09:50 handed_on response to regio-it by Mo 2026-12-21 11:50 and Mo 2026-12-21 15:50 | requester anna | responsible paul petra
			Mo 2026-12-21 10:50 reminded response 50 | responsible (paul) (petra)
			Mo 2026-12-21 11:26 reminded response 80 | responsible (paul) (petra) (pia)
			Mo 2026-12-21 11:50 reminded resolution 50 | responsible (paul) (petra)
			Mo 2026-12-21 11:50 breached response 100 | requester (anna) | responsible (paul) (petra) | supervisor (sven)
			Mo 2026-12-21 14:14 reminded resolution 80 | responsible (paul) (petra) pia
			Mo 2026-12-21 15:50 breached resolution 100 | requester anna | responsible paul petra | supervisor sven
		`},
		{"handed on into the holidays: the provider works", "gs-nord", `
			Fr 2026-10-16 13:00 opened P2 praesentation
			Fr 2026-10-16 13:30 mara handed_on
			Di 2026-10-20 08:00 -
		`, `
			Fr 2026-10-16 13:00 anna opened to kontakt-nord by Mo 2026-11-02 09:00 and Mo 2026-11-02 15:00 | requester anna | responsible (mara) (tom)
			Fr 2026-10-16 13:30 mara handed_on to regio-it by Mo 2026-10-19 09:30 and Mo 2026-10-19 15:00 | requester anna | responsible paul petra
			Mo 2026-10-19 08:30 reminded response 50 | responsible (paul) (petra)
			Mo 2026-10-19 09:06 reminded response 80 | responsible (paul) (petra) (pia)
			Mo 2026-10-19 09:30 breached response 100 | requester (anna) | responsible (paul) (petra) | supervisor (sven)
			Mo 2026-10-19 11:00 reminded resolution 50 | responsible (paul) (petra)
			Mo 2026-10-19 13:24 reminded resolution 80 | responsible (paul) (petra) pia
			Mo 2026-10-19 15:00 breached resolution 100 | requester anna | responsible paul petra | supervisor sven
		`},
		{"resolution stands still while pending", "gs-nord", `
			Mo 2026-03-09 09:00 opened P2 praesentation
			Mo 2026-03-09 10:00 mara taken
			Mo 2026-03-09 12:00 mara paused
			Di 2026-03-10 12:00 mara paused
			Mi 2026-03-11 10:00 anna added
			Do 2026-03-12 16:00 -
		`, `
			Mo 2026-03-09 09:00 anna opened to kontakt-nord by Mo 2026-03-09 11:00 and Di 2026-03-10 09:00 | requester anna | responsible (mara) (tom)
			Mo 2026-03-09 10:00 reminded response 50 | responsible (mara) (tom)
			Mo 2026-03-09 10:00 mara taken | requester anna
			Mo 2026-03-09 12:00 mara paused | requester anna
			Di 2026-03-10 12:00 mara paused | requester anna
			Mi 2026-03-11 10:00 anna added | responsible mara
			Mi 2026-03-11 10:00 anna resumed by Mo 2026-03-09 11:00 and Mi 2026-03-11 15:00 | responsible mara
			Mi 2026-03-11 11:00 reminded resolution 50 | responsible (mara) (tom)
			Mi 2026-03-11 13:24 reminded resolution 80 | responsible (mara) (tom) dora
			Mi 2026-03-11 15:00 breached resolution 100 | requester anna | responsible mara tom | supervisor sven
		`},
		{"asked back at once, which takes it", "gs-nord", `
			Mo 2026-03-09 09:00 opened P2 praesentation
			Mo 2026-03-09 09:30 mara paused
			Mo 2026-03-09 09:40 anna resumed
			Mo 2026-03-09 15:00 -
		`, `
			Mo 2026-03-09 09:00 anna opened to kontakt-nord by Mo 2026-03-09 11:00 and Di 2026-03-10 09:00 | requester anna | responsible (mara) (tom)
			Mo 2026-03-09 09:30 mara paused | requester anna
			Mo 2026-03-09 09:40 anna resumed by Mo 2026-03-09 11:00 and Di 2026-03-10 09:10 | responsible mara
			Mo 2026-03-09 13:10 reminded resolution 50 | responsible mara tom
		`},
		{"answered at once, which takes it", "gs-nord", `
			Mo 2026-03-09 09:00 opened P2 praesentation
			Mo 2026-03-09 09:30 mara replied
			Mo 2026-03-09 11:30 -
		`, `
			Mo 2026-03-09 09:00 anna opened to kontakt-nord by Mo 2026-03-09 11:00 and Di 2026-03-10 09:00 | requester anna | responsible (mara) (tom)
			Mo 2026-03-09 09:30 mara replied | requester anna
		`},
		{"solved at once, reopened with what was left", "gs-nord", `
			Mo 2026-03-09 09:00 opened P2 praesentation
			Mo 2026-03-09 10:50 mara solved
			Di 2026-03-10 09:00 anna reopened
			Mi 2026-03-11 16:00 -
		`, `
			Mo 2026-03-09 09:00 anna opened to kontakt-nord by Mo 2026-03-09 11:00 and Di 2026-03-10 09:00 | requester anna | responsible (mara) (tom)
			Mo 2026-03-09 10:00 reminded response 50 | responsible (mara) (tom)
			Mo 2026-03-09 10:36 reminded response 80 | responsible (mara) (tom) (dora)
			Mo 2026-03-09 10:50 mara solved | requester anna
			Di 2026-03-10 09:00 anna reopened by Mo 2026-03-09 11:00 and Di 2026-03-10 15:10 | requester anna | responsible mara
			Di 2026-03-10 11:10 reminded resolution 50 | responsible (mara) (tom)
			Di 2026-03-10 13:34 reminded resolution 80 | responsible (mara) (tom) dora
			Di 2026-03-10 15:10 breached resolution 100 | requester anna | responsible mara tom | supervisor sven
		`},
		{"solved while pending, reopened", "gs-nord", `
			Mo 2026-03-09 09:00 opened P2 praesentation
			Mo 2026-03-09 10:00 mara paused
			Mo 2026-03-09 14:00 mara solved
			Mo 2026-03-09 15:00 anna reopened
			Mo 2026-03-09 15:00 -
		`, `
			Mo 2026-03-09 09:00 anna opened to kontakt-nord by Mo 2026-03-09 11:00 and Di 2026-03-10 09:00 | requester anna | responsible (mara) (tom)
			Mo 2026-03-09 10:00 reminded response 50 | responsible (mara) (tom)
			Mo 2026-03-09 10:00 mara paused | requester anna
			Mo 2026-03-09 14:00 mara solved | requester anna
			Mo 2026-03-09 15:00 anna reopened by Mo 2026-03-09 11:00 and Di 2026-03-10 14:00 | requester anna | responsible mara
		`},
		{"reopened after the target: not breached again", "gs-nord", `
			Mo 2026-03-09 09:00 opened P2 praesentation
			Mo 2026-03-09 09:30 mara taken
			Di 2026-03-10 10:00 mara solved
			Di 2026-03-10 11:00 anna reopened
			Fr 2026-03-13 11:00 -
		`, `
			Mo 2026-03-09 09:00 anna opened to kontakt-nord by Mo 2026-03-09 11:00 and Di 2026-03-10 09:00 | requester anna | responsible (mara) (tom)
			Mo 2026-03-09 09:30 mara taken | requester anna
			Mo 2026-03-09 13:00 reminded resolution 50 | responsible (mara) (tom)
			Mo 2026-03-09 15:24 reminded resolution 80 | responsible (mara) (tom) (dora)
			Di 2026-03-10 09:00 breached resolution 100 | requester (anna) | responsible (mara) (tom) | supervisor (sven)
			Di 2026-03-10 10:00 mara solved | requester anna
			Di 2026-03-10 11:00 anna reopened by Mo 2026-03-09 11:00 and Di 2026-03-10 09:00 | requester anna | responsible mara
		`},
		{"handed on after somebody had reacted: the new holder's clock runs", "gs-nord", `
			Mo 2026-03-09 09:00 opened P2 praesentation
			Mo 2026-03-09 09:30 mara taken
			Mo 2026-03-09 10:00 mara handed_on
			Mo 2026-03-09 12:30 -
		`, `
			Mo 2026-03-09 09:00 anna opened to kontakt-nord by Mo 2026-03-09 11:00 and Di 2026-03-10 09:00 | requester anna | responsible (mara) (tom)
			Mo 2026-03-09 09:30 mara taken | requester anna
			Mo 2026-03-09 10:00 mara handed_on to regio-it by Mo 2026-03-09 12:00 and Di 2026-03-10 09:00 | requester anna | responsible paul petra
			Mo 2026-03-09 11:00 reminded response 50 | responsible (paul) (petra)
			Mo 2026-03-09 11:36 reminded response 80 | responsible (paul) (petra) pia
			Mo 2026-03-09 12:00 breached response 100 | requester anna | responsible paul petra | supervisor sven
		`},
		{"handed on at the moment of a reminder: not reminded again", "gs-nord", `
			Mo 2026-03-09 09:00 opened P2 praesentation
			Mo 2026-03-09 09:30 mara taken
			Mo 2026-03-09 13:00 mara handed_on
			Mo 2026-03-09 13:30 paul taken
			Mo 2026-03-09 15:00 -
		`, `
			Mo 2026-03-09 09:00 anna opened to kontakt-nord by Mo 2026-03-09 11:00 and Di 2026-03-10 09:00 | requester anna | responsible (mara) (tom)
			Mo 2026-03-09 09:30 mara taken | requester anna
			Mo 2026-03-09 13:00 reminded resolution 50 | responsible (mara) (tom)
			Mo 2026-03-09 13:00 mara handed_on to regio-it by Mo 2026-03-09 15:00 and Di 2026-03-10 09:00 | requester anna | responsible (paul) (petra)
			Mo 2026-03-09 13:30 paul taken | requester anna
		`},
		{"handed on when overdue: told no second time", "gs-nord", `
			Mo 2026-03-09 09:00 opened P2 praesentation
			Mo 2026-03-09 09:30 mara taken
			Di 2026-03-10 10:00 mara handed_on
			Di 2026-03-10 10:30 paul taken
			Fr 2026-03-13 10:00 -
		`, `
			Mo 2026-03-09 09:00 anna opened to kontakt-nord by Mo 2026-03-09 11:00 and Di 2026-03-10 09:00 | requester anna | responsible (mara) (tom)
			Mo 2026-03-09 09:30 mara taken | requester anna
			Mo 2026-03-09 13:00 reminded resolution 50 | responsible (mara) (tom)
			Mo 2026-03-09 15:24 reminded resolution 80 | responsible (mara) (tom) (dora)
			Di 2026-03-10 09:00 breached resolution 100 | requester anna | responsible mara tom | supervisor sven
			Di 2026-03-10 10:00 mara handed_on to regio-it by Di 2026-03-10 12:00 and Di 2026-03-10 09:00 | requester anna | responsible (paul) (petra)
			Di 2026-03-10 10:30 paul taken | requester anna
		`},
		{"outage over several steps: only the newest counts", "gs-nord", `
			Mo 2026-03-09 09:00 opened P2 praesentation
			Mi 2026-03-11 09:00 outage
			Mi 2026-03-11 11:30 -
		`, `
			Mo 2026-03-09 09:00 anna opened to kontakt-nord by Mo 2026-03-09 11:00 and Di 2026-03-10 09:00 | requester anna | responsible (mara) (tom)
			Mi 2026-03-11 09:00 breached resolution 100 | requester (anna) | responsible (mara) (tom) | supervisor (sven)
			Mi 2026-03-11 09:00 breached response 100 | responsible mara tom
			Mi 2026-03-11 09:00 handed_on response to regio-it by Mi 2026-03-11 11:00 and Di 2026-03-10 09:00 | requester anna | responsible paul petra
			Mi 2026-03-11 10:00 reminded response 50 | responsible (paul) (petra)
			Mi 2026-03-11 10:36 reminded response 80 | responsible (paul) (petra) pia
			Mi 2026-03-11 11:00 breached response 100 | requester anna | responsible paul petra | supervisor sven
		`},
		{"outage over a reminder: only the latest", "gs-nord", `
			Mo 2026-03-09 09:00 opened P2 praesentation
			Mo 2026-03-09 10:50 outage
		`, `
			Mo 2026-03-09 09:00 anna opened to kontakt-nord by Mo 2026-03-09 11:00 and Di 2026-03-10 09:00 | requester anna | responsible mara tom
			Mo 2026-03-09 10:50 reminded response 80 | responsible mara tom dora
		`},
		{"handed on with a reminder missed: the new holder is not reminded at once", "gs-nord", `
			Mo 2026-03-09 09:00 opened P2 praesentation
			Mo 2026-03-09 09:30 mara taken
			Mo 2026-03-09 14:00 late mara handed_on
			Mo 2026-03-09 14:30 paul taken
			Mo 2026-03-09 15:30 -
		`, `
			Mo 2026-03-09 09:00 anna opened to kontakt-nord by Mo 2026-03-09 11:00 and Di 2026-03-10 09:00 | requester anna | responsible (mara) (tom)
			Mo 2026-03-09 09:30 mara taken | requester anna
			Mo 2026-03-09 14:00 mara handed_on to regio-it by Mo 2026-03-09 16:00 and Di 2026-03-10 09:00 | requester anna | responsible (paul) (petra)
			Mo 2026-03-09 14:30 paul taken | requester anna
			Mo 2026-03-09 15:24 reminded resolution 80 | responsible paul petra pia
		`},
		{"handed aside from the last step: nobody is left after that", "gs-nord", `
			Mo 2026-03-09 09:00 opened P2 praesentation
			Mo 2026-03-09 09:30 mara handed_on
			Mo 2026-03-09 10:00 paul handed_on platform-admin
			Mo 2026-03-09 12:00 -
		`, `
			Mo 2026-03-09 09:00 anna opened to kontakt-nord by Mo 2026-03-09 11:00 and Di 2026-03-10 09:00 | requester anna | responsible (mara) (tom)
			Mo 2026-03-09 09:30 mara handed_on to regio-it by Mo 2026-03-09 11:30 and Di 2026-03-10 09:00 | requester anna | responsible (paul) (petra)
			Mo 2026-03-09 10:00 paul handed_on to plattform by Mo 2026-03-09 12:00 and Di 2026-03-10 09:00 | requester anna | responsible console:plattform
			Mo 2026-03-09 11:00 reminded response 50 | responsible (console:plattform)
			Mo 2026-03-09 11:36 reminded response 80 | responsible (console:plattform)
			Mo 2026-03-09 12:00 breached response 100 | requester anna | responsible console:plattform | supervisor sven
		`},
		{"handed back: the way begins anew", "gs-nord", `
			Mo 2026-03-09 09:00 opened P2 praesentation
			Mo 2026-03-09 09:30 mara handed_on
			Mo 2026-03-09 09:40 paul handed_on contact
			Mo 2026-03-09 11:40 -
		`, `
			Mo 2026-03-09 09:00 anna opened to kontakt-nord by Mo 2026-03-09 11:00 and Di 2026-03-10 09:00 | requester anna | responsible (mara) (tom)
			Mo 2026-03-09 09:30 mara handed_on to regio-it by Mo 2026-03-09 11:30 and Di 2026-03-10 09:00 | requester anna | responsible (paul) (petra)
			Mo 2026-03-09 09:40 paul handed_on to kontakt-nord by Mo 2026-03-09 11:40 and Di 2026-03-10 09:00 | requester anna | responsible (mara) (tom)
			Mo 2026-03-09 10:40 reminded response 50 | responsible (mara) (tom)
			Mo 2026-03-09 11:16 reminded response 80 | responsible (mara) (tom) (dora)
			Mo 2026-03-09 11:40 breached response 100 | responsible mara tom
			Mo 2026-03-09 11:40 handed_on response to regio-it by Mo 2026-03-09 13:40 and Di 2026-03-10 09:00 | requester anna | responsible paul petra
		`},
		{"closed two workdays after it was solved", "gs-nord", `
			Fr 2026-03-13 09:00 opened P2 praesentation
			Fr 2026-03-13 10:00 mara solved
			Fr 2026-03-20 10:00 -
		`, `
			Fr 2026-03-13 09:00 anna opened to kontakt-nord by Fr 2026-03-13 11:00 and Mo 2026-03-16 11:00 | requester anna | responsible (mara) (tom)
			Fr 2026-03-13 10:00 reminded response 50 | responsible (mara) (tom)
			Fr 2026-03-13 10:00 mara solved | requester anna
			Di 2026-03-17 10:00 lapsed
		`},
		{"a channel is told instead of people", "gs-nord", `
			Mo 2026-03-09 09:00 opened P2 konten
			Mo 2026-03-09 09:30 mara handed_on
			Mo 2026-03-09 10:40 peer taken
		`, `
			Mo 2026-03-09 09:00 anna opened to kontakt-nord by Mo 2026-03-09 11:00 and Di 2026-03-10 09:00 | requester anna | responsible (mara) (tom)
			Mo 2026-03-09 09:30 mara handed_on to plattform by Mo 2026-03-09 11:30 and Di 2026-03-10 09:00 | requester anna | responsible (console:plattform)
			Mo 2026-03-09 10:30 reminded response 50 | responsible (console:plattform)
			Mo 2026-03-09 10:40 peer taken | requester anna
		`},
		{"handed aside to a role that is no step", "gs-nord", `
			Mo 2026-03-09 09:00 opened P2 praesentation
			Mo 2026-03-09 09:30 mara handed_on platform-admin
			Mo 2026-03-09 11:30 -
		`, `
			Mo 2026-03-09 09:00 anna opened to kontakt-nord by Mo 2026-03-09 11:00 and Di 2026-03-10 09:00 | requester anna | responsible (mara) (tom)
			Mo 2026-03-09 09:30 mara handed_on to plattform by Mo 2026-03-09 11:30 and Di 2026-03-10 09:00 | requester anna | responsible (console:plattform)
			Mo 2026-03-09 10:30 reminded response 50 | responsible (console:plattform)
			Mo 2026-03-09 11:06 reminded response 80 | responsible (console:plattform)
			Mo 2026-03-09 11:30 breached response 100 | responsible console:plattform
			Mo 2026-03-09 11:30 handed_on response to regio-it by Mo 2026-03-09 13:30 and Di 2026-03-10 09:00 | requester anna | responsible paul petra
		`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, got := play(t, escalationtest.Model(), test.school, test.script)
			if diff := cmp.Diff(dedent(test.want), got); diff != "" {
				t.Errorf("what happened (-want +got):\n%s", diff)
			}
		})
	}
}

// TestVacantIsTold checks that the supervisor hears of roles that nobody fills,
// wherever on its way a ticket meets them.
func TestVacantIsTold(t *testing.T) {
	m := escalationtest.Model()
	absent(t, m, "wanda", "2026-03-09", "2026-03-09")
	m.Parties["regio-it"].People, m.Parties["regio-it"].Deputies = nil, nil // its rule is to wait
	_, got := play(t, m, "grund-west", `
		Mo 2026-03-09 09:00 opened P2 praesentation
	`)
	want := dedent(`
		Mo 2026-03-09 09:00 clara opened to regio-it by Mo 2026-03-09 11:00 and Di 2026-03-10 09:00 | requester clara | supervisor sven
	`)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("vacant from the first step on (-want +got):\n%s", diff)
	}
	_, got = play(t, m, "gs-nord", `
		Mo 2026-03-09 09:00 opened P2 praesentation
		Mo 2026-03-09 09:30 mara handed_on
		Mo 2026-03-09 09:40 sven handed_on contact
	`)
	// That the provider is vacant is still news for the supervisor when the ticket is back.
	want = dedent(`
		Mo 2026-03-09 09:00 anna opened to kontakt-nord by Mo 2026-03-09 11:00 and Di 2026-03-10 09:00 | requester anna | responsible (mara) (tom)
		Mo 2026-03-09 09:30 mara handed_on to regio-it by Mo 2026-03-09 11:30 and Di 2026-03-10 09:00 | requester anna | supervisor sven
		Mo 2026-03-09 09:40 sven handed_on to kontakt-nord by Mo 2026-03-09 11:40 and Di 2026-03-10 09:00 | requester anna | responsible mara tom
	`)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("vacant on the way (-want +got):\n%s", diff)
	}
}

// TestSupervisorIsToldOnce checks that a supervisor who holds the ticket gets
// one notice of a breach and not two.
func TestSupervisorIsToldOnce(t *testing.T) {
	m := escalationtest.Model()
	m.Remind = nil
	_, got := play(t, m, "gym-sued", `
		Mo 2026-03-09 09:00 opened P2 gebaeude
		Mo 2026-03-09 11:00 -
	`)
	want := dedent(`
		Mo 2026-03-09 09:00 bernd opened to traeger by Mo 2026-03-09 11:00 and Di 2026-03-10 09:00 | requester bernd | responsible sven
		Mo 2026-03-09 11:00 breached response 100 | requester bernd | responsible sven
	`)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestNeverOpenCalendarClosesNothing checks that a ticket is not closed at once
// where the time to object never passes.
func TestNeverOpenCalendarClosesNothing(t *testing.T) {
	m := escalationtest.Model()
	m.Calendars["school"] = &Calendar{Zone: place(t, "Europe/Berlin")}
	s, _ := play(t, m, "gs-nord", `
		Mo 2026-03-09 09:00 opened P2 praesentation
		Mo 2026-03-09 10:00 mara solved
		Mo 2026-03-09 11:00 outage
	`)
	if x := s.ticket(); x.Status != StatusSolved || !x.Next.IsZero() {
		t.Errorf("status %s, next %s", x.Status, minutes(t, x.Next))
	}
	if due := m.Due(s.ticket(), s.now); len(due) > 0 {
		t.Errorf("due is %+v", due)
	}
}
