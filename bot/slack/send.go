package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	api "github.com/slack-go/slack"

	"ersthelfer/bot"
)

// Where the bot's own posts are remembered, and how they are found again.
const (
	sentPrefix = name + ":sent/"
	metaType   = "ersthelfer_post" // of the metadata of each post
	metaKey    = "key"
	// sentTime is how long (wall time) a post's key is remembered: longer than
	// anything is tried again.
	sentTime = 8 * 24 * time.Hour
	// earlier is how much before an intention its post is looked for, because two
	// clocks do not agree.
	earlier = 5 * time.Minute
)

// A sending is the intention to post, and the post once it is known. It is
// stored: rename no tag.
type sending struct {
	At  time.Time `json:"at"`
	Ref string    `json:"ref,omitempty"`
}

// Send implements [bot.Platform]. Post.User names a person by id or e-mail.
func (p *Platform) Send(ctx context.Context, post bot.Post) (string, error) {
	if _, err := p.identify(ctx); err != nil {
		return "", err
	}
	key := p.key(post.Key)
	defer p.lanes.Enter("send " + key)()
	before, err := p.intention(ctx, post.Key, key)
	if err != nil || before.Ref != "" {
		return before.Ref, err
	}
	channel, err := p.destination(ctx, post)
	if err != nil {
		return "", err
	}
	root := thread(post.To.Thread)
	if !before.At.IsZero() {
		if ts, err := p.find(ctx, channel, root, key, before.At); err != nil || ts != "" {
			return p.posted(ctx, post.Key, key, channel, ts, err)
		}
	}
	if d := max(p.gate.closed("chat.postMessage"), p.pace.take(channel, p.now())); d > 0 {
		return "", &bot.LaterError{After: d, Err: errLimit}
	}
	if err := p.intend(ctx, post.Key, key, before); err != nil {
		return "", err
	}
	ts, err := p.create(ctx, channel, root, key, draw(post))
	return p.posted(ctx, post.Key, key, channel, ts, err)
}

// key returns what a post is recognised by. It holds for one store only: one
// that begins anew numbers its tickets anew, and posts about other tickets of the
// same numbers must not be taken for those that are to be told now.
func (p *Platform) key(key string) string { return digest(p.me.Load().since + "/" + key) }

// destination returns the channel that a post goes to.
func (p *Platform) destination(ctx context.Context, post bot.Post) (string, error) {
	switch {
	case post.To.Channel != "":
		return post.To.Channel, nil
	case post.User == "":
		return "", fmt.Errorf("send post: %w: neither a channel nor a user", bot.ErrUndeliverable)
	}
	return p.people.meet(ctx, post.User)
}

// intention returns what is remembered of a key. A post without a key has none.
func (p *Platform) intention(ctx context.Context, postKey, key string) (sending, error) {
	var s sending
	if err := ctx.Err(); err != nil || postKey == "" {
		return s, err
	}
	data, err := p.o.Store.Read(ctx, bot.Marks, sentPrefix+key)
	if err == nil && data != nil {
		err = json.Unmarshal(data, &s)
	}
	if err != nil {
		return s, fmt.Errorf("look up own post: %w", err)
	}
	return s, nil
}

// intend stores that a post is going to be made. One that was intended before
// keeps the time of then: its first post may still turn up.
func (p *Platform) intend(ctx context.Context, postKey, key string, before sending) error {
	if postKey == "" || !before.At.IsZero() {
		return nil
	}
	return p.keep(ctx, key, &sending{At: p.now().UTC()})
}

func (p *Platform) keep(ctx context.Context, key string, s *sending) error {
	var data []byte
	if s != nil {
		var err error
		if data, err = json.Marshal(s); err != nil {
			return fmt.Errorf("encode own post: %w", err)
		}
	}
	err := p.o.Store.Change(ctx, bot.Marks, sentPrefix+key, func([]byte) ([]byte, error) { return data, nil })
	if err != nil {
		return fmt.Errorf("remember own post: %w", err)
	}
	return nil
}

// posted remembers what came of a post. After an answer that leaves no doubt
// that there is none, there is no intention any more; else it stays, and the
// next attempt looks for the post first.
func (p *Platform) posted(ctx context.Context, postKey, key, channel, ts string, err error) (string, error) {
	ctx = context.WithoutCancel(ctx)
	switch {
	case err == nil && postKey == "":
		return ref(channel, ts), nil
	case err == nil:
		return ref(channel, ts), p.keep(ctx, key, &sending{At: p.now().UTC(), Ref: ref(channel, ts)})
	case postKey != "" && refused(err):
		return "", errors.Join(err, p.keep(ctx, key, nil))
	}
	return "", err
}

// refused reports whether Slack has answered that it did not do something.
func refused(err error) bool {
	var said api.SlackErrorResponse
	var later *bot.LaterError
	return errors.As(err, &later) || errors.Is(err, bot.ErrUndeliverable) ||
		errors.As(err, &said) && said.Err != "internal_error" && said.Err != "fatal_error"
}

