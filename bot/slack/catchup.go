package slack

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	api "github.com/slack-go/slack"

	"ersthelfer/bot"
)

// How channels are read, Slack's time.
const (
	// newcomer is how far back the bot reads in a channel that it has not known.
	newcomer = 24 * time.Hour
	// oldThreads is how far back threads may have begun that go on in a gap.
	oldThreads = 3 * 24 * time.Hour
	// flushEvery is how old a stored mark may be, wall time. It costs nothing but
	// reading a little twice.
	flushEvery = 5 * time.Second
	manyPages  = 50
)

// A mark is how far a channel has been seen. It is stored: rename no tag.
type mark struct {
	TS string `json:"ts"`
}

// marks remember how far channels have been seen. While something may be
// missing they are not stored: what is new must not hide the gap before it.
type marks struct {
	p      *Platform
	mu     sync.Mutex
	newest map[string]string // what is not stored yet
	held   bool
}

func newMarks(p *Platform) *marks { return &marks{p: p, newest: map[string]string{}, held: true} }

// see notes that something has been committed.
func (s *marks) see(it *item) {
	if it.Said == nil || it.Said.TS == "" || it.Said.Subtype == "message_changed" || it.Said.Subtype == "message_deleted" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.newest[it.Said.Channel] = max(s.newest[it.Said.Channel], it.Said.TS)
}

// hold says whether something may be missing.
func (s *marks) hold(held bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held = held
}

// flush stores the marks now and again, and once more at the end.
func (s *marks) flush(ctx context.Context) {
	for ended := false; !ended; {
		ended = pause(ctx, flushEvery) != nil
		if err := s.store(context.WithoutCancel(ctx)); err != nil {
			s.p.log.Warn("slack: marks are stored later", "err", err)
		}
	}
}

func (s *marks) store(ctx context.Context) error {
	s.mu.Lock()
	newest := s.newest
	if s.held {
		newest = nil
	} else {
		s.newest = map[string]string{}
	}
	s.mu.Unlock()
	for _, channel := range slices.Sorted(maps.Keys(newest)) {
		err := s.p.o.Store.Change(ctx, bot.Marks, name+":"+channel, func(old []byte) ([]byte, error) {
			var m mark
			_ = json.Unmarshal(old, &m) // one that cannot be read is replaced
			m.TS = max(m.TS, newest[channel])
			return json.Marshal(m)
		})
		if err != nil {
			return fmt.Errorf("store mark: %w", err)
		}
	}
	return nil
}

// read returns the stored mark of a channel, or from where a new one is read.
func (s *marks) read(ctx context.Context, channel string) (ts string, known bool, err error) {
	data, err := s.p.o.Store.Read(ctx, bot.Marks, name+":"+channel)
	if err != nil {
		return "", false, fmt.Errorf("read mark: %w", err)
	}
	var m mark
	if data != nil && json.Unmarshal(data, &m) == nil && m.TS != "" {
		return m.TS, true, nil
	}
	return max(s.p.me.Load().since, stamp(s.p.now().Add(-newcomer))), false, nil
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
	r.marks.hold(true)
	select {
	case r.gap <- struct{}{}:
	default:
	}
}

// catchUp reads what is missing, each time that something may be.
func (r *run) catchUp(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-r.gap:
		}
		for tries := 0; ; tries++ {
			err := r.readAll(ctx)
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
		r.mu.Lock()
		if len(r.gap) == 0 && (r.open > 0 || r.p.o.AppToken == "") {
			r.marks.hold(false)
		}
		r.mu.Unlock()
	}
}

// readAll reads every conversation from where it was seen, those first in which
// somebody talked lately.
func (r *run) readAll(ctx context.Context) error {
	channels, err := r.p.channels(ctx)
	if err != nil {
		return err
	}
	from := map[string]string{}
	known := map[string]bool{}
	for _, c := range channels {
		if from[c], known[c], err = r.marks.read(ctx, c); err != nil {
			return err
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
	for _, c := range channels {
		for tries := 0; ; tries++ {
			err := r.readChannel(ctx, c, from[c])
			if err == nil {
				break
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

// readChannel puts what was said in a channel since a time into the inbox.
func (r *run) readChannel(ctx context.Context, channel, since string) error {
	var found []*message
	add := func(m *api.Message) error {
		one := recorded(channel, m)
		if one.TS > since && one.concerns(r.p.me.Load()) {
			found = append(found, one)
		}
		return nil
	}
	var roots []string
	oldest := min(since, max(stamp(at(since).Add(-oldThreads)), r.p.me.Load().since))
	err := r.p.history(ctx, channel, oldest, func(m *api.Message) error {
		if m.LatestReply > since {
			roots = append(roots, m.Timestamp)
		}
		return add(m)
	})
	for _, root := range roots {
		if err == nil {
			err = r.p.replies(ctx, channel, root, since, add)
		}
	}
	if err != nil {
		return err
	}
	slices.SortFunc(found, func(a, b *message) int { return cmp.Compare(a.TS, b.TS) })
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
