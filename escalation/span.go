package escalation

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A Span is a target as people write it: "4h", "30m" or "2 workdays".
// How the two parts count is said at [Calendar.Due].
type Span struct {
	Workdays int           // full service windows
	Time     time.Duration // business time, after the workdays
}

// The longest span that ParseSpan accepts: a longer one is a slip, and costs time to work out.
const (
	maxWorkdays = 1000
	maxSpanTime = 10000 * time.Hour
)

// ParseSpan reads "30m", "4h", "1h30m", "1 workday", "3 workdays" or "1 workday 2h",
// in whole minutes and not negative.
func ParseSpan(s string) (Span, error) {
	fields := strings.Fields(s)
	var span Span
	if len(fields) > 1 && (fields[1] == "workday" || fields[1] == "workdays") {
		n, err := strconv.ParseUint(fields[0], 10, 31)
		if err != nil || n > maxWorkdays {
			return Span{}, fmt.Errorf("span %q: write 0 to %d workdays, such as 2 workdays", s, maxWorkdays)
		}
		span.Workdays = int(n)
		if fields = fields[2:]; len(fields) == 0 {
			return span, nil
		}
	}
	if len(fields) != 1 {
		return Span{}, fmt.Errorf("span %q: write 4h, 30m or 2 workdays", s)
	}
	d, err := time.ParseDuration(fields[0])
	if err != nil {
		return Span{}, fmt.Errorf("span %q: write 4h, 30m or 2 workdays", s)
	}
	if d < 0 || d > maxSpanTime || d%time.Minute != 0 {
		return Span{}, fmt.Errorf("span %q: write whole minutes, 0m to %s", s, Span{Time: maxSpanTime})
	}
	span.Time = d
	return span, nil
}

// String returns the span as ParseSpan reads it, in whole minutes; the zero Span is "0m".
func (s Span) String() string {
	var parts []string
	switch {
	case s.Workdays == 1:
		parts = append(parts, "1 workday")
	case s.Workdays != 0:
		parts = append(parts, strconv.Itoa(s.Workdays)+" workdays")
	}
	h, m := s.Time/time.Hour, s.Time%time.Hour/time.Minute
	switch {
	case h == 0 && m == 0 && s.Workdays != 0:
	case h == 0:
		parts = append(parts, fmt.Sprintf("%dm", m))
	case m == 0:
		parts = append(parts, fmt.Sprintf("%dh", h))
	default:
		parts = append(parts, fmt.Sprintf("%dh%dm", h, m))
	}
	return strings.Join(parts, " ")
}

// IsZero reports whether the span asks for nothing, as a target that is not set.
func (s Span) IsZero() bool { return s == Span{} }

// MarshalText writes the span as ParseSpan reads it.
func (s Span) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the span with ParseSpan.
func (s *Span) UnmarshalText(text []byte) (err error) {
	*s, err = ParseSpan(string(text))
	return err
}
