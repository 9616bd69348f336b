package escalation_test

import (
	"fmt"
	"strings"
	"testing"

	. "ersthelfer/escalation"

	"github.com/google/go-cmp/cmp"
)

func TestExplain(t *testing.T) {
	const (
		usual = "Mo-Do 08:00-16:00; Fr 08:00-14:00"
		lunch = "Mo-Fr 08:00-12:00 13:00-16:00"
	)
	tests := []struct{ calendar, a, b, want string }{
		{"office", "Mo 2026-03-09 15:00", "Di 2026-03-10 09:00", "2h0m0s of " + usual},
		{"office", "Fr 2026-03-13 13:00", "Mo 2026-03-16 09:00", "2h0m0s of " + usual},
		{"lunch", "Mo 2026-03-09 11:30", "Mo 2026-03-09 13:30", "1h0m0s of " + lunch},

		// Two reasons around a weekend; a holiday on a day that is closed anyway is not listed.
		{
			"office", "Do 2026-04-02 15:00", "Di 2026-04-07 09:00",
			"2h0m0s of " + usual + "; without 2026-04-03 Karfreitag, 2026-04-06 Ostermontag",
		},
		{"office", "Fr 2026-10-02 13:00", "Mo 2026-10-05 09:00", "2h0m0s of " + usual},

		// One stretch, over weekends and the holidays in it, cut to the days that would have counted.
		{
			"school", "Fr 2026-10-16 13:00", "Mo 2026-11-02 09:00",
			"2h0m0s of " + usual + "; without 2026-10-19 - 2026-10-30 Herbstferien",
		},
		{
			"school", "Di 2026-12-22 15:00", "Do 2027-01-07 09:00",
			"2h0m0s of " + usual + "; without 2026-12-23 - 2027-01-06 Weihnachtsferien",
		},
		{
			"school", "Di 2026-10-20 12:00", "Mi 2026-10-21 08:30",
			"0s of " + usual + "; without 2026-10-20 - 2026-10-21 Herbstferien",
		},

		// A day has to share time with the stretch: not before its hours, not after them.
		{"school", "Do 2027-02-04 08:00", "Mo 2027-02-08 08:00", "14h0m0s of " + usual},
		{"school", "Mo 2027-02-08 16:00", "Di 2027-02-09 09:00", "1h0m0s of " + usual},
		{"school", "Fr 2027-02-05 13:00", "Di 2027-02-09 09:00", "2h0m0s of " + usual + "; without 2027-02-08 Rosenmontag"},

		// The same reason twice with a day between that counted.
		{
			"school", "Fr 2027-05-14 13:00", "Mi 2027-05-19 09:00",
			"2h0m0s of " + usual + "; without 2027-05-17 Pfingstmontag, 2027-05-18 Pfingstferien",
		},
		{
			"twice", "Mo 2026-03-09 15:00", "Fr 2026-03-13 09:00",
			"10h0m0s of " + usual + "; without 2026-03-10 Schulung, 2026-03-12 Schulung",
		},
		{
			"twice", "Do 2026-03-19 15:00", "Di 2026-03-24 09:00",
			"2h0m0s of " + usual + "; without 2026-03-20 - 2026-03-23 Umzug",
		},

		// Special days: other hours, hours on a closed day, and no hours.
		{
			"eve", "Mi 2026-12-23 15:00", "Mo 2026-12-28 09:00",
			"8h0m0s of " + usual + "; but 2026-12-24 08:00-12:00 Heiligabend, 2026-12-26 10:00-12:00 Notdienst; without 2026-12-25 Weihnachtstag",
		},
		{
			"eve", "Mi 2026-12-30 15:00", "Mo 2027-01-04 09:00",
			"2h0m0s of " + usual + "; without 2026-12-31 Silvester, 2027-01-01 Neujahrstag",
		},

		{"office", "Di 2026-03-10 09:00", "Mo 2026-03-09 15:00", "-2h0m0s of " + usual},
		{"never", "Mo 2026-03-09 15:00", "Di 2026-03-10 09:00", "0s of "},
		{"night", "So 2027-03-28 00:00", "Mo 2027-03-29 00:00", "2h0m0s of Mo-So 01:00-04:00"},
	}
	cals := calendars(t)
	cals["twice"] = calendar(t, &Calendar{Off: []DayOff{
		{day(t, "2026-03-10"), day(t, "2026-03-10"), "Schulung"},
		{day(t, "2026-03-12"), day(t, "2026-03-12"), "Schulung"},
		{day(t, "2026-03-20"), day(t, "2026-03-20"), "Umzug"},
		{day(t, "2026-03-23"), day(t, "2026-03-23"), "Umzug"},
	}}, "Mo-Do 08:00-16:00, Fr 08:00-14:00")
	for _, tt := range tests {
		got := write(cals[tt.calendar].Explain(wall(t, tt.a).UTC(), wall(t, tt.b)))
		if got != tt.want {
			t.Errorf("%s: from %q to %q counted\n%s, want\n%s", tt.calendar, tt.a, tt.b, got, tt.want)
		}
	}
}

