package slacktest

import (
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// manySockets is how many connections an app may have.
const manySockets = 10

// pingEvery is how often a connection is pinged.
const pingEvery = 5 * time.Second

// A socket is one connection of Socket Mode.
type socket struct {
	conn *websocket.Conn
	mu   sync.Mutex // of what is written
}

func (k *socket) write(v any) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.conn.WriteJSON(v)
}

func (s *Server) connectionsOpen(map[string]string) answer {
	ticket := s.id("ticket")
	s.tickets[ticket] = true
	return answer{"url": "ws" + strings.TrimPrefix(s.http.URL, "http") + "/link?ticket=" + ticket + "&app_id=A1"}
}

// link serves a connection to its end.
func (s *Server) link(w http.ResponseWriter, r *http.Request) {
	ticket := r.URL.Query().Get("ticket")
	s.mu.Lock()
	good := s.tickets[ticket]
	delete(s.tickets, ticket)
	s.mu.Unlock()
	if !good {
		http.Error(w, "no such ticket", http.StatusForbidden)
		return
	}
	up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	conn, err := up.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer conn.Close()
	k := &socket{conn: conn}
	if !s.greet(k) {
		return
	}
	defer s.gone(k)
	over := make(chan struct{})
	defer close(over)
	go k.ping(over)
	for {
		var ack struct {
			EnvelopeID string          `json:"envelope_id"`
			Payload    json.RawMessage `json:"payload"`
		}
		if err := conn.ReadJSON(&ack); err != nil {
			return
		}
		s.hears(k, ack.EnvelopeID, ack.Payload)
	}
}

// greet says hello, unless there are too many connections.
func (s *Server) greet(k *socket) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.sockets)+s.taken >= manySockets {
		_ = k.write(map[string]any{"type": "disconnect", "reason": "too_many_websockets"})
		return false
	}
	hello := map[string]any{
		"type": "hello", "num_connections": len(s.sockets) + 1, "connection_info": map[string]any{"app_id": "A1"},
		"debug_info": map[string]any{"host": "slacktest", "approximate_connection_time": 18060},
	}
	if k.write(hello) != nil {
		return false
	}
	s.sockets[k] = true
	s.changed()
	return true
}

func (s *Server) gone(k *socket) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.sockets, k)
	for _, e := range s.envelopes {
		for i, d := range e.Sent {
			e.Sent[i].Gone = d.Gone || d.over == k && d.Acked.IsZero()
		}
	}
	s.changed()
}

func (k *socket) ping(over <-chan struct{}) {
	t := time.NewTicker(pingEvery)
	defer t.Stop()
	for {
		_ = k.conn.WriteControl(websocket.PingMessage, []byte("ping"), time.Now().Add(time.Second))
		select {
		case <-over:
			return
		case <-t.C:
		}
	}
}

// Sockets returns how many connections are open.
func (s *Server) Sockets() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.sockets)
}

// Reaches reports whether there is a way by which something can be delivered.
func (s *Server) Reaches() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.endpoint != "" || len(s.sockets) > 0
}

// Occupy takes some of the app's connections for a program of its own, which
// hears nothing, until the returned function is called.
func (s *Server) Occupy(n int) (release func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.taken = n
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.taken = 0
	}
}

// Cut ends all connections without a word.
func (s *Server) Cut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for k := range s.sockets {
		k.conn.Close()
		delete(s.sockets, k)
	}
}

// CutOne ends one connection without a word.
func (s *Server) CutOne() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if k := s.pick(); k != nil {
		k.conn.Close()
		delete(s.sockets, k)
	}
}

// Disconnect tells one connection to go, as Slack does every few hours.
func (s *Server) Disconnect(reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if k := s.pick(); k != nil {
		_ = k.write(map[string]any{"type": "disconnect", "reason": reason, "debug_info": map[string]any{"host": "slacktest"}})
		delete(s.sockets, k)
	}
}

// pick returns any connection: Slack promises nothing. It wants mu held.
func (s *Server) pick() *socket {
	var all []*socket
	for k := range s.sockets {
		all = append(all, k)
	}
	if len(all) == 0 {
		return nil
	}
	return all[rand.N(len(all))]
}
