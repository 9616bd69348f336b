package escalation_test

import (
	"math/rand/v2"
	"testing"
	"time"

	. "ersthelfer/escalation"

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/de"
)

// FuzzCalendar holds the promises of the arithmetic against calendars of every shape: any hours,
// overlapping ones too, days off, special days, and zones that change their clocks at
// midnight, by half an hour or by a whole day.
func FuzzCalendar(f *testing.F) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 1))
		f.Add(seed, r.Int64(), r.Uint32(), r.Uint32(), r.Uint32())
	}
	f.Fuzz(func(t *testing.T, seed uint64, at int64, gap, d1, d2 uint32) {
		c := anyCalendar(t, seed)
		a := anyInstant(at)
		b := a.Add(time.Duration(gap%(400*86400)) * time.Second)
		e := time.Duration(d1%(500*3600)) * time.Second
		d := e + time.Duration(d2%(500*3600))*time.Second

		checkAdd(t, c, a, d)
		if x, y := c.Add(a, e), c.Add(a, d); y.Before(x) && !y.IsZero() {
			t.Errorf("Add(%s, %s) = %s is after Add of %s = %s", a, e, x, d, y)
		}
		if x, y := c.Add(a, d), c.Add(b, d); y.Before(x) && !y.IsZero() {
			t.Errorf("a later start is done earlier: %s + %s = %s, %s = %s", a, d, x, b, y)
		}
		if x := c.Add(a, e); !x.IsZero() && !c.Add(x, d-e).Equal(c.Add(a, d)) {
			t.Errorf("adding %s to %s in two steps differs from one", d, a)
		}
		middle := a.Add(time.Duration(d2%(400*86400)) * time.Second)
		if sum := c.Between(a, middle) + c.Between(middle, b); sum != c.Between(a, b) {
			t.Errorf("between %s, %s and %s are %s, in one %s", a, middle, b, sum, c.Between(a, b))
		}
		if c.Between(a, b) > b.Sub(a) || c.Between(a, b) < 0 {
			t.Errorf("between %s and %s are %s", a, b, c.Between(a, b))
		}
		if got := c.Explain(a, b).Business; got != c.Between(a, b) {
			t.Errorf("explained %s, but between %s and %s are %s", got, a, b, c.Between(a, b))
		}
		checkNext(t, c, a)
		checkDue(t, c, a, b, Span{Workdays: 1 + int(d1%30)})
	})
}

func checkAdd(t *testing.T, c *Calendar, a time.Time, d time.Duration) {
	end := c.Add(a, d)
	if end.IsZero() {
		return
	}
	if got := c.Between(a, end); got != d {
		t.Errorf("between %s and Add of %s = %s are %s", a, d, end, got)
	}
	if d > 0 && c.Between(a, end.Add(-1)) != d-1 {
		t.Errorf("Add(%s, %s) = %s is not the first such instant", a, d, end)
	}
	if got := c.Add(a.UTC(), d); !got.Equal(end) {
		t.Errorf("Add(%s, %s) = %s, but %s in UTC", a, d, end, got)
	}
}

func checkNext(t *testing.T, c *Calendar, a time.Time) {
	next := c.Next(a)
	switch {
	case next.IsZero():
		if c.Open(a) {
			t.Errorf("open at %s, but never again", a)
		}
	case c.Open(a) != next.Equal(a) || !c.Open(next) || next.Before(a) || c.Between(a, next) != 0:
		t.Errorf("open at %s is %t, but the next opening is %s", a, c.Open(a), next)
	}
}

func checkDue(t *testing.T, c *Calendar, a, b time.Time, s Span) {
	x, y := c.Due(a, s), c.Due(b, s)
	if y.Before(x) && !y.IsZero() {
		t.Errorf("a later start is due earlier: %s is due %s, %s is due %s", a, x, b, y)
	}
	if !x.IsZero() && (!c.Open(x) && !c.Open(x.Add(-1)) || x.Before(c.Next(a))) {
		t.Errorf("%s + %s is due %s, outside the hours or before the start", a, s, x)
	}
}

