package mattermost

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"ersthelfer/bot"
	"ersthelfer/escalation"
)

// keyProp is the prop of a post that holds the digest of its key.
const keyProp = "ersthelfer_key"

// How far back own posts are looked for.
const (
	lookBack  = 7 * 24 * time.Hour // server's time
	lookPages = 5
)

// Send implements [bot.Platform]. An Address may name its channel by id, as
// "team/channel", or by its name in one of the configured teams, and its thread
// by id or as Send named the post that begins it; Post.User may be a user's id
// or the name people write.
func (p *Platform) Send(ctx context.Context, post bot.Post) (string, error) {
	if d := p.gate.closed(); d > 0 {
		return "", &bot.LaterError{After: d, Err: fmt.Errorf("send post: the server limits requests")}
	}
	f, err := p.known(ctx)
	if err != nil {
		return "", err
	}
	channel, err := p.destination(ctx, post)
	if err != nil {
		return "", err
	}
	post.To.Thread = strings.TrimPrefix(post.To.Thread, name+":")
	key, err := p.key(ctx, f, post.Key)
	if err != nil {
		return "", err
	}
	defer p.lanes.Enter("send " + channel)()
	if id, err := p.look(ctx, channel, key); err != nil || id != "" {
		return ref(id), err
	}
	id, err := p.create(ctx, f, post, channel, key)
	if err != nil {
		return "", err
	}
	p.sent.add(channel, key, id)
	return ref(id), nil
}

// key returns what a post is recognised by. It holds for one store only: one
// that begins anew numbers its tickets anew, and posts about other tickets of the
// same numbers must not be taken for those that are to be told now.
func (p *Platform) key(ctx context.Context, f *facts, key string) (string, error) {
	if key == "" {
		return nonce(), nil
	}
	since, err := p.started(ctx, f)
	if err != nil {
		return "", err
	}
	return digest(strconv.FormatInt(since, 10) + "/" + key), nil
}

// destination returns the channel that a post goes to.
func (p *Platform) destination(ctx context.Context, post bot.Post) (string, error) {
	if post.To.Channel != "" {
		return p.people.place(ctx, post.To.Channel)
	}
	if post.User == "" {
		return "", fmt.Errorf("send post: %w: neither a channel nor a user", bot.ErrUndeliverable)
	}
	return p.people.meet(ctx, post.User)
}

// create makes a post. Where its thread is gone, it is still told in the channel.
func (p *Platform) create(ctx context.Context, f *facts, post bot.Post, channel, key string) (string, error) {
	out, err := p.draw(f, post, channel, key)
	if err != nil {
		return "", err
	}
	// The server knows these ids for everybody on it together.
	out.PendingPostId = digest(f.me.Id + channel + key)
	made, resp, err := p.client.CreatePost(ctx, out)
	if err != nil && out.RootId != "" && says(err, "root_id") {
		out.RootId = ""
		out.PendingPostId = digest(out.PendingPostId)
		made, resp, err = p.client.CreatePost(ctx, out)
	}
	if err != nil {
		if code := status(resp); code == 0 || code >= http.StatusInternalServerError {
			// The server may have it all the same: look again before the next try.
			p.sent.doubt(channel)
		}
		return "", fmt.Errorf("send post: %w", failure(resp, err))
	}
	return made.Id, nil
}

// draw returns a post as Mattermost wants it.
func (p *Platform) draw(f *facts, post bot.Post, channel, key string) (*model.Post, error) {
	out := &model.Post{ChannelId: channel, RootId: post.To.Thread, Message: markdown(post.Body, f.maxText)}
	// Of links nobody wrote a preview may not speak. The server sets from_bot
	// when a post is made, and loses it when props are changed.
	out.SetProps(model.StringInterface{
		keyProp: key, model.PostPropsUnsafeLinks: "true", model.PostPropsFromBot: "true",
	})
	if len(post.Choices) == 0 {
		return out, nil
	}
	if p.base == nil {
		out.Message = markdown(post.Listed(), f.maxText)
		return out, nil
	}
	actions, err := p.actions(post.Choices, claim{
		Purpose: toPress, Channel: channel, Key: key, Root: post.To.Thread,
		Until: p.now().Add(pressTime).Unix(),
	})
	if err != nil {
		return nil, err
	}
	out.AddProp(model.PostPropsAttachments, []*model.MessageAttachment{{Actions: actions}})
	return out, nil
}

