package config

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"ersthelfer/escalation"
)

const day = 24 * time.Hour

// duration reads wall time: "72h", "30m" or "90 days".
func duration(s string) (time.Duration, error) {
	if number, ok := strings.CutSuffix(strings.TrimSuffix(s, "s"), " day"); ok {
		n, err := strconv.ParseUint(number, 10, 16)
		if err == nil {
			return time.Duration(n) * day, nil
		}
	}
	if d, err := time.ParseDuration(s); err == nil {
		return d, nil
	}
	return 0, fmt.Errorf("%q is not a time; write 72h, 30m or 90 days", s)
}

// between returns what reads wall time from least to most; anything else is a slip.
func between(least, most time.Duration) func(cursor) time.Duration {
	return func(c cursor) time.Duration {
		before := len(c.r.problems)
		d := parsed(duration)(c)
		if len(c.r.problems) == before && c.text() != "" && (d < least || d > most) {
			c.problem("write "+spell(least)+" to "+spell(most), "%q is hardly meant", c.text())
			return 0
		}
		return d
	}
}

func spell(d time.Duration) string {
	switch {
	case d < time.Minute:
		return d.String()
	case d == day:
		return "1 day"
	case d > day && d%day == 0:
		return fmt.Sprintf("%d days", d/day)
	}
	return escalation.Span{Time: d}.String()
}

// The longest target and closing time that can be meant: about a school year.
const maxWorkdays = 200

// workday is how long a full service window is taken to be when a time is compared with workdays.
const workday = 8 * time.Hour

func approximate(s escalation.Span) time.Duration {
	return time.Duration(s.Workdays)*workday + s.Time
}

// span returns business time.
func (c cursor) span() escalation.Span {
	before := len(c.r.problems)
	s := parsed(escalation.ParseSpan)(c)
	if len(c.r.problems) == before && c.text() != "" && (s.IsZero() || approximate(s) > maxWorkdays*workday) {
		c.problem(fmt.Sprintf("write 1m to %d workdays", maxWorkdays), "%q is hardly meant", c.text())
	}
	return s
}

func (c cursor) targets() map[escalation.Priority]escalation.Target {
	targets := map[escalation.Priority]escalation.Target{}
	known := fields{}
	for _, p := range []escalation.Priority{escalation.P1, escalation.P2, escalation.P3, escalation.P4} {
		known[string(p)] = func(c cursor) { targets[p] = c.target() }
	}
	c.fields(known)
	return targets
}

func (c cursor) target() (t escalation.Target) {
	c.fields(fields{
		"response":   into(&t.Response, cursor.span),
		"resolution": into(&t.Resolution, cursor.span),
	})
	c.need("response", "resolution")
	if !t.Resolution.IsZero() && approximate(t.Response) > approximate(t.Resolution) {
		c.at("response").problem("make it at most as long",
			"%s is longer than the resolution of %s", t.Response, t.Resolution)
	}
	return t
}

// remind returns percentages, ascending.
func (c cursor) remind() (percents []int) {
	for item := range c.items() {
		n := item.whole(1, 99)
		if n == 0 {
			continue
		}
		if len(percents) > 0 && n <= percents[len(percents)-1] {
			item.problem("write percentages in ascending order, such as [50, 80]", "%d comes after %d", n, percents[len(percents)-1])
		}
		percents = append(percents, n)
	}
	return percents
}

// silence returns the rule for tickets that wait for an answer of their requester.
func (c cursor) silence() (s escalation.Silence) {
	c.fields(fields{
		"remind": into(&s.Remind, cursor.span),
		"end":    into(&s.End, cursor.span),
		"then":   func(c cursor) { s.GiveBack = c.one("close", "give-back") == "give-back" },
	})
	if !s.End.IsZero() && approximate(s.Remind) >= approximate(s.End) {
		c.at("remind").problem("make it shorter", "%s is not before the end after %s", s.Remind, s.End)
	}
	return s
}

// overdue returns the rule for tickets that are not solved after their target.
func (c cursor) overdue() (o escalation.OverdueRule) {
	c.fields(fields{
		"every": into(&o.Every, cursor.span),
		"times": func(c cursor) { o.Times = c.whole(1, 20) },
	})
	return o
}

// calendars returns the calendars of the section by their names.
func (c cursor) calendars(zone *time.Location) map[string]*escalation.Calendar {
	all := map[string]*escalation.Calendar{}
	for name, at := range c.entries() {
		if name == asSchool {
			at.problem("choose another name", "%q has a meaning of its own", name)
		}
		all[name] = at.calendar(name, zone)
	}
	return all
}

