package slack_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"ersthelfer/bot/slack/slacktest"
)

// TestSockets is how connections are kept: two, paced, and whatever Slack does
// to them.
func TestSockets(t *testing.T) {
	t.Parallel()
	s := slacktest.New(t)
	anna := person(s, "anna")
	x := start(t, s, ways[0], options(s))
	wait(t, s, "two connections", func() bool { return s.Sockets() == 2 })
	for i, reason := range []string{"warning", "refresh_requested", "link_disabled"} {
		s.Disconnect(reason)
		x.heardAs(t, s.Say(anna.ID, fmt.Sprint("während ", reason)))
		wait(t, s, "the connection again", func() bool { return s.Sockets() == 2 })
		if n := len(s.Calls("apps.connections.open")); n != 3+i {
			t.Errorf("%d connections were opened, want %d", n, 3+i)
		}
	}
	s.Fail("apps.connections.open", slacktest.Fault{Status: 503}, slacktest.Fault{Error: "internal_error"}, slacktest.Fault{Status: 429, After: 1})
	began := time.Now()
	s.CutOne()
	wait(t, s, "the connection again", func() bool { return s.Sockets() == 2 })
	if n := len(s.Calls("apps.connections.open")); n > 9 || time.Since(began) < time.Second {
		t.Errorf("%d connections were opened, the last after %v: that is no pacing", n, time.Since(began))
	}
	x.heardAs(t, s.Say(anna.ID, "danach"))
}

// TestTooManySockets is an app that has all its connections elsewhere: the bot
// tries again now and then, not again and again, and hears once there is room.
func TestTooManySockets(t *testing.T) {
	t.Parallel()
	s := slacktest.New(t)
	anna := person(s, "anna")
	release := s.Occupy(10)
	x := &started{Platform: newPlatform(t, options(s)), hearing: newHearing()}
	x.stop = run(t, func(ctx context.Context) error { return x.Run(ctx, x.handle) })
	began := time.Now()
	const tries = 8
	wait(t, s, "some tries", func() bool { return len(s.Calls("apps.connections.open")) >= tries })
	// Both connections wait 50 to 100 ms, then twice as long each time.
	if took := time.Since(began); took < 300*time.Millisecond {
		t.Errorf("%d tries within %v: that is no pacing", tries, took)
	}
	release()
	wait(t, s, "two connections", func() bool { return s.Sockets() == 2 })
	x.heardAs(t, s.Say(anna.ID, "jetzt"))
}