// Edit implements [bot.Editor]. The post is drawn anew from p: the server never
// gives back what stands behind its buttons, so that a post which is read,
// changed and written has dead ones.
func (p *Platform) Edit(ctx context.Context, at string, post bot.Post) error {
	id, ok := unref(at)
	if !ok {
		return fmt.Errorf("edit post: %w: not a post of this platform", bot.ErrUndeliverable)
	}
	f, err := p.known(ctx)
	if err != nil {
		return err
	}
	old, resp, err := p.client.GetPost(ctx, id, "")
	if err != nil {
		return fmt.Errorf("edit post: %w", failure(resp, err))
	}
	if old.UserId != f.me.Id {
		return fmt.Errorf("edit post: %w: not a post of the bot", bot.ErrUndeliverable)
	}
	key, _ := old.GetProp(keyProp).(string)
	post.To.Thread = old.RootId
	out, err := p.draw(f, post, old.ChannelId, key)
	if err != nil {
		return err
	}
	props := out.GetProps()
	if _, resp, err = p.client.PatchPost(ctx, id, &model.PostPatch{Message: &out.Message, Props: &props}); err != nil {
		return fmt.Errorf("edit post: %w", failure(resp, err))
	}
	return nil
}

// look returns the id of the post with a key that is already in a channel. The
// first time the channel is looked through, and again after a post of which it
// is not known whether it arrived; else what was sent is remembered.
func (p *Platform) look(ctx context.Context, channel, key string) (string, error) {
	if id, sure := p.sent.find(channel, key); sure || id != "" {
		return id, nil
	}
	f, err := p.known(ctx)
	if err != nil {
		return "", err
	}
	oldest := p.now().Add(-lookBack).UnixMilli()
	for n := range lookPages {
		list, resp, err := p.client.GetPostsForChannel(ctx, channel, n, page, "", false, false)
		if err != nil {
			return "", fmt.Errorf("look for own post: %w", failure(resp, err))
		}
		posts := inOrder(list)
		for _, post := range posts {
			// Anybody can set this prop, so that only the bot's own posts count.
			if k, _ := post.GetProp(keyProp).(string); k != "" && post.UserId == f.me.Id {
				p.sent.add(channel, k, post.Id)
			}
		}
		if len(posts) < page || posts[0].CreateAt < oldest {
			break
		}
	}
	p.sent.trust(channel)
	id, _ := p.sent.find(channel, key)
	return id, nil
}

// manySent is how many own posts of a channel are remembered.
const manySent = 1000

// sent remembers the bot's posts, by channel and key.
type sent struct {
	mu sync.Mutex
	in map[string]*outbox
}

type outbox struct {
	posts map[string]string // key → post
	order []string
	sure  bool // holds everything that was sent lately
}

func newSent() *sent { return &sent{in: map[string]*outbox{}} }

func (s *sent) box(channel string) *outbox {
	l := s.in[channel]
	if l == nil {
		l = &outbox{posts: map[string]string{}}
		s.in[channel] = l
	}
	return l
}

func (s *sent) find(channel, key string) (id string, sure bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.box(channel)
	return l.posts[key], l.sure
}

func (s *sent) add(channel, key, id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.box(channel)
	if _, ok := l.posts[key]; !ok {
		l.order = append(l.order, key)
	}
	l.posts[key] = id
	if len(l.order) > manySent {
		delete(l.posts, l.order[0])
		l.order = l.order[1:]
	}
}

func (s *sent) trust(channel string) { s.set(channel, true) }
func (s *sent) doubt(channel string) { s.set(channel, false) }

func (s *sent) set(channel string, sure bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.box(channel).sure = sure
}

// tell shows a receipt to the sender of a message. It belongs to nobody else,
// so that outside of the direct channel it goes there.
func (p *Platform) tell(ctx context.Context, m bot.Message, r bot.Receipt) {
	if len(r.Private) == 0 && r.Form == nil {
		return
	}
	post := bot.Post{Key: "receipt/" + m.ID, Body: r.Private, User: m.From.ID}
	if m.Direct {
		post.To = escalation.Address{Platform: name, Channel: m.In.Channel, Thread: m.In.Thread}
	}
	if r.Form != nil {
		// A form opens only for somebody who presses something.
		post.Choices = []bot.Choice{{ID: r.Form.ID, Label: r.Form.Title, Strong: true, Form: r.Form}}
		if len(post.Body) == 0 {
			post.Body = bot.Plain(r.Form.Title)
		}
	}
	if _, err := p.Send(ctx, post); err != nil && ctx.Err() == nil {
		p.log.Warn("mattermost: a private sentence was not delivered", "err", err)
	}
}
