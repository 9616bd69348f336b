package mattermost

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"github.com/mattermost/mattermost/server/public/model"

	"ersthelfer/bot"
)

// Times of the connection, wall time.
const (
	catchUpEvery   = 10 * time.Minute
	handshakeTime  = 15 * time.Second
	authTime       = 10 * time.Second // the server closes after 5 s without a word
	shortestWait   = time.Second
	longestWait    = time.Minute
	frameLimit     = 1 << 20
	keepAliveEvery = 30 * time.Second
	clocks         = time.Minute // how far the bot's and the server's clocks may differ
)

// backoff returns how long to wait before the next try: from a second to at
// most a minute, and not at the same moment as every other client of the server.
func backoff(tries int) time.Duration {
	d := min(longestWait, 2*shortestWait<<min(tries, 6))
	return shortestWait + rand.N(d-shortestWait)
}

// Run implements [bot.Platform]. It returns an error if the server does not
// know the token from the start; what goes wrong later is tried again.
func (p *Platform) Run(ctx context.Context, h bot.Handler) error {
	since, err := p.begin(ctx)
	if err != nil || ctx.Err() != nil {
		return err
	}
	r := newReader(p, h, since)
	defer p.take(ctx, h)()
	r.wg.Go(func() { r.patrol(ctx) })
	p.listen(ctx, r)
	r.wg.Wait()
	return nil
}

// begin learns what must be known, however long it takes for the server to be
// there, and returns the time from which on the bot reads. It gives up when ctx
// ends, or the token is wrong.
func (p *Platform) begin(ctx context.Context) (since int64, err error) {
	for tries := 0; ; tries++ {
		f, err := p.known(ctx)
		if err == nil {
			since, err = p.started(ctx, f)
		}
		switch {
		case err == nil, ctx.Err() != nil:
			return since, nil
		case errors.Is(err, errToken):
			return 0, fmt.Errorf("sign in to mattermost: %w", err)
		}
		p.log.Warn("mattermost: server cannot be reached yet", "err", err)
		if pause(ctx, backoff(tries)) != nil {
			return 0, nil
		}
	}
}

// patrol catches up now and again, whatever the socket says.
func (r *reader) patrol(ctx context.Context) {
	for {
		if _, err := r.catchUp(ctx); err != nil && ctx.Err() == nil {
			r.p.log.Warn("mattermost: catching up", "err", err)
		}
		if pause(ctx, catchUpEvery) != nil {
			return
		}
	}
}

// A position is where a connection of the socket ended, from which the server
// may be able to go on.
type position struct {
	connection string
	next       int64
	heard      time.Time // when something was heard last; not forgotten with the rest
}

// listen keeps a connection until ctx ends.
func (p *Platform) listen(ctx context.Context, r *reader) {
	var at position
	for tries := 0; ctx.Err() == nil; tries++ {
		greeted, err := p.connect(ctx, r, &at)
		if greeted {
			tries = 0
		} else {
			at = position{heard: at.heard}
		}
		if ctx.Err() != nil {
			return
		}
		p.log.Info("mattermost: connection ended", "err", err)
		if pause(ctx, backoff(tries)) != nil {
			return
		}
	}
}

// connect opens one connection and hears it to its end. It reports whether the
// server said anything on it. Every connection has a client of its own: the
// official one cannot be used twice.
func (p *Platform) connect(ctx context.Context, r *reader, at *position) (bool, error) {
	ws, err := p.dial(ctx, *at)
	if err != nil {
		return false, err
	}
	// Closing the connection under the client ends its reader, which then cleans
	// up. Its own Close may panic while a ping is answered.
	defer ws.Conn.Close()
	stop := context.AfterFunc(ctx, func() { ws.Conn.Close() })
	defer stop()
	ws.Listen()
	defer drain(ws)
	e := &ear{r: r, at: at, resumed: at.connection != ""}
	quiet := time.NewTimer(authTime)
	defer quiet.Stop()
	for {
		select {
		case event, ok := <-ws.EventChannel:
			if !ok {
				return e.heard, ended(ws)
			}
			quiet.Stop()
			if err := e.hear(ctx, event); err != nil {
				return e.heard, err
			}
		case <-ws.ResponseChannel:
			quiet.Stop() // a resumed connection begins with the answer to the challenge
		case <-ws.PingTimeoutChannel:
			return e.heard, errors.New("the server is silent")
		case <-quiet.C:
			return e.heard, errors.New("the server does not greet")
		}
	}
}

