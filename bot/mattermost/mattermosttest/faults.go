package mattermosttest

import (
	"net/http"
	"strconv"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
)

// faults are what goes wrong next.
type faults struct {
	limited int // requests
	after   int // seconds
	broken  int // requests
	down    bool
	stale   bool // since= gives nothing
	early   int  // requests that came before they were allowed
	allowed time.Time
}

// faulty serves with what is to go wrong.
func (s *Server) faulty(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		f := &s.faults
		_, token, _ := cutAuth(r.Header.Get("Authorization"))
		bot := s.tokens[token] == s.cast.BotID
		down := f.down
		if bot && time.Now().Before(f.allowed) {
			f.early++
		}
		limited, broken := bot && f.limited > 0, bot && f.broken > 0
		switch {
		case down:
		case limited:
			f.limited--
			f.allowed = time.Now().Add(time.Duration(f.after) * time.Second)
			w.Header().Set("Retry-After", strconv.Itoa(f.after))
		case broken:
			f.broken--
		}
		s.mu.Unlock()
		switch {
		case down:
			hangUp(w)
		case limited:
			http.Error(w, "limit exceeded", http.StatusTooManyRequests)
		case broken:
			http.Error(w, `{"message":"no such backend"}`, http.StatusNotFound)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// hangUp ends a connection without an answer.
func hangUp(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err == nil {
		_ = conn.Close()
	}
}

// Limit answers the bot's next n requests with 429.
func (s *Server) Limit(n, seconds int) {
	s.change(func() { s.faults.limited, s.faults.after = n, seconds })
}

// Early returns how many of its requests came before they were allowed.
func (s *Server) Early() (n int) {
	s.change(func() { n = s.faults.early })
	return n
}

// Break answers the bot's next n requests with a proxy's error.
func (s *Server) Break(n int) { s.change(func() { s.faults.broken = n }) }

// Stale lets since= give nothing from now on.
func (s *Server) Stale() { s.change(func() { s.faults.stale = true }) }

// Cut ends all sockets. They may be resumed.
func (s *Server) Cut() {
	s.change(func() {
		for _, one := range s.sessions {
			if one.ws != nil {
				_ = one.ws.Close()
				one.ws, one.out = nil, nil
			}
		}
	})
}

// Mute lets nothing more through on the sockets that are open, as a network does that
// forgets a connection. The server does not notice, and new ones work.
func (s *Server) Mute() {
	s.change(func() {
		for _, one := range s.sessions {
			if one.ws != nil {
				close(one.mute)
				one.mute = make(chan struct{}) // so that it may be muted twice
			}
		}
	})
}

// Connections returns how many connections were begun, those that were resumed not counted.
func (s *Server) Connections() (n int) {
	s.change(func() { n = len(s.sessions) })
	return n
}

// Stop ends all sockets and answers nobody; what is in memory only is forgotten.
func (s *Server) Stop() {
	s.Cut()
	s.change(func() { s.faults.down, s.sessions, s.pending = true, map[string]*session{}, map[string]pending{} })
}

// Start ends a Stop.
func (s *Server) Start() { s.change(func() { s.faults.down = false }) }

// ForgetPending forgets which posts were sent lately, as the server does after
// half a minute.
func (s *Server) ForgetPending() { s.change(func() { s.pending = map[string]pending{} }) }

// Erase deletes a post for good, as data retention does.
func (s *Server) Erase(post string) { s.change(func() { delete(s.posts, post) }) }

// Insert posts as somebody at a time (ms), behind what is already there: posts
// get their time before they are stored.
func (s *Server) Insert(user, channel, text string, at int64) (id string) {
	s.change(func() {
		post := &model.Post{UserId: user, ChannelId: channel, Message: text}
		s.store(post)
		post.CreateAt, post.UpdateAt = at, at
		id = post.Id
	})
	return id
}

// Set sets a value of the client configuration.
func (s *Server) Set(key, value string) { s.change(func() { s.config[key] = value }) }

// Setting returns a value of the client configuration.
func (s *Server) Setting(key string) (value string) {
	s.change(func() { value = s.config[key] })
	return value
}

// Requests returns how many requests there were.
func (s *Server) Requests() (n int) {
	s.change(func() { n = s.requests })
	return n
}

// Log returns what the server complained about.
func (s *Server) Log() (lines []string) {
	s.change(func() { lines = append(lines, s.log...) })
	return lines
}

// ForgetLog forgets what the server complained about.
func (s *Server) ForgetLog() { s.change(func() { s.log = nil }) }

func (s *Server) change(fn func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fn()
}
