package escalation_test

import (
	"strings"
	"sync"
	"testing"
	"time"
	_ "time/tzdata"

	. "ersthelfer/escalation"
)

// calendars are the ones the tables name.
//
//	office   a provider: the published hours of one NRW provider, holidays of NRW
//	school   the same hours without school holidays and Rosenmontag 2027
//	eve      the same hours, and hours of their own around Christmas 2026
//	lunch    a break at noon, no holidays
//	uneven   a break on Wednesday, a late start on Thursday, closed from Friday on
//	daily    every day, no holidays
//	always   around the clock
//	night    01:00 to 04:00, over the clock changes
//	inside   02:15 to 02:45, inside the hour that the clock changes leave out or repeat
//	never    no hours at all
func calendars(t testing.TB) map[string]*Calendar {
	office := "Mo-Do 08:00-16:00, Fr 08:00-14:00"
	movable := DayOff{day(t, "2027-02-08"), day(t, "2027-02-08"), "Rosenmontag"}
	return map[string]*Calendar{
		"office": calendar(t, &Calendar{Holidays: "NW"}, office),
		"school": calendar(t, &Calendar{Holidays: "NW", Off: append(NRWSchoolHolidays(), movable)}, office),
		"eve": calendar(t, &Calendar{Holidays: "NW", Special: []SpecialDay{
			{day(t, "2026-12-24"), hours(t, "08:00-12:00"), "Heiligabend"},
			{day(t, "2026-12-26"), hours(t, "10:00-12:00"), "Notdienst"},
			{day(t, "2026-12-31"), nil, "Silvester"},
		}}, office),
		"lunch":  calendar(t, &Calendar{}, "Mo-Fr 08:00-12:00, 13:00-16:00"),
		"uneven": calendar(t, &Calendar{}, "Mo-Di 08:00-16:00, Mi 08:00-12:00, 13:00-16:00, Do 10:00-16:00"),
		"daily":  calendar(t, &Calendar{}, "Mo-So 08:00-16:00"),
		"always": calendar(t, &Calendar{}, "Mo-So 00:00-24:00"),
		"night":  calendar(t, &Calendar{}, "Mo-So 01:00-04:00"),
		"inside": calendar(t, &Calendar{}, "Mo-So 02:15-02:45"),
		"never":  {Zone: place(t, "Europe/Berlin")},
	}
}

