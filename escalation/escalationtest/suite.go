package escalationtest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"ersthelfer/escalation"
)

// TestStore checks that a store keeps what [escalation.Store] promises. Each
// call of open returns a store of its own, without tickets.
func TestStore(t *testing.T, open func(t *testing.T) escalation.Store) {
	tests := []struct {
		name string
		test func(t *testing.T, s escalation.Store)
	}{
		{"Create", testCreate},
		{"Numbering", testNumbering},
		{"Change", testChange},
		{"Rollback", testRollback},
		{"Panic", testPanic},
		{"Impossible", testImpossible},
		{"NotFound", testNotFound},
		{"Message", testMessage},
		{"KeysDisappear", testKeysDisappear},
		{"Indexes", testIndexes},
		{"Values", testValues},
		{"Range", testRange},
		{"Limit", testLimit},
		{"NoAliasing", testNoAliasing},
		{"ParallelOne", testParallelOne},
		{"ParallelMany", testParallelMany},
		{"Cancelled", testCancelled},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { test.test(t, open(t)) })
	}
}

// noon is when the tickets of the suite are asked: ticket n at n minutes past.
var noon = time.Date(2026, time.March, 9, 12, 0, 0, 0, time.UTC)

func minute(n int) time.Time { return noon.Add(time.Duration(n) * time.Minute) }

func asked(n int, message string) escalation.Event {
	return escalation.Event{At: minute(n), By: "anna", Kind: escalation.Asked, Text: "kein bild", Message: message}
}

func opened(n int, party string) escalation.Event {
	return escalation.Event{
		At: minute(n), By: "anna", Kind: escalation.Opened, Priority: escalation.P2,
		To: &escalation.Holder{Role: "contact", Party: party},
	}
}

// create stores a new ticket with the events.
func create(t *testing.T, s escalation.Store, events ...escalation.Event) *escalation.Ticket {
	t.Helper()
	return change(t, s, 0, func(x *escalation.Ticket) {
		x.School, x.Requester, x.Events = "gs-nord", "anna", events
		x.Thread = escalation.Address{Platform: "console", Channel: "anna"}
	})
}

func change(t *testing.T, s escalation.Store, id escalation.ID, fn func(*escalation.Ticket)) *escalation.Ticket {
	t.Helper()
	x, err := s.Change(t.Context(), id, func(x *escalation.Ticket) error { fn(x); return nil })
	if err != nil {
		t.Fatalf("change ticket %d: %v", id, err)
	}
	return x
}

// found returns the numbers of the tickets that match: "1 2 3".
func found(t *testing.T, s escalation.Store, q escalation.Query) string {
	t.Helper()
	tickets, err := s.Find(t.Context(), q)
	if err != nil {
		t.Fatalf("find %+v: %v", q, err)
	}
	ids := make([]string, len(tickets))
	for i, x := range tickets {
		ids[i] = fmt.Sprint(x.ID)
	}
	return strings.Join(ids, " ")
}

func wantFound(t *testing.T, s escalation.Store, q escalation.Query, want string) {
	t.Helper()
	if got := found(t, s, q); got != want {
		t.Errorf("find %s %q from %v to %v newest %t limit %d: tickets %q, want %q",
			q.Index, q.Value, q.From, q.To, q.Newest, q.Limit, got, want)
	}
}

