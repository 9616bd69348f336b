package slack

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	api "github.com/slack-go/slack"

	"ersthelfer/bot"
)

// How channels are read, Slack's time unless said otherwise.
const (
	// newcomer is how far back the bot reads in a channel that it has not known.
	newcomer = 24 * time.Hour
	// longest is how far back it reads in any: what is older than that is not
	// remembered as done for sure, and nobody waits for an answer any more.
	longest = 6 * 24 * time.Hour
	// oldThreads is how far back threads may have begun that go on in a gap: as long
	// as people work on a ticket.
	oldThreads = 30 * 24 * time.Hour
	manyPages  = 50

	// lookEvery is how often (wall time) every channel is read although nothing
	// seems to be missing: Slack promises no delivery, and of a proxy that was gone
	// nobody tells. A pause after each channel leaves room for other requests.
	lookEvery = 15 * time.Minute
	lookPause = 3 * time.Second
)

// A mark is how far a channel has been read. What arrived as an event does not
// move it: something before may be missing. It is stored: rename no tag.
type mark struct {
	TS string `json:"ts"`
}

// markOf returns the stored mark of a channel, or from where a new one is read.
func (p *Platform) markOf(ctx context.Context, channel string) (ts string, known bool, err error) {
	data, err := p.o.Store.Read(ctx, bot.Marks, name+":"+channel)
	if err != nil {
		return "", false, fmt.Errorf("read mark: %w", err)
	}
	var m mark
	if data != nil && json.Unmarshal(data, &m) == nil && m.TS != "" {
		return max(m.TS, stamp(p.now().Add(-longest))), true, nil
	}
	return max(p.me.Load().since, stamp(p.now().Add(-newcomer))), false, nil
}

// setMark stores how far a channel has been read.
func (p *Platform) setMark(ctx context.Context, channel, ts string) error {
	err := p.o.Store.Change(ctx, bot.Marks, name+":"+channel, func([]byte) ([]byte, error) {
		return json.Marshal(mark{ts})
	})
	if err != nil {
		return fmt.Errorf("store mark: %w", err)
	}
	return nil
}

// started returns the time from which on the bot reads: that of its first start.
// What was said before nobody expects to be answered.
func (p *Platform) started(ctx context.Context, me string) (string, error) {
	var since string
	err := p.o.Store.Change(ctx, bot.Marks, name+":since:"+me, func(old []byte) ([]byte, error) {
		if since = string(old); since == "" {
			since = stamp(p.now().Add(-time.Minute)) // two clocks do not agree
		}
		return []byte(since), nil
	})
	if err != nil {
		return "", fmt.Errorf("remember the first start: %w", err)
	}
	return since, nil
}

// missing says that something may have been said that did not arrive.
func (r *run) missing() {
	select {
	case r.gap <- struct{}{}:
	default:
	}
}

// catchUp reads what is missing, each time that something may be, and now and
// again. Once a day it forgets what is old.
func (r *run) catchUp(ctx context.Context) {
	every := cmp.Or(r.p.o.Look, lookEvery)
	again := time.NewTicker(every)
	defer again.Stop()
	forgotten := r.p.now()
	for {
		between := time.Duration(0)
		select {
		case <-ctx.Done():
			return
		case <-r.gap:
		case <-again.C:
			between = min(lookPause, every)
			if now := r.p.now(); now.Sub(forgotten) > 24*time.Hour {
				forgotten = now
				r.p.forget(ctx)
			}
		}
		for tries := 0; ; tries++ {
			err := r.readAll(ctx, between)
			if err == nil {
				break
			}
			if ctx.Err() != nil {
				return
			}
			r.p.log.Warn("slack: catching up is tried again", "err", err)
			if pause(ctx, wait(tries, err)) != nil {
				return
			}
		}
	}
}

// readAll reads every conversation from where it was read before, those first in
// which somebody talked lately, with pauses between them. When something may be
// missing meanwhile, it begins anew without.
func (r *run) readAll(ctx context.Context, between time.Duration) error {
	channels, from, err := r.inOrder(ctx)
	if err != nil {
		return err
	}
	for i, c := range channels {
		if i > 0 && between > 0 {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-r.gap:
				return r.readAll(ctx, 0)
			case <-time.After(between):
			}
		}
		for tries := 0; ; tries++ {
			err := r.readChannel(ctx, c, from[c])
			if err == nil || errors.Is(err, bot.ErrUndeliverable) {
				break // the bot has been removed from it meanwhile
			}
			if ctx.Err() != nil || tries == 10 {
				return err
			}
			if pause(ctx, wait(tries, err)) != nil {
				return ctx.Err()
			}
		}
	}
	return nil
}