// dial opens a connection. The token also goes into a header: without it the
// server would not resume, and not say so.
func (p *Platform) dial(ctx context.Context, at position) (*model.WebSocketClient, error) {
	ctx, cancel := context.WithTimeout(ctx, handshakeTime)
	defer cancel()
	reach := (&net.Dialer{KeepAlive: keepAliveEvery}).DialContext
	d := &websocket.Dialer{Proxy: http.ProxyFromEnvironment, HandshakeTimeout: handshakeTime}
	if t, ok := p.gate.next.(*http.Transport); ok {
		d.TLSClientConfig = t.TLSClientConfig.Clone()
		if t.DialContext != nil {
			reach = t.DialContext
		}
	}
	// The official client dials without a context.
	d.NetDialContext = func(_ context.Context, network, addr string) (net.Conn, error) { return reach(ctx, network, addr) }
	url := "ws" + strings.TrimPrefix(strings.TrimSuffix(p.o.URL, "/"), "http")
	ws, err := model.NewReliableWebSocketClientWithDialer(d, url, p.o.Token, at.connection, int(at.next), true)
	if err != nil {
		return nil, fmt.Errorf("open websocket: %w", err)
	}
	ws.Conn.SetReadLimit(frameLimit)
	return ws, nil
}

// drain empties the channels until the client has closed them: an event that
// nobody takes would keep its reader for ever.
func drain(ws *model.WebSocketClient) {
	ws.Conn.Close()
	var wg sync.WaitGroup
	wg.Go(func() {
		for range ws.EventChannel {
		}
	})
	wg.Go(func() {
		for range ws.ResponseChannel {
		}
	})
	wg.Wait()
}

func ended(ws *model.WebSocketClient) error {
	if ws.ListenError != nil {
		return fmt.Errorf("read websocket: %w", ws.ListenError)
	}
	return errors.New("the server closed the connection")
}

// An ear hears one connection.
type ear struct {
	r       *reader
	at      *position
	resumed bool // asked to go on; the server answers by what it sends first
	heard   bool
}

var errGap = errors.New("events are missing")

// hear takes one event: it keeps count, and wakes who has something to read.
func (e *ear) hear(ctx context.Context, event *model.WebSocketEvent) error {
	e.heard = true
	seq := event.GetSequence()
	if event.EventType() == model.WebsocketEventHello {
		id, _ := event.GetData()["connection_id"].(string)
		lost := id != e.at.connection
		before := e.at.heard
		*e.at = position{connection: id, next: seq + 1, heard: e.r.p.now()}
		if lost {
			e.behind(ctx, before)
		}
		return nil
	}
	if seq != e.at.next {
		*e.at = position{heard: e.at.heard}
		return errGap
	}
	e.at.next, e.at.heard = seq+1, e.r.p.now()
	e.r.event(ctx, event)
	return nil
}

// behind catches up, without keeping the socket waiting, on what was said and
// changed since something was heard last.
func (e *ear) behind(ctx context.Context, heard time.Time) {
	r := e.r
	if heard.IsZero() {
		heard = r.p.now().Add(-newcomer)
	}
	since := max(r.since, heard.Add(-clocks).UnixMilli())
	r.wg.Go(func() {
		for tries := 0; ctx.Err() == nil; tries++ {
			err := r.makeUp(ctx, since)
			if err == nil {
				return
			}
			r.p.log.Warn("mattermost: catching up is tried again", "err", err)
			_ = pause(ctx, backoff(tries))
		}
	})
}

