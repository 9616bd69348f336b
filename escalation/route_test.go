package escalation_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	. "ersthelfer/escalation"
	"ersthelfer/escalation/escalationtest"
)

func TestPriorityOf(t *testing.T) {
	tests := []struct {
		floor   Priority
		urgency Urgency
		request bool
		wide    bool
		want    Priority
	}{
		{"", NoUrgency, false, false, P3}, // one person or device
		{"", NoUrgency, true, false, P4},  // a request
		{"", Lesson, false, false, P2},
		{"", Lesson, true, false, P2}, // a request that blocks a lesson
		{"", Exam, false, false, P1},
		{"", Exam, true, false, P1},
		{"", NoUrgency, false, true, P1}, // the whole school
		{"", NoUrgency, true, true, P1},
		{"", Lesson, false, true, P1},
		{P1, NoUrgency, false, false, P1}, // an article on security
		{P1, NoUrgency, true, false, P1},
		{P2, NoUrgency, false, false, P2},
		{P2, Exam, false, false, P1},
		{P3, NoUrgency, true, false, P3},
		{P4, NoUrgency, false, false, P3}, // a floor never lowers
		{P4, NoUrgency, true, false, P4},
		{"", "", false, false, P3}, // nobody was asked
	}
	for _, test := range tests {
		if got := PriorityOf(test.floor, test.urgency, test.request, test.wide); got != test.want {
			t.Errorf("floor %q, urgency %q, request %t, wide %t: %s, want %s",
				test.floor, test.urgency, test.request, test.wide, got, test.want)
		}
	}
}

func TestSteps(t *testing.T) {
	tests := []struct{ school, room, task, want string }{
		{"gym-sued", "praesentation", "", "provider"},
		{"gym-sued", "konten", "", "platform-admin"},
		{"gym-sued", "praesentation", "caretaker", "caretaker"}, // the article knows better than the room
		{"gym-sued", "", "", ""},                                // nobody knows whose task it is
		{"gym-sued", "unknown", "", ""},
		{"gs-nord", "praesentation", "", "contact provider"},
		{"gs-nord", "konten", "", "contact platform-admin"},
		{"gs-nord", "praesentation", "contact", "contact"}, // not twice to the same
		{"gs-nord", "", "", "contact"},
		{"grund-west", "praesentation", "", "contact provider"},
		{"grund-west", "netzwerk", "", "provider"},
		{"grund-west", "sicherheit", "provider", "provider"},
		{"grund-west", "", "", "contact"},
		{"unknown", "praesentation", "", ""},
	}
	m := escalationtest.Model()
	check := func(school, room, task, want string) {
		t.Helper()
		var got []string
		for _, r := range m.Steps(Matter{School: school, Room: room, Task: Role(task)}) {
			got = append(got, string(r))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("steps at %s for room %q, task %q: %v, want %s", school, room, task, got, want)
		}
	}
	for _, test := range tests {
		check(test.school, test.room, test.task, test.want)
	}
	m.Otherwise = "provider"
	check("gym-sued", "", "", "provider")
	check("gs-nord", "unknown", "", "contact provider")
	check("gs-nord", "konten", "", "contact platform-admin")
	m.Schools["gs-nord"].Connection = "unknown"
	check("gs-nord", "praesentation", "", "")
}

// holding describes a holder: "1 provider regio-it: paul petra / pia, without caretaker".
func holding(h *Holder, last bool) string {
	out := fmt.Sprintf("%d %s %s:", h.Step, h.Role, h.Party)
	for _, p := range h.People {
		out += " " + string(p)
	}
	if h.Channel != "" {
		out += " #" + h.Channel
	}
	for i, p := range h.Deputies {
		out += map[bool]string{true: " / ", false: " "}[i == 0] + string(p)
	}
	for i, r := range h.Vacant {
		out += map[bool]string{true: ", without ", false: " "}[i == 0] + string(r)
	}
	if last {
		out += " (last)"
	}
	return strings.Replace(out, "  ", " ", 1)
}

func absent(t testing.TB, m *Model, who Person, first, last string) {
	m.People[who].Absent = append(m.People[who].Absent, DayOff{First: day(t, first), Last: day(t, last), Reason: "krank"})
}