// same reports whether both are stored alike and show the same state.
func same(t *testing.T, a, b *escalation.Ticket) bool {
	t.Helper()
	stored := func(x *escalation.Ticket) string {
		data, err := escalation.Encode(x)
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	return a.Status == b.Status && stored(a) == stored(b)
}

func testCreate(t *testing.T, s escalation.Store) {
	x := create(t, s, asked(0, "m1"), opened(5, "kontakt"))
	wantFound(t, s, escalation.Query{Index: escalation.ByWaiting}, "")
	if x.ID != 1 || x.Status != escalation.StatusNew || !x.Opened.Equal(minute(5)) {
		t.Errorf("created ticket %d in status %q, opened %v; want 1, new, %v", x.ID, x.Status, x.Opened, minute(5))
	}
	again, err := s.Ticket(t.Context(), x.ID)
	if err != nil {
		t.Fatal(err)
	}
	if !same(t, x, again) {
		t.Errorf("read %+v, want %+v", again, x)
	}
}

func testNumbering(t *testing.T, s escalation.Store) {
	for want := escalation.ID(1); want <= 3; want++ {
		x := change(t, s, 0, func(x *escalation.Ticket) {
			if x.ID != want {
				t.Errorf("number before the change is %d, want %d", x.ID, want)
			}
			x.Events = []escalation.Event{asked(0, "")}
			x.ID = 99 // not the caller's to choose
		})
		if x.ID != want {
			t.Errorf("number is %d, want %d", x.ID, want)
		}
	}
	_, err := s.Change(t.Context(), 0, func(*escalation.Ticket) error { return errors.New("no") })
	if err == nil {
		t.Error("creating with an error succeeded")
	}
	if x := create(t, s, asked(0, "")); x.ID != 4 {
		t.Errorf("number after a failed creation is %d, want 4: numbers have no gaps", x.ID)
	}
}

func testChange(t *testing.T, s escalation.Store) {
	id := create(t, s, asked(0, "m1")).ID
	wantFound(t, s, escalation.Query{Index: escalation.ByWaiting, From: minute(0), To: minute(1)}, "1")
	x := change(t, s, id, func(x *escalation.Ticket) {
		if x.Status != escalation.StatusAsked || x.Requester != "anna" {
			t.Errorf("to be changed: status %q of %q, want the stored ticket with its state", x.Status, x.Requester)
		}
		x.Events = append(x.Events, opened(5, "kontakt"))
		x.Next = minute(60)
		x.Notices = []escalation.Notice{{Key: "1/1/mara", Event: 1, To: escalation.Recipient{Person: "mara"}}}
	})
	again, err := s.Ticket(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if !same(t, x, again) || again.Status != escalation.StatusNew || len(again.Notices) != 1 || !again.Next.Equal(minute(60)) {
		t.Errorf("read %+v, want %+v", again, x)
	}
}

func testRollback(t *testing.T, s escalation.Store) {
	before := create(t, s, asked(0, "m1"))
	no := errors.New("no")
	_, err := s.Change(t.Context(), before.ID, func(x *escalation.Ticket) error {
		x.Events = append(x.Events, opened(5, "kontakt"))
		return no
	})
	if !errors.Is(err, no) {
		t.Errorf("error is %v, want the function's", err)
	}
	after, err := s.Ticket(t.Context(), before.ID)
	if err != nil {
		t.Fatal(err)
	}
	if !same(t, before, after) {
		t.Errorf("after an error the ticket is %+v, want %+v", after, before)
	}
	wantFound(t, s, escalation.Query{Index: escalation.ByParty, Value: "kontakt"}, "")
	wantFound(t, s, escalation.Query{Index: escalation.ByMessage, Value: "m1"}, "1")
}

func testPanic(t *testing.T, s escalation.Store) {
	before := create(t, s, asked(0, "m1"))
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic of a change is swallowed")
			}
		}()
		_, _ = s.Change(t.Context(), before.ID, func(x *escalation.Ticket) error {
			x.School = "other"
			panic("no")
		})
	}()
	if after := change(t, s, before.ID, func(*escalation.Ticket) {}); !same(t, before, after) {
		t.Errorf("after a panic the ticket is %+v, want %+v", after, before)
	}
}

// testImpossible checks that nothing is stored that could not be read again.
func testImpossible(t *testing.T, s escalation.Store) {
	before := create(t, s, asked(0, "m1"))
	_, err := s.Change(t.Context(), before.ID, func(x *escalation.Ticket) error {
		x.Events = append(x.Events, asked(1, "m2"))
		return nil
	})
	var te *escalation.TransitionError
	if !errors.As(err, &te) {
		t.Errorf("storing events that cannot follow each other: %v, want a TransitionError", err)
	}
	after, err := s.Ticket(t.Context(), before.ID)
	if err != nil || !same(t, before, after) {
		t.Errorf("afterwards the ticket is %+v, %v; want %+v", after, err, before)
	}
}

func testNotFound(t *testing.T, s escalation.Store) {
	create(t, s, asked(0, ""))
	for _, id := range []escalation.ID{-1, 0, 2, 1 << 62} {
		if x, err := s.Ticket(t.Context(), id); !errors.Is(err, escalation.ErrNotFound) {
			t.Errorf("ticket %d: %v, %v; want ErrNotFound", id, x, err)
		}
		if id == 0 {
			continue
		}
		_, err := s.Change(t.Context(), id, func(*escalation.Ticket) error {
			t.Errorf("change of ticket %d calls the function", id)
			return nil
		})
		if !errors.Is(err, escalation.ErrNotFound) {
			t.Errorf("change of ticket %d: %v, want ErrNotFound", id, err)
		}
	}
	wantFound(t, s, escalation.Query{Index: escalation.ByMessage, Value: "nothing"}, "")
}

func testMessage(t *testing.T, s escalation.Store) {
	create(t, s, asked(0, "m1"))
	create(t, s, asked(1, ""))
	create(t, s, asked(2, "")) // no message is not a message that two could share
	seen := func(id escalation.ID, fn func(x *escalation.Ticket)) {
		t.Helper()
		_, err := s.Change(t.Context(), id, func(x *escalation.Ticket) error { fn(x); return nil })
		var se *escalation.SeenError
		if !errors.As(err, &se) || se.ID != 1 {
			t.Errorf("a message of ticket 1 again: %v, want a SeenError that names 1", err)
		}
	}
	seen(0, func(x *escalation.Ticket) { x.Events = []escalation.Event{asked(3, "m1")} })
	seen(2, func(x *escalation.Ticket) {
		x.Events = append(x.Events, escalation.Event{At: minute(3), Kind: escalation.Added, Message: "m1"})
	})
	wantFound(t, s, escalation.Query{Index: escalation.ByMessage, Value: "m1"}, "1")
	wantFound(t, s, escalation.Query{Index: escalation.ByAsked}, "1 2 3")

	// The ticket's own message is no obstacle to its next change.
	change(t, s, 1, func(x *escalation.Ticket) {
		x.Events = append(x.Events, escalation.Event{At: minute(3), Kind: escalation.Added, Message: "m2"})
	})
	wantFound(t, s, escalation.Query{Index: escalation.ByMessage, Value: "m1"}, "1")
	wantFound(t, s, escalation.Query{Index: escalation.ByMessage, Value: "m2"}, "1")
	if x := create(t, s, asked(4, "m3")); x.ID != 4 {
		t.Errorf("number after a refused message is %d, want 4", x.ID)
	}
}

