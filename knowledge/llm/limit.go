package llm

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// limited returns a client that asks through c's transport, within the limits. It follows no redirect: another host
// is another recipient of what people wrote.
func limited(c *http.Client) *http.Client {
	var next http.RoundTripper
	if c != nil {
		next = c.Transport
	}
	if next == nil {
		own := http.DefaultTransport.(*http.Transport).Clone()
		own.MaxResponseHeaderBytes = 64 << 10
		next = own
	}
	return &http.Client{
		Transport:     limit{next},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// limit is a transport that bounds the time to the first byte of a body and the length of the body, and that turns
// every status but 200 into an error without reading what came with it.
type limit struct{ next http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (l limit) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(r.Context())
	timer := time.AfterFunc(FirstByte, func() { cancel(errSlow) })
	stop := func() { timer.Stop(); cancel(nil) }
	because := func(err error) error {
		if cause := context.Cause(ctx); cause != nil {
			return cause
		}
		return err
	}
	res, err := l.next.RoundTrip(r.WithContext(ctx))
	if err != nil {
		err = because(err)
		stop()
		return nil, err
	}
	if res.StatusCode != http.StatusOK {
		res.Body.Close()
		stop()
		return nil, &failure{ErrUnavailable, fmt.Sprintf("the endpoint answers with status %d", res.StatusCode), res.StatusCode}
	}
	res.Body = &body{from: res.Body, left: MaxBody, timer: timer, stop: stop, because: because}
	return res, nil
}

// A body reads at most left bytes.
type body struct {
	from    io.ReadCloser
	left    int
	timer   *time.Timer       // to be stopped by the first byte
	stop    func()            // ends the request
	because func(error) error // why the request ended, or the error if it has not
}

// Read implements io.Reader.
func (b *body) Read(p []byte) (int, error) {
	if b.left == 0 {
		return 0, errLarge
	}
	if len(p) > b.left {
		p = p[:b.left]
	}
	n, err := b.from.Read(p)
	b.left -= n
	if n > 0 {
		b.timer.Stop()
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = b.because(err)
	}
	return n, err
}

// Close implements io.Closer.
func (b *body) Close() error {
	b.stop()
	return b.from.Close()
}