func TestAdd(t *testing.T) {
	tests := []struct{ calendar, start, add, want string }{
		// Within a day and over the night.
		{"office", "Mo 2026-03-09 15:00", "30m", "Mo 2026-03-09 15:30"},
		{"office", "Mo 2026-03-09 15:00", "1h", "Mo 2026-03-09 16:00"},
		{"office", "Mo 2026-03-09 15:00", "2h", "Di 2026-03-10 09:00"},
		{"office", "Mo 2026-03-09 15:00", "9h", "Di 2026-03-10 16:00"},
		{"office", "Mo 2026-03-09 00:00", "1h", "Mo 2026-03-09 09:00"},
		{"office", "Mo 2026-03-09 07:00", "1h", "Mo 2026-03-09 09:00"},
		{"office", "Mo 2026-03-09 16:00", "1m", "Di 2026-03-10 08:01"},
		{"office", "Mo 2026-03-09 20:00", "4h", "Di 2026-03-10 12:00"},

		// Nothing to add.
		{"office", "Mo 2026-03-09 10:00", "0h", "Mo 2026-03-09 10:00"},
		{"office", "Sa 2026-03-14 10:00", "0h", "Sa 2026-03-14 10:00"},

		// Friday and the weekend.
		{"office", "Fr 2026-03-13 13:50", "10m", "Fr 2026-03-13 14:00"},
		{"office", "Fr 2026-03-13 13:50", "2h", "Mo 2026-03-16 09:50"},
		{"office", "Fr 2026-03-13 14:00", "2h", "Mo 2026-03-16 10:00"},
		{"office", "Fr 2026-03-13 15:30", "2h", "Mo 2026-03-16 10:00"},
		{"office", "Sa 2026-03-14 10:00", "1h", "Mo 2026-03-16 09:00"},
		{"office", "So 2026-03-15 23:59", "1h", "Mo 2026-03-16 09:00"},
		{"office", "Mo 2026-03-09 08:00", "38h", "Fr 2026-03-13 14:00"},
		{"office", "Mo 2026-03-09 08:00", "38h1m", "Mo 2026-03-16 08:01"},
		{"office", "Mo 2026-03-09 08:00", "76h", "Fr 2026-03-20 14:00"},

		// Several intervals a day.
		{"lunch", "Mo 2026-03-09 11:30", "30m", "Mo 2026-03-09 12:00"},
		{"lunch", "Mo 2026-03-09 11:30", "1h", "Mo 2026-03-09 13:30"},
		{"lunch", "Mo 2026-03-09 12:00", "1m", "Mo 2026-03-09 13:01"},
		{"lunch", "Mo 2026-03-09 12:15", "15m", "Mo 2026-03-09 13:15"},
		{"lunch", "Mo 2026-03-09 08:00", "7h", "Mo 2026-03-09 16:00"},
		{"lunch", "Mo 2026-03-09 08:00", "8h", "Di 2026-03-10 09:00"},
		{"lunch", "Fr 2026-03-13 15:30", "1h", "Mo 2026-03-16 08:30"},

		// Statutory holidays 2026.
		{"office", "Mi 2025-12-31 15:00", "2h", "Fr 2026-01-02 09:00"},
		{"office", "Do 2026-04-02 15:00", "2h", "Di 2026-04-07 09:00"}, // Karfreitag, Ostermontag
		{"office", "Do 2026-04-30 15:00", "2h", "Mo 2026-05-04 09:00"}, // Tag der Arbeit
		{"office", "Mi 2026-05-13 15:00", "2h", "Fr 2026-05-15 09:00"}, // Christi Himmelfahrt
		{"office", "Fr 2026-05-22 13:00", "2h", "Di 2026-05-26 09:00"}, // Pfingstmontag
		{"office", "Mi 2026-06-03 15:30", "1h", "Fr 2026-06-05 08:30"}, // Fronleichnam
		{"office", "Fr 2026-10-02 13:00", "2h", "Mo 2026-10-05 09:00"}, // 3.10. is a Saturday
		{"office", "Fr 2026-10-30 13:00", "2h", "Mo 2026-11-02 09:00"}, // 1.11. is a Sunday
		{"office", "Do 2026-12-24 15:00", "2h", "Mo 2026-12-28 09:00"}, // Christmas; the 24th counts

		// Statutory holidays 2027.
		{"office", "Do 2026-12-31 15:00", "2h", "Mo 2027-01-04 09:00"},
		{"office", "Do 2027-03-25 15:00", "2h", "Di 2027-03-30 09:00"}, // Easter and the clock change
		{"office", "Fr 2027-04-30 13:00", "2h", "Mo 2027-05-03 09:00"},
		{"office", "Mi 2027-05-05 15:00", "2h", "Fr 2027-05-07 09:00"},
		{"office", "Fr 2027-05-14 13:30", "1h", "Di 2027-05-18 08:30"},
		{"office", "Mi 2027-05-26 15:00", "2h", "Fr 2027-05-28 09:00"},
		{"office", "Fr 2027-10-29 13:00", "2h", "Di 2027-11-02 09:00"}, // Allerheiligen and the clock change

		// Statutory holidays 2028, and what is none in NRW.
		{"office", "Mi 2028-01-05 15:00", "2h", "Do 2028-01-06 09:00"}, // no Heilige Drei Könige
		{"office", "Mo 2028-02-28 15:00", "2h", "Di 2028-02-29 09:00"}, // a leap year, Rosenmontag
		{"office", "Di 2028-02-29 15:00", "2h", "Mi 2028-03-01 09:00"},
		{"office", "Do 2028-04-13 15:00", "2h", "Di 2028-04-18 09:00"},
		{"office", "Fr 2028-04-28 13:00", "2h", "Di 2028-05-02 09:00"},
		{"office", "Mi 2028-05-24 15:00", "2h", "Fr 2028-05-26 09:00"},
		{"office", "Fr 2028-06-02 13:00", "2h", "Di 2028-06-06 09:00"},
		{"office", "Mi 2028-06-14 15:00", "2h", "Fr 2028-06-16 09:00"},
		{"office", "Mo 2028-10-02 15:00", "2h", "Mi 2028-10-04 09:00"},
		{"office", "Di 2028-10-31 15:00", "2h", "Do 2028-11-02 09:00"}, // no Reformationstag
		{"office", "Fr 2028-12-22 13:00", "2h", "Mi 2028-12-27 09:00"},

		// School holidays and a movable day: the school waits, the provider does not.
		{"school", "Fr 2026-07-17 13:00", "2h", "Mi 2026-09-02 09:00"},
		{"school", "Mi 2026-08-12 10:00", "1h", "Mi 2026-09-02 09:00"},
		{"school", "Fr 2026-10-16 13:00", "2h", "Mo 2026-11-02 09:00"},
		{"office", "Fr 2026-10-16 13:00", "2h", "Mo 2026-10-19 09:00"},
		{"school", "Di 2026-12-22 15:00", "2h", "Do 2027-01-07 09:00"},
		{"school", "Fr 2027-02-05 13:00", "2h", "Di 2027-02-09 09:00"},
		{"office", "Fr 2027-02-05 13:00", "2h", "Mo 2027-02-08 09:00"},
		{"school", "Fr 2027-03-19 13:00", "2h", "Mo 2027-04-05 09:00"},
		{"school", "Fr 2027-05-14 13:00", "2h", "Mi 2027-05-19 09:00"},

		// Special days win over the week and over holidays.
		{"eve", "Do 2026-12-24 11:00", "1h", "Do 2026-12-24 12:00"},
		{"eve", "Do 2026-12-24 11:00", "2h", "Sa 2026-12-26 11:00"},
		{"eve", "Mi 2026-12-30 15:00", "2h", "Mo 2027-01-04 09:00"},

		// The clocks go forward.
		{"always", "Sa 2027-03-27 12:00", "24h", "So 2027-03-28 13:00"},
		{"always", "So 2027-03-28 01:30", "1h", "So 2027-03-28 03:30"},
		{"night", "So 2027-03-28 00:00", "2h", "So 2027-03-28 04:00"},
		{"night", "So 2027-03-28 00:00", "2h1m", "Mo 2027-03-29 01:01"},
		{"night", "So 2027-03-28 01:30", "1h", "So 2027-03-28 03:30"},
		{"inside", "So 2027-03-28 01:00", "30m", "Mo 2027-03-29 02:45"},
		{"daily", "So 2027-03-28 07:00", "8h", "So 2027-03-28 16:00"},
		{"daily", "Sa 2027-03-27 15:00", "9h", "So 2027-03-28 16:00"},

		// The clocks go back.
		{"always", "Sa 2026-10-24 12:00", "24h", "So 2026-10-25 11:00"},
		{"always", "So 2026-10-25 02:30 CEST", "1h", "So 2026-10-25 02:30 CET"},
		{"always", "Sa 2027-10-30 12:00", "24h", "So 2027-10-31 11:00"},
		{"night", "So 2026-10-25 00:00", "4h", "So 2026-10-25 04:00"},
		{"night", "So 2026-10-25 01:30", "1h30m", "So 2026-10-25 02:00 CET"},
		{"night", "So 2027-10-31 00:00", "4h", "So 2027-10-31 04:00"},
		{"night", "So 2027-10-31 00:00", "4h1m", "Mo 2027-11-01 01:01"},
		{"inside", "So 2026-10-25 01:00", "30m", "So 2026-10-25 02:45 CEST"},
		{"inside", "So 2026-10-25 01:00", "31m", "Mo 2026-10-26 02:16"},
		{"daily", "So 2026-10-25 08:00", "8h", "So 2026-10-25 16:00"},

		// The end of the year, and starts written in another zone.
		{"always", "Do 2026-12-31 23:30", "1h", "Fr 2027-01-01 00:30"},
		{"office", "Mo 2026-03-09 14:00 UTC", "2h", "Di 2026-03-10 09:00"},
		{"office", "Mo 2026-07-06 13:00 UTC", "2h", "Di 2026-07-07 09:00"},
		{"office", "So 2026-03-08 23:30 UTC", "2h", "Mo 2026-03-09 10:00"},
		{"office", "Mo 2026-03-09 10:00 America/New_York", "2h", "Di 2026-03-10 09:00"},
	}
	cals := calendars(t)
	for _, tt := range tests {
		c, start, add, want := cals[tt.calendar], wall(t, tt.start), span(t, tt.add).Time, wall(t, tt.want)
		for _, zone := range []string{"Europe/Berlin", "UTC", "America/New_York"} {
			from := start.In(place(t, zone))
			if got := c.Add(from, add); !got.Equal(want) {
				t.Errorf("%s: %q in %s + %q = %s, want %q", tt.calendar, tt.start, zone, tt.add, show(got), tt.want)
			}
			if got := c.Between(from, want.In(place(t, zone))); got != add {
				t.Errorf("%s: between %q and %q in %s are %s, want %s", tt.calendar, tt.start, tt.want, zone, got, add)
			}
		}
	}
}