// TestRoute says who holds a ticket. On Monday 2026-03-09 all are there, unless
// the row changes the model.
func TestRoute(t *testing.T) {
	const monday = "Mo 2026-03-09 09:00"
	ill := func(who ...Person) func(*Model) {
		return func(m *Model) {
			for _, p := range who {
				absent(t, m, p, "2026-03-09", "2026-03-10")
			}
		}
	}
	vacant := func(role Role, v Vacancy, fallback Role) func(*Model) {
		return func(m *Model) {
			m.Roles[role] = &RoleRule{Vacant: v, Fallback: fallback}
			p := m.Parties[m.Schools["gs-nord"].Roles[role]]
			p.People, p.Deputies, p.Channel = nil, nil, ""
		}
	}
	rota := func(m *Model) {
		m.Parties["kontakt-nord"].Rota = map[time.Weekday][]Person{time.Monday: {"mara"}, time.Tuesday: {"tom"}}
	}
	tests := []struct {
		name   string
		change func(*Model)
		school string
		room   string
		step   int
		at     string
		want   string
	}{
		{"direct", nil, "gym-sued", "praesentation", 0, monday, "0 provider regio-it: paul petra / pia"},
		{"multi-stage", nil, "gs-nord", "praesentation", 0, monday, "0 contact kontakt-nord: mara tom / dora"},
		{"multi-stage, second", nil, "gs-nord", "praesentation", 1, monday, "1 provider regio-it: paul petra / pia"},
		{"multi-stage, none left", nil, "gs-nord", "praesentation", 2, monday, "2 traeger: sven (last)"},
		{"mixed, network", nil, "grund-west", "netzwerk", 0, monday, "0 provider regio-it: paul petra / pia"},
		{"mixed, others", nil, "grund-west", "praesentation", 0, monday, "0 contact kontakt-west: wanda"},
		{"a channel", nil, "gs-nord", "konten", 1, monday, "1 platform-admin plattform: peer #console:plattform"},

		{"one absent", ill("mara"), "gs-nord", "praesentation", 0, monday, "0 contact kontakt-nord: tom / dora"},
		{"all absent: the deputies", ill("mara", "tom"), "gs-nord", "praesentation", 0, monday, "0 contact kontakt-nord: dora"},
		{"a deputy absent", ill("dora"), "gs-nord", "praesentation", 0, monday, "0 contact kontakt-nord: mara tom"},
		{"nobody there: skipped", ill("mara", "tom", "dora"), "gs-nord", "praesentation", 0, monday,
			"1 provider regio-it: paul petra / pia, without contact"},
		{"there again on Wednesday", ill("mara", "tom", "dora"), "gs-nord", "praesentation", 0, "Mi 2026-03-11 09:00",
			"0 contact kontakt-nord: mara tom / dora"},
		{"Tuesday evening is Wednesday's", ill("mara", "tom", "dora"), "gs-nord", "praesentation", 0, "Di 2026-03-10 16:00",
			"0 contact kontakt-nord: mara tom / dora"},
		{"a channel never empties", ill("peer"), "gs-nord", "konten", 1, monday, "1 platform-admin plattform: #console:plattform"},

		{"rota", rota, "gs-nord", "praesentation", 0, monday, "0 contact kontakt-nord: mara / dora"},
		{"rota, next day", rota, "gs-nord", "praesentation", 0, "Di 2026-03-10 09:00", "0 contact kontakt-nord: tom / dora"},
		{"rota, evening before", rota, "gs-nord", "praesentation", 0, "Mo 2026-03-09 16:00", "0 contact kontakt-nord: tom / dora"},
		{"rota, a day without", rota, "gs-nord", "praesentation", 0, "Mi 2026-03-11 09:00", "0 contact kontakt-nord: mara tom / dora"},
		{"rota, Friday evening is Monday's", rota, "gs-nord", "praesentation", 0, "Fr 2026-03-13 18:00", "0 contact kontakt-nord: mara / dora"},
		{"rota, before the holidays is after them", rota, "gs-nord", "praesentation", 0, "Fr 2026-10-16 14:00",
			"0 contact kontakt-nord: mara / dora"}, // Mo 2026-11-02
		{"rota, on duty but absent: the deputy", func(m *Model) { rota(m); ill("mara")(m) }, "gs-nord", "praesentation", 0, monday,
			"0 contact kontakt-nord: dora"},
		{"rota, nor a deputy: who else belongs to it", func(m *Model) { rota(m); ill("mara", "dora")(m) }, "gs-nord", "praesentation", 0,
			monday, "0 contact kontakt-nord: tom"},

		{"vacant, skip", vacant("contact", VacantSkip, ""), "gs-nord", "praesentation", 0, monday,
			"1 provider regio-it: paul petra / pia, without contact"},
		{"vacant, no rule", func(m *Model) { vacant("contact", "", "")(m); delete(m.Roles, "contact") }, "gs-nord", "praesentation", 0,
			monday, "1 provider regio-it: paul petra / pia, without contact"},
		{"vacant, wait", vacant("contact", VacantWait, ""), "gs-nord", "praesentation", 0, monday,
			"0 contact kontakt-nord:, without contact"},
		{"vacant, fallback", vacant("contact", VacantFallback, "platform-admin"), "gs-nord", "praesentation", 0, monday,
			"0 platform-admin plattform: peer #console:plattform"},
		{"vacant, fallback to itself", vacant("contact", VacantFallback, "contact"), "gs-nord", "praesentation", 0, monday,
			"1 provider regio-it: paul petra / pia, without contact"},
		{"vacant, fallback that nobody fills", vacant("contact", VacantFallback, "caretaker"), "gs-nord", "praesentation", 0, monday,
			"1 provider regio-it: paul petra / pia, without contact"},
		{"no party for the task", nil, "gs-nord", "gebaeude", 1, monday, "2 traeger: sven, without caretaker (last)"},
		{"no party, waiting for nobody", func(m *Model) { m.Roles["caretaker"].Vacant = VacantWait }, "gs-nord", "gebaeude", 1, monday,
			"2 traeger: sven, without caretaker (last)"},
		{"nobody at all", func(m *Model) {
			vacant("contact", VacantSkip, "")(m)
			vacant("provider", VacantSkip, "")(m)
		}, "gs-nord", "praesentation", 0, monday, "2 traeger: sven, without contact provider (last)"},
		{"unknown school", nil, "unknown", "praesentation", 0, monday, "0 traeger: sven (last)"},
		{"not even a supervisor", func(m *Model) { m.Supervisor = "" }, "unknown", "praesentation", 0, monday, "0 : (last)"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m := escalationtest.Model()
			if test.change != nil {
				test.change(m)
			}
			got := holding(m.Route(Matter{School: test.school, Room: test.room}, test.step, wall(t, test.at)))
			if got != test.want {
				t.Errorf("held by %q, want %q", got, test.want)
			}
		})
	}
}

