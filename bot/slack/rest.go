package slack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"sync"
	"time"

	api "github.com/slack-go/slack"

	"ersthelfer/bot"
)

// Limits of one request, wall time and bytes. The library has none.
const (
	requestTime = 20 * time.Second
	triggerTime = 3 * time.Second // how long somebody waits for a form
	answerSize  = 16 << 20
)

// newClient returns the official client with the given way to Slack. Nothing of
// it is logged: its lines hold what people wrote.
func newClient(o Options, way *http.Client) *api.Client {
	options := []api.Option{
		api.OptionHTTPClient(way), api.OptionAppLevelToken(o.AppToken), api.OptionLog(log.New(io.Discard, "", 0)),
	}
	if o.API != "" {
		options = append(options, api.OptionAPIURL(o.API))
	}
	return api.New(o.BotToken, options...)
}

// A gate lets requests through, and none of a method while Slack wants none: its
// limits count by method.
// https://docs.slack.dev/apis/web-api/rate-limits
type gate struct {
	next  http.RoundTripper
	now   func() time.Time
	mu    sync.Mutex
	until map[string]time.Time
}

func newGate(c *http.Client, now func() time.Time) *gate {
	g := &gate{next: http.DefaultTransport, now: now, until: map[string]time.Time{}}
	if c != nil && c.Transport != nil {
		g.next = c.Transport
	}
	return g
}

// closed returns how long the gate stays closed for a method.
func (g *gate) closed(method string) time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	return max(0, g.until[method].Sub(g.now()))
}

// RoundTrip implements http.RoundTripper. While the gate is closed it fails with
// a [*bot.LaterError] at once.
func (g *gate) RoundTrip(r *http.Request) (*http.Response, error) {
	method := path.Base(r.URL.Path)
	if d := g.closed(method); d > 0 {
		if r.Body != nil {
			r.Body.Close()
		}
		return nil, &bot.LaterError{After: d, Err: errLimit}
	}
	resp, err := g.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode == http.StatusTooManyRequests {
		g.mu.Lock()
		g.until[method] = g.now().Add(retryAfter(resp.Header.Get("Retry-After")))
		g.mu.Unlock()
	}
	resp.Body = &limited{Reader: io.LimitReader(resp.Body, answerSize), Closer: resp.Body}
	return resp, nil
}

type limited struct {
	io.Reader
	io.Closer
}

// retryAfter reads when Slack wants to be asked again: whole seconds, at most
// five minutes, because a mistake of a proxy must not silence the bot.
func retryAfter(text string) time.Duration {
	n, err := strconv.Atoi(text)
	if err != nil || n <= 0 {
		return time.Second
	}
	return time.Duration(min(n, 300)) * time.Second
}

// What goes wrong with Slack.
var (
	errLimit = errors.New("slack limits requests")
	errToken = errors.New("a token is not valid (any more)")
)

// Slack's words for what cannot get better by itself. About a token nothing is
// final for a post: the admin may renew it.
var (
	tokenErrors = []string{"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired"}
	finalErrors = []string{
		"channel_not_found", "not_in_channel", "is_archived", "user_not_found", "users_not_found", "user_disabled",
		"user_not_visible", "cannot_dm_bot", "restricted_action", "restricted_action_read_only_channel",
		"messages_tab_disabled", "message_not_found", "cant_update_message", "edit_window_closed", "user_not_in_channel",
		"invalid_users",
	}
	// What is wrong with the way a post is written, and not with its recipient.
	formErrors = []string{"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long", "metadata_too_large"}
)

// failure turns the error of a request into what the bot must know of it.
func failure(err error) error {
	var later *bot.LaterError
	if errors.As(err, &later) {
		return later
	}
	var limit *api.RateLimitedError
	if errors.As(err, &limit) {
		return &bot.LaterError{After: max(time.Second, min(limit.RetryAfter, 5*time.Minute)), Err: errLimit}
	}
	var said api.SlackErrorResponse
	if errors.As(err, &said) {
		switch told := fmt.Errorf("slack says %s", said.Err); {
		case slices.Contains(tokenErrors, said.Err):
			return fmt.Errorf("%w: %w", errToken, told)
		case slices.Contains(finalErrors, said.Err):
			return fmt.Errorf("%w: %w", bot.ErrUndeliverable, told)
		case said.Needed != "":
			return fmt.Errorf("%w, the app needs the scope %s", told, said.Needed)
		default:
			return told
		}
	}
	var address *url.Error
	if errors.As(err, &address) {
		return fmt.Errorf("reach slack: %w", address.Err) // an address may hold a ticket
	}
	return err
}

// says reports whether Slack has answered with one of some errors.
func says(err error, words ...string) bool {
	var said api.SlackErrorResponse
	return errors.As(err, &said) && slices.Contains(words, said.Err)
}

// How long to wait between two tries, wall time.
const (
	shortestWait = 100 * time.Millisecond
	longestWait  = time.Minute
)

// wait returns how long to wait before trying again: what Slack says, or from a
// tenth of a second to a minute, not at the same moment as others.
func wait(tries int, err error) time.Duration {
	var later *bot.LaterError
	if errors.As(err, &later) {
		return later.After
	}
	d := min(longestWait, shortestWait<<min(tries, 10))
	return d/2 + rand.N(d/2)
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