func TestBetween(t *testing.T) {
	tests := []struct {
		calendar, a, b string
		want           time.Duration
	}{
		{"office", "Mo 2026-03-09 10:00", "Mo 2026-03-09 10:00", 0},
		{"office", "Fr 2026-03-13 14:00", "Mo 2026-03-16 08:00", 0},
		{"office", "Fr 2026-03-13 13:00", "Mo 2026-03-16 09:00", 2 * time.Hour},
		{"office", "Mo 2026-03-16 09:00", "Fr 2026-03-13 13:00", -2 * time.Hour},
		{"lunch", "Mo 2026-03-09 12:10", "Mo 2026-03-09 12:50", 0},
		{"night", "So 2027-03-28 00:00", "Mo 2027-03-29 00:00", 2 * time.Hour},
		{"night", "So 2026-10-25 00:00", "Mo 2026-10-26 00:00", 4 * time.Hour},
		{"always", "Fr 2027-01-01 00:00", "Sa 2028-01-01 00:00", 365 * 24 * time.Hour},
		{"always", "Sa 2028-01-01 00:00", "Mo 2029-01-01 00:00", 366 * 24 * time.Hour},
		{"school", "Mo 2026-07-20 00:00", "Mi 2026-09-02 08:00", 0},
		{"never", "Fr 2027-01-01 00:00", "Sa 2028-01-01 00:00", 0},
	}
	cals := calendars(t)
	for _, tt := range tests {
		if got := cals[tt.calendar].Between(wall(t, tt.a), wall(t, tt.b)); got != tt.want {
			t.Errorf("%s: between %q and %q are %s, want %s", tt.calendar, tt.a, tt.b, got, tt.want)
		}
	}
}

