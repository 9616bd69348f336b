package main

import (
	"log/slog"
	"sync"
	"time"
)

// How far the wall clock may go astray before it is doubted, and how long it is
// then doubted before it is believed: time for whoever sets clocks to put a slip
// right. (Summer time is no jump: it changes what people read, not the clock.)
const (
	astray  = 2 * time.Minute
	doubted = time.Minute
)

// A steadyClock follows the wall clock but does not jump with it. When the wall
// clock is suddenly elsewhere, as after a suspension or when a time server
// corrects it, the steady clock runs on as if nothing had been, and follows only
// when the wall clock still says so a minute later. A clock that shows another
// year for a moment so closes no ticket and sends no reminder; after a
// suspension what is due comes a minute late. It is safe for concurrent use.
type steadyClock struct {
	wall func() time.Time
	run  func() time.Duration // how long the program has run; never jumps
	log  *slog.Logger

	mu    sync.Mutex
	shown time.Time
	at    time.Duration // of run, when shown was true
	since time.Duration // of run, since when the wall clock is doubted
	odd   bool
}

// newSteadyClock returns a clock that begins with what the wall clock shows.
func newSteadyClock(wall func() time.Time, log *slog.Logger) *steadyClock {
	start := time.Now()
	c := &steadyClock{wall: wall, log: log, run: func() time.Duration { return time.Since(start) }}
	c.shown, c.at = wall().Round(0), c.run()
	return c
}

// Now returns what the clock shows.
func (c *steadyClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	wall, run := c.wall().Round(0), c.run()
	expected := c.shown.Add(run - c.at)
	gap := wall.Sub(expected)
	switch {
	case gap.Abs() <= astray:
		if c.odd {
			c.log.Info("the clock is back where it was", "gap", gap.Round(time.Second))
		}
		c.odd = false
		if wall.Before(c.shown) {
			wall = c.shown // small corrections never turn time back
		}
		expected = wall
	case !c.odd:
		c.odd, c.since = true, run
		c.log.Warn("the clock has jumped; going on without it", "gap", gap.Round(time.Second), "for", doubted)
	case run-c.since >= doubted:
		c.odd, expected = false, wall
		c.log.Warn("following the clock after its jump", "gap", gap.Round(time.Second))
	}
	c.shown, c.at = expected.In(wall.Location()), run
	return c.shown
}