func (c cursor) calendar(name string, zone *time.Location) *escalation.Calendar {
	before := len(c.r.problems)
	cal := &escalation.Calendar{Name: name, Zone: zone}
	var ferien string
	c.fields(fields{
		"name":            into(&cal.Name, cursor.text),
		"zone":            into(&cal.Zone, cursor.zone),
		"hours":           into(&cal.Week, parsed(escalation.ParseWeek)),
		"holidays":        into(&cal.Holidays, cursor.text),
		"school_holidays": func(c cursor) { ferien = c.one("nrw", "none") },
		"off":             into(&cal.Off, cursor.daysOff),
		"special":         into(&cal.Special, cursor.specialDays),
	})
	if !c.at("holidays").written() {
		cal.Holidays = defaultState
	}
	if cal.Holidays == "none" {
		cal.Holidays = ""
	}
	c.need("hours")
	if len(c.r.problems) == before && zone != nil {
		c.calendarProblems(cal)
	}
	if ferien == "nrw" {
		cal.Off = append(cal.Off, escalation.NRWSchoolHolidays()...)
		c.r.followers = append(c.r.followers, follower{c, cal})
	}
	return cal
}

// defaultState is whose statutory holidays a calendar follows that names none.
const defaultState = "NW"

// calendarProblems records what the calendar finds wrong with itself, where it was written.
func (c cursor) calendarProblems(cal *escalation.Calendar) {
	key := map[string]string{"week": "hours", "holidays": "holidays", "zone": "zone", "off": "off", "special": "special"}
	for _, p := range cal.Problems() {
		place, text, _ := strings.Cut(p, ": ")
		name, _, _ := strings.Cut(place, "[")
		for _, r := range remarks(errors.New(text)) {
			c.at(key[name]).problem(r.fix, "%s", r.text)
		}
	}
}

// daysOff returns a list of days that do not count, each {from, to, reason} or a single {from, reason}.
func (c cursor) daysOff() (all []escalation.DayOff) {
	for item := range c.items() {
		var off escalation.DayOff
		item.fields(fields{
			"from":   into(&off.First, cursor.date),
			"to":     into(&off.Last, cursor.date),
			"reason": into(&off.Reason, cursor.text),
		})
		item.need("from", "reason")
		all = append(all, item.checkDays(off))
	}
	return all
}

// checkDays completes a day off that has no end, and records one that ends before it begins.
func (c cursor) checkDays(off escalation.DayOff) escalation.DayOff {
	if !c.at("to").written() {
		off.Last = off.First
	}
	if !off.First.IsZero() && !off.Last.IsZero() && off.Last.Before(off.First) {
		c.at("to").problem("swap the two days or correct the year", "%s is before %s", off.Last, off.First)
	}
	return off
}

func (c cursor) date() escalation.Date { return parsed(escalation.ParseDate)(c) }

func (c cursor) specialDays() (all []escalation.SpecialDay) {
	for item := range c.items() {
		var s escalation.SpecialDay
		item.fields(fields{
			"date":   into(&s.Date, cursor.date),
			"hours":  into(&s.Hours, parsed(escalation.ParseIntervals)),
			"reason": into(&s.Reason, cursor.text),
		})
		item.need("date", "reason")
		all = append(all, s)
	}
	return all
}

// movableDays returns the movable days of a school: dates, with the reason that the defaults give.
func (c cursor) movableDays() (all []escalation.DayOff) {
	reason := c.r.root.at("movable_day").text()
	for item := range c.items() {
		if d := item.date(); !d.IsZero() {
			all = append(all, escalation.DayOff{First: d, Last: d, Reason: reason})
		}
	}
	return all
}

// weekday returns a day by its name, German or English. A week of one day is what the calendar reads.
func weekday(s string) (time.Weekday, error) {
	week, err := escalation.ParseWeek(s + " 00:00-24:00")
	if err != nil {
		return 0, fmt.Errorf("%q is not a day; write Mo, Di, Mi, Do, Fr, Sa or So", s)
	}
	var days []time.Weekday
	for d, hours := range week {
		if len(hours) > 0 {
			days = append(days, time.Weekday(d))
		}
	}
	if len(days) != 1 {
		return 0, fmt.Errorf("%q is not a single day; write Mo, Di, Mi, Do, Fr, Sa or So", s)
	}
	return days[0], nil
}

// sortedKeys returns the keys of a map in order.
func sortedKeys[K ~string, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