func TestOpenAndNext(t *testing.T) {
	tests := []struct {
		calendar, at string
		open         bool
		next         string
	}{
		{"office", "Mo 2026-03-09 07:59", false, "Mo 2026-03-09 08:00"},
		{"office", "Mo 2026-03-09 08:00", true, "Mo 2026-03-09 08:00"},
		{"office", "Mo 2026-03-09 15:59", true, "Mo 2026-03-09 15:59"},
		{"office", "Mo 2026-03-09 16:00", false, "Di 2026-03-10 08:00"},
		{"office", "Fr 2026-03-13 14:00", false, "Mo 2026-03-16 08:00"},
		{"office", "Fr 2026-04-03 10:00", false, "Di 2026-04-07 08:00"},
		{"office", "Mo 2026-03-09 07:00 UTC", true, "Mo 2026-03-09 08:00"},
		{"school", "Mo 2026-07-20 10:00", false, "Mi 2026-09-02 08:00"},
		{"lunch", "Mo 2026-03-09 12:00", false, "Mo 2026-03-09 13:00"},
		{"eve", "Sa 2026-12-26 10:30", true, "Sa 2026-12-26 10:30"},
		{"always", "Mo 2026-03-09 00:00", true, "Mo 2026-03-09 00:00"},
		{"inside", "So 2027-03-28 03:00", false, "Mo 2027-03-29 02:15"},
		{"inside", "So 2026-10-25 02:30 CET", false, "Mo 2026-10-26 02:15"},
	}
	cals := calendars(t)
	for _, tt := range tests {
		c, at := cals[tt.calendar], wall(t, tt.at)
		if got := c.Open(at); got != tt.open {
			t.Errorf("%s: open at %q is %t, want %t", tt.calendar, tt.at, got, tt.open)
		}
		if got := c.Next(at); !got.Equal(wall(t, tt.next)) {
			t.Errorf("%s: next opening from %q is %s, want %q", tt.calendar, tt.at, show(got), tt.next)
		}
	}
}

