package escalation_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	. "ersthelfer/escalation"
	"ersthelfer/escalation/escalationtest"
)

// TestAfterTheTarget plays tickets that are not solved in time: who has them is
// reminded after each workday without a sign of life, three times; then the
// ticket goes on, or the supervisor hears of it once more, and then it is quiet.
func TestAfterTheTarget(t *testing.T) {
	tests := []struct{ name, school, script, want string }{
		{"nobody ever acts", "gs-nord", `
			Mo 2026-03-09 09:00 opened P2 praesentation
			Mo 2026-03-09 10:00 mara taken
			Do 2026-04-30 09:00 -
		`, `
			Mo 2026-03-09 09:00 anna opened to kontakt-nord by Mo 2026-03-09 11:00 and Di 2026-03-10 09:00 | requester anna | responsible (mara) (tom)
			Mo 2026-03-09 10:00 mara taken | requester anna
			Di 2026-03-10 09:00 breached resolution 100 | requester (anna) | responsible (mara) (tom) | supervisor (sven)
			Mi 2026-03-11 09:00 overdue resolution 1 | responsible (mara) (tom) (dora)
			Do 2026-03-12 09:00 overdue resolution 2 | responsible (mara) (tom) (dora)
			Fr 2026-03-13 09:00 overdue resolution 3 | responsible mara tom dora
			Fr 2026-03-13 09:00 handed_on resolution to regio-it by Fr 2026-03-13 11:00 and Di 2026-03-10 09:00 | requester anna | responsible paul petra
			Fr 2026-03-13 11:00 breached response 100 | requester anna | responsible (paul) (petra) | supervisor (sven)
			Mo 2026-03-16 09:00 overdue resolution 1 | responsible (paul) (petra) (pia)
			Di 2026-03-17 09:00 overdue resolution 2 | responsible (paul) (petra) (pia)
			Mi 2026-03-18 09:00 overdue resolution 3 | responsible paul petra pia | supervisor sven
		`},
		{"a sign of life begins the count anew", "gym-sued", `
			Mo 2026-03-09 09:00 opened P2 praesentation
			Mo 2026-03-09 10:00 paul taken
			Mi 2026-03-11 12:00 paul noted
			Do 2026-03-12 12:30 -
		`, `
			Mo 2026-03-09 09:00 bernd opened to regio-it by Mo 2026-03-09 11:00 and Di 2026-03-10 09:00 | requester bernd | responsible (paul) (petra)
			Mo 2026-03-09 10:00 paul taken | requester bernd
			Di 2026-03-10 09:00 breached resolution 100 | requester bernd | responsible (paul) (petra) | supervisor sven
			Mi 2026-03-11 09:00 overdue resolution 1 | responsible (paul) (petra) (pia)
			Mi 2026-03-11 12:00 paul noted
			Do 2026-03-12 12:00 overdue resolution 1 | responsible paul petra pia
		`},
		{"an outage over several times: only one", "gym-sued", `
			Mo 2026-03-09 09:00 opened P2 praesentation
			Mo 2026-03-09 10:00 paul taken
			Di 2026-03-10 09:00 -
			Mo 2026-03-16 08:00 outage
			Mo 2026-03-16 12:00 -
		`, `
			Mo 2026-03-09 09:00 bernd opened to regio-it by Mo 2026-03-09 11:00 and Di 2026-03-10 09:00 | requester bernd | responsible (paul) (petra)
			Mo 2026-03-09 10:00 paul taken | requester bernd
			Di 2026-03-10 09:00 breached resolution 100 | requester bernd | responsible (paul) (petra) | supervisor sven
			Mo 2026-03-16 08:00 overdue resolution 1 | responsible paul petra pia
		`},
		{"pending: nobody is reminded", "gym-sued", `
			Mo 2026-03-09 09:00 opened P2 praesentation
			Di 2026-03-10 09:00 -
			Di 2026-03-10 10:00 paul paused
			Mo 2026-03-16 12:00 -
		`, `
			Mo 2026-03-09 09:00 bernd opened to regio-it by Mo 2026-03-09 11:00 and Di 2026-03-10 09:00 | requester bernd | responsible (paul) (petra)
			Mo 2026-03-09 11:00 breached response 100 | requester (bernd) | responsible (paul) (petra) | supervisor (sven)
			Di 2026-03-10 09:00 breached resolution 100 | requester (bernd) | responsible paul petra | supervisor sven
			Di 2026-03-10 10:00 paul paused | requester bernd
		`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m := escalationtest.Model()
			m.Remind, m.Overdue = nil, OverdueRule{Every: span(t, "1 workday"), Times: 3}
			_, got := play(t, m, test.school, test.script)
			if diff := cmp.Diff(dedent(test.want), got); diff != "" {
				t.Errorf("what happened (-want +got):\n%s", diff)
			}
		})
	}
}

