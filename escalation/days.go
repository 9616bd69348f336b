package escalation

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/de"
)

// A Date is a day on the wall calendar, without a time zone.
// The zero Date is no day.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// ParseDate reads a day such as "2026-12-18" (ISO 8601).
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Date{}, fmt.Errorf("date %q: not a day; write year-month-day, such as 2026-12-18", s)
	}
	return DateOf(t), nil
}

// DateOf returns the day that the clock on the wall shows at t, in the location of t.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}

// String returns the date as ParseDate reads it.
func (d Date) String() string {
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, int(d.Month), d.Day)
}

// IsZero reports whether d is no day at all.
func (d Date) IsZero() bool { return d == Date{} }

// Compare returns -1 if d is before e, 0 if they are the same day and +1 if d is after e.
func (d Date) Compare(e Date) int {
	return cmp.Or(cmp.Compare(d.Year, e.Year), cmp.Compare(d.Month, e.Month), cmp.Compare(d.Day, e.Day))
}

// Before reports whether d is an earlier day than e.
func (d Date) Before(e Date) bool { return d.Compare(e) < 0 }

// Add returns the day that is so many days later, or earlier if days is negative.
func (d Date) Add(days int) Date { return DateOf(d.noon().AddDate(0, 0, days)) }

// Next returns the following day.
func (d Date) Next() Date { return d.Add(1) }

// Weekday returns the day of the week.
func (d Date) Weekday() time.Weekday { return d.noon().Weekday() }

// MarshalText writes the date as ParseDate reads it.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads the date with ParseDate.
func (d *Date) UnmarshalText(text []byte) (err error) {
	*d, err = ParseDate(string(text))
	return err
}

func (d Date) noon() time.Time {
	return time.Date(d.Year, d.Month, d.Day, 12, 0, 0, 0, time.UTC)
}

// valid reports whether the wall calendar has that day: it has no 30 February.
func (d Date) valid() bool { return !d.IsZero() && DateOf(d.noon()) == d }

// at returns the first instant of the day at which the clock on the wall in loc has reached clock,
// the time since midnight. When the clocks go forward, a time that is left out is reached with the
// change; when they go back, a time that comes twice is reached the first time.
func (d Date) at(clock time.Duration, loc *time.Location) time.Time {
	want := time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).Add(clock)
	y, m, day := want.Date()
	t := time.Date(y, m, day, want.Hour(), want.Minute(), want.Second(), want.Nanosecond(), loc)
	_, offset := t.Zone()
	shown := t.Add(time.Duration(offset) * time.Second).UTC()
	since, until := t.ZoneBounds()
	// time.Date does not promise which side of a clock change it takes, so both are looked at.
	switch {
	case shown.Before(want):
		return until
	case shown.After(want):
		return since
	case since.IsZero():
		return t
	}
	_, before := since.Add(-1).Zone()
	if first := t.Add(time.Duration(offset-before) * time.Second); first.Before(t) && first.Before(since) {
		return first
	}
	return t
}

// clockOf returns how far the clock on the wall has come on the day of t, as time since midnight.
// It never runs backwards within a day: while the clocks repeat an hour, it stands at that hour's end.
func clockOf(t time.Time) time.Duration {
	since, _ := t.ZoneBounds()
	if before := since.Add(-1); !since.IsZero() && DateOf(before.In(t.Location())) == DateOf(t) {
		return max(reading(t), reading(before.In(t.Location()))+1)
	}
	return reading(t)
}

func reading(t time.Time) time.Duration {
	h, m, s := t.Clock()
	return time.Duration(h)*time.Hour + time.Duration(m)*time.Minute +
		time.Duration(s)*time.Second + time.Duration(t.Nanosecond())
}

// A DayOff is a stretch of days that do not count: school holidays, a movable day, a closure.
type DayOff struct {
	First, Last Date   // inclusive; the same for one day
	Reason      string // shown to people, such as "Herbstferien"
}

// A SpecialDay has other opening hours than its weekday, such as 24 December from 8 to 12.
// It wins over holidays and days off; without hours the day is closed.
type SpecialDay struct {
	Date   Date
	Hours  []Interval
	Reason string // shown to people
}

// frauentagMV is a holiday in Mecklenburg-Vorpommern since 2023 (§ 2 FTG M-V), which package de lacks.
var frauentagMV = de.Frauentag.Clone(&cal.Holiday{StartYear: 2023})

// statutory holds the statutory holidays of the German states by their ISO 3166-2:DE code.
// What holds in some communities only (Mariä Himmelfahrt in Bavaria, Fronleichnam in Saxony and
// Thuringia, the Augsburg Friedensfest) belongs into Calendar.Off.
var statutory = map[string][]*cal.Holiday{
	"BB": de.HolidaysBB,
	"BE": de.HolidaysBE,
	"BW": de.HolidaysBW,
	"BY": de.HolidaysBY,
	"HB": de.HolidaysHB,
	"HE": de.HolidaysHE,
	"HH": de.HolidaysHH,
	"MV": append(slices.Clone(de.HolidaysMV), frauentagMV),
	"NI": de.HolidaysNI,
	"NW": de.HolidaysNW,
	"RP": de.HolidaysRP,
	"SH": de.HolidaysSH,
	"SL": de.HolidaysSL,
	"SN": de.HolidaysSN,
	"ST": de.HolidaysST,
	"TH": de.HolidaysTH,
}

// holidays returns the statutory holidays of a state in a year with their German names.
func holidays(state string, year int) map[Date]string {
	days := make(map[Date]string)
	for _, h := range statutory[state] {
		day, _ := h.Calc(year)
		if day.IsZero() {
			continue
		}
		// Calc answers in the computer's own zone, where midnight may be missing on that day.
		days[DateOf(day.Add(12*time.Hour))] = h.Name
	}
	return days
}
