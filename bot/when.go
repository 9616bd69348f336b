package bot

import (
	"fmt"
	"strings"
	"time"

	"ersthelfer/escalation"
)

// when says a time as people do, seen from now and where they are: "heute, 10:40 Uhr".
func (v voice) when(at, now time.Time) string {
	if at.IsZero() {
		return ""
	}
	if v.zone != nil {
		at = at.In(v.zone)
	}
	now = now.In(at.Location())
	args := []string{"day", v.day(at.Weekday()), "date", fmt.Sprintf("%d.%d.", at.Day(), at.Month()), "time", at.Format("15:04")}
	switch escalation.DateOf(at) {
	case escalation.DateOf(now):
		return v.word("time.today", args...)
	case escalation.DateOf(now).Next():
		return v.word("time.tomorrow", args...)
	}
	return v.word("time.day", args...)
}

func (v voice) day(d time.Weekday) string { return v.word(fmt.Sprintf("day.%d", int(d))) }

// span says a business time: "2 Std. 30 Min.".
func (v voice) span(d time.Duration) string {
	h, m := int(d/time.Hour), int(d%time.Hour/time.Minute)
	switch {
	case h == 0:
		return v.word("span.minutes", "n", fmt.Sprint(m))
	case m == 0:
		return v.word("span.hours", "n", fmt.Sprint(h))
	}
	return v.word("span.hoursminutes", "h", fmt.Sprint(h), "m", fmt.Sprint(m))
}

// why explains a due time in one sentence: what counted, and what did not.
func (v voice) why(c *escalation.Calendar, from, due time.Time) string {
	if c == nil || due.IsZero() {
		return ""
	}
	e := c.Explain(from, due)
	var hours, days []string
	for _, w := range e.Week {
		day := v.day(w.First)
		if w.Last != w.First {
			day += "–" + v.day(w.Last)
		}
		var parts []string
		for _, h := range w.Hours {
			parts = append(parts, v.word("time.hours", "day", day, "from", clock(h.From), "to", clock(h.To)))
			day = ""
		}
		hours = append(hours, strings.TrimSpace(strings.Join(parts, ",")))
	}
	for _, s := range e.Skipped {
		day := fmt.Sprintf("%d.%d.", s.First.Day, s.First.Month)
		if s.Last != s.First {
			day += fmt.Sprintf("–%d.%d.", s.Last.Day, s.Last.Month)
		}
		days = append(days, day+" ("+s.Reason+")")
	}
	skipped := ""
	if len(days) > 0 {
		skipped = v.word("promise.skipped", "days", v.list(days))
	}
	return v.word("promise.why", "span", v.span(e.Business), "hours", strings.Join(hours, ", "), "skipped", skipped)
}

// clock writes a time of day: "08:00".
func clock(d time.Duration) string {
	return fmt.Sprintf("%02d:%02d", int(d/time.Hour), int(d%time.Hour/time.Minute))
}

// list joins words: "a, b und c".
func (v voice) list(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	n := len(words) - 1
	return strings.Join(words[:n], ", ") + v.word("list.and") + words[n]
}
