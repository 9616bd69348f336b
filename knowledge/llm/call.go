package llm

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"

	"github.com/sashabaranov/go-openai"
)

// The two ways to fail. Whoever calls goes on without the model in both.
var (
	ErrUnavailable = errors.New("language model not available") // nobody answered in time, or nobody was asked
	ErrUnusable    = errors.New("answer not usable")            // what came back must not be used
)

// errRefused is the kind of what the gate refuses. It is no sign that the endpoint is out of order.
var errRefused = fmt.Errorf("%w: refused", ErrUnusable)

// A failure says what went wrong in words of this package. The errors of a connection and of the endpoint may hold
// addresses, keys, prompts and answers, so none of them is passed on.
type failure struct {
	kind   error
	text   string
	status int // of HTTP, if that is what went wrong
}

// Error implements error.
func (f *failure) Error() string { return f.kind.Error() + ": " + f.text }

// Unwrap returns [ErrUnavailable] or [ErrUnusable].
func (f *failure) Unwrap() error { return f.kind }

var (
	errBusy        = &failure{kind: ErrUnavailable, text: "too many calls at the same time"}
	errResting     = &failure{kind: ErrUnavailable, text: "it has failed too often and is left alone for a while"}
	errSlow        = &failure{kind: ErrUnavailable, text: "no answer has begun in time"}
	errEndless     = &failure{kind: ErrUnavailable, text: "the answer was not complete in time"}
	errHost        = &failure{kind: ErrUnavailable, text: "the host is unknown"}
	errCertificate = &failure{kind: ErrUnavailable, text: "the certificate is not trusted"}
	errConnection  = &failure{kind: ErrUnavailable, text: "no connection"}
	errOff         = &failure{kind: ErrUnavailable, text: "no model is configured for it"}

	errLarge      = &failure{kind: ErrUnusable, text: "it is too large"}
	errReported   = &failure{kind: ErrUnusable, text: "it reports an error"}
	errUnreadable = &failure{kind: ErrUnusable, text: "it does not have the form that was asked for"}
	errUnfinished = &failure{kind: ErrUnusable, text: "it breaks off"}
	errNothing    = &failure{kind: ErrUnusable, text: "it is empty"}
	errVectors    = &failure{kind: ErrUnusable, text: "the vectors are not usable"}
	errDimension  = &failure{kind: ErrUnusable, text: "the vectors have another dimension than before"}
	errOtherwise  = &failure{kind: ErrUnusable, text: "the article does not answer the question"}
)

// call runs fn, which asks the endpoint once and judges the answer, within all limits.
func (m *Model) call(ctx context.Context, task string, fn func(context.Context) error) error {
	err := m.attempt(ctx, fn)
	if err != nil {
		m.log.LogAttrs(ctx, slog.LevelWarn, "language model did not help",
			slog.String("task", task), slog.String("reason", err.Error()))
	}
	return err
}

func (m *Model) attempt(ctx context.Context, fn func(context.Context) error) error {
	select {
	case m.slots <- struct{}{}:
		defer func() { <-m.slots }()
	default:
		return errBusy
	}
	if !m.breaker.allow(m.now()) {
		return errResting
	}
	timed, cancel := context.WithTimeoutCause(ctx, Total, errEndless)
	defer cancel()
	err := reason(ctx, fn(timed))
	if !errors.Is(err, context.Canceled) { // that the caller gave up says nothing about the endpoint
		m.breaker.done(m.now(), err == nil || errors.Is(err, errRefused))
	}
	return err
}

// reason returns why a call failed, without anything that came from outside.
func reason(ctx context.Context, err error) error {
	var (
		known       *failure
		host        *net.DNSError
		certificate *tls.CertificateVerificationError
		connection  *url.Error
		reported    *openai.APIError
	)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &known):
		return known
	case errors.As(err, &host):
		return errHost
	case errors.As(err, &certificate):
		return errCertificate
	case errors.As(err, &connection):
		return errConnection
	case errors.As(err, &reported):
		return errReported
	}
	return errUnreadable
}
