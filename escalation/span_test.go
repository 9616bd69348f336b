package escalation_test

import (
	"testing"
	"time"

	. "ersthelfer/escalation"
)

func TestDue(t *testing.T) {
	tests := []struct{ calendar, start, span, want string }{
		{"office", "Mo 2026-03-09 10:30", "1 workday", "Di 2026-03-10 10:30"},
		{"office", "Di 2026-03-10 15:59", "1 workday", "Mi 2026-03-11 15:59"},
		{"office", "Mo 2026-03-09 10:00", "3 workdays", "Do 2026-03-12 10:00"},
		{"office", "Mo 2026-03-09 10:00", "5 workdays", "Mo 2026-03-16 10:00"},
		{"office", "Mo 2026-03-09 10:00", "10 workdays", "Mo 2026-03-23 10:00"},

		// Friday ends earlier than Thursday.
		{"office", "Do 2026-03-12 13:59", "1 workday", "Fr 2026-03-13 13:59"},
		{"office", "Do 2026-03-12 14:00", "1 workday", "Fr 2026-03-13 14:00"},
		{"office", "Do 2026-03-12 15:00", "1 workday", "Fr 2026-03-13 14:00"},
		{"office", "Do 2026-03-12 15:00", "2 workdays", "Mo 2026-03-16 15:00"},
		{"office", "Fr 2026-03-13 13:30", "1 workday", "Mo 2026-03-16 13:30"},

		// A start outside hours is a start at the next opening.
		{"office", "Mo 2026-03-09 07:00", "1 workday", "Di 2026-03-10 08:00"},
		{"office", "Mo 2026-03-09 16:00", "1 workday", "Mi 2026-03-11 08:00"},
		{"office", "Fr 2026-03-13 14:00", "1 workday", "Di 2026-03-17 08:00"},
		{"office", "Sa 2026-03-14 11:00", "1 workday", "Di 2026-03-17 08:00"},

		// Holidays and school holidays are no workdays.
		{"office", "Mi 2026-05-13 10:00", "1 workday", "Fr 2026-05-15 10:00"},
		{"office", "Do 2026-04-02 15:00", "1 workday", "Di 2026-04-07 15:00"},
		{"school", "Fr 2026-10-16 10:00", "1 workday", "Mo 2026-11-02 10:00"},
		{"school", "Mo 2026-12-21 10:00", "3 workdays", "Fr 2027-01-08 10:00"},
		{"eve", "Mi 2026-12-23 14:00", "1 workday", "Do 2026-12-24 12:00"},
		{"eve", "Mi 2026-12-23 14:00", "2 workdays", "Sa 2026-12-26 12:00"},

		// A break and a late opening on the due day.
		{"uneven", "Di 2026-03-10 12:00", "1 workday", "Mi 2026-03-11 12:00"},
		{"uneven", "Di 2026-03-10 12:30", "1 workday", "Mi 2026-03-11 13:00"},
		{"uneven", "Mi 2026-03-11 08:30", "1 workday", "Do 2026-03-12 10:00"},
		{"uneven", "Do 2026-03-12 11:00", "1 workday", "Mo 2026-03-16 11:00"},

		// Time, time after workdays, and nothing.
		{"office", "Mo 2026-03-09 15:00", "4h", "Di 2026-03-10 11:00"},
		{"office", "Do 2026-03-12 15:00", "1 workday 2h", "Mo 2026-03-16 10:00"},
		{"office", "Sa 2026-03-14 11:00", "0m", "Sa 2026-03-14 11:00"},

		// Clock changes: 02:30 is left out, or comes twice and counts the first time.
		{"always", "Sa 2027-03-27 02:30", "1 workday", "So 2027-03-28 03:00"},
		{"always", "So 2027-03-28 03:00", "1 workday", "Mo 2027-03-29 03:00"},
		{"always", "Sa 2026-10-24 02:30", "1 workday", "So 2026-10-25 02:30 CEST"},
		{"always", "So 2026-10-25 02:30 CEST", "1 workday", "Mo 2026-10-26 02:30"},
		{"always", "So 2026-10-25 02:30 CET", "1 workday", "Mo 2026-10-26 03:00"},
		{"daily", "Sa 2027-10-30 09:00", "2 workdays", "Mo 2027-11-01 09:00"},

		{"office", "Mo 2026-03-09 09:30 UTC", "1 workday", "Di 2026-03-10 10:30"},
	}
	cals := calendars(t)
	for _, tt := range tests {
		got := cals[tt.calendar].Due(wall(t, tt.start), span(t, tt.span))
		if !got.Equal(wall(t, tt.want)) {
			t.Errorf("%s: %q + %q is due %s, want %q", tt.calendar, tt.start, tt.span, show(got), tt.want)
		}
	}
}

func TestParseSpan(t *testing.T) {
	tests := []struct {
		text string
		want Span
		out  string
	}{
		{"4h", Span{Time: 4 * time.Hour}, "4h"},
		{"30m", Span{Time: 30 * time.Minute}, "30m"},
		{"90m", Span{Time: 90 * time.Minute}, "1h30m"},
		{"1.5h", Span{Time: 90 * time.Minute}, "1h30m"},
		{"0h", Span{}, "0m"},
		{"1 workday", Span{Workdays: 1}, "1 workday"},
		{"3 workdays", Span{Workdays: 3}, "3 workdays"},
		{" 10  workdays ", Span{Workdays: 10}, "10 workdays"},
		{"1 workday 2h", Span{Workdays: 1, Time: 2 * time.Hour}, "1 workday 2h"},
	}
	for _, tt := range tests {
		var got Span
		if err := got.UnmarshalText([]byte(tt.text)); err != nil || got != tt.want {
			t.Errorf("span %q is %+v, %v; want %+v", tt.text, got, err, tt.want)
		}
		if out, err := got.MarshalText(); err != nil || string(out) != tt.out {
			t.Errorf("span %q is written %q, %v; want %q", tt.text, out, err, tt.out)
		}
		if got.IsZero() != (tt.out == "0m") {
			t.Errorf("span %q: IsZero is %t", tt.text, got.IsZero())
		}
	}
}

func TestParseSpanRefuses(t *testing.T) {
	tests := []struct{ text, want string }{
		{"", `span "": write 4h, 30m or 2 workdays`},
		{"4", `span "4": write 4h, 30m or 2 workdays`},
		{"2 days", `span "2 days": write 4h, 30m or 2 workdays`},
		{"2 workdays 3 workdays", `span "2 workdays 3 workdays": write 4h, 30m or 2 workdays`},
		{"-1 workdays", `span "-1 workdays": write 0 to 1000 workdays, such as 2 workdays`},
		{"1001 workdays", `span "1001 workdays": write 0 to 1000 workdays, such as 2 workdays`},
		{"-4h", `span "-4h": write whole minutes, 0m to 10000h`},
		{"90s", `span "90s": write whole minutes, 0m to 10000h`},
		{"10001h", `span "10001h": write whole minutes, 0m to 10000h`},
	}
	for _, tt := range tests {
		if got, err := ParseSpan(tt.text); err == nil || err.Error() != tt.want {
			t.Errorf("span %q is %+v, %v; want error %s", tt.text, got, err, tt.want)
		}
	}
}
