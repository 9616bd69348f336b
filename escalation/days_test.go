package escalation_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	. "ersthelfer/escalation"

	"github.com/google/go-cmp/cmp"
)

func TestDate(t *testing.T) {
	d := day(t, "2028-02-29")
	if d.String() != "2028-02-29" || d.Weekday() != time.Tuesday {
		t.Errorf("got %s, a %s", d, d.Weekday())
	}
	if got := d.Next(); got != day(t, "2028-03-01") {
		t.Errorf("the day after %s is %s", d, got)
	}
	if got := d.Add(-60); got != day(t, "2027-12-31") {
		t.Errorf("60 days before %s is %s", d, got)
	}
	if got := day(t, "2027-12-31").Next(); got != day(t, "2028-01-01") {
		t.Errorf("the day after New Year's Eve is %s", got)
	}
	ordered := []string{"2026-12-31", "2027-01-30", "2027-02-01", "2027-02-02"}
	for i, a := range ordered {
		for j, b := range ordered {
			if got := day(t, a).Before(day(t, b)); got != (i < j) {
				t.Errorf("%s before %s is %t", a, b, got)
			}
		}
	}
	if (!Date{}.IsZero()) || d.IsZero() {
		t.Error("the zero date is no day, every other is one")
	}
	var back Date
	text, err := d.MarshalText()
	if err == nil {
		err = back.UnmarshalText(text)
	}
	if err != nil || back != d {
		t.Errorf("%s came back as %s, %v", d, back, err)
	}
}

func TestParseDateRefuses(t *testing.T) {
	for _, s := range []string{"", "2026-02-29", "2026-13-01", "24.12.2026", "2026-1-2", "2026-12-24 "} {
		want := fmt.Sprintf("date %q: not a day; write year-month-day, such as 2026-12-18", s)
		if d, err := ParseDate(s); err == nil || err.Error() != want {
			t.Errorf("date %q is %s, %v; want error %s", s, d, err, want)
		}
	}
}

// The eleven days of FeiertG NW § 2, computed by hand from Easter (5.4.2026, 28.3.2027, 16.4.2028).
func TestHolidaysNW(t *testing.T) {
	tests := map[int]string{
		2026: "Do 01-01, Fr 04-03, Mo 04-06, Fr 05-01, Do 05-14, Mo 05-25, Do 06-04, Sa 10-03, So 11-01, Fr 12-25, Sa 12-26",
		2027: "Fr 01-01, Fr 03-26, Mo 03-29, Sa 05-01, Do 05-06, Mo 05-17, Do 05-27, So 10-03, Mo 11-01, Sa 12-25, So 12-26",
		2028: "Sa 01-01, Fr 04-14, Mo 04-17, Mo 05-01, Do 05-25, Mo 06-05, Do 06-15, Di 10-03, Mi 11-01, Mo 12-25, Di 12-26",
	}
	for year, want := range tests {
		if got := closedDays(t, "NW", year); got != want {
			t.Errorf("holidays of NW in %d are\n%s, want\n%s", year, got, want)
		}
	}
}

// Days that tell the states apart, as their holiday laws have them.
func TestHolidaysOfTheStates(t *testing.T) {
	tests := []struct{ name, day, states string }{
		{"Heilige Drei Könige", "Mi 01-06", "BW BY ST"},
		{"Frauentag", "Mo 03-08", "BE MV"},
		{"Fronleichnam", "Do 05-27", "BW BY HE NW RP SL"},
		{"Mariä Himmelfahrt", "So 08-15", "SL"},
		{"Weltkindertag", "Mo 09-20", "TH"},
		{"Reformationstag", "So 10-31", "BB HB HH MV NI SH SN ST TH"},
		{"Allerheiligen", "Mo 11-01", "BW BY NW RP SL"},
		{"Buß- und Bettag", "Mi 11-17", "SN"},
		{"Tag der Deutschen Einheit", "So 10-03", "BB BE BW BY HB HE HH MV NI NW RP SH SL SN ST TH"},
	}
	for _, tt := range tests {
		var got []string
		for _, state := range strings.Fields("BB BE BW BY HB HE HH MV NI NW RP SH SL SN ST TH") {
			if strings.Contains(closedDays(t, state, 2027), tt.day) {
				got = append(got, state)
			}
		}
		if strings.Join(got, " ") != tt.states {
			t.Errorf("%s on %s.2027 is a holiday in %s, want %s", tt.name, tt.day, got, tt.states)
		}
	}
	if got := closedDays(t, "MV", 2022); strings.Contains(got, "03-08") {
		t.Errorf("Frauentag in MV began in 2023, but 2022 has %s", got)
	}
}

// closedDays lists the days of a year on which a calendar that is open every day is closed.
func closedDays(t *testing.T, state string, year int) string {
	t.Helper()
	c := calendar(t, &Calendar{Holidays: state}, "Mo-So 8-16")
	var days []string
	for d := (Date{Year: year, Month: time.January, Day: 1}); d.Year == year; d = d.Next() {
		if !c.Open(time.Date(d.Year, d.Month, d.Day, 12, 0, 0, 0, c.Zone)) {
			days = append(days, germanDays[d.Weekday()]+" "+d.String()[len("2026-"):])
		}
	}
	return strings.Join(days, ", ")
}

func TestNRWSchoolHolidays(t *testing.T) {
	var got []string
	for _, off := range NRWSchoolHolidays() {
		first, last := germanDays[off.First.Weekday()], germanDays[off.Last.Weekday()]
		got = append(got, fmt.Sprintf("%s %s - %s %s %s", first, off.First, last, off.Last, off.Reason))
	}
	want := []string{
		"Mo 2025-10-13 - Sa 2025-10-25 Herbstferien",
		"Mo 2025-12-22 - Di 2026-01-06 Weihnachtsferien",
		"Mo 2026-03-30 - Sa 2026-04-11 Osterferien",
		"Di 2026-05-26 - Di 2026-05-26 Pfingstferien",
		"Mo 2026-07-20 - Di 2026-09-01 Sommerferien",
		"Sa 2026-10-17 - Sa 2026-10-31 Herbstferien",
		"Mi 2026-12-23 - Mi 2027-01-06 Weihnachtsferien",
		"Mo 2027-03-22 - Sa 2027-04-03 Osterferien",
		"Di 2027-05-18 - Di 2027-05-18 Pfingstferien",
		"Mo 2027-07-19 - Di 2027-08-31 Sommerferien",
		"Sa 2027-10-23 - Sa 2027-11-06 Herbstferien",
		"Fr 2027-12-24 - Sa 2028-01-08 Weihnachtsferien",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("school holidays (-want +got):\n%s", diff)
	}
	NRWSchoolHolidays()[0].Reason = "changed"
	if NRWSchoolHolidays()[0].Reason != "Herbstferien" {
		t.Error("callers share the days")
	}
}
