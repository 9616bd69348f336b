package report_test

import (
	"fmt"
	"strings"
	"testing"

	"ersthelfer/escalation/report"
)

// TestTimes holds what the two clocks show of single tickets. Hours are Mo-Do
// 8-16, Fr 8-14; the contact has school holidays, the provider has not.
func TestTimes(t *testing.T) {
	const (
		opened  = "gs-nord anna: Mo 08:00 asked; Mo 08:10 opened P2 praesentation → contact by Mo 10:10, Di 08:10; "
		evening = "gs-nord anna: Fr 13:30 asked; Fr 13:30 opened P2 praesentation → contact by Mo2 09:30, Mo2 15:30; "
	)
	tests := []struct{ name, script, now, want string }{
		{
			"taken and solved in time", opened + "Mo 09:10 taken; Mo 11:10 solved", "Fr 08:00",
			"response 1:00 wall 1:00 kept, resolution 3:00 wall 3:00 kept",
		},
		{
			"solved at once ends both", opened + "Mo 09:10 solved", "Fr 08:00",
			"response 1:00 wall 1:00 kept, resolution 1:00 wall 1:00 kept",
		},
		{
			"to the minute is in time", opened + "Mo 10:10 taken; Di 08:10 solved", "Fr 08:00",
			"response 2:00 wall 2:00 kept, resolution 8:00 wall 24:00 kept",
		},
		{
			"a minute late", opened + "Mo 10:11 taken; Di 08:11 solved", "Fr 08:00",
			"response 2:01 wall 2:01 broken, resolution 8:01 wall 24:01 broken",
		},
		{
			"over the weekend", evening + "Mo2 08:30 taken; Mo2 10:30 solved", "Fr2 08:00",
			"response 1:00 wall 67:00 kept, resolution 3:00 wall 69:00 kept",
		},
		{
			"a note is no response", opened + "Mo 08:20 noted; Mo 09:10 taken", "Mo 12:00",
			"response 1:00 wall 1:00 kept, resolution open",
		},
		{
			"nobody reacts, not due yet", opened + "Mo 08:20 noted", "Mo 10:10",
			"response open, resolution open",
		},
		{
			"nobody reacts", opened + "Mo 08:20 noted", "Di 09:00",
			"response open broken, resolution open broken",
		},
		{
			"withdrawn before it was due", opened + "Mo 09:00 cancelled", "Fr 08:00",
			"response open, resolution open",
		},
		{
			"withdrawn when it was late", opened + "Mo 11:00 cancelled", "Fr 08:00",
			"response open broken, resolution open",
		},
		{
			"breach recorded at the very minute", opened + "Mo 10:10 breached response; Mo 10:10 taken", "Mo 12:00",
			"response 2:00 wall 2:00 broken, resolution open",
		},
		{
			"waiting for the requester does not count",
			opened + "Mo 09:10 paused; Di 10:10 resumed by Mo 10:10, Mi 09:10; Di 12:10 solved", "Fr 08:00",
			"response 1:00 wall 1:00 kept, resolution 3:00 wall 28:00 kept",
		},
		{
			"solved while waiting, after the old due time",
			opened + "Mo 09:10 paused; Do 10:10 solved", "Fr 08:00",
			"response 1:00 wall 1:00 kept, resolution 1:00 wall 74:00 kept",
		},
		{
			"reopened and not solved again",
			opened + "Mo 09:10 solved; Di 09:00 reopened by Mo 10:10, Mi 08:00", "Di 10:00",
			"response 1:00 wall 1:00 kept, resolution open",
		},
		{
			"reopened and solved again",
			opened + "Mo 09:10 solved; Di 09:00 reopened by Mo 10:10, Mi 08:00; Di 10:00 solved; Di 10:05 confirmed", "Fr 08:00",
			"response 1:00 wall 1:00 kept, resolution 2:00 wall 25:50 kept",
		},
		{
			"handed on in time, with a new promise",
			opened + "Mo 09:10 handed_on → provider by Mo 11:10, Di 08:10; Mo 11:00 taken", "Mo 12:00",
			"response 2:50 wall 2:50 kept, resolution open",
		},
		{
			"handed on too late: the new promise does not mend the old one",
			opened + "Mo 10:11 handed_on → provider by Mo 12:10, Di 08:10; Mo 11:00 taken", "Mo 12:00",
			"response 2:50 wall 2:50 broken, resolution open",
		},
		{
			"late after the first response, when handed on",
			opened + "Mo 09:10 taken; Mo 10:00 handed_on → provider by Mo 12:00, Di 08:10; Mo 12:00 breached response; Mo 13:00 solved", "Fr 08:00",
			"response 1:00 wall 1:00 kept, resolution 4:50 wall 4:50 kept",
		},
		{
			"opened and taken in the same minute", "gs-nord anna: Mo 08:00 asked; Mo 08:10 opened P2 → contact by Mo 10:10, Di 08:10; Mo 08:10 taken", "Mo 12:00",
			"response 0:00 wall 0:00 kept, resolution open",
		},
		{
			"nothing promised", "gs-nord anna: Mo 08:00 asked; Mo 08:10 opened P2 → contact; Mo 09:10 taken; Mo 10:10 solved", "Fr 08:00",
			"response 1:00 wall 1:00, resolution 2:00 wall 2:00",
		},
		{
			"school holidays stand still for the contact",
			"gs-nord anna: 2026-10-16 13:00 asked; 2026-10-16 13:00 opened P3 → contact; 2026-11-02 09:00 taken", "2026-11-02 10:00",
			"response 2:00 wall 405:00, resolution open",
		},
		{
			"and run for the provider from when it holds the ticket",
			"gs-nord anna: 2026-10-16 13:00 asked; 2026-10-16 13:00 opened P3 praesentation → contact; " +
				"2026-10-20 08:00 handed_on → provider; 2026-10-20 11:00 taken", "2026-11-02 10:00",
			"response 4:00 wall 94:00, resolution open",
		},
		{
			"a party that is gone leaves no times, but its promise",
			"gone-school anna: Mo 08:00 asked; Mo 08:10 opened P2 → gone by Mo 10:10, Di 08:10; Mo 09:10 solved", "Fr 08:00",
			"response open kept, resolution open kept, 1 unmeasured",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := clocks(draw(t, alone(t, tt.now), tt.script)); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

// clocks says what the clocks of the only ticket of a result show.
func clocks(r report.Result) string {
	show := func(name string, x report.Times, s report.Share) string {
		if x.Count == 0 {
			name += " open"
		} else {
			name += fmt.Sprintf(" %d:%02d wall %d:%02d", x.Median/60, x.Median%60, x.Wall/60, x.Wall%60)
		}
		if s.Of > 0 {
			name += map[int]string{0: " broken", 1: " kept"}[s.Count]
		}
		return name
	}
	all := []string{
		show("response", r.Total.Response, r.Total.ResponseKept),
		show("resolution", r.Total.Resolution, r.Total.ResolutionKept),
	}
	if r.Unmeasured > 0 {
		all = append(all, fmt.Sprintf("%d unmeasured", r.Unmeasured))
	}
	return strings.Join(all, ", ")
}

// TestPercentiles holds the nearest-rank definition: of tickets that were taken
// after so many minutes, the median and the 90th percentile.
func TestPercentiles(t *testing.T) {
	tests := []struct {
		minutes     []int
		median, p90 report.Minutes
	}{
		{[]int{7}, 7, 7},
		{[]int{20, 10}, 10, 20},
		{[]int{30, 10, 20}, 20, 30},
		{[]int{40, 10, 30, 20}, 20, 40},
		{[]int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 5, 9},
		{[]int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, 6, 10},
		{[]int{5, 5, 5, 50}, 5, 50},
	}
	for _, tt := range tests {
		var scripts []string
		for _, m := range tt.minutes {
			scripts = append(scripts, fmt.Sprintf("gs-nord anna: Mo 08:00 asked; Mo 08:00 opened P3 → contact; Mo 08:%02d taken", m))
		}
		got := draw(t, alone(t, "Fr 08:00"), scripts...).Total.Response
		if got.Median != tt.median || got.P90 != tt.p90 {
			t.Errorf("%v: median %d, 90th %d; want %d, %d", tt.minutes, got.Median, got.P90, tt.median, tt.p90)
		}
	}
}
