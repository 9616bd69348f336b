package escalation

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// midnight is where the clock on the wall ends, on a day of 23 or 25 hours too.
const midnight = 24 * time.Hour

// An Interval is a stretch of opening hours on the wall clock, as time since midnight.
// From belongs to it, To does not. To is at most 24 h; nothing reaches past midnight.
type Interval struct {
	From, To time.Duration
}

// ParseInterval reads opening hours such as "08:00-16:00", "8:00–16:00" or "8-16".
func ParseInterval(s string) (Interval, error) {
	from, to, found := strings.Cut(strings.ReplaceAll(s, "–", "-"), "-")
	if !found {
		return Interval{}, fmt.Errorf("hours %q: no end; write hours such as 08:00-16:00", s)
	}
	var iv Interval
	var err1, err2 error
	iv.From, err1 = parseClock(strings.TrimSpace(from))
	iv.To, err2 = parseClock(strings.TrimSpace(to))
	if err := errors.Join(err1, err2); err != nil {
		return Interval{}, fmt.Errorf("hours %q: %w", s, err)
	}
	if iv.To <= iv.From {
		return Interval{}, fmt.Errorf("hours %q: end is not after begin; split at midnight if they go through the night", s)
	}
	return iv, nil
}

// ParseIntervals reads the opening hours of one day, such as "08:00-12:00, 13:00-16:00",
// and returns them in order. Every mistake is reported.
func ParseIntervals(s string) ([]Interval, error) {
	var hours []Interval
	var errs []error
	for piece := range strings.SplitSeq(s, ",") {
		iv, err := ParseInterval(strings.TrimSpace(piece))
		if err != nil {
			errs = append(errs, err)
			continue
		}
		hours = append(hours, iv)
	}
	slices.SortFunc(hours, compareIntervals)
	errs = append(errs, overlaps(hours)...)
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return hours, nil
}

// String returns the interval as ParseInterval reads it, in whole minutes.
func (iv Interval) String() string {
	return formatClock(iv.From) + "-" + formatClock(iv.To)
}

// MarshalText writes the interval as ParseInterval reads it.
func (iv Interval) MarshalText() ([]byte, error) { return []byte(iv.String()), nil }

// UnmarshalText reads the interval with ParseInterval.
func (iv *Interval) UnmarshalText(text []byte) (err error) {
	*iv, err = ParseInterval(string(text))
	return err
}

func compareIntervals(a, b Interval) int {
	return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
}

// overlaps returns an error for each pair of neighbours in sorted hours that share time.
func overlaps(sorted []Interval) (errs []error) {
	for i := 1; i < len(sorted); i++ {
		if sorted[i].From < sorted[i-1].To {
			errs = append(errs, fmt.Errorf("hours %s and %s overlap", sorted[i-1], sorted[i]))
		}
	}
	return errs
}

// parseClock reads "8", "8:00" or "08:00", up to "24:00".
func parseClock(s string) (time.Duration, error) {
	hh, mm, found := strings.Cut(s, ":")
	h, err1 := strconv.ParseUint(hh, 10, 8)
	m, err2 := uint64(0), error(nil)
	if found {
		m, err2 = strconv.ParseUint(mm, 10, 8)
	}
	clock := time.Duration(h)*time.Hour + time.Duration(m)*time.Minute
	badForm := err1 != nil || err2 != nil || len(hh) > 2 || found && len(mm) != 2
	if badForm || m > 59 || clock > midnight {
		return 0, fmt.Errorf("%q is not a time of day; write 00:00 to 24:00", s)
	}
	return clock, nil
}

func formatClock(d time.Duration) string {
	return fmt.Sprintf("%02d:%02d", int(d/time.Hour), int(d%time.Hour/time.Minute))
}

// weekdays holds the accepted day names, German and English, in lower case.
var weekdays = map[string]time.Weekday{
	"mo": time.Monday, "montag": time.Monday, "mon": time.Monday, "monday": time.Monday,
	"di": time.Tuesday, "dienstag": time.Tuesday, "tu": time.Tuesday, "tue": time.Tuesday, "tuesday": time.Tuesday,
	"mi": time.Wednesday, "mittwoch": time.Wednesday, "we": time.Wednesday, "wed": time.Wednesday, "wednesday": time.Wednesday,
	"do": time.Thursday, "donnerstag": time.Thursday, "th": time.Thursday, "thu": time.Thursday, "thursday": time.Thursday,
	"fr": time.Friday, "freitag": time.Friday, "fri": time.Friday, "friday": time.Friday,
	"sa": time.Saturday, "samstag": time.Saturday, "sat": time.Saturday, "saturday": time.Saturday,
	"so": time.Sunday, "sonntag": time.Sunday, "su": time.Sunday, "sun": time.Sunday, "sunday": time.Sunday,
}

