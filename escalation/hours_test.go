package escalation_test

import (
	"fmt"
	"strings"
	"testing"

	. "ersthelfer/escalation"
)

func TestParseIntervals(t *testing.T) {
	tests := []struct{ text, want string }{
		{"08:00-16:00", "08:00-16:00"},
		{"8:00 – 16:00", "08:00-16:00"},
		{"8-16", "08:00-16:00"},
		{"00:00-24:00", "00:00-24:00"},
		{"13:00-16:00, 08:00-12:00", "08:00-12:00 13:00-16:00"},
		{"08:00-12:00,12:00-16:00", "08:00-12:00 12:00-16:00"},
	}
	for _, tt := range tests {
		got, err := ParseIntervals(tt.text)
		if err != nil || join(got) != tt.want {
			t.Errorf("hours %q are %s, %v; want %s", tt.text, join(got), err, tt.want)
		}
		for _, iv := range got {
			var again Interval
			text, err := iv.MarshalText()
			if err == nil {
				err = again.UnmarshalText(text)
			}
			if err != nil || again != iv {
				t.Errorf("hours %s are written %q and read again %s, %v", iv, text, again, err)
			}
		}
	}
}

func TestParseIntervalsRefuses(t *testing.T) {
	tests := []struct{ text, want string }{
		{"", `hours "": no end; write hours such as 08:00-16:00`},
		{"08:00", `hours "08:00": no end; write hours such as 08:00-16:00`},
		{"16:00-08:00", `hours "16:00-08:00": end is not after begin; split at midnight if they go through the night`},
		{"08:00-08:00", `hours "08:00-08:00": end is not after begin; split at midnight if they go through the night`},
		{"08:00-24:01", `hours "08:00-24:01": "24:01" is not a time of day; write 00:00 to 24:00`},
		{"08:60-16:00", `hours "08:60-16:00": "08:60" is not a time of day; write 00:00 to 24:00`},
		{"8:0-16", `hours "8:0-16": "8:0" is not a time of day; write 00:00 to 24:00`},
		{"+8-16", `hours "+8-16": "+8" is not a time of day; write 00:00 to 24:00`},
		{"08:00-12:00, 11:00-16:00", `hours 08:00-12:00 and 11:00-16:00 overlap`},
		{"8-x, y-9", "hours \"8-x\": \"x\" is not a time of day; write 00:00 to 24:00\n" +
			"hours \"y-9\": \"y\" is not a time of day; write 00:00 to 24:00"},
	}
	for _, tt := range tests {
		if got, err := ParseIntervals(tt.text); err == nil || err.Error() != tt.want {
			t.Errorf("hours %q are %s, %v; want error %s", tt.text, join(got), err, tt.want)
		}
	}
}

func TestParseWeek(t *testing.T) {
	const usual = "Mo 08:00-16:00 Di 08:00-16:00 Mi 08:00-16:00 Do 08:00-16:00 Fr 08:00-14:00"
	tests := []struct{ text, want string }{
		{"Mo-Do 08:00-16:00, Fr 08:00-14:00", usual},
		{"Mo–Do 8–16, Fr 8–14", usual},
		{"Mon-Thu 08:00-16:00, Fri 08:00-14:00", usual},
		{"Montag-Donnerstag 8-16, Freitag: 8-14", usual},
		{"monday-thursday 8-16, FRIDAY 8-14", usual},
		{"Mo, Di, Mi-Do 8-16, Fr. 8-14", usual},
		{"Mo-Di 08:00-12:00, 13:00-16:00", "Mo 08:00-12:00 13:00-16:00 Di 08:00-12:00 13:00-16:00"},
		{"Sa-Mo 10-12", "Mo 10:00-12:00 Sa 10:00-12:00 So 10:00-12:00"},
		{"Mo 8-10, Mi 8-10", "Mo 08:00-10:00 Mi 08:00-10:00"},
	}
	for _, tt := range tests {
		week, err := ParseWeek(tt.text)
		if got := joinWeek(week); err != nil || got != tt.want {
			t.Errorf("week %q is\n%s, %v; want\n%s", tt.text, got, err, tt.want)
		}
	}
}

func TestParseWeekRefuses(t *testing.T) {
	tests := []struct{ text, want string }{
		{"", `week "": write days and hours, such as Mo-Fr 08:00-16:00`},
		{"08:00-16:00", `week "08:00-16:00": write days and hours, such as Mo-Fr 08:00-16:00`},
		{"Mo-Fr", `week "Mo-Fr": write days and hours, such as Mo-Fr 08:00-16:00`},
		{"Mo-Fr 8-16, Sa", `week "Sa": write days and hours, such as Mo-Fr 08:00-16:00`},
		{"Mo-Xy 8-16", `days "Mo-Xy": not a day; write Mo, Di, Mi, Do, Fr, Sa, So or a range such as Mo-Do`},
		{"Mo-Fr 8-16, Mi 8-12", `week: Wednesday is named twice; write all its hours in one place, such as Mo-Do 08:00-12:00, 13:00-16:00`},
		{"Mo-Fr 8-16, 15-18", `hours 08:00-16:00 and 15:00-18:00 overlap`},
		{"Xy 8-16, Mo 16-8", "days \"Xy\": not a day; write Mo, Di, Mi, Do, Fr, Sa, So or a range such as Mo-Do\n" +
			"hours \"16-8\": end is not after begin; split at midnight if they go through the night"},
	}
	for _, tt := range tests {
		week, err := ParseWeek(tt.text)
		if err == nil || err.Error() != tt.want {
			t.Errorf("week %q is %s, %v; want error\n%s", tt.text, joinWeek(week), err, tt.want)
		}
	}
}

func FuzzParseWeek(f *testing.F) {
	for _, s := range []string{"Mo-Do 08:00-16:00, Fr 08:00-14:00", "Sa-Mo 8–16, 17-24:00", "Mo", "8-16", ",,", "Mo-"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		week, err := ParseWeek(s)
		if err != nil {
			return
		}
		again, err := ParseWeek(weekText(week))
		if err != nil || joinWeek(again) != joinWeek(week) {
			t.Errorf("week %q is %s, but read again %s, %v", s, joinWeek(week), joinWeek(again), err)
		}
		if p := (&Calendar{Zone: place(t, "UTC"), Week: week}).Problems(); len(p) > 0 {
			t.Errorf("week %q was accepted, but %s", s, p)
		}
	})
}

func FuzzParseSpan(f *testing.F) {
	for _, s := range []string{"4h", "1h30m", "2 workdays", "1 workday 2h", "-1h", "1e9h"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		sp, err := ParseSpan(s)
		if err != nil {
			return
		}
		if again, err := ParseSpan(sp.String()); err != nil || again != sp {
			t.Errorf("span %q is %+v, but %q is %+v, %v", s, sp, sp, again, err)
		}
	})
}

func join(hours []Interval) string {
	return strings.Trim(fmt.Sprint(hours), "[]")
}

// joinWeek writes the open days of a week from Monday to Sunday.
func joinWeek(week [7][]Interval) string {
	var days []string
	for i := range 7 {
		if d := (i + 1) % 7; len(week[d]) > 0 {
			days = append(days, germanDays[d]+" "+join(week[d]))
		}
	}
	return strings.Join(days, " ")
}

// weekText writes a week as ParseWeek reads it.
func weekText(week [7][]Interval) string {
	var days []string
	for d, hours := range week {
		if len(hours) > 0 {
			days = append(days, germanDays[d]+" "+strings.ReplaceAll(join(hours), " ", ", "))
		}
	}
	return strings.Join(days, ", ")
}
