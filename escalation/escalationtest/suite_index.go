package escalationtest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"ersthelfer/escalation"
)

// The part of the suite that is about finding tickets.

func testKeysDisappear(t *testing.T, s escalation.Store) {
	id := create(t, s, asked(0, "m1"), opened(1, "kontakt")).ID
	change(t, s, id, func(x *escalation.Ticket) {
		x.Next = minute(30)
		x.Notices = []escalation.Notice{{Key: "1/1/mara", Event: 1, After: minute(1)}}
	})
	gone := []escalation.Query{
		{Index: escalation.BySchool, Value: "gs-nord"},
		{Index: escalation.ByParty, Value: "kontakt"},
		{Index: escalation.ByDue},
		{Index: escalation.ByUnsent},
		{Index: escalation.ByThread, Value: "console:anna:", To: minute(2)},
	}
	for _, q := range gone {
		wantFound(t, s, q, "1")
	}
	change(t, s, id, func(x *escalation.Ticket) {
		x.Events = append(x.Events, escalation.Event{At: minute(2), By: "mara", Kind: escalation.Solved})
		x.Next = time.Time{}
		x.Notices[0].Sent = minute(2)
	})
	for _, q := range gone {
		wantFound(t, s, q, "")
	}
	wantFound(t, s, escalation.Query{Index: escalation.ByThread, Value: "console:anna:", From: minute(2)}, "1")
	wantFound(t, s, escalation.Query{Index: escalation.ByRequester, Value: "anna"}, "1")
	wantFound(t, s, escalation.Query{Index: escalation.ByMessage, Value: "m1"}, "1")
}

// testIndexes walks through all indexes in both directions, with tickets that
// are stored in another order than that of their times.
func testIndexes(t *testing.T, s escalation.Store) {
	for i, n := range []int{20, 10, 30, 10} {
		id := create(t, s, asked(n, fmt.Sprint("m", i+1)), opened(n+1, "kontakt")).ID
		change(t, s, id, func(x *escalation.Ticket) {
			x.Next = minute(n + 2)
			x.Notices = []escalation.Notice{
				{Key: "late", Event: 1, After: minute(n + 90)},
				{Key: "early", Event: 1, After: minute(n + 3)},
				{Key: "sent", Event: 1, After: minute(n - 60), Sent: minute(n), Ref: "console:post"},
			}
		})
	}
	const ascending, descending = "2 4 1 3", "3 1 4 2"
	for _, q := range []escalation.Query{
		{Index: escalation.ByThread, Value: "console:anna:"},
		{Index: escalation.ByRequester, Value: "anna"},
		{Index: escalation.BySchool, Value: "gs-nord"},
		{Index: escalation.ByParty, Value: "kontakt"},
		{Index: escalation.ByDue},
		{Index: escalation.ByUnsent},
		{Index: escalation.ByPost, Value: "console:post"},
		{Index: escalation.ByAsked},
	} {
		wantFound(t, s, q, ascending)
		q.Newest = true
		wantFound(t, s, q, descending)
		q.Value = "nobody"
		wantFound(t, s, q, "")
	}
	for i := range 4 {
		wantFound(t, s, escalation.Query{Index: escalation.ByMessage, Value: fmt.Sprint("m", i+1)}, fmt.Sprint(i+1))
	}
}

// testValues checks that no value finds the tickets of another one, however
// they begin.
func testValues(t *testing.T, s escalation.Store) {
	byRequester := map[escalation.Person]string{
		"a": "1 8", "ab": "2", "a\x00": "3", "a\x00\x7f\x00\x00\x00": "4", "a\x01": "5", "ä": "6", "A": "7",
		"b": "", "a\x00\x7f": "", "": "",
	}
	for n, who := range []escalation.Person{"a", "ab", "a\x00", "a\x00\x7f\x00\x00\x00", "a\x01", "ä", "A", "a"} {
		id := create(t, s, asked(n, "")).ID
		change(t, s, id, func(x *escalation.Ticket) { x.Requester = who })
	}
	for who, want := range byRequester {
		q := escalation.Query{Index: escalation.ByRequester, Value: string(who)}
		wantFound(t, s, q, want)
		q.From, q.To = minute(-1), minute(60)
		wantFound(t, s, q, want)
		if want == "1 8" {
			want = "8 1"
		}
		q.Newest = true
		wantFound(t, s, q, want)
	}
}

// testRange checks bounds of time, also where a number of nanoseconds since
// 1970 would be negative or overflow.
func testRange(t *testing.T, s escalation.Store) {
	times := []time.Time{
		{}, // a ticket without a time is found too
		time.Date(1583, time.January, 1, 0, 0, 0, 0, time.UTC),
		time.Date(1969, time.December, 31, 23, 59, 59, 1, time.UTC),
		time.Unix(0, 0),
		minute(0),
		minute(0).Add(1),
		minute(1).In(time.FixedZone("", -7*3600)),
		time.Date(2400, time.January, 1, 0, 0, 0, 0, time.UTC),
	}
	for _, at := range times {
		create(t, s, escalation.Event{At: at, Kind: escalation.Asked})
	}
	tests := []struct {
		from, to time.Time
		want     string
	}{
		{time.Time{}, time.Time{}, "1 2 3 4 5 6 7 8"},
		{times[1], times[2], "2"},
		{times[2], times[4], "3 4"},
		{times[4], times[5], "5"},
		{times[4], times[6], "5 6"},
		{times[4].Add(1), time.Time{}, "6 7 8"},
		{times[6], times[6], ""},
		{times[7], times[6], ""},
		{time.Time{}, times[3], "1 2 3"},
		{times[7].Add(1), time.Time{}, ""},
	}
	for _, test := range tests {
		q := escalation.Query{Index: escalation.ByAsked, From: test.from, To: test.to}
		wantFound(t, s, q, test.want)
		q.Newest = true
		backwards := strings.Fields(test.want)
		slices.Reverse(backwards)
		wantFound(t, s, q, strings.Join(backwards, " "))
	}
}

func testLimit(t *testing.T, s escalation.Store) {
	const n = escalation.DefaultLimit + 5
	for i := range n {
		create(t, s, asked(i, ""))
	}
	for limit, want := range map[int]int{0: escalation.DefaultLimit, 1: 1, 7: 7, n: n, n + 1: n} {
		got, err := s.Find(t.Context(), escalation.Query{Index: escalation.ByAsked, Limit: limit})
		if err != nil || len(got) != want {
			t.Errorf("limit %d: %d tickets, %v; want %d", limit, len(got), err, want)
		}
	}
	wantFound(t, s, escalation.Query{Index: escalation.ByAsked, Limit: 3}, "1 2 3")
	wantFound(t, s, escalation.Query{Index: escalation.ByAsked, Limit: 3, Newest: true}, "105 104 103")
	wantFound(t, s, escalation.Query{Index: escalation.ByAsked, Limit: 2, From: minute(50)}, "51 52")
}