// ParseWeek reads the opening hours of a week, such as "Mo-Do 08:00-16:00, Fr 08:00-14:00".
//
// Days are named in German or English, short or in full; "Mo, Mi, Fr 8-12" names single days, and
// "Mo-Fr 08:00-12:00, 13:00-16:00" gives several hours. Days that are not named are closed, and
// every day is named at most once. Every mistake is reported.
func ParseWeek(s string) (week [7][]Interval, err error) {
	var errs []error
	named := make(map[time.Weekday]bool)
	for _, g := range splitWeek(s) {
		days, hours, err := g.parse()
		if err != nil {
			errs = append(errs, err)
		}
		for _, d := range days {
			if named[d] {
				errs = append(errs, fmt.Errorf("week: %s is named twice; write all its hours in one place, such as Mo-Do 08:00-12:00, 13:00-16:00", d))
			}
			named[d] = true
			week[d] = hours
		}
	}
	if len(errs) > 0 {
		return [7][]Interval{}, errors.Join(errs...)
	}
	return week, nil
}

// A dayGroup is the text of days that share their hours.
type dayGroup struct {
	names, hours []string
}

// splitWeek cuts the text of a week at its commas. A name after hours begins a new group.
func splitWeek(s string) []dayGroup {
	groups := []dayGroup{{}}
	for piece := range strings.SplitSeq(s, ",") {
		names, hours := cutHours(strings.TrimSpace(piece))
		last := &groups[len(groups)-1]
		if names != "" && len(last.hours) > 0 {
			groups = append(groups, dayGroup{})
			last = &groups[len(groups)-1]
		}
		if names != "" {
			last.names = append(last.names, names)
		}
		if hours != "" {
			last.hours = append(last.hours, hours)
		}
	}
	return groups
}

// cutHours splits "Mo-Do 08:00-16:00" before its first digit.
func cutHours(s string) (names, hours string) {
	i := strings.IndexAny(s, "0123456789")
	if i < 0 {
		return s, ""
	}
	return strings.TrimSpace(s[:i]), s[i:]
}

func (g dayGroup) parse() (days []time.Weekday, hours []Interval, err error) {
	text := strings.TrimSpace(strings.Join(g.names, ", ") + " " + strings.Join(g.hours, ", "))
	if len(g.names) == 0 || len(g.hours) == 0 {
		return nil, nil, fmt.Errorf("week %q: write days and hours, such as Mo-Fr 08:00-16:00", text)
	}
	var errs []error
	for _, name := range g.names {
		named, err := parseDays(name)
		if err != nil {
			errs = append(errs, err)
		}
		days = append(days, named...)
	}
	hours, err = ParseIntervals(strings.Join(g.hours, ","))
	return days, hours, errors.Join(append(errs, err)...)
}

// mondayFirst lists the days in the order in which German calendars show them.
var mondayFirst = [7]time.Weekday{
	time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday, time.Sunday,
}

// parseDays reads "Mo", "Mo-Do" or, through the weekend, "Sa-Mo".
func parseDays(s string) ([]time.Weekday, error) {
	first, last, found := strings.Cut(strings.ReplaceAll(s, "–", "-"), "-")
	if !found {
		last = first
	}
	from, ok1 := weekdays[dayKey(first)]
	to, ok2 := weekdays[dayKey(last)]
	if !ok1 || !ok2 {
		return nil, fmt.Errorf("days %q: not a day; write Mo, Di, Mi, Do, Fr, Sa, So or a range such as Mo-Do", s)
	}
	days := []time.Weekday{from}
	for d := from; d != to; {
		d = (d + 1) % 7
		days = append(days, d)
	}
	return days, nil
}

func dayKey(s string) string {
	return strings.ToLower(strings.TrimRight(strings.TrimSpace(s), ".:"))
}

// sorted returns the hours in order and leaves the given slice as it is.
func sorted(hours []Interval) []Interval {
	return slices.SortedFunc(slices.Values(hours), compareIntervals)
}