// create posts, without blocks if Slack does not like them: the words matter
// more than the buttons, which have their typed twins.
func (p *Platform) create(ctx context.Context, channel, root, key string, out drawing) (string, error) {
	options := append(out.options(), marked(key), api.MsgOptionTS(root))
	_, ts, err := p.client.PostMessageContext(ctx, channel, options...)
	if says(err, formErrors...) {
		p.log.Error("slack: post is sent without its buttons", "err", failure(err))
		plain := drawing{text: out.text}
		_, ts, err = p.client.PostMessageContext(ctx, channel, append(plain.options(), marked(key), api.MsgOptionTS(root))...)
	}
	if says(err, "thread_not_found") && root != "" {
		return p.create(ctx, channel, "", key, out) // its root is gone: it is still told in the channel
	}
	if err != nil {
		return "", fmt.Errorf("send post: %w", failure(err))
	}
	if root != "" {
		p.threads.know(ref(channel, root), true)
	}
	return ts, nil
}

// options are what every post has: nothing in it is parsed, and nothing unfurled.
func (d drawing) options() []api.MsgOption {
	options := []api.MsgOption{
		api.MsgOptionText(d.text, false), api.MsgOptionParse(false),
		api.MsgOptionDisableLinkUnfurl(), api.MsgOptionDisableMediaUnfurl(),
	}
	if len(d.blocks) > 0 {
		options = append(options, api.MsgOptionBlocks(d.blocks...))
	}
	return options
}

// marked puts the key of a post where only the app finds it.
func marked(key string) api.MsgOption {
	return api.MsgOptionMetadata(api.SlackMetadata{EventType: metaType, EventPayload: map[string]any{metaKey: key}})
}

// find looks for the post with a key that may have been made, and returns its
// timestamp.
func (p *Platform) find(ctx context.Context, channel, root, key string, since time.Time) (string, error) {
	me, found := p.me.Load(), ""
	look := func(m *api.Message) error {
		k, _ := m.Metadata.EventPayload[metaKey].(string)
		// Anybody's app can set metadata, so that only the bot's own posts count.
		if k == key && m.Metadata.EventType == metaType && (m.User == me.user || m.BotID == me.bot && me.bot != "") {
			found = m.Timestamp
		}
		return nil
	}
	oldest := stamp(since.Add(-earlier))
	err := p.history(ctx, channel, oldest, look)
	if err == nil && found == "" && root != "" {
		err = p.replies(ctx, channel, root, oldest, look)
	}
	if err != nil {
		return "", fmt.Errorf("look for own post: %w", err)
	}
	return found, nil
}

// Edit implements [bot.Editor]. The post is drawn anew from post, so that
// choices that it does not have are gone.
func (p *Platform) Edit(ctx context.Context, at string, post bot.Post) error {
	channel, ts, ok := unref(at)
	if !ok {
		return fmt.Errorf("edit post: %w: not a post of this platform", bot.ErrUndeliverable)
	}
	if _, err := p.identify(ctx); err != nil {
		return err
	}
	options := draw(post).options()
	if post.Key != "" {
		options = append(options, marked(p.key(post.Key)))
	}
	if _, _, _, err := p.client.UpdateMessageContext(ctx, channel, ts, options...); err != nil {
		return fmt.Errorf("edit post: %w", failure(err))
	}
	return nil
}

// forget drops what was sent long ago.
func (p *Platform) forget(ctx context.Context) {
	var old []string
	err := p.o.Store.Each(ctx, bot.Marks, sentPrefix, func(key string, record []byte) error {
		var s sending
		if json.Unmarshal(record, &s) == nil && p.now().Sub(s.At) > sentTime {
			old = append(old, key)
		}
		return nil
	})
	for _, key := range old {
		err = errors.Join(err, p.o.Store.Change(ctx, bot.Marks, key, func([]byte) ([]byte, error) { return nil, nil }))
	}
	if err != nil && ctx.Err() == nil {
		p.log.Warn("slack: old posts are not forgotten", "err", err)
	}
}

// paceBurst is how many posts go into a channel at once.
const paceBurst = 3

// A pace says when the next post may go into a channel: about one a second, with
// short bursts. Slack would refuse more, and count the refused ones too.
// https://docs.slack.dev/apis/web-api/rate-limits
type pace struct {
	each time.Duration
	mu   sync.Mutex
	next map[string]time.Time // when a channel would be ready without a burst
}

func newPace(each time.Duration) *pace {
	if each == 0 {
		each = time.Second
	}
	return &pace{each: each, next: map[string]time.Time{}}
}

// take returns 0 and counts a post, or how long to wait.
func (s *pace) take(channel string, now time.Time) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	next := s.next[channel]
	if next.Before(now) {
		next = now
	}
	if d := next.Sub(now) - (paceBurst-1)*s.each; d > 0 {
		return d
	}
	if len(s.next) > manyRemembered {
		clear(s.next)
	}
	s.next[channel] = next.Add(s.each)
	return 0
}
