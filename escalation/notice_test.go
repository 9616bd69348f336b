package escalation_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	. "ersthelfer/escalation"
	"ersthelfer/escalation/escalationtest"
)

// TestNotices says who is told of what, and in which part. The ticket is
// Anna's; Mara and Tom are on duty.
func TestNotices(t *testing.T) {
	const (
		fresh  = `Mo 2026-03-09 09:00 opened P2 praesentation`
		taken  = fresh + "\n" + `Mo 2026-03-09 09:10 mara taken`
		paused = taken + "\n" + `Mo 2026-03-09 09:20 mara paused`
		solved = taken + "\n" + `Mo 2026-03-09 09:20 mara solved`
		team   = "Mo 2026-03-09 09:00 opened P2 konten\nMo 2026-03-09 09:10 mara handed_on\nMo 2026-03-09 09:20 peer taken"
		paul   = fresh + "\n" + `Mo 2026-03-09 09:10 paul taken` // of another party, and works on it
	)
	tests := []struct {
		before string
		by     Person
		kind   Kind
		want   string
	}{
		{fresh, "anna", Added, "responsible mara tom"},
		{fresh, "anna", Detailed, "responsible mara tom"},
		{fresh, "anna", Cancelled, "requester anna | responsible mara tom"},
		{fresh, "mara", Taken, "requester anna"},
		{fresh, "mara", Noted, ""},
		{fresh, "mara", HandedOn, "requester anna | responsible paul petra"},
		{fresh, Nobody, Prompted, "requester anna"},
		{taken, "anna", Added, "responsible mara"},
		{taken, "anna", Cancelled, "requester anna | responsible mara"},
		{taken, "tom", Taken, "requester anna"},
		{taken, "mara", Replied, "requester anna"},
		{taken, "tom", Detailed, "responsible mara"},
		{taken, "mara", Detailed, ""}, // nobody is told of what he did himself
		{taken, "mara", Paused, "requester anna"},
		{taken, "mara", Solved, "requester anna"},
		{taken, "mara", Merged, "requester anna"},
		{taken, "tom", Noted, ""},
		{paused, "anna", Resumed, "responsible mara"},
		{paused, "mara", Resumed, ""},
		{solved, "anna", Confirmed, "responsible mara"},
		{solved, "anna", Reopened, "requester anna | responsible mara"},
		{solved, "anna", Rated, "requester anna"},
		{solved, "anna", Added, "responsible mara"},
		{team, "anna", Added, "responsible peer console:plattform"}, // whoever works on it, the thread has it all
		{team, "anna", Cancelled, "requester anna | responsible peer console:plattform"},
	}
	for _, test := range tests {
		s, _ := play(t, escalationtest.Model(), "gs-nord", test.before)
		x := s.do(test.by, Action{Kind: test.kind})
		if got := strings.TrimPrefix(told(x, len(x.Events)-1), " | "); got != test.want {
			t.Errorf("%s by %q after\n%s\ntells %q, want %q", test.kind, test.by, test.before, got, test.want)
		}
	}

	s, _ := play(t, escalationtest.Model(), "gs-nord", paul)
	s.run(wall(t, "Mo 2026-03-09 13:00"))
	if got := told(s.ticket(), len(s.ticket().Events)-1); got != " | responsible mara tom paul" {
		t.Errorf("a reminder tells%s, want also who works on the ticket", got)
	}
}

// TestConversationTellsOnlyTheRequester checks that before people have to act
// nobody hears of a question.
func TestConversationTellsOnlyTheRequester(t *testing.T) {
	s := newStage(t, escalationtest.Model())
	s.ask("gs-nord", "Mo 2026-03-09 09:00")
	s.do("anna",
		Action{Kind: Added}, Action{Kind: Offered, Articles: []string{"a", "b"}}, Action{Kind: Chose, Articles: []string{"a"}},
		Action{Kind: NotHelped}, Action{Kind: Prompted, Expect: "room"}, Action{Kind: Detailed, Field: "place"},
		Action{Kind: Cancelled})
	for _, n := range s.ticket().Notices {
		if n.To.As != Requester || n.To.Person != "anna" {
			t.Errorf("%s tells %+v", s.ticket().Events[n.Event].Kind, n.To)
		}
	}
	if n := len(s.ticket().Notices); n != 3 {
		t.Errorf("%d notices, want those of the offer, the question back and the end", n)
	}
}