// anyInstant returns an instant from 2006 to 2037, often beside a clock change in spring or autumn.
func anyInstant(n int64) time.Time {
	n &= 1<<62 - 1
	start := time.Date(2006, 1, 1, 0, 0, 0, 0, time.UTC)
	if n%3 == 0 {
		sunday := time.Date(2006+int(n/3%32), []time.Month{3, 10}[n/96%2], 31, 0, 0, 0, 0, time.UTC)
		start = sunday.AddDate(0, 0, -int(sunday.Weekday()))
		return start.Add(time.Duration(n/192%(6*3600)) * time.Second)
	}
	return start.Add(time.Duration(n/3%(31*366*86400)) * time.Second)
}

func anyCalendar(t *testing.T, seed uint64) *Calendar {
	r := rand.New(rand.NewPCG(seed, 2))
	zones := []string{
		"Europe/Berlin", "Europe/Berlin", "Europe/Berlin", "UTC", "America/New_York",
		"America/Havana", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Cairo",
	}
	c := &Calendar{Zone: place(t, zones[r.IntN(len(zones))]), Holidays: []string{"", "NW", "BY"}[r.IntN(3)]}
	for d := range c.Week {
		if r.IntN(4) > 0 {
			c.Week[d] = anyHours(r)
		}
	}
	for range r.IntN(4) {
		first := DateOf(anyInstant(r.Int64()))
		c.Off = append(c.Off, DayOff{first, first.Add(r.IntN(60) - 2), "zu"})
	}
	for range r.IntN(4) {
		c.Special = append(c.Special, SpecialDay{DateOf(anyInstant(r.Int64())), anyHours(r), "anders"})
	}
	return c
}

func anyHours(r *rand.Rand) (hours []Interval) {
	for range r.IntN(4) {
		from := time.Duration(r.IntN(25*4)) * 15 * time.Minute
		hours = append(hours, Interval{from, from + time.Duration(r.IntN(40)-2)*15*time.Minute})
	}
	return hours
}

// TestAgainstLibrary compares with the business calendar of package cal where it follows the same
// rules: one interval, the same on all days, in local time.
func TestAgainstLibrary(t *testing.T) {
	c := calendar(t, &Calendar{Holidays: "NW"}, "Mo-Fr 08:00-16:00")
	oracle := cal.NewBusinessCalendar()
	oracle.SetWorkHours(8*time.Hour, 16*time.Hour)
	oracle.AddHoliday(de.HolidaysNW...)
	r := rand.New(rand.NewPCG(1, 1))
	for range 2000 {
		at := wall(t, "Do 2026-01-01 00:00").Add(time.Duration(r.IntN(3*365*24*60)) * time.Minute)
		d := time.Duration(1+r.IntN(100*60)) * time.Minute
		want := oracle.AddWorkHours(at, d)
		if got := c.Add(at, d); !got.Equal(want) {
			t.Errorf("%s + %s = %s, the library says %s", show(at), d, show(got), show(want))
		}
		if got, want := c.Between(at, want), oracle.WorkHoursInRange(at, want); got != want {
			t.Errorf("from %s business time is %s, the library says %s", show(at), got, want)
		}
	}
}

func BenchmarkAddYear(b *testing.B) {
	c, at := calendars(b)["school"], wall(b, "Do 2026-01-01 00:00")
	d := c.Between(at, at.AddDate(1, 0, 0))
	for b.Loop() {
		c.Add(at, d)
	}
}

func BenchmarkBetweenYear(b *testing.B) {
	c, at := calendars(b)["school"], wall(b, "Do 2026-01-01 00:00")
	until := at.AddDate(1, 0, 0)
	for b.Loop() {
		c.Between(at, until)
	}
}

func BenchmarkDueTomorrow(b *testing.B) {
	c, at := calendars(b)["school"], wall(b, "Mo 2026-11-09 10:00")
	for b.Loop() {
		c.Due(at, Span{Workdays: 1})
	}
}

// BenchmarkFirstUse is the cost of a calendar's first answer, when its years are worked out.
func BenchmarkFirstUse(b *testing.B) {
	week, off, at := calendars(b)["school"].Week, NRWSchoolHolidays(), wall(b, "Mo 2026-11-09 10:00")
	zone := at.Location()
	for b.Loop() {
		c := &Calendar{Zone: zone, Week: week, Holidays: "NW", Off: off}
		c.Due(at, Span{Workdays: 1})
	}
}