func TestResultsAreOnTheCalendarsClock(t *testing.T) {
	c, at := calendars(t)["office"], wall(t, "Mo 2026-03-09 14:00 UTC")
	got := c.Add(at, 0).Format(time.RFC3339) + " " + c.Next(at).Format(time.RFC3339) + " " +
		c.Due(at, Span{Workdays: 1}).Format(time.RFC3339)
	if want := "2026-03-09T15:00:00+01:00 2026-03-09T15:00:00+01:00 2026-03-10T15:00:00+01:00"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestNeverOpen(t *testing.T) {
	at := wall(t, "Mo 2026-03-09 10:00")
	closed := calendar(t, &Calendar{Off: []DayOff{{day(t, "2026-01-01"), day(t, "2999-12-31"), "geschlossen"}}}, "Mo-Fr 8-16")
	for name, c := range map[string]*Calendar{"zero": {}, "never": calendars(t)["never"], "closed": closed} {
		if got := c.Add(at, time.Hour); !got.IsZero() {
			t.Errorf("%s: Add is %s, want the zero time", name, show(got))
		}
		if got := c.Next(at); !got.IsZero() {
			t.Errorf("%s: Next is %s, want the zero time", name, show(got))
		}
		if got := c.Due(at, Span{Workdays: 1, Time: time.Hour}); !got.IsZero() {
			t.Errorf("%s: Due is %s, want the zero time", name, show(got))
		}
		if got := c.Add(at, 0); !got.Equal(at) {
			t.Errorf("%s: Add of nothing is %s, want %s", name, show(got), show(at))
		}
		if c.Open(at) {
			t.Errorf("%s: is open", name)
		}
	}
}

func TestReopensAfterYears(t *testing.T) {
	c := calendar(t, &Calendar{Off: []DayOff{{day(t, "2026-01-01"), day(t, "2030-12-31"), "Umbau"}}}, "Mo-Fr 8-16")
	if got := c.Between(wall(t, "Mi 2025-12-31 15:00"), wall(t, "Mi 2031-01-01 09:00")); got != 2*time.Hour {
		t.Errorf("between the last day before and the first day after are %s, want 2h", got)
	}
}

func TestCalendarIsSafeForConcurrentUse(t *testing.T) {
	c, at := calendars(t)["school"], wall(t, "Mo 2026-03-09 15:00")
	want := calendars(t)["school"].Add(at, 2000*time.Hour)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if got := c.Add(at, 2000*time.Hour); !got.Equal(want) {
				t.Errorf("got %s, want %s", show(got), show(want))
			}
		})
	}
	wg.Wait()
}

// germanDays are the names in the tables, so that a row can be checked against a wall calendar.
var germanDays = [7]string{"So", "Mo", "Di", "Mi", "Do", "Fr", "Sa"}

// wall reads "Mo 2026-03-09 15:00" in Berlin, or in the zone that follows.
// CET and CEST tell apart the hour that comes twice.
func wall(t testing.TB, s string) time.Time {
	t.Helper()
	name, rest, _ := strings.Cut(s, " ")
	zone := place(t, "Europe/Berlin")
	if at := len("2006-01-02 15:04"); len(rest) > at {
		switch z := rest[at+1:]; z {
		case "CET":
			zone = time.FixedZone(z, 3600)
		case "CEST":
			zone = time.FixedZone(z, 7200)
		default:
			zone = place(t, z)
		}
		rest = rest[:at]
	}
	at, err := time.ParseInLocation("2006-01-02 15:04", rest, zone)
	if err != nil {
		t.Fatal(err)
	}
	if got := germanDays[at.Weekday()]; got != name {
		t.Fatalf("%q is a %s", s, got)
	}
	return at
}

func show(at time.Time) string {
	return germanDays[at.Weekday()] + " " + at.Format("2006-01-02 15:04:05 MST")
}

func place(t testing.TB, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// calendar puts c into Berlin and gives it the hours of week.
func calendar(t testing.TB, c *Calendar, week string) *Calendar {
	t.Helper()
	hours, err := ParseWeek(week)
	if err != nil {
		t.Fatal(err)
	}
	c.Zone, c.Week = place(t, "Europe/Berlin"), hours
	return c
}

func day(t testing.TB, s string) Date {
	t.Helper()
	d, err := ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func hours(t testing.TB, s string) []Interval {
	t.Helper()
	h, err := ParseIntervals(s)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func span(t testing.TB, s string) Span {
	t.Helper()
	sp, err := ParseSpan(s)
	if err != nil {
		t.Fatal(err)
	}
	return sp
}
