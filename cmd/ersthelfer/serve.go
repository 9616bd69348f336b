package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"runtime/debug"
	"syscall"
	"time"

	"ersthelfer/bot"
)

// serve runs the bot and answers HTTP on a listener until ctx ends or one of
// the two cannot go on. Requests under way get a few seconds to end.
func serve(ctx context.Context, l net.Listener, h http.Handler, b *bot.Bot) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	server := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       15 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		// Streams to browsers end with the program, not with a write timeout.
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	errs := make(chan error, 3)
	go func() {
		defer cancel()
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			errs <- fmt.Errorf("serve pages: %w", err)
			return
		}
		errs <- nil
	}()
	go func() {
		defer cancel()
		errs <- b.Run(ctx)
	}()
	debug.FreeOSMemory() // what building the index took is not needed again soon
	<-ctx.Done()
	stop, done := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer done()
	if err := server.Shutdown(stop); err != nil {
		errs <- server.Close() // what did not end by itself
	}
	return errors.Join(<-errs, <-errs)
}

// listen opens the address, with a sentence for the usual mistakes.
func listen(ctx context.Context, address string) (net.Listener, error) {
	if _, _, err := net.SplitHostPort(address); err != nil {
		return nil, usageError{fmt.Errorf("cannot listen on %q; write --listen as 127.0.0.1:8080", address)}
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("cannot listen on %s: %w; is ersthelfer running already? --listen takes another address", address, err)
	case err != nil:
		return nil, fmt.Errorf("cannot listen on %s: %w; --listen takes another address", address, err)
	}
	return l, nil
}
