package escalation

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// An Explanation says what counted between two instants, as data for whoever words it:
// "2 h of Mo–Do 08:00–16:00, Fr 08:00–14:00, without 3.10. (Tag der Deutschen Einheit)".
type Explanation struct {
	Business time.Duration // what Between returns
	Week     []WeekHours   // the usual hours, Monday first; closed days are left out
	Special  []SpecialDay  // days with hours of their own that had a part in it
	Skipped  []DayOff      // what would have counted by the usual hours but did not, and why
}

// WeekHours are neighbouring days of the week with the same hours.
type WeekHours struct {
	First, Last time.Weekday // inclusive; the same for one day
	Hours       []Interval
}

// Explain says what counted from a up to b, b not included.
//
// A day is skipped if its usual hours share time with that stretch but it is a holiday (the reason is
// its German name), a day off, or a special day without hours. Neighbouring days of one reason
// are one entry; the days that are closed every week do not part neighbours and are not listed.
func (c *Calendar) Explain(a, b time.Time) Explanation {
	e := Explanation{Business: c.Between(a, b), Week: c.weekHours()}
	a, b = c.local(a), c.local(b)
	merge := false
	for d := DateOf(a); !DateOf(b).Before(d); d = d.Next() {
		usual := c.touches(d, c.Week[d.Weekday()], a, b)
		special := c.special(d)
		reason, off := c.year(d.Year).closed[d]
		switch {
		case special != nil && len(special.Hours) > 0:
			if usual || c.touches(d, special.Hours, a, b) {
				e.Special = append(e.Special, *special)
			}
			merge = false
			continue
		case special != nil:
			reason = special.Reason
		case !off:
			merge = merge && !usual
			continue
		}
		if usual {
			e.skip(d, reason, merge)
			merge = true
		}
	}
	return e
}

func (e *Explanation) skip(d Date, reason string, merge bool) {
	if n := len(e.Skipped); merge && e.Skipped[n-1].Reason == reason {
		e.Skipped[n-1].Last = d
		return
	}
	e.Skipped = append(e.Skipped, DayOff{First: d, Last: d, Reason: reason})
}

// touches reports whether hours on a day share time with the stretch from a to b.
func (c *Calendar) touches(d Date, hours []Interval, a, b time.Time) bool {
	return slices.ContainsFunc(c.on(d, hours), func(w window) bool { return w.touches(a, b) })
}

func (c *Calendar) weekHours() []WeekHours {
	var week []WeekHours
	for _, d := range mondayFirst {
		hours := sorted(c.Week[d])
		if len(hours) == 0 {
			continue
		}
		if n := len(week); n > 0 && (week[n-1].Last+1)%7 == d && slices.Equal(week[n-1].Hours, hours) {
			week[n-1].Last = d
			continue
		}
		week = append(week, WeekHours{First: d, Last: d, Hours: hours})
	}
	return week
}

// KnownUntil returns the last day of the last DayOff, and the zero Date if there is none.
// School holidays are published a few years ahead; after that day they are missing, and the
// clocks run through them.
func (c *Calendar) KnownUntil() Date {
	var last Date
	for _, off := range c.Off {
		if last.Before(off.Last) {
			last = off.Last
		}
	}
	return last
}

// Problems returns every mistake in the calendar, each a sentence that begins with its place.
// A calendar with problems still computes, but hardly what was meant.
func (c *Calendar) Problems() []string {
	var problems []string
	report := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	if c.Zone == nil {
		report("zone: missing; write a place such as Europe/Berlin")
	}
	if _, ok := statutory[c.Holidays]; !ok && c.Holidays != "" {
		states := slices.Sorted(maps.Keys(statutory))
		report("holidays: no state %q; write one of %s", c.Holidays, strings.Join(states, ", "))
	}
	open := false
	for _, d := range mondayFirst {
		open = open || len(c.Week[d]) > 0
		for _, p := range hoursProblems(c.Week[d]) {
			report("week: %s: %s", d, p)
		}
	}
	if !open {
		report("week: never open; write days and hours such as Mo-Fr 08:00-16:00")
	}
	for i, off := range c.Off {
		for _, p := range off.problems() {
			report("off[%d]: %s", i, p)
		}
	}
	return append(problems, c.specialProblems()...)
}

func (o DayOff) problems() (problems []string) {
	for _, d := range []Date{o.First, o.Last} {
		if !d.valid() {
			problems = append(problems, fmt.Sprintf("no such day as %s", d))
		}
	}
	if o.Last.Before(o.First) {
		problems = append(problems, fmt.Sprintf("ends on %s before it begins on %s", o.Last, o.First))
	}
	if o.Reason == "" {
		problems = append(problems, fmt.Sprintf("no reason for %s; people are shown why time does not count", o.First))
	}
	return slices.Compact(problems)
}

func (c *Calendar) specialProblems() (problems []string) {
	seen := make(map[Date]bool)
	for i, s := range c.Special {
		place := fmt.Sprintf("special[%d]: ", i)
		if !s.Date.valid() {
			problems = append(problems, fmt.Sprintf("%sno such day as %s", place, s.Date))
		}
		if seen[s.Date] {
			problems = append(problems, fmt.Sprintf("%s%s is listed twice", place, s.Date))
		}
		seen[s.Date] = true
		for _, p := range hoursProblems(s.Hours) {
			problems = append(problems, place+p)
		}
	}
	return problems
}

func hoursProblems(hours []Interval) (problems []string) {
	for _, iv := range hours {
		switch {
		case iv.To <= iv.From:
			problems = append(problems, fmt.Sprintf("hours %s: end is not after begin", iv))
		case iv.From < 0 || iv.To > midnight:
			problems = append(problems, fmt.Sprintf("hours %s: write 00:00 to 24:00", iv))
		}
	}
	for _, err := range overlaps(sorted(hours)) {
		problems = append(problems, err.Error())
	}
	return problems
}