func (r *reader) makeUp(ctx context.Context, since int64) error {
	lively, err := r.catchUp(ctx)
	if err != nil {
		return err
	}
	for _, channel := range lively {
		if err := r.changes(ctx, channel, since); err != nil && !errors.Is(err, bot.ErrUndeliverable) {
			return err
		}
	}
	return nil
}

// event does what an event calls for. Events that are not known are ignored.
func (r *reader) event(ctx context.Context, e *model.WebSocketEvent) {
	f := r.p.facts.Load()
	switch e.EventType() {
	case model.WebsocketEventPosted:
		// One's own posts would only be read to be passed over.
		if post := postOf(e); post == nil || post.UserId != f.me.Id {
			r.wake(ctx, first(channelOf(e), idOf(post)))
		}
	case model.WebsocketEventDirectAdded, model.WebsocketEventGroupAdded, model.WebsocketEventUserAdded:
		r.wake(ctx, channelOf(e))
	case model.WebsocketEventPostEdited:
		r.change(ctx, postOf(e), bot.Edited)
	case model.WebsocketEventPostDeleted:
		r.change(ctx, postOf(e), bot.Deleted)
	case model.WebsocketEventUserUpdated:
		if user, ok := e.GetData()["user"].(map[string]any); ok {
			id, _ := user["id"].(string)
			r.p.people.users.forget(id)
		}
	case model.WebsocketEventChannelUpdated, model.WebsocketEventChannelConverted:
		r.p.people.channels.forget(channelOf(e))
	case model.WebsocketEventConfigChanged:
		r.wg.Go(func() {
			if _, err := r.p.ask(ctx); err != nil && ctx.Err() == nil {
				r.p.log.Warn("mattermost: the server's configuration changed", "err", err)
			}
		})
	}
}

func channelOf(e *model.WebSocketEvent) string {
	if b := e.GetBroadcast(); b != nil {
		return b.ChannelId
	}
	return ""
}

func idOf(post *model.Post) string {
	if post == nil {
		return ""
	}
	return post.ChannelId
}

// postOf returns the post of an event, which is JSON in a string.
func postOf(e *model.WebSocketEvent) *model.Post {
	text, _ := e.GetData()["post"].(string)
	var post model.Post
	if json.Unmarshal([]byte(text), &post) != nil || post.Id == "" {
		return nil
	}
	return &post
}

// change tells the handler that a post which it was given has changed. One that
// it was not given is read as it now stands.
func (r *reader) change(ctx context.Context, post *model.Post, change bot.Change) {
	if post == nil || change == bot.Edited && post.EditAt == 0 {
		return
	}
	r.wg.Go(func() {
		for tries := 0; ctx.Err() == nil; tries++ {
			err := r.tryChange(ctx, post, change)
			if err == nil {
				return
			}
			r.p.log.Warn("mattermost: a changed message is tried again", "err", err)
			_ = pause(ctx, backoff(tries))
		}
	})
}

func (r *reader) tryChange(ctx context.Context, post *model.Post, change bot.Change) error {
	defer r.p.lanes.Enter(post.ChannelId)()
	m, err := r.mark(ctx, post.ChannelId)
	if err != nil {
		return err
	}
	seen, ok := m.Seen[post.Id]
	switch {
	case !ok && (post.CreateAt > m.At || post.CreateAt <= r.since):
		return nil
	case ok && change == bot.Edited && post.EditAt <= seen.Edit:
		return nil
	}
	if err := r.give(ctx, post, change); err != nil {
		return err
	}
	if ok && change == bot.Edited {
		m.Seen[post.Id] = sight{seen.At, post.EditAt}
		return r.save(ctx, post.ChannelId, m)
	}
	return nil
}