// TestSilence plays tickets that wait for their requester: reminded once after a
// workday, closed or given back after three. The clocks stand still meanwhile.
func TestSilence(t *testing.T) {
	const opened = `
		Mo 2026-03-09 09:00 opened P2 praesentation
		Mo 2026-03-09 10:00 mara paused
	`
	const asked = `
		Mo 2026-03-09 09:00 anna opened to kontakt-nord by Mo 2026-03-09 11:00 and Di 2026-03-10 09:00 | requester anna | responsible (mara) (tom)
		Mo 2026-03-09 10:00 mara paused | requester anna
	`
	tests := []struct {
		name         string
		giveBack     bool
		script, want string
	}{
		{"closed, and opened again", false, `
			Do 2026-03-12 12:00 -
			Mo 2026-03-16 08:00 anna reopened
		`, `
			Di 2026-03-10 10:00 nudged until Do 2026-03-12 10:00 | requester (anna)
			Do 2026-03-12 10:00 lapsed | requester anna | responsible mara
			Mo 2026-03-16 08:00 anna reopened by Mo 2026-03-09 11:00 and Mo 2026-03-16 15:00 | requester anna | responsible mara
		`},
		{"given back", true, `
			Do 2026-03-12 12:00 -
		`, `
			Di 2026-03-10 10:00 nudged until Do 2026-03-12 10:00 | requester (anna)
			Do 2026-03-12 10:00 resumed by Mo 2026-03-09 11:00 and Fr 2026-03-13 09:00 | responsible mara
		`},
		{"asked once more: from then", false, `
			Mi 2026-03-11 10:00 mara paused
			Do 2026-03-12 12:00 -
		`, `
			Di 2026-03-10 10:00 nudged until Do 2026-03-12 10:00 | requester (anna)
			Mi 2026-03-11 10:00 mara paused | requester anna
			Do 2026-03-12 10:00 nudged until Mo 2026-03-16 10:00 | requester anna
		`},
		{"over an outage only the end", false, `
			Mo 2026-03-16 08:00 outage
		`, `
			Mo 2026-03-16 08:00 lapsed | requester anna | responsible mara
		`},
		{"answered in time", false, `
			Di 2026-03-10 12:00 anna added
			Di 2026-03-10 12:00 mara solved
		`, `
			Di 2026-03-10 10:00 nudged until Do 2026-03-12 10:00 | requester (anna)
			Di 2026-03-10 12:00 anna added | responsible mara
			Di 2026-03-10 12:00 anna resumed by Mo 2026-03-09 11:00 and Mi 2026-03-11 11:00 | responsible mara
			Di 2026-03-10 12:00 mara solved | requester anna
		`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m := escalationtest.Model()
			m.Remind = nil
			m.Silence = Silence{Remind: span(t, "1 workday"), End: span(t, "3 workdays"), GiveBack: test.giveBack}
			s, got := play(t, m, "gs-nord", dedent(opened)+dedent(test.script))
			if diff := cmp.Diff(dedent(asked)+dedent(test.want), got); diff != "" {
				t.Errorf("what happened (-want +got):\n%s", diff)
			}
			if spent := m.Spent(s.ticket(), Resolution, wall(t, "Do 2026-03-12 10:00")); spent != time.Hour {
				t.Errorf("until asked and while waiting the resolution clock has run %v, want 1h", spent)
			}
		})
	}
}
