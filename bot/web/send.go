package web

import (
	"context"
	"errors"
	"fmt"

	"ersthelfer/bot"
)

// errUnchanged ends a change that has nothing to store.
var errUnchanged = errors.New("unchanged")

// Send implements [bot.Platform]. Only somebody who is known, or has said
// something here before, can be told something.
func (s *Server) Send(ctx context.Context, p bot.Post) (string, error) {
	channel := p.To.Channel
	if channel == "" {
		channel = p.User
	}
	_, known := s.people[channel]
	n := 0
	err := s.change(ctx, s.room(channel), func(h *history) error {
		if !known && len(h.Entries) == 0 {
			return bot.ErrUndeliverable
		}
		old := h.find(func(e *entry) bool { return p.Key != "" && e.Key == p.Key })
		if old != nil {
			n = old.N
			return errUnchanged
		}
		n = h.add(entry{At: s.o.Now(), Key: p.Key, Thread: p.To.Thread, Body: p.Body.Cut(maxPost), Choices: p.Choices}).N
		return nil
	})
	if err != nil && !errors.Is(err, errUnchanged) {
		return "", fmt.Errorf("send post: %w", err)
	}
	return ref(channel, n), nil
}

// Edit implements [bot.Editor]. A post so old that it has moved stays as it is;
// nobody sees its choices any more.
func (s *Server) Edit(ctx context.Context, name string, p bot.Post) error {
	channel, n, ok := parseRef(name)
	if !ok {
		return fmt.Errorf("edit post: %w", bot.ErrUndeliverable)
	}
	err := s.change(ctx, s.room(channel), func(h *history) error {
		e := h.at(n)
		switch {
		case n <= h.Moved:
			return errUnchanged
		case e == nil || e.Said != nil:
			return bot.ErrUndeliverable
		}
		body := p.Body.Cut(maxPost)
		e.Edited = e.Edited || body.String() != e.Body.String()
		e.Body, e.Choices = body, p.Choices
		h.touch(e)
		return nil
	})
	if err != nil && !errors.Is(err, errUnchanged) {
		return fmt.Errorf("edit post: %w", err)
	}
	return nil
}