// write puts an explanation into one line.
func write(e Explanation) string {
	var week, special, skipped []string
	for _, w := range e.Week {
		days := germanDays[w.First]
		if w.Last != w.First {
			days += "-" + germanDays[w.Last]
		}
		week = append(week, days+" "+join(w.Hours))
	}
	for _, s := range e.Special {
		special = append(special, fmt.Sprintf("%s %s %s", s.Date, join(s.Hours), s.Reason))
	}
	for _, off := range e.Skipped {
		days := off.First.String()
		if off.Last != off.First {
			days += " - " + off.Last.String()
		}
		skipped = append(skipped, days+" "+off.Reason)
	}
	line := fmt.Sprintf("%s of %s", e.Business, strings.Join(week, "; "))
	if len(special) > 0 {
		line += "; but " + strings.Join(special, ", ")
	}
	if len(skipped) > 0 {
		line += "; without " + strings.Join(skipped, ", ")
	}
	return line
}

func TestProblems(t *testing.T) {
	for name, c := range calendars(t) {
		if p := c.Problems(); name != "never" && len(p) > 0 {
			t.Errorf("%s: %q", name, p)
		}
	}
	eve := day(t, "2026-12-24")
	c := &Calendar{
		Holidays: "NRW",
		Off: []DayOff{
			{day(t, "2026-10-31"), day(t, "2026-10-17"), "Herbstferien"},
			{eve, eve, ""},
			{Date{2026, 2, 30}, Date{2026, 3, 1}, "Ferien"},
		},
		Special: []SpecialDay{{eve, hours(t, "8-12"), ""}, {eve, []Interval{{16, 8}}, ""}, {Date{}, nil, ""}},
	}
	c.Week[1] = append(hours(t, "08:00-12:00"), hours(t, "11:00-16:00")...)
	c.Week[0] = []Interval{{From: 0, To: 100e12}}
	want := []string{
		"zone: missing; write a place such as Europe/Berlin",
		`holidays: no state "NRW"; write one of BB, BE, BW, BY, HB, HE, HH, MV, NI, NW, RP, SH, SL, SN, ST, TH`,
		"week: Monday: hours 08:00-12:00 and 11:00-16:00 overlap",
		"week: Sunday: hours 00:00-27:46: write 00:00 to 24:00",
		"off[0]: ends on 2026-10-17 before it begins on 2026-10-31",
		"off[1]: no reason for 2026-12-24; people are shown why time does not count",
		"off[2]: no such day as 2026-02-30",
		"special[1]: 2026-12-24 is listed twice",
		"special[1]: hours 00:00-00:00: end is not after begin",
		"special[2]: no such day as 0000-00-00",
	}
	if diff := cmp.Diff(want, c.Problems()); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	want = []string{"week: never open; write days and hours such as Mo-Fr 08:00-16:00"}
	if diff := cmp.Diff(want, calendars(t)["never"].Problems()); diff != "" {
		t.Errorf("problems of a calendar without hours (-want +got):\n%s", diff)
	}
}

func TestKnownUntil(t *testing.T) {
	cals := calendars(t)
	if got := cals["school"].KnownUntil(); got != day(t, "2028-01-08") {
		t.Errorf("school is known until %s", got)
	}
	if got := cals["office"].KnownUntil(); !got.IsZero() {
		t.Errorf("office is known until %s", got)
	}
}
