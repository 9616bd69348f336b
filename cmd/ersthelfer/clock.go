package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"ersthelfer/bot"
)

// A demoClock is a clock that can be moved forward and run faster, for the
// demonstration. It never goes back, not over a restart either: where it stands
// is kept in the store. It is safe for concurrent use.
type demoClock struct {
	mu    sync.Mutex
	wall  time.Time // when shown was true
	shown time.Time
	speed float64
}

// clockKey is where the store keeps what the clock last showed.
const clockKey = "demo:clock"

// newDemoClock returns a clock that shows start now and runs speed times as fast
// as the wall's.
func newDemoClock(start time.Time, speed float64) *demoClock {
	return &demoClock{wall: time.Now(), shown: start, speed: speed}
}

// Now returns what the clock shows.
func (c *demoClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now()
}

func (c *demoClock) now() time.Time {
	return c.shown.Add(time.Duration(float64(time.Since(c.wall)) * c.speed))
}

// Advance moves the clock forward; a negative step does nothing.
func (c *demoClock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.shown, c.wall = c.now().Add(max(d, 0)), time.Now()
}

// restore moves the clock forward to where the store says that it stood.
func (c *demoClock) restore(ctx context.Context, s bot.Store) error {
	record, err := s.Read(ctx, bot.Marks, clockKey)
	if err != nil || record == nil {
		return err
	}
	at, err := time.Parse(time.RFC3339Nano, string(record))
	if err != nil {
		return fmt.Errorf("read the demonstration's clock: %w", err)
	}
	c.Advance(at.Sub(c.Now()))
	return nil
}

// keepEvery is how often (wall time) the store is told where the clock stands.
const keepEvery = time.Second

// keep stores a time that the clock will not have passed when it is kept again:
// whoever is killed before goes on from there, and not from before what happened.
func (c *demoClock) keep(ctx context.Context, s bot.Store) error {
	ahead := time.Duration(float64(3*keepEvery) * c.speed)
	return s.Change(ctx, bot.Marks, clockKey, func([]byte) ([]byte, error) {
		return []byte(c.Now().Add(ahead).Format(time.RFC3339Nano)), nil
	})
}