// testNoAliasing checks that nobody can change a stored ticket by holding on to
// one that was read or changed.
func testNoAliasing(t *testing.T, s escalation.Store) {
	var held *escalation.Ticket
	id := create(t, s, asked(0, "m1"), opened(1, "kontakt")).ID
	returned := change(t, s, id, func(x *escalation.Ticket) {
		held = x
		x.Notices = []escalation.Notice{{Key: "1/1/mara", Event: 1}}
	})
	read, err := s.Ticket(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	listed, err := s.Find(t.Context(), escalation.Query{Index: escalation.ByAsked})
	if err != nil || len(listed) != 1 {
		t.Fatalf("found %d tickets, %v; want 1", len(listed), err)
	}
	want, err := escalation.Encode(read)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []*escalation.Ticket{held, returned, listed[0]} {
		x.School, x.Events[0].Text, x.Events[1].To.Party, x.Notices[0].Key = "x", "x", "x", "x"
	}
	for _, x := range []*escalation.Ticket{read, change(t, s, id, func(*escalation.Ticket) {})} {
		if got, err := escalation.Encode(x); err != nil || string(got) != string(want) {
			t.Errorf("after changing what others hold: %s, %v; want %s", got, err, want)
		}
	}
}

// testParallelOne checks that changes of one ticket run one after the other.
func testParallelOne(t *testing.T, s escalation.Store) {
	id := create(t, s, asked(0, "")).ID
	const n = 50
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			_, err := s.Change(t.Context(), id, func(x *escalation.Ticket) error {
				text := fmt.Sprint(len(x.Events), " ", i)
				x.Events = append(x.Events, escalation.Event{At: minute(1), Kind: escalation.Added, Text: text})
				return nil
			})
			if err != nil {
				t.Errorf("change %d: %v", i, err)
			}
		})
	}
	wg.Wait()
	x, err := s.Ticket(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if len(x.Events) != n+1 {
		t.Fatalf("%d events, want %d", len(x.Events), n+1)
	}
	for i, e := range x.Events[1:] {
		if !strings.HasPrefix(e.Text, fmt.Sprint(i+1, " ")) {
			t.Errorf("event %d saw another ticket: %q", i+1, e.Text)
		}
	}
}

// testParallelMany checks that tickets which are created and changed at once
// get numbers of their own and their own events.
func testParallelMany(t *testing.T, s escalation.Store) {
	const n = 50
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			message := fmt.Sprint("m", i)
			x, err := s.Change(t.Context(), 0, func(x *escalation.Ticket) error {
				x.Events = []escalation.Event{asked(i, message)}
				return nil
			})
			if err != nil {
				t.Errorf("create %d: %v", i, err)
				return
			}
			_, err = s.Change(t.Context(), x.ID, func(x *escalation.Ticket) error {
				x.Events = append(x.Events, escalation.Event{At: minute(i), Kind: escalation.Added, Text: message})
				return nil
			})
			if err != nil {
				t.Errorf("change %d: %v", i, err)
			}
		})
	}
	wg.Wait()
	all, err := s.Find(t.Context(), escalation.Query{Index: escalation.ByAsked, Limit: n + 1})
	if err != nil || len(all) != n {
		t.Fatalf("%d tickets, %v; want %d", len(all), err, n)
	}
	for i, x := range all {
		if want := fmt.Sprint("m", i); len(x.Events) != 2 || x.Events[0].Message != want || x.Events[1].Text != want {
			t.Errorf("ticket %d has events %+v, want two of %s", x.ID, x.Events, want)
		}
	}
}

func testCancelled(t *testing.T, s escalation.Store) {
	id := create(t, s, asked(0, "")).ID
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := s.Change(ctx, id, func(*escalation.Ticket) error {
		t.Error("change with a cancelled context calls the function")
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("change with a cancelled context: %v", err)
	}
	if _, err := s.Ticket(ctx, id); !errors.Is(err, context.Canceled) {
		t.Errorf("ticket with a cancelled context: %v", err)
	}
	if _, err := s.Find(ctx, escalation.Query{Index: escalation.ByAsked}); !errors.Is(err, context.Canceled) {
		t.Errorf("find with a cancelled context: %v", err)
	}
}
