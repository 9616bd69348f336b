package web

import (
	"sync"
)

// maxStreams is how many windows may look at one conversation at a time.
const maxStreams = 16

// A room is what the server holds in memory of a conversation: who looks at it,
// and whether its messages are being given to the bot.
type room struct {
	channel  string
	changing sync.Mutex // held while the history changes

	mu      sync.Mutex
	streams map[chan struct{}]bool
	busy    bool // the messages that wait are being given to the bot
	more    bool // and others have come since
}

// room returns the room of a channel.
func (s *Server) room(channel string) *room {
	s.mu.Lock()
	defer s.mu.Unlock()
	rm := s.rooms[channel]
	if rm == nil {
		rm = &room{channel: channel, streams: map[chan struct{}]bool{}}
		s.rooms[channel] = rm
	}
	return rm
}

// look returns a channel that says when something may have changed, and a
// function to end that. Without room for another one it returns nil.
func (rm *room) look() (changed chan struct{}, leave func()) {
	rm.mu.Lock()
	defer rm.mu.Unlock()
	if len(rm.streams) >= maxStreams {
		return nil, nil
	}
	changed = make(chan struct{}, 1)
	rm.streams[changed] = true
	return changed, func() {
		rm.mu.Lock()
		defer rm.mu.Unlock()
		delete(rm.streams, changed)
	}
}

// wake tells everybody who looks. Whoever has not looked since the last time
// need not be told again, so that nothing piles up.
func (rm *room) wake() {
	rm.mu.Lock()
	defer rm.mu.Unlock()
	for changed := range rm.streams {
		select {
		case changed <- struct{}{}:
		default:
		}
	}
}

// wakeAll tells everybody in all rooms.
func (s *Server) wakeAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, rm := range s.rooms {
		rm.wake()
	}
}

// begin reports whether the caller is to give the room's messages to the bot;
// else somebody does, and will look again.
func (rm *room) begin() bool {
	rm.mu.Lock()
	defer rm.mu.Unlock()
	if rm.busy {
		rm.more = true
		return false
	}
	rm.busy = true
	return true
}

// end reports whether the caller may stop; else more has come.
func (rm *room) end() bool {
	rm.mu.Lock()
	defer rm.mu.Unlock()
	if rm.more {
		rm.more = false
		return false
	}
	rm.busy = false
	return true
}

// abandon stops whatever has come.
func (rm *room) abandon() {
	rm.mu.Lock()
	defer rm.mu.Unlock()
	rm.busy, rm.more = false, false
}
