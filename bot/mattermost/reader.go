package mattermost

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"ersthelfer/bot"
)

// How the reader works.
const (
	readers = 8 // channels that are read at the same time
	page    = 200
	// overlap is how long (server's time) after a post others may still turn up
	// before it.
	overlap = 30 * time.Second
	// newcomer is how far back (wall time) the bot reads in a channel that it has
	// not known: people call it first and add it then.
	newcomer = 24 * time.Hour
	// manyPages bounds what is read backwards in one go.
	manyPages = 50
)

// A reader gives what is new in channels to the handler: different channels at
// the same time, each in order.
type reader struct {
	p     *Platform
	h     bot.Handler
	since int64 // ms: older posts are none of the bot's business
	slots chan struct{}
	wg    sync.WaitGroup
	mu    sync.Mutex
	busy  map[string]bool // the channels being read; true: woken again meanwhile
}

func newReader(p *Platform, h bot.Handler, since int64) *reader {
	return &reader{p: p, h: h, since: since, slots: make(chan struct{}, readers), busy: map[string]bool{}}
}

// wake says that a channel may have something new. It does not wait.
func (r *reader) wake(ctx context.Context, channel string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.busy[channel]; ok {
		r.busy[channel] = true
		return
	}
	r.busy[channel] = false
	r.wg.Go(func() { r.follow(ctx, channel) })
}

// follow reads a channel until there is nothing new in it. What goes wrong is
// tried again: a message is never passed over.
func (r *reader) follow(ctx context.Context, channel string) {
	for tries := 0; ; {
		select {
		case <-ctx.Done():
			return
		case r.slots <- struct{}{}:
		}
		err := r.read(ctx, channel)
		<-r.slots
		switch {
		case ctx.Err() != nil:
			return
		case errors.Is(err, bot.ErrUndeliverable):
			// The bot was removed, or the channel is gone: there is nothing to read.
			r.p.log.Info("mattermost: channel cannot be read", "channel", channel, "err", err)
		case err != nil:
			r.p.log.Warn("mattermost: reading a channel is tried again", "channel", channel, "err", err)
			if pause(ctx, backoff(tries)) != nil {
				return
			}
			tries++
			continue
		}
		tries = 0
		if r.done(channel) {
			return
		}
	}
}

// done ends the reading of a channel, unless it was woken meanwhile.
func (r *reader) done(channel string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.busy[channel] {
		r.busy[channel] = false
		return false
	}
	delete(r.busy, channel)
	return true
}

// read gives everything that is new in a channel to the handler.
func (r *reader) read(ctx context.Context, channel string) error {
	defer r.p.lanes.Enter(channel)()
	m, err := r.mark(ctx, channel)
	if err != nil {
		return err
	}
	for {
		posts, more, err := r.unread(ctx, channel, m)
		if err != nil {
			return err
		}
		if err := r.giveAll(ctx, posts, m); err != nil {
			return errors.Join(err, r.save(ctx, channel, m))
		}
		m.advance(posts, more)
		if err := r.save(ctx, channel, m); err != nil || !more {
			return err
		}
	}
}

func (r *reader) giveAll(ctx context.Context, posts []*model.Post, m *mark) error {
	for _, post := range posts {
		seen, ok := m.Seen[post.Id]
		switch {
		case !ok && post.CreateAt <= m.At:
			continue
		case !ok:
			if err := r.give(ctx, post, ""); err != nil {
				return err
			}
		case post.EditAt > seen.Edit:
			if err := r.give(ctx, post, bot.Edited); err != nil {
				return err
			}
		}
		m.Seen[post.Id] = sight{post.CreateAt, post.EditAt}
		m.Newest = max(m.Newest, post.CreateAt)
	}
	return nil
}

// give gives one post to the handler, if it is for the bot.
func (r *reader) give(ctx context.Context, post *model.Post, change bot.Change) error {
	m, ok, err := r.p.message(ctx, post)
	if errors.Is(err, bot.ErrUndeliverable) {
		// Whoever wrote it is not there any more, so nobody waits for an answer.
		r.p.log.Info("mattermost: message without a sender", "err", err)
		return nil
	}
	if err != nil || !ok {
		return err
	}
	switch m.Change = change; change {
	case bot.Edited:
		m.At = time.UnixMilli(post.EditAt)
	case bot.Deleted:
		m.Text, m.Files, m.At = "", nil, time.UnixMilli(post.DeleteAt)
	}
	receipt, err := r.h(ctx, m)
	if err != nil {
		return fmt.Errorf("handle message: %w", err)
	}
	r.p.tell(ctx, m, receipt)
	return nil
}

