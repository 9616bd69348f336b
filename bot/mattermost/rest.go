package mattermost

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"ersthelfer/bot"
)

// Limits of one request, wall time and bytes. The official client has none.
const (
	requestTime = 20 * time.Second
	answerSize  = 64 << 20 // the list of all channels of a bot with ten thousand of them
)

// newClient returns the official client, with limits.
func newClient(url, token string, g *gate) *model.Client4 {
	c := model.NewAPIv4Client(strings.TrimSuffix(url, "/"))
	c.HTTPClient = &http.Client{Transport: g, Timeout: requestTime}
	c.SetToken(token)
	return c
}

// A gate lets requests through, and none while the server wants none: it
// answered 429, or said that this was the last request of this moment.
type gate struct {
	next  http.RoundTripper
	now   func() time.Time
	mu    sync.Mutex
	until time.Time
}

func newGate(c *http.Client, now func() time.Time) *gate {
	g := &gate{next: http.DefaultTransport, now: now}
	if c != nil && c.Transport != nil {
		g.next = c.Transport
	}
	return g
}

// closed returns how long the gate stays closed.
func (g *gate) closed() time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	return max(0, g.until.Sub(g.now()))
}

func (g *gate) close(d time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if t := g.now().Add(d); t.After(g.until) {
		g.until = t
	}
}

// RoundTrip implements http.RoundTripper. It waits for the gate to open.
func (g *gate) RoundTrip(r *http.Request) (*http.Response, error) {
	for d := g.closed(); d > 0; d = g.closed() {
		if err := pause(r.Context(), d); err != nil {
			return nil, fmt.Errorf("wait until the server takes requests: %w", err)
		}
	}
	resp, err := g.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode == http.StatusTooManyRequests {
		g.close(retryAfter(resp.Header))
	} else if resp.Header.Get("X-Ratelimit-Remaining") == "0" {
		g.close(seconds(resp.Header.Get("X-Ratelimit-Reset"), time.Second))
	}
	resp.Body = &limited{Reader: io.LimitReader(resp.Body, answerSize), Closer: resp.Body}
	return resp, nil
}

type limited struct {
	io.Reader
	io.Closer
}

// retryAfter reads when the server wants to be asked again. Only seconds occur.
func retryAfter(h http.Header) time.Duration { return seconds(h.Get("Retry-After"), time.Second) }

// seconds reads a number of seconds, at most a minute; so does the server's
// limiter, and a mistake of a proxy must not silence the bot.
func seconds(text string, or time.Duration) time.Duration {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || n <= 0 {
		return or
	}
	return min(time.Duration(n*float64(time.Second)), time.Minute)
}

var errToken = errors.New("the server does not accept the token")

// failure turns the result of a request into what the bot must know of it. An
// answer that does not come from Mattermost itself, such as a proxy's 404, is
// never taken as final.
func failure(resp *model.Response, err error) error {
	if err == nil {
		return nil
	}
	status := 0
	if resp != nil {
		status = resp.StatusCode
	}
	if status == http.StatusTooManyRequests {
		return &bot.LaterError{After: retryAfter(resp.Header), Err: errors.New("the server limits requests")}
	}
	var app *model.AppError
	if !errors.As(err, &app) || app.Id == "" {
		return plain(status, err)
	}
	// Only the stable id: the message may hold what somebody wrote.
	told := fmt.Errorf("server says %s (%d)", app.Id, status)
	switch {
	case strings.HasSuffix(app.Id, "deduplicate_create_post.pending"):
		return &bot.LaterError{After: time.Second, Err: told}
	case status == http.StatusUnauthorized:
		// The token may be renewed: nothing is undeliverable because of it.
		return fmt.Errorf("%w: %w", errToken, told)
	case status >= 500, status == 0:
		return told
	}
	return fmt.Errorf("%w: %w", bot.ErrUndeliverable, told)
}

// plain describes an error that is not Mattermost's own. The official client
// puts the body of an answer into the error, which therefore is left out.
func plain(status int, err error) error {
	if status != 0 {
		return fmt.Errorf("server answers with status %d", status)
	}
	return fmt.Errorf("reach server: %w", err)
}

// status returns the status of an answer, 0 without one.
func status(resp *model.Response) int {
	if resp == nil {
		return 0
	}
	return resp.StatusCode
}

// says reports whether an error is Mattermost's own of the given kind.
func says(err error, id string) bool {
	var app *model.AppError
	return errors.As(err, &app) && strings.Contains(app.Id, id)
}

// pause waits, or returns the context's error.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
