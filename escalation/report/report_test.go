package report_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"ersthelfer/escalation/escalationtest"
	"ersthelfer/escalation/report"

	"github.com/google/go-cmp/cmp"
)

func TestOutcome(t *testing.T) {
	const (
		asked   = "gs-nord anna: Mo 08:00 asked; "
		offered = asked + "Mo 08:00 offered beamer; "
		lapsed  = offered + "Di 08:00 lapsed"
	)
	again := func(when, who, article string) string {
		return fmt.Sprintf("gs-nord %s: %s asked; %s offered %s", who, when, when, article)
	}
	tests := []struct {
		name    string
		scripts []string
		want    string // of the first
	}{
		{"said to help", []string{offered + "Mo 08:05 helped"}, "confirmed"},
		{"said to help, then over", []string{offered + "Mo 08:05 helped; Di 08:05 lapsed"}, "confirmed"},
		{"helped at the second go", []string{offered + "Mo 08:05 not_helped; Mo 08:06 offered hdmi; Mo 08:09 helped"}, "confirmed"},
		{"no word after an article", []string{lapsed}, "not contradicted"},
		{"no word after a choice was made", []string{asked + "Mo 08:00 offered beamer,hdmi; Mo 08:01 chose hdmi; Di 08:01 lapsed"}, "not contradicted"},
		{"no choice made", []string{asked + "Mo 08:00 offered beamer,hdmi; Di 08:00 lapsed"}, "abandoned"},
		{"none of these", []string{asked + "Mo 08:00 offered beamer,hdmi; Mo 08:01 chose; Di 08:01 lapsed"}, "abandoned"},
		{"did not help, no word", []string{offered + "Mo 08:05 not_helped; Di 08:05 lapsed"}, "abandoned"},
		{"more words, then silence", []string{offered + "Mo 08:05 added; Di 08:05 lapsed"}, "abandoned"},
		{"asked for a ticket, then silence", []string{offered + "Mo 08:05 prompted; Di 08:05 lapsed"}, "abandoned"},
		{"without an answer", []string{asked + "Di 08:00 lapsed"}, "abandoned"},
		{"withdrawn", []string{offered + "Mo 08:05 cancelled"}, "cancelled"},
		{"not over yet", []string{offered + "Mo 08:05 added"}, "open"},
		{"people act", []string{offered + "Mo 08:05 opened P3 → contact"}, "opened"},
		{"people acted and it was withdrawn", []string{offered + "Mo 08:05 opened P3 → contact; Mo 09:00 cancelled"}, "opened"},
		{"helped, then people act", []string{offered + "Mo 08:05 helped; Mo 08:20 opened P3 → contact"}, "opened"},
		{"helped and taken back", []string{offered + "Mo 08:05 helped; Mo 08:20 not_helped; Di 08:20 lapsed"}, "came back"},
		{"helped, taken back, another article", []string{offered + "Mo 08:05 helped; Mo 08:20 not_helped; Mo 08:21 offered hdmi; Di 08:21 lapsed"}, "not contradicted"},

		{"asked again", []string{lapsed, again("Mi 08:00", "anna", "beamer")}, "came back"},
		{"asked again after it was said to help", []string{offered + "Mo 08:05 helped", again("Mi 08:00", "anna", "beamer")}, "came back"},
		{"asked again after two weeks", []string{lapsed, again("Mo3 08:00", "anna", "beamer")}, "came back"},
		{"asked again too late", []string{lapsed, again("Mo3 08:01", "anna", "beamer")}, "not contradicted"},
		{"asked before", []string{lapsed, again("2026-03-06 08:00", "anna", "beamer")}, "not contradicted"},
		{"asked something else", []string{lapsed, again("Mi 08:00", "anna", "hdmi")}, "not contradicted"},
		{"somebody else asked", []string{lapsed, again("Mi 08:00", "tom", "beamer")}, "not contradicted"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := report.New(escalationtest.Model(), when(t, "Mo 00:00"), when(t, "Di 00:00"), alone(t, "Fr3 08:00"))
			for _, s := range tt.scripts {
				r.Add(ticket(t, s))
			}
			if got := outcomes(r.Result().Total.Outcomes); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

// outcomes names the outcomes that there are.
func outcomes(o report.Outcomes) string {
	var out []string
	for _, x := range []struct {
		name  string
		count int
	}{
		{"confirmed", o.Confirmed},
		{"not contradicted", o.NotContradicted},
		{"came back", o.CameBack},
		{"opened", o.Opened},
		{"abandoned", o.Abandoned},
		{"cancelled", o.Cancelled},
		{"open", o.Open},
	} {
		if x.count == 1 {
			out = append(out, x.name)
		} else if x.count > 1 {
			out = append(out, fmt.Sprintf("%d %s", x.count, x.name))
		}
	}
	return strings.Join(out, ", ")
}

func TestPeriod(t *testing.T) {
	tests := []struct {
		from, to string
		want     int
	}{
		{"Mo 08:00", "Di 08:00", 1},
		{"Mo 08:01", "Di 08:00", 0},
		{"Mo 08:00", "Di 08:01", 2},
		{"", "Di 08:00", 1},
		{"Mo 08:01", "", 1},
		{"", "", 2},
	}
	for _, tt := range tests {
		r := report.New(escalationtest.Model(), when(t, tt.from), when(t, tt.to), alone(t, "Fr 08:00"))
		r.Add(ticket(t, "gs-nord anna: Mo 08:00 asked"))
		r.Add(ticket(t, "gym-sued bernd: Di 08:00 asked"))
		r.Add(ticket(t, "gs-nord nobody: Mo 09:00 asked; Mo 09:00 opened P3 → supervisor"))
		if got := r.Result().Total.Questions; got != tt.want {
			t.Errorf("from %q to %q: %d questions, want %d", tt.from, tt.to, got, tt.want)
		}
	}
}

func TestBreakdowns(t *testing.T) {
	res := draw(
		t, alone(t, "Fr 08:00"),
		"gs-nord anna: Mo 08:00 asked; Mo 08:01 opened P2 praesentation → contact; Mo 10:00 taken; Mo 11:00 solved; Mo 11:05 rated 5",
		"gs-nord tom: Mo 08:00 asked; Mo 08:01 opened P2 netzwerk → contact; Mo 09:00 solved; Mo 10:00 reopened; Mo 11:00 solved",
		"grund-west clara: Mo 08:00 asked; Mo 08:01 opened P1 kapelle → contact",
		"gym-sued bernd: Mo 08:00 asked; Mo 08:01 offered beamer; Mo 08:02 helped; Mo 08:03 rated 4",
		"closed-school anna: Mo 08:00 asked",
	)
	var got []string
	for _, groups := range [][]report.Group{res.Models, res.Schools, res.Rooms} {
		for _, g := range groups {
			got = append(got, fmt.Sprintf("%s|%s: %d, %s", g.ID, g.Title, g.Questions, outcomes(g.Outcomes)))
		}
	}
	want := []string{
		"direct|direct: 1, confirmed",
		"mixed|mixed: 1, opened",
		"multi-stage|multi-stage: 2, 2 opened",
		"|: 1, open",
		"gs-nord|Gesamtschule Nord: 2, 2 opened",
		"grund-west|Grundschule West: 1, opened",
		"gym-sued|Gymnasium Süd: 1, confirmed",
		"|: 1, open",
		"praesentation|Beamer, Tafel, Ton: 1, opened",
		"netzwerk|WLAN und Netz: 1, opened",
		"|: 1, opened",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("breakdowns (-want +got):\n%s", d)
	}
	if want := (report.Share{Count: 1, Of: 2}); res.Total.Reopened != want {
		t.Errorf("reopened %+v, want %+v", res.Total.Reopened, want)
	}
	if want := (report.Ratings{Count: 2, Mean: 4.5}); res.Total.Ratings != want {
		t.Errorf("ratings %+v, want %+v", res.Total.Ratings, want)
	}
	if want := []report.Priority{{"P1", 1}, {"P2", 2}, {"P3", 0}, {"P4", 0}}; !cmp.Equal(res.Priorities, want) {
		t.Errorf("priorities %v, want %v", res.Priorities, want)
	}
}

func TestSteps(t *testing.T) {
	const asked = "gs-nord anna: Mo 08:00 asked; Mo 08:00 opened P3 praesentation → contact"
	res := draw(
		t, alone(t, "Fr 08:00"),
		asked,
		asked+"; Mo 09:00 solved",
		asked+"; Mo 09:00 handed_on → provider",
		asked+"; Mo 09:00 handed_on → provider; Mo 10:00 handed_on → contact; Mo 11:00 handed_on → provider",
		asked+"; Mo 09:00 handed_on → provider; Mo 10:00 handed_on → supervisor",
		asked+"; Mo 09:00 handed_on → caretaker", // aside: no way of the school has that step
		"gym-sued bernd: Mo 08:00 asked; Mo 08:00 opened P3 praesentation → provider",
	)
	var got []string
	for _, s := range res.Steps {
		got = append(got, fmt.Sprintf("%d %s: %d of %d", s.Step, s.Title, s.HandedOn.Count, s.HandedOn.Of))
	}
	want := []string{
		"1 Hausmeister: 0 of 1",
		"1 Schulkontakt: 3 of 6",
		"1 Dienstleister: 0 of 1",
		"2 Dienstleister: 1 of 3",
		"3 : 0 of 1",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("steps (-want +got):\n%s", d)
	}
}

func TestAges(t *testing.T) {
	tests := []struct{ opened, now, want string }{
		{"Mo 09:00", "Mo 15:00", "0 to 1"},
		{"Mo 09:00", "Di 07:00", "0 to 1"},
		{"Mo 09:00", "Mi 09:00", "2 to 3"},
		{"Fr 09:00", "Mo2 09:00", "0 to 1"},
		{"Sa 09:00", "Mo2 09:00", "0 to 1"},  // the clock first runs on Monday
		{"Sa 09:00", "Mi2 09:00", "2 to 3"},  // Tuesday, Wednesday
		{"Mo 09:00", "Do2 09:00", "4 to 10"}, // 4 days, then 4
		{"Mo 09:00", "Di3 09:00", "11 to 0"},
		{"2026-10-16 09:00", "2026-11-02 09:00", "0 to 1"}, // autumn holidays
	}
	for _, tt := range tests {
		res := draw(t, alone(t, tt.now),
			fmt.Sprintf("gs-nord anna: %s asked; %s opened P3 → contact", tt.opened, tt.opened),
			"gs-nord tom: Mo 08:00 asked; Mo 08:00 opened P3 → contact; Mo 08:10 solved")
		var got []string
		for _, a := range res.Ages {
			if a.Count > 0 {
				got = append(got, fmt.Sprintf("%d to %d", a.Least, a.Most))
			}
		}
		if strings.Join(got, ", ") != tt.want {
			t.Errorf("opened %s, now %s: unsolved since %v business days, want %s", tt.opened, tt.now, got, tt.want)
		}
	}
}

func TestArticles(t *testing.T) {
	const offered = "gs-nord anna: Mo 08:00 asked; Mo 08:00 offered beamer; "
	res := draw(
		t, alone(t, "Fr 08:00"),
		offered+"Mo 08:01 not_helped; Mo 08:02 offered hdmi; Mo 08:03 helped",
		"gs-nord tom: Mo 08:00 asked; Mo 08:00 offered beamer,ton; Mo 08:01 chose beamer; Mo 08:02 not_helped; Mo 08:03 opened P3 → contact",
		"gs-nord mara: Mo 08:00 asked; Mo 08:00 offered ton; Mo 08:01 helped; Mo 08:09 opened P3 → contact",
		"gs-nord mara: Mo 08:00 asked; Mo 08:00 offered wlan; Mo 08:01 helped",
		"gs-nord mara: Mo 09:00 asked; Mo 09:00 offered wlan; Mo 09:01 opened P3 → contact",
	)
	want := []report.Article{
		{ID: "beamer", Shown: 2, NotHelped: 2},
		{ID: "ton", Shown: 1, CameBack: 1},
		{ID: "wlan", Shown: 2, Helped: 1, CameBack: 1},
	}
	if d := cmp.Diff(want, res.Articles); d != "" {
		t.Errorf("articles (-want +got):\n%s", d)
	}
}

func TestNothing(t *testing.T) {
	res := draw(t, report.Options{})
	if res.Total != (report.Figures{}) || len(res.Models)+len(res.Schools)+len(res.Rooms)+len(res.Steps)+len(res.Articles) != 0 {
		t.Errorf("figures of no tickets: %+v", res)
	}
	if res.MinGroup != 5 || res.Language != "de" {
		t.Errorf("got at least %d in %q, want 5 in de", res.MinGroup, res.Language)
	}
}

func TestResultCanBeDrawnTwice(t *testing.T) {
	r := report.New(escalationtest.Model(), time.Time{}, time.Time{}, alone(t, "Fr 08:00"))
	for range 2 {
		r.Add(ticket(t, "gs-nord anna: Mo 08:00 asked; Mo 08:00 offered beamer; Mo 08:01 helped"))
	}
	r.Add(ticket(t, "gs-nord anna: Di 08:00 asked; Di 08:00 offered beamer"))
	if d := cmp.Diff(r.Result(), r.Result()); d != "" {
		t.Errorf("second result differs (-first +second):\n%s", d)
	}
}
