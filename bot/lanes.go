package bot

import "sync"

// Lanes let what has one name be done one after the other, and things of
// different names at the same time: a person's messages, the posts of a channel.
// The zero value is ready.
type Lanes struct {
	mu   sync.Mutex
	busy map[string]*lane
}

type lane struct {
	mu      sync.Mutex
	waiting int
}

// Enter waits for the lane and returns the function that leaves it.
func (l *Lanes) Enter(name string) (leave func()) {
	l.mu.Lock()
	if l.busy == nil {
		l.busy = map[string]*lane{}
	}
	x := l.busy[name]
	if x == nil {
		x = new(lane)
		l.busy[name] = x
	}
	x.waiting++
	l.mu.Unlock()
	x.mu.Lock()
	return func() {
		x.mu.Unlock()
		l.mu.Lock()
		defer l.mu.Unlock()
		if x.waiting--; x.waiting == 0 {
			delete(l.busy, name)
		}
	}
}