// inOrder returns the conversations in the order of reading, and from where each
// is read.
func (r *run) inOrder(ctx context.Context) (channels []string, from map[string]string, err error) {
	if channels, err = r.p.channels(ctx); err != nil {
		return nil, nil, err
	}
	from = map[string]string{}
	known := map[string]bool{}
	for _, c := range channels {
		if from[c], known[c], err = r.p.markOf(ctx, c); err != nil {
			return nil, nil, err
		}
	}
	slices.SortFunc(channels, func(a, b string) int {
		switch {
		case known[a] != known[b] && known[a]:
			return -1
		case known[a] != known[b]:
			return 1
		}
		return cmp.Or(cmp.Compare(from[b], from[a]), cmp.Compare(a, b))
	})
	return channels, from, nil
}

// channels returns the conversations that the bot reads.
func (p *Platform) channels(ctx context.Context) ([]string, error) {
	types := []string{"im"}
	if p.o.ReadChannels {
		types = append(types, "public_channel", "private_channel")
	}
	q := &api.GetConversationsForUserParameters{Types: types, Limit: pageSize, ExcludeArchived: true}
	var out []string
	for {
		channels, next, err := p.client.GetConversationsForUserContext(ctx, q)
		if err != nil {
			return nil, fmt.Errorf("list channels: %w", failure(err))
		}
		for _, c := range channels {
			out = append(out, c.ID)
		}
		if q.Cursor = next; next == "" {
			return out, nil
		}
	}
}

// readChannel puts what was said in a channel since a time into the inbox, and
// then remembers how far it has been read.
func (r *run) readChannel(ctx context.Context, channel, since string) error {
	var found []*message
	add := func(m *api.Message) error {
		said := recorded(channel, m)
		for _, one := range []*message{said, said.edit()} { // which of them is known, the inbox knows
			if one != nil && one.TS > since && one.concerns(r.p.me.Load()) {
				found = append(found, one)
			}
		}
		return nil
	}
	var roots []string
	newest := since
	oldest := min(since, max(stamp(at(since).Add(-oldThreads)), r.p.me.Load().since))
	err := r.p.history(ctx, channel, oldest, func(m *api.Message) error {
		if m.LatestReply > since {
			roots = append(roots, m.Timestamp)
		}
		newest = max(newest, m.Timestamp)
		return add(m)
	})
	for _, root := range roots {
		if err == nil {
			err = r.p.replies(ctx, channel, root, since, add)
		}
	}
	if err == nil {
		err = r.putAll(ctx, found)
	}
	if err != nil || newest == since {
		return err
	}
	return r.p.setMark(ctx, channel, newest)
}

// putAll puts messages into the inbox, oldest first, and waits until they are
// committed.
func (r *run) putAll(ctx context.Context, found []*message) (err error) {
	slices.SortFunc(found, func(a, b *message) int { return cmp.Compare(a.time(), b.time()) })
	failed := make(chan error, len(found))
	for _, m := range found {
		r.inbox.put(ctx, arrival{&item{Key: m.key(), Said: m}, func(_ bool, err error) { failed <- err }})
	}
	for range found {
		select {
		case e := <-failed:
			err = cmp.Or(err, e)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return err
}

// history calls fn for each message of a channel since a time, newest first.
func (p *Platform) history(ctx context.Context, channel, since string, fn func(*api.Message) error) error {
	q := &api.GetConversationHistoryParameters{
		ChannelID: channel, Oldest: since, Limit: pageSize, IncludeAllMetadata: true,
	}
	for range manyPages {
		page, err := p.client.GetConversationHistoryContext(ctx, q)
		if err != nil {
			return fmt.Errorf("read channel: %w", failure(err))
		}
		for i := range page.Messages {
			if err := fn(&page.Messages[i]); err != nil {
				return err
			}
		}
		if q.Cursor = page.ResponseMetaData.NextCursor; q.Cursor == "" {
			break
		}
	}
	return nil
}

// replies calls fn for each message of a thread since a time, and for its root. A
// thread that is gone has none.
func (p *Platform) replies(ctx context.Context, channel, root, since string, fn func(*api.Message) error) error {
	q := &api.GetConversationRepliesParameters{
		ChannelID: channel, Timestamp: root, Oldest: since, Limit: pageSize, IncludeAllMetadata: true,
	}
	for range manyPages {
		page, _, next, err := p.client.GetConversationRepliesContext(ctx, q)
		if says(err, "thread_not_found") {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read thread: %w", failure(err))
		}
		for i := range page {
			if err := fn(&page[i]); err != nil {
				return err
			}
		}
		if q.Cursor = next; next == "" {
			break
		}
	}
	return nil
}
