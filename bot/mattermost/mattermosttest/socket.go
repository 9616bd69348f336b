package mattermosttest

import (
	"net/http"
	"strconv"
	"time"

	"github.com/gorilla/websocket"
	"github.com/mattermost/mattermost/server/public/model"
)

// Limits of a connection.
const (
	authTime  = 5 * time.Second
	pingEvery = 60 * time.Second
	pongTime  = 100 * time.Second // without a pong the connection is closed
	queue     = 256               // events that wait to be sent, also while nobody is connected
	keptEvent = 128               // events that were sent and can be had again
	frameSize = 8192              // bytes of what a client says
)

// A session is a connection, or one that ended and may be resumed.
type session struct {
	id    string
	user  string
	token string
	next  int64
	log   []*model.WebSocketEvent
	wait  int          // events since nobody is connected
	out   chan message // nil while nobody is connected
	ws    *websocket.Conn
	mute  chan struct{} // closed when nothing gets through any more
}

// A message is an event or a reply.
type message interface{ ToJSON() ([]byte, error) }

// websocket serves a connection. Without a token in the header, the first word
// must be the challenge, and nothing is resumed.
func (s *Server) websocket(w http.ResponseWriter, r *http.Request) {
	up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	ws, err := up.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer ws.Close()
	ws.SetReadLimit(frameSize)
	_, token, _ := cutAuth(r.Header.Get("Authorization"))
	s.mu.Lock()
	user := s.users[s.tokens[token]]
	s.mu.Unlock()
	at, _ := strconv.ParseInt(r.URL.Query().Get("sequence_number"), 10, 64)
	id := r.URL.Query().Get("connection_id")
	var seq int64
	if user == nil {
		if user, token, seq = s.challenge(ws); user == nil {
			return
		}
		id = ""
	}
	one, out, mute := s.attach(ws, user.Id, token, id, at)
	if seq > 0 {
		out <- model.NewWebSocketResponse(model.StatusOk, seq, nil)
	}
	alive := func(string) error { return ws.SetReadDeadline(time.Now().Add(pongTime)) }
	_ = alive("")
	ws.SetPongHandler(alive)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			var req model.WebSocketRequest
			if ws.ReadJSON(&req) != nil {
				return
			}
			s.mu.Lock()
			bad := req.Action == string(model.WebsocketAuthenticationChallenge) && s.users[s.tokens[word(req.Data["token"])]] == nil
			s.mu.Unlock()
			if bad {
				ws.Close()
				return
			}
			select {
			case out <- model.NewWebSocketResponse(model.StatusOk, req.Seq, nil):
			default: // events are more important
			}
		}
	}()
	if s.send(ws, out, mute, done) {
		s.detach(one, ws)
	}
}

func word(v any) string {
	s, _ := v.(string)
	return s
}

// challenge waits for the challenge. A wrong token gets no word of goodbye.
func (s *Server) challenge(ws *websocket.Conn) (user *model.User, token string, seq int64) {
	_ = ws.SetReadDeadline(time.Now().Add(authTime))
	var req model.WebSocketRequest
	if ws.ReadJSON(&req) != nil {
		return nil, "", 0
	}
	_ = ws.SetReadDeadline(time.Time{})
	s.mu.Lock()
	defer s.mu.Unlock()
	token = word(req.Data["token"])
	return s.users[s.tokens[token]], token, req.Seq
}

// attach resumes a connection, or begins a new one with a hello.
func (s *Server) attach(ws *websocket.Conn, user, token, id string, at int64) (*session, chan message, chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out, mute := make(chan message, 2*queue+keptEvent), make(chan struct{})
	one := s.sessions[id]
	resumable := one != nil && one.user == user && one.out == nil && one.wait <= queue && at <= one.next &&
		(at == one.next || len(one.log) > 0 && one.log[0].GetSequence() <= at)
	if resumable {
		for _, e := range one.log {
			if e.GetSequence() >= at {
				out <- e
			}
		}
		one.out, one.ws, one.mute, one.wait = out, ws, mute, 0
		return one, out, mute
	}
	one = &session{id: model.NewId(), user: user, token: token, out: out, ws: ws, mute: mute}
	s.sessions[one.id] = one
	one.push(model.NewWebSocketEvent(model.WebsocketEventHello, "", "", user, nil, ""), map[string]any{
		"connection_id": one.id, "server_version": "11.1.0",
	})
	one.push(model.NewWebSocketEvent(model.WebsocketEventStatusChange, "", "", user, nil, ""), map[string]any{"status": "online"})
	return one, out, mute
}

func (s *Server) detach(one *session, ws *websocket.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if one.ws == ws {
		one.out, one.ws = nil, nil
	}
}

// push gives a session an event. Who does not read fast enough is cut off.
func (o *session) push(e *model.WebSocketEvent, data map[string]any) {
	e = e.SetData(data).SetSequence(o.next)
	o.next++
	if o.log = append(o.log, e); len(o.log) > queue+keptEvent {
		o.log = o.log[1:]
	}
	if o.out == nil {
		o.wait++
		return
	}
	select {
	case o.out <- e:
	default:
		_ = o.ws.Close()
		o.out, o.ws = nil, nil
	}
}

// send sends what there is and pings, until the client is gone. It reports whether
// the server gets to know that: a muted connection seems to be open, and says nothing.
func (s *Server) send(ws *websocket.Conn, out chan message, mute, done chan struct{}) bool {
	ping := time.NewTicker(pingEvery)
	defer ping.Stop()
	for {
		select {
		case <-done:
			return true
		case <-mute:
			<-done
			return false
		case <-ping.C:
			if ws.WriteMessage(websocket.PingMessage, nil) != nil {
				return true
			}
		case e := <-out:
			data, err := e.ToJSON()
			if err != nil || ws.WriteMessage(websocket.TextMessage, data) != nil {
				return true
			}
		}
	}
}

// tell tells everybody in a channel, or one user, of an event. It wants mu held.
func (s *Server) tell(channel, user string, kind model.WebsocketEventType, data map[string]any) {
	for _, one := range s.sessions {
		if user != "" && one.user != user || channel != "" && !s.members[channel][one.user] {
			continue
		}
		one.push(model.NewWebSocketEvent(kind, "", channel, user, nil, ""), data)
	}
}
