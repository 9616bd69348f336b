package web

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"ersthelfer/bot"
)

// Waiting times (wall time) before a message is given again that could not be
// handled; doubled each time up to the last.
const (
	firstWait = 50 * time.Millisecond
	lastWait  = 30 * time.Second
)

// Run implements [bot.Platform]: it gives people's messages to h, those of one
// conversation in their order. It serves no pages; Handler does, before and
// after too, and keeps what people say until the next Run.
func (s *Server) Run(ctx context.Context, h bot.Handler) error {
	var wg sync.WaitGroup
	s.deliverWith(func(rm *room) {
		if rm.begin() {
			wg.Go(func() { s.give(ctx, rm, h) })
		}
	})
	err := s.deliverLeft(ctx)
	if err == nil {
		<-ctx.Done()
	}
	s.deliverWith(nil)
	wg.Wait()
	if ctx.Err() != nil {
		return nil
	}
	return err
}

func (s *Server) deliverWith(fn func(*room)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deliver = fn
}

// deliverRoom sees to it that what waits in a room is given to the bot. It
// reports whether there is a bot to give it to.
func (s *Server) deliverRoom(rm *room) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.deliver == nil {
		return false
	}
	s.deliver(rm)
	return true
}

// deliverLeft sees to what an earlier Run has left in all conversations.
func (s *Server) deliverLeft(ctx context.Context) error {
	return s.o.Store.Each(ctx, bot.Histories, "", func(key string, data []byte) error {
		if strings.Contains(key, "/") {
			return nil
		}
		h, err := decode(key, data)
		if err != nil {
			return fmt.Errorf("read what was left: %w", err)
		}
		if h.waiting() != nil {
			s.deliverRoom(s.room(key))
		}
		return nil
	})
}

// give gives the messages that wait in a room to the bot, one after the other,
// each until it is taken.
func (s *Server) give(ctx context.Context, rm *room, h bot.Handler) {
	wait := firstWait
	for {
		n, err := s.giveNext(ctx, rm, h)
		switch {
		case ctx.Err() != nil:
			rm.abandon()
			return
		case err != nil:
			s.o.Log.Warn("message will be given again", "err", err)
			select {
			case <-ctx.Done():
			case <-time.After(wait):
			}
			wait = min(2*wait, lastWait)
		case n == 0 && rm.end():
			return
		default:
			wait = firstWait
		}
	}
}

// giveNext gives the oldest message that waits. It returns its number, 0 if
// there is none.
func (s *Server) giveNext(ctx context.Context, rm *room, h bot.Handler) (int, error) {
	hist, err := s.read(ctx, rm.channel)
	if err != nil {
		return 0, err
	}
	e := hist.waiting()
	if e == nil {
		return 0, nil
	}
	receipt, err := h(ctx, *e.Said)
	if err != nil {
		return e.N, fmt.Errorf("handle message: %w", err)
	}
	return e.N, s.change(ctx, rm, func(h *history) error {
		if e := h.at(e.N); e != nil && !e.Done {
			h.acknowledge(e, receipt)
		}
		return nil
	})
}

// acknowledge marks a message as taken and keeps what its sender is to see.
func (h *history) acknowledge(e *entry, r bot.Receipt) {
	e.Done = true
	h.touch(e)
	e.Note, e.Form, e.Errors = r.Private, r.Form, r.Errors
	if e.Said.Form == nil {
		return
	}
	// The form was sent: where it was asked before it is not asked any more, and
	// where something is wrong it is asked here again.
	for i := range h.Entries {
		old := &h.Entries[i]
		if old.Form == nil || old.N == e.N || old.Form.ID != e.Said.Choice {
			continue
		}
		if len(r.Errors) > 0 && e.Form == nil {
			e.Form = filled(old.Form, e.Said.Form)
		}
		old.Form, old.Errors = nil, nil
		h.touch(old)
	}
	if len(r.Errors) > 0 && e.Form == nil {
		if post := h.entry(e.Said.Post); post != nil {
			e.Form = filled(post.form(e.Said.Choice), e.Said.Form)
		}
	}
}

// form returns the form of that id which a choice of the entry asks for, or the
// entry itself.
func (e *entry) form(id string) *bot.Form {
	for _, c := range e.Choices {
		if c.Form != nil && c.Form.ID == id {
			return c.Form
		}
	}
	if e.Form != nil && e.Form.ID == id {
		return e.Form
	}
	return nil
}

// filled returns a form with what was sent in its fields.
func filled(f *bot.Form, values map[string]string) *bot.Form {
	if f == nil {
		return nil
	}
	out := *f
	out.Fields = slices.Clone(f.Fields)
	for i := range out.Fields {
		out.Fields[i].Value = values[out.Fields[i].Name]
	}
	return &out
}