// TestSuperseded says which unsent notices a later event makes untrue. Kept
// notices stand in the order in which they were recorded.
func TestSuperseded(t *testing.T) {
	const (
		fresh    = `Mo 2026-03-09 09:00 opened P2 praesentation`
		reminded = fresh + "\n" + `Mo 2026-03-09 10:40 -` // 50 and 80 percent
		breached = fresh + "\n" + `Mo 2026-03-09 11:00 -` // and handed on to regio-it
		late     = fresh + "\n" + `Mo 2026-03-09 09:10 mara taken
			Mo 2026-03-09 15:30 -` // resolution 50 and 80 percent
		overdue = fresh + "\n" + `Mo 2026-03-09 09:10 mara taken
			Di 2026-03-10 09:00 -`
		reopened = fresh + "\n" + `Mo 2026-03-09 09:10 mara solved
			Mo 2026-03-09 09:20 anna reopened`
	)
	tests := []struct {
		before string
		by     Person
		kind   Kind
		want   string // who must still be told of what came before
	}{
		{fresh, "mara", Noted, "opened anna mara tom"},
		{fresh, "anna", Added, "opened anna mara tom"},
		{fresh, "mara", Taken, "opened anna"},
		{fresh, "mara", Replied, "opened anna"},
		{fresh, "mara", Paused, "opened anna"},
		{fresh, "mara", HandedOn, "opened anna"},
		{fresh, "mara", Solved, "opened anna"},
		{fresh, "anna", Cancelled, "opened anna"},
		{fresh, "mara", Merged, "opened anna"},
		{reminded, "mara", Taken, "opened anna"},
		{reminded, "mara", Noted, "opened anna mara tom reminded mara tom dora"},
		{breached, "paul", Taken, "opened anna breached mara tom handed_on anna"},
		{breached, "paul", Solved, "opened anna handed_on anna"},
		{late, "mara", Replied, "opened anna taken anna reminded mara tom dora"},
		{late, "mara", Paused, "opened anna taken anna"},
		{late, "mara", HandedOn, "opened anna taken anna"},
		{overdue, "mara", HandedOn, "opened anna taken anna breached mara tom sven anna"},
		{overdue, "mara", Solved, "opened anna taken anna"},
		{reopened, "mara", Replied, "opened anna solved anna reopened anna mara"},
		{reopened, "mara", Solved, "opened anna solved anna reopened anna"},
	}
	for _, test := range tests {
		s, _ := play(t, escalationtest.Model(), "gs-nord", test.before)
		old := len(s.ticket().Events)
		x := s.do(test.by, Action{Kind: test.kind})
		var got []string
		last := -1
		for _, n := range x.Notices {
			if n.Event >= old || n.Dead != "" {
				continue
			}
			if n.Event != last {
				got = append(got, string(x.Events[n.Event].Kind))
				last = n.Event
			}
			got = append(got, string(n.To.Person))
		}
		if g := strings.Join(got, " "); g != test.want {
			t.Errorf("%s by %q after\n%s\nleaves %q, want %q", test.kind, test.by, test.before, g, test.want)
		}
	}
}

// TestSentIsNotSuperseded checks that what was posted stays posted.
func TestSentIsNotSuperseded(t *testing.T) {
	s, _ := play(t, escalationtest.Model(), "gs-nord", `Mo 2026-03-09 09:00 opened P2 praesentation`)
	for _, n := range s.ticket().Notices {
		if err := s.desk.Told(t.Context(), s.id, n.Key, "console:"+n.Key); err != nil {
			t.Fatal(err)
		}
	}
	x := s.do("mara", Action{Kind: Solved})
	for _, n := range x.Notices[:3] {
		if n.Dead != "" || n.Sent.IsZero() {
			t.Errorf("notice %s is %+v", n.Key, n)
		}
	}
}

// TestNoticeKeys checks that keys are stable and never name two notices.
func TestNoticeKeys(t *testing.T) {
	m := escalationtest.Model()
	m.Parties["traeger"].People = []Person{"sven", "paul"} // supervisor and on duty
	s, _ := play(t, m, "gs-nord", `
		Mo 2026-03-09 09:00 opened P2 praesentation
		Mo 2026-03-09 13:00 -
	`)
	var keys []string
	for _, n := range s.ticket().Notices {
		keys = append(keys, n.Key)
		want := fmt.Sprintf("1/%d/%s", n.Event, n.To.Person)
		if n.Key != want {
			t.Errorf("key %s, want %s", n.Key, want)
		}
	}
	slices.Sort(keys)
	if n := len(keys); len(slices.Compact(keys)) != n {
		t.Errorf("keys are not unique: %v", keys)
	}
}
