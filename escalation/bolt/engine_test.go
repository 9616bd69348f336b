package bolt_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"ersthelfer/escalation"
	"ersthelfer/escalation/escalationtest"
)

// An engine is the loop of the program in small: it ticks when the desk asks
// for it, posts what waits, and marks it.
type engine struct {
	desk   *escalation.Desk
	wake   chan struct{}
	down   func(now time.Time) bool // the platform does not take posts
	posted []string
}

// run works until ctx ends.
func (e *engine) run(ctx context.Context) error {
	for {
		next, err := e.desk.Tick(ctx, time.Now())
		if err == nil {
			err = e.deliver(ctx)
		}
		unsent, err2 := e.desk.NextUnsent(ctx)
		if err = errors.Join(err, err2); err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
		if next.IsZero() || !unsent.IsZero() && unsent.Before(next) {
			next = unsent
		}
		var timer <-chan time.Time
		if !next.IsZero() {
			timer = time.After(time.Until(next))
		}
		select {
		case <-timer:
		case <-e.wake:
		case <-ctx.Done():
			return nil
		}
	}
}

func (e *engine) deliver(ctx context.Context) error {
	now := time.Now()
	tickets, err := e.desk.Unsent(ctx, now, 100)
	if err != nil {
		return err
	}
	for _, x := range tickets {
		for _, n := range x.Waiting(now) {
			if e.down(now) {
				err = e.desk.Retry(ctx, x.ID, n.Key, now.Add(10*time.Minute))
			} else {
				e.posted = append(e.posted, fmt.Sprintf("%s %s%s: %s", clock(now), n.To.Person, n.To.Channel, what(x, n.Event)))
				err = e.desk.Told(ctx, x.ID, n.Key, "console:"+n.Key)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func what(x *escalation.Ticket, event int) string {
	e := x.Events[event]
	words := []string{fmt.Sprintf("%d %s", x.ID, e.Kind)}
	if e.Clock != "" && e.Kind != escalation.HandedOn {
		words = append(words, string(e.Clock), fmt.Sprint(e.Percent))
	}
	return strings.Join(words, " ")
}

func berlin() *time.Location {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		panic(err)
	}
	return zone
}

func clock(at time.Time) string { return at.In(berlin()).Format("Mon 15:04:05") }

// TestTwoDays lets 48 hours of escalation pass on a real database, with an end
// and a new start of the program in the night, and a platform that is away for
// an hour. Every post has its exact time.
func TestTwoDays(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		monday := time.Date(2026, time.March, 9, 9, 0, 0, 0, berlin())
		time.Sleep(time.Until(monday))
		outage := func(now time.Time) bool {
			return !now.Before(monday.Add(4*time.Hour-time.Minute)) && now.Before(monday.Add(5*time.Hour))
		}
		var posted []string

		// session runs the program on the file until the given time.
		session := func(until time.Time, act func(e *engine)) {
			f := mustFile(t, dir)
			desk := escalation.NewDesk(mustOpen(t, f, nil), escalationtest.Model(), time.Now)
			e := &engine{desk: desk, wake: make(chan struct{}, 1), down: outage}
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			go func() { ended <- e.run(ctx) }()
			act(e)
			time.Sleep(time.Until(until))
			synctest.Wait()
			cancel()
			if err := <-ended; err != nil {
				t.Fatal(err)
			}
			if err := f.Close(); err != nil {
				t.Fatal(err)
			}
			posted = append(posted, e.posted...)
		}
		do := func(e *engine, by escalation.Person, id escalation.ID, a ...escalation.Action) {
			t.Helper()
			if _, err := e.desk.Do(t.Context(), by, id, a...); err != nil {
				t.Fatal(err)
			}
			e.wake <- struct{}{}
		}
		ask := func(e *engine, school string, who escalation.Person, p escalation.Priority) {
			t.Helper()
			x, err := e.desk.Ask(t.Context(), escalation.Question{School: school, Requester: who, Text: "kein bild"})
			if err != nil {
				t.Fatal(err)
			}
			do(e, who, x.ID, escalation.Action{Kind: escalation.Opened, Priority: p, Room: "praesentation"})
		}

		session(monday.Add(10*time.Hour), func(e *engine) {
			ask(e, "gs-nord", "anna", escalation.P2)
			time.Sleep(90 * time.Minute)
			ask(e, "gym-sued", "bernd", escalation.P1)
			time.Sleep(10 * time.Minute)
			do(e, "petra", 2, escalation.Action{Kind: escalation.Taken})
		})
		time.Sleep(time.Hour) // nobody runs the program
		session(monday.Add(48*time.Hour), func(e *engine) {
			time.Sleep(time.Until(monday.Add(25 * time.Hour)))
			do(e, "paul", 1, escalation.Action{Kind: escalation.Solved, Text: "Adapter getauscht"})
			time.Sleep(time.Hour)
			do(e, "anna", 1, escalation.Action{Kind: escalation.Confirmed})
		})
		if diff := cmp.Diff(strings.Split(strings.TrimSpace(twoDays), "\n"), posted); diff != "" {
			t.Errorf("posts (-want +got):\n%s", diff)
		}
	})
}

// twoDays are the posts. Ticket 1 is Anna's, P2 (2h, 8h), and nobody reacts at
// the school; ticket 2 is Bernd's, P1 (1h, 4h), and Petra takes it. From 12:59
// to 14:00 on Monday the platform is away; what was due at 13:00 is posted then,
// what was due at 13:42 with the next attempt.
const twoDays = `
Mon 09:00:00 anna: 1 opened
Mon 09:00:00 mara: 1 opened
Mon 09:00:00 tom: 1 opened
Mon 10:00:00 mara: 1 reminded response 50
Mon 10:00:00 tom: 1 reminded response 50
Mon 10:30:00 bernd: 2 opened
Mon 10:30:00 paul: 2 opened
Mon 10:30:00 petra: 2 opened
Mon 10:36:00 mara: 1 reminded response 80
Mon 10:36:00 tom: 1 reminded response 80
Mon 10:36:00 dora: 1 reminded response 80
Mon 10:40:00 bernd: 2 taken
Mon 11:00:00 mara: 1 breached response 100
Mon 11:00:00 tom: 1 breached response 100
Mon 11:00:00 anna: 1 handed_on
Mon 11:00:00 paul: 1 handed_on
Mon 11:00:00 petra: 1 handed_on
Mon 12:00:00 paul: 1 reminded response 50
Mon 12:00:00 petra: 1 reminded response 50
Mon 12:30:00 paul: 2 reminded resolution 50
Mon 12:30:00 petra: 2 reminded resolution 50
Mon 12:36:00 paul: 1 reminded response 80
Mon 12:36:00 petra: 1 reminded response 80
Mon 12:36:00 pia: 1 reminded response 80
Mon 14:00:00 paul: 1 breached response 100
Mon 14:00:00 petra: 1 breached response 100
Mon 14:00:00 sven: 1 breached response 100
Mon 14:00:00 anna: 1 breached response 100
Mon 14:02:00 paul: 2 reminded resolution 80
Mon 14:02:00 petra: 2 reminded resolution 80
Mon 14:02:00 pia: 2 reminded resolution 80
Mon 14:30:00 paul: 2 breached resolution 100
Mon 14:30:00 petra: 2 breached resolution 100
Mon 14:30:00 sven: 2 breached resolution 100
Mon 14:30:00 bernd: 2 breached resolution 100
Mon 15:24:00 paul: 1 reminded resolution 80
Mon 15:24:00 petra: 1 reminded resolution 80
Mon 15:24:00 pia: 1 reminded resolution 80
Tue 09:00:00 paul: 1 breached resolution 100
Tue 09:00:00 petra: 1 breached resolution 100
Tue 09:00:00 sven: 1 breached resolution 100
Tue 09:00:00 anna: 1 breached resolution 100
Tue 10:00:00 anna: 1 solved
Tue 11:00:00 paul: 1 confirmed
`
