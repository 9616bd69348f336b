package llm

import (
	"sync"
	"time"
)

// The breaker's figures: after so many failures in a row nobody is asked for so long.
const (
	maxFailures = 5
	rest        = 30 * time.Second // wall time
)

// A breaker keeps an endpoint that fails from being asked for a while. After the rest one call tries; if it succeeds,
// all may ask again.
type breaker struct {
	mu       sync.Mutex
	failures int // in a row
	until    time.Time
}

// allow reports whether to ask now.
func (b *breaker) allow(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.failures < maxFailures {
		return true
	}
	if now.Before(b.until) {
		return false
	}
	b.until = now.Add(rest) // for the others, while this one tries
	return true
}

// done takes in how a call ended.
func (b *breaker) done(now time.Time, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if ok {
		b.failures = 0
		return
	}
	b.failures++
	b.until = now.Add(rest)
}