// TestRouteDoesNotShare checks that a holder, which is stored with a ticket,
// does not share its people with the model or another holder.
func TestRouteDoesNotShare(t *testing.T) {
	m := escalationtest.Model()
	a, _ := m.Route(Matter{School: "gs-nord", Room: "praesentation"}, 0, wall(t, "Mo 2026-03-09 09:00"))
	a.People[0], a.Deputies[0] = "x", "x"
	b, _ := m.Route(Matter{School: "gs-nord", Room: "praesentation"}, 0, wall(t, "Mo 2026-03-09 09:00"))
	if got := holding(b, false); got != "0 contact kontakt-nord: mara tom / dora" {
		t.Errorf("after changing another holder: %s", got)
	}
}

// TestCalendarWithoutZone checks that a model whose calendar has no zone routes.
func TestCalendarWithoutZone(t *testing.T) {
	m := escalationtest.Model()
	m.Calendars["school"] = &Calendar{Week: m.Calendars["school"].Week}
	if h, _ := m.Route(Matter{School: "gs-nord", Room: "praesentation"}, 0, wall(t, "Sa 2026-03-14 09:00")); len(h.People) != 2 {
		t.Errorf("held by %q", holding(h, false))
	}
}

func TestVacancies(t *testing.T) {
	m := escalationtest.Model()
	absent(t, m, "wanda", "2026-03-09", "2026-03-13")
	absent(t, m, "peer", "2026-03-01", "2026-12-31") // has a channel: not vacant
	absent(t, m, "mara", "2026-03-09", "2026-03-13")
	absent(t, m, "tom", "2026-03-11", "2026-03-11")
	absent(t, m, "dora", "2026-03-09", "2026-03-11")
	m.Schools["gs-nord"].Roles["caretaker"] = "niemand"
	m.Parties["niemand"] = &Party{ID: "niemand"}
	m.Schools["gym-sued"].Roles["caretaker"] = "unknown" // the configuration refuses it

	always := Vacant{"gs-nord", "caretaker", Date{}}
	west := Vacant{"grund-west", "contact", day(t, "2026-03-09")}
	nord := Vacant{"gs-nord", "contact", day(t, "2026-03-11")}
	for date, want := range map[string][]Vacant{
		"2026-03-08": {always},
		"2026-03-09": {west, always},
		"2026-03-11": {west, always, nord},
		"2026-03-13": {west, always},
		"2026-03-14": {always},
		"2027-06-01": {always}, // the same key for ever
	} {
		if diff := cmp.Diff(want, m.Vacancies(day(t, date))); diff != "" {
			t.Errorf("vacancies on %s (-want +got):\n%s", date, diff)
		}
	}
}
