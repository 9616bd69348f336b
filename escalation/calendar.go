package escalation

import (
	"iter"
	"sort"
	"sync"
	"time"
)

// A Calendar says which time counts: business time is the time inside the opening hours of a week,
// without statutory holidays and without days off. All durations that its methods take and return
// are business time unless they say otherwise; all instants are real instants.
//
// Opening hours are times on the clock on the wall in Zone. Business time is the time that really
// passes in them: 01:00 to 04:00 lasts two hours when the clocks go forward and four when they go
// back. Instants may be given in any location; those that come back are in Zone.
//
// A day's hours come from the first that applies: a SpecialDay, a DayOff or a holiday (then there are
// none), the day of the week. Hours that overlap count once; Problems reports them.
//
// A Calendar is used through its pointer, may be used by many goroutines at once, and must not be
// changed after its first use. The zero Calendar never opens.
type Calendar struct {
	Name     string         // shown to people
	Zone     *time.Location // where the clock hangs; nil is UTC
	Week     [7][]Interval  // opening hours by time.Weekday
	Holidays string         // the German state whose statutory holidays do not count, such as "NW"; "" for none
	Off      []DayOff       // school holidays, movable days, closures
	Special  []SpecialDay   // other hours on single days

	years sync.Map // int → *calendarYear, so that each year is worked out once
}

// A calendarYear is a year of a calendar, worked out.
type calendarYear struct {
	windows []window        // in order, none overlapping
	closed  map[Date]string // holidays and days off with their reasons, week-ends included
}

// A window is a stretch of opening hours on a given day, in real time. To does not belong to it.
type window struct {
	from, to time.Time
}

// Add returns the first instant by which d of business time has passed since t. Before the opening
// the clock waits, so time asked for in the evening begins to run in the morning; what ends with the
// opening hours ends at their end and not at the next opening.
//
// Add(t, 0) is t, open or not, and a negative d counts as 0.
// The result is the zero time if the calendar stays closed for two years on the way.
func (c *Calendar) Add(t time.Time, d time.Duration) time.Time {
	if d <= 0 {
		return c.local(t)
	}
	for w := range c.ahead(t) {
		length := w.to.Sub(w.from)
		if d <= length {
			return w.from.Add(d)
		}
		d -= length
	}
	return time.Time{}
}

// Between returns the business time from a up to b, b not included.
// It is negative if b is before a. For any instants,
// Between(a, b) + Between(b, c) is Between(a, c), and Between(t, Add(t, d)) is d.
func (c *Calendar) Between(a, b time.Time) time.Duration {
	if b.Before(a) {
		return -c.Between(b, a)
	}
	var sum time.Duration
	for w := range c.windows(a, b) {
		sum += w.to.Sub(w.from)
	}
	return sum
}

// Open reports whether t lies in the opening hours. The instant of closing does not.
func (c *Calendar) Open(t time.Time) bool {
	for range c.windows(t, t.Add(1)) {
		return true
	}
	return false
}

// Next returns t if the calendar is open then, else the next opening.
// It is the zero time if there is none within two years.
func (c *Calendar) Next(t time.Time) time.Time {
	for w := range c.ahead(t) {
		return w.from
	}
	return time.Time{}
}

// Due returns when a target that starts at t is due: first the workdays of s pass, then its time.
//
// A workday is one full service window, however long it is, and not 24 hours: one workday from
// Tuesday 10:30 is Wednesday 10:30. The day of Next(t) is day 0, and the target is due on the n-th
// business day after it (a day with opening hours) when the clock on the wall shows what it shows at
// Next(t). If that is outside the hours of the due day, the target is due at that day's first
// opening (too early), the end of that break (in a break) or that day's closing (too late): one
// workday from Thursday 15:00 is Friday 14:00 where Friday ends at 14:00.
//
// A later start is never due earlier. The result is the zero time where Add and Next have none.
func (c *Calendar) Due(t time.Time, s Span) time.Time {
	if s.Workdays > 0 {
		t = c.workdaysAfter(t, s.Workdays)
	}
	if t.IsZero() {
		return t
	}
	return c.Add(t, s.Time)
}

func (c *Calendar) workdaysAfter(t time.Time, n int) time.Time {
	var today Date
	var clock time.Duration
	for w := range c.ahead(t) {
		switch day := DateOf(w.from); {
		case today.IsZero():
			today, clock = day, clockOf(w.from)
		case day != today:
			today = day
			n--
		}
		if n == 0 {
			return c.into(today, clock)
		}
	}
	return time.Time{}
}

