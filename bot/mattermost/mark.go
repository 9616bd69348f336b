package mattermost

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"ersthelfer/bot"
)

// A mark is how far a channel has been read. It is stored: rename no tag.
type mark struct {
	After  string           `json:"after,omitempty"` // everything up to this post is read
	At     int64            `json:"at"`              // its time; without one, that from which on is read
	Newest int64            `json:"newest"`          // the time of the newest post that is read
	Seen   map[string]sight `json:"seen,omitempty"`  // what is read later than At
}

// A sight is a post that has been read.
type sight struct {
	At   int64 `json:"at"`
	Edit int64 `json:"edit,omitempty"`
}

// advance moves the mark to the last of the posts before which nothing more can
// turn up. With more posts to come it must move, but not past those of the
// same moment.
func (m *mark) advance(posts []*model.Post, more bool) {
	if len(posts) == 0 {
		return
	}
	settled := m.Newest - overlap.Milliseconds()
	if more {
		settled = posts[len(posts)-1].CreateAt - 1
	}
	for _, post := range posts {
		if post.CreateAt <= settled && post.CreateAt >= m.At {
			m.After, m.At = post.Id, post.CreateAt
		}
	}
	for id, seen := range m.Seen {
		if seen.At <= m.At {
			delete(m.Seen, id)
		}
	}
}

// mark returns the mark of a channel. A channel without one is new.
func (r *reader) mark(ctx context.Context, channel string) (*mark, error) {
	m := &mark{Seen: map[string]sight{}}
	data, err := r.p.o.Store.Read(ctx, bot.Marks, ref(channel))
	if err != nil {
		return nil, fmt.Errorf("read mark: %w", err)
	}
	if data == nil {
		m.At = max(r.since, r.p.now().Add(-newcomer).UnixMilli())
		return m, nil
	}
	if err := json.Unmarshal(data, m); err != nil {
		return nil, fmt.Errorf("decode mark of channel %s: %w", channel, err)
	}
	if m.Seen == nil {
		m.Seen = map[string]sight{}
	}
	return m, nil
}

func (r *reader) save(ctx context.Context, channel string, m *mark) error {
	data, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("encode mark: %w", err)
	}
	// What the handler has taken is read, even if the program ends just now.
	ctx = context.WithoutCancel(ctx)
	err = r.p.o.Store.Change(ctx, bot.Marks, ref(channel), func([]byte) ([]byte, error) { return data, nil })
	if err != nil {
		return fmt.Errorf("store mark: %w", err)
	}
	return nil
}

// started returns the time (ms) after which the bot reads: just before the second
// of its first start with this store. What was said before nobody expects to be
// answered.
func (p *Platform) started(ctx context.Context, f *facts) (int64, error) {
	if at := p.since.Load(); at != 0 {
		return at, nil
	}
	now, err := p.serverTime(ctx)
	if err != nil {
		return 0, err
	}
	var at int64
	err = p.o.Store.Change(ctx, bot.Marks, ref("since:"+f.me.Id), func(old []byte) ([]byte, error) {
		if old == nil {
			at = now.UnixMilli() - 1
			return strconv.AppendInt(nil, at, 10), nil
		}
		n, err := strconv.ParseInt(string(old), 10, 64)
		at = n
		return old, err
	})
	if err != nil {
		return 0, fmt.Errorf("remember the first start: %w", err)
	}
	p.since.Store(at)
	return at, nil
}

// serverTime asks for the server's time, in seconds. Only that counts: the
// server gives posts their times.
func (p *Platform) serverTime(ctx context.Context) (time.Time, error) {
	_, resp, err := p.client.GetPing(ctx)
	if err != nil {
		return time.Time{}, fmt.Errorf("ask for the server's time: %w", failure(resp, err))
	}
	now, err := http.ParseTime(resp.Header.Get("Date"))
	if err != nil {
		return time.Time{}, fmt.Errorf("read the server's time: %w", err)
	}
	return now, nil
}