// unread returns posts after a mark, oldest first, and whether there are more.
func (r *reader) unread(ctx context.Context, channel string, m *mark) ([]*model.Post, bool, error) {
	if m.After == "" {
		posts, err := r.back(ctx, channel, m.At)
		return posts, false, err
	}
	list, resp, err := r.p.client.GetPostsAfter(ctx, channel, m.After, 0, page, "", false, false)
	if err != nil {
		return nil, false, fmt.Errorf("read channel: %w", failure(resp, err))
	}
	posts := inOrder(list)
	if len(posts) > 0 {
		return posts, len(posts) == page, nil
	}
	// After a post that was erased the server finds nothing, and says so with an
	// empty list.
	if _, resp, err := r.p.client.GetPost(ctx, m.After, ""); err == nil {
		return nil, false, nil
	} else if code := status(resp); code != 404 && code != 403 {
		return nil, false, fmt.Errorf("read channel: %w", failure(resp, err))
	}
	posts, err = r.back(ctx, channel, m.At)
	return posts, false, err
}

// back returns the posts of a channel later than a time, oldest first.
func (r *reader) back(ctx context.Context, channel string, at int64) ([]*model.Post, error) {
	found := map[string]*model.Post{}
	for n := range manyPages {
		list, resp, err := r.p.client.GetPostsForChannel(ctx, channel, n, page, "", false, false)
		if err != nil {
			return nil, fmt.Errorf("read channel: %w", failure(resp, err))
		}
		posts := inOrder(list)
		for _, post := range posts {
			if post.CreateAt > at {
				found[post.Id] = post
			}
		}
		if len(posts) < page || posts[0].CreateAt <= at {
			break
		}
	}
	out := make([]*model.Post, 0, len(found))
	for _, post := range found {
		out = append(out, post)
	}
	slices.SortFunc(out, earlier)
	return out, nil
}

func inOrder(list *model.PostList) []*model.Post {
	var out []*model.Post
	for _, id := range list.Order {
		if post := list.Posts[id]; post != nil {
			out = append(out, post)
		}
	}
	slices.SortFunc(out, earlier)
	return out
}

func earlier(a, b *model.Post) int {
	return cmp.Or(cmp.Compare(a.CreateAt, b.CreateAt), cmp.Compare(a.Id, b.Id))
}

// catchUp wakes every channel in which something was said since it was read. It
// returns those in which something was said lately.
func (r *reader) catchUp(ctx context.Context) (lively []string, err error) {
	f, err := r.p.known(ctx)
	if err != nil {
		return nil, err
	}
	channels, resp, err := r.p.client.GetChannelsForUserWithLastDeleteAt(ctx, f.me.Id, 0)
	if err != nil {
		return nil, fmt.Errorf("list channels: %w", failure(resp, err))
	}
	recent := r.p.now().Add(-newcomer).UnixMilli()
	for _, c := range channels {
		if c.DeleteAt > 0 {
			continue
		}
		m, err := r.mark(ctx, c.Id)
		if err != nil {
			return nil, err
		}
		if c.LastPostAt > max(m.Newest, m.At) {
			r.wake(ctx, c.Id)
		}
		if c.LastPostAt > recent {
			lively = append(lively, c.Id)
		}
	}
	return lively, nil
}

// changes tells of what was changed in a channel since a time (ms). The server's
// list may lack some of it, and has it in no order; what is new is not taken
// from it.
func (r *reader) changes(ctx context.Context, channel string, since int64) error {
	list, resp, err := r.p.client.GetPostsSince(ctx, channel, since, false)
	if err != nil {
		return fmt.Errorf("read changes: %w", failure(resp, err))
	}
	for _, post := range list.Posts {
		switch {
		case post.DeleteAt >= since:
			err = r.tryChange(ctx, post, bot.Deleted)
		case post.EditAt >= since:
			err = r.tryChange(ctx, post, bot.Edited)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
