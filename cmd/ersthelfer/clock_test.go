package main

import (
	"testing"
	"time"

	"ersthelfer/bot/bottest"
)

// TestDemoClockNeverGoesBack: not over the end of the program either, whenever
// it comes after the clock was last kept.
func TestDemoClockNeverGoesBack(t *testing.T) {
	store := new(bottest.Memory)
	morning := time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC)
	before := newDemoClock(morning, 60)
	before.Advance(time.Hour)
	if err := before.keep(t.Context(), store); err != nil {
		t.Fatal(err)
	}
	last := before.Now().Add(60 * keepEvery) // when it is kept again, at the latest
	after := newDemoClock(morning, 60)
	if err := after.restore(t.Context(), store); err != nil {
		t.Fatal(err)
	}
	if now := after.Now(); now.Before(last) || now.After(last.Add(5*time.Minute)) {
		t.Errorf("the clock begins again at %v; it may have shown %v", now, last)
	}
}
