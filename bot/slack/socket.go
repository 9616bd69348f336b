package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"path"
	"sync/atomic"
	"time"

	api "github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
)

// How sockets are kept.
const (
	sockets = 2 // of the ten that Slack allows: one may be refreshed while the other hears
	// settled is how long (wall time) a connection must last to count as a good one.
	settled    = time.Minute
	frameLimit = 1 << 20
)

// listen keeps one connection until ctx ends.
func (r *run) listen(ctx context.Context) {
	for tries := 0; ctx.Err() == nil; tries++ {
		began := time.Now()
		err := r.connect(ctx)
		if ctx.Err() != nil {
			return
		}
		if time.Since(began) > settled {
			tries = 0
		}
		r.p.log.Info("slack: connection ended", "err", err)
		if pause(ctx, wait(tries, err)) != nil {
			return
		}
	}
}

// errOnce says that a client wanted to connect again by itself.
var errOnce = errors.New("connection ended")

// once lets a client open one connection. The library's own client would open
// the next one at once and without pause, even where Slack refuses it.
type once struct {
	next   *http.Client
	opened atomic.Bool
	end    context.CancelFunc
}

// Do sends a request.
func (o *once) Do(r *http.Request) (*http.Response, error) {
	if path.Base(r.URL.Path) == "apps.connections.open" && o.opened.Swap(true) {
		o.end()
		return nil, errOnce
	}
	return o.next.Do(r)
}

// connect opens one connection and hears it to its end.
func (r *run) connect(run context.Context) error {
	ctx, cancel := context.WithCancel(run)
	defer cancel()
	way := &once{next: &http.Client{Transport: r.p.gate, Timeout: requestTime}, end: cancel}
	options := []api.Option{
		api.OptionHTTPClient(way), api.OptionAppLevelToken(r.p.o.AppToken), api.OptionLog(log.New(io.Discard, "", 0)),
	}
	if r.p.o.API != "" {
		options = append(options, api.OptionAPIURL(r.p.o.API))
	}
	client := socketmode.New(api.New(r.p.o.BotToken, options...), socketmode.OptionReadLimit(frameLimit),
		socketmode.OptionLog(log.New(io.Discard, "", 0)))
	ended := make(chan error, 1)
	go func() { ended <- client.RunContext(ctx) }()
	e := &ear{r: r, client: client}
	defer e.close()
	var why error
	for {
		select {
		case event := <-client.Events:
			if err := e.hear(ctx, event); err != nil {
				why = err
				cancel()
			}
			continue
		case err := <-ended:
			if why == nil {
				why = failure(err)
			}
		}
		break
	}
	// What has arrived is kept, although it cannot be acknowledged any more.
	e.over = true
	for len(client.Events) > 0 {
		_ = e.hear(run, <-client.Events)
	}
	return why
}

// An ear hears one connection.
type ear struct {
	r       *run
	client  *socketmode.Client
	greeted bool
	over    bool
}

// hear takes one event of the connection. An error ends it.
func (e *ear) hear(ctx context.Context, event socketmode.Event) error {
	switch event.Type {
	case socketmode.EventTypeHello:
		if !e.greeted {
			e.greeted = true
			e.r.opened()
		}
	case socketmode.EventTypeConnectionError:
		failed, _ := event.Data.(*api.ConnectionErrorEvent)
		if failed == nil || failed.ErrorObj == nil {
			return errOnce
		}
		return fmt.Errorf("open connection: %w", failure(failed.ErrorObj))
	case socketmode.EventTypeErrorBadMessage:
		// The library does not know everything that Slack sends; the bot needs less.
		bad, _ := event.Data.(*socketmode.ErrorBadMessage)
		var req socketmode.Request
		if bad == nil || json.Unmarshal(bad.Message, &req) != nil {
			e.r.p.log.Warn("slack: a frame cannot be read")
			return nil
		}
		e.take(ctx, &req)
	case socketmode.EventTypeEventsAPI, socketmode.EventTypeInteractive, socketmode.EventTypeSlashCommand:
		e.take(ctx, event.Request)
	}
	return nil
}

// take takes what Slack has sent in an envelope, and acknowledges it later.
func (e *ear) take(ctx context.Context, req *socketmode.Request) {
	if req == nil || req.EnvelopeID == "" {
		return
	}
	over := e.over
	e.r.receive(ctx, req.Type, req.Payload, func(answer any, err error) {
		if err != nil || over {
			return
		}
		// Not here: the connection may be gone, and others wait for this one.
		e.r.spawn(func(run context.Context) {
			ctx, cancel := context.WithCancel(ctx)
			defer cancel()
			defer context.AfterFunc(run, cancel)()
			if err := e.client.AckCtx(ctx, req.EnvelopeID, answer); err != nil && ctx.Err() == nil {
				e.r.p.log.Warn("slack: not acknowledged", "err", err)
			}
		})
	})
}

// close says that the connection is gone.
func (e *ear) close() {
	if !e.greeted {
		return
	}
	e.r.mu.Lock()
	defer e.r.mu.Unlock()
	e.r.open--
}

// opened says that a connection is there. What was said while none was there may
// never arrive by itself.
func (r *run) opened() {
	r.mu.Lock()
	r.open++
	firstOne := r.open == 1
	r.mu.Unlock()
	if firstOne {
		r.missing()
	}
}