// into returns the instant of clock on a day, moved into that day's opening hours.
func (c *Calendar) into(d Date, clock time.Duration) time.Time {
	var last time.Time
	at := d.at(clock, c.zone())
	for _, w := range c.on(d, c.hours(d)) {
		if at.Before(w.from) {
			return w.from
		}
		if !at.After(w.to) {
			return at
		}
		last = w.to
	}
	return last
}

// ahead yields the windows from t on, the first one cut at t. It ends when two years bring none.
func (c *Calendar) ahead(t time.Time) iter.Seq[window] {
	return func(yield func(window) bool) {
		from := c.local(t)
		for found := true; found; {
			found = false
			until := from.AddDate(2, 0, 0)
			for w := range c.windows(from, until) {
				found = true
				if !yield(w) {
					return
				}
			}
			from = until
		}
	}
}

// windows yields the windows between a and b in order, the first and the last cut to fit.
func (c *Calendar) windows(a, b time.Time) iter.Seq[window] {
	return func(yield func(window) bool) {
		a, b := c.local(a), c.local(b)
		for y := a.Year(); y <= b.Year(); y++ {
			all := c.year(y).windows
			first := sort.Search(len(all), func(i int) bool { return all[i].to.After(a) })
			for _, w := range all[first:] {
				if !w.from.Before(b) {
					return
				}
				if !yield(w.cut(a, b)) {
					return
				}
			}
		}
	}
}

func (w window) cut(a, b time.Time) window {
	if w.from.Before(a) {
		w.from = a
	}
	if w.to.After(b) {
		w.to = b
	}
	return w
}

func (w window) touches(a, b time.Time) bool { return w.from.Before(b) && w.to.After(a) }

// year works out a year of the calendar, or remembers it.
func (c *Calendar) year(y int) *calendarYear {
	if known, ok := c.years.Load(y); ok {
		return known.(*calendarYear)
	}
	year := &calendarYear{closed: c.closedIn(y)}
	for d := (Date{y, time.January, 1}); d.Year == y; d = d.Next() {
		year.windows = append(year.windows, c.on(d, c.hoursUnless(d, year.closed))...)
	}
	// Other years come from broken input only, and shall not fill the memory.
	if 2000 <= y && y < 2100 {
		c.years.Store(y, year)
	}
	return year
}

// closedIn returns the days of a year that do not count. The reason of a day off goes before the
// name of a holiday in it, so that the Christmas holidays are one stretch and not three.
func (c *Calendar) closedIn(y int) map[Date]string {
	closed := holidays(c.Holidays, y)
	newYear, newYearsEve := Date{y, time.January, 1}, Date{y, time.December, 31}
	for _, off := range c.Off {
		d := off.First
		if d.Before(newYear) {
			d = newYear
		}
		for ; !off.Last.Before(d) && !newYearsEve.Before(d); d = d.Next() {
			closed[d] = off.Reason
		}
	}
	return closed
}

func (c *Calendar) hours(d Date) []Interval { return c.hoursUnless(d, c.year(d.Year).closed) }

func (c *Calendar) hoursUnless(d Date, closed map[Date]string) []Interval {
	if s := c.special(d); s != nil {
		return s.Hours
	}
	if _, off := closed[d]; off {
		return nil
	}
	return c.Week[d.Weekday()]
}

func (c *Calendar) special(d Date) *SpecialDay {
	for i := range c.Special {
		if c.Special[i].Date == d {
			return &c.Special[i]
		}
	}
	return nil
}

// on returns the windows of hours on a day, in order and without overlap.
func (c *Calendar) on(d Date, hours []Interval) []window {
	zone := c.zone()
	windows := make([]window, 0, len(hours))
	var end time.Duration
	for _, iv := range sorted(hours) {
		from, to := max(iv.From, end), min(iv.To, midnight)
		if from >= to {
			continue
		}
		end = to
		// An interval inside the hour that the clocks leave out has no length.
		if w := (window{d.at(from, zone), d.at(to, zone)}); w.from.Before(w.to) {
			windows = append(windows, w)
		}
	}
	return windows
}

func (c *Calendar) zone() *time.Location {
	if c.Zone == nil {
		return time.UTC
	}
	return c.Zone
}

// local returns t on the clock of the calendar, without a monotonic reading (In drops it), because
// business time is a matter of the wall clock alone.
func (c *Calendar) local(t time.Time) time.Time { return t.In(c.zone()) }
