package mattermost

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"ersthelfer/bot"
	"ersthelfer/escalation"
)

// message makes a message of a post, or reports false for one that is not said
// to the bot: its own, the server's, and what people say to each other.
func (p *Platform) message(ctx context.Context, post *model.Post) (bot.Message, bool, error) {
	f, err := p.known(ctx)
	if err != nil {
		return bot.Message{}, false, err
	}
	if post.UserId == f.me.Id || post.UserId == "" || post.IsSystemMessage() || post.Type == model.PostTypeEphemeral {
		return bot.Message{}, false, nil
	}
	channel, err := p.people.channel(ctx, post.ChannelId)
	if err != nil {
		return bot.Message{}, false, err
	}
	direct := channel.Type == model.ChannelTypeDirect
	text, called := calls(post.Message, f.me.Username)
	if !direct {
		if ok, err := p.addressed(ctx, post, called, f); err != nil || !ok {
			return bot.Message{}, false, err
		}
	}
	from, err := p.people.user(ctx, post.UserId)
	if err != nil {
		return bot.Message{}, false, err
	}
	m := bot.Message{
		ID: ref(post.Id), From: from, Direct: direct, Text: text,
		In: escalation.Address{Platform: name, Channel: post.ChannelId, Thread: post.RootId},
		At: time.UnixMilli(post.CreateAt),
	}
	if post.RootId != "" {
		m.Root = ref(post.RootId)
	} else if !direct {
		m.In.Thread = post.Id
	}
	m.Files, err = p.files(ctx, post, f)
	return m, true, err
}

// addressed reports whether a post outside of direct channels is for the bot:
// it is called by name, or the post is in a thread that it takes part in.
func (p *Platform) addressed(ctx context.Context, post *model.Post, called bool, f *facts) (bool, error) {
	if called {
		p.threads.join(first(post.RootId, post.Id))
		return true, nil
	}
	if post.RootId == "" {
		return false, nil
	}
	if in, known := p.threads.in(post.RootId); known {
		return in, nil
	}
	list, resp, err := p.client.GetPostThread(ctx, post.RootId, "", false)
	if err != nil {
		if status(resp) == 404 || status(resp) == 403 {
			return false, nil
		}
		return false, fmt.Errorf("read thread: %w", failure(resp, err))
	}
	in := false
	for _, other := range list.Posts {
		_, called := calls(other.Message, f.me.Username)
		in = in || other.UserId == f.me.Id || called
	}
	p.threads.know(post.RootId, in)
	return in, nil
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// files names what is attached to a post. A link opens for whoever may see it
// in the chat, and for nobody else.
func (p *Platform) files(ctx context.Context, post *model.Post, f *facts) ([]escalation.File, error) {
	if len(post.FileIds) == 0 {
		return nil, nil
	}
	var infos []*model.FileInfo
	if post.Metadata != nil {
		infos = post.Metadata.Files
	}
	if len(infos) != len(post.FileIds) {
		var resp *model.Response
		var err error
		if infos, resp, err = p.client.GetFileInfosForPost(ctx, post.Id, ""); err != nil {
			return nil, fmt.Errorf("ask for the names of files: %w", failure(resp, err))
		}
	}
	var out []escalation.File
	for _, info := range infos {
		out = append(out, escalation.File{Name: info.Name, Link: f.site + "/api/v4/files/" + info.Id})
	}
	return out, nil
}

// calls reports whether text calls a user by name, and returns it without
// the call. Names are compared as the server does: without regard to case, and
// without the punctuation behind.
func calls(text, user string) (rest string, called bool) {
	var b strings.Builder
	for {
		at := strings.IndexByte(text, '@')
		if at < 0 {
			b.WriteString(text)
			break
		}
		word := text[at+1:]
		if end := strings.IndexFunc(word, func(r rune) bool { return !inName(r) }); end >= 0 {
			word = word[:end]
		}
		bare := word
		if !strings.EqualFold(bare, user) {
			bare = strings.TrimRight(word, "._-")
		}
		if strings.EqualFold(bare, user) && (at == 0 || !inName(rune(text[at-1]))) {
			called = true
			b.WriteString(strings.TrimRight(text[:at], " "))
			if text = strings.TrimLeft(text[at+1+len(bare):], " "); text != "" && !strings.ContainsRune(",.;:!?)", rune(text[0])) {
				b.WriteByte(' ')
			}
			continue
		}
		b.WriteString(text[:at+1])
		text = text[at+1:]
	}
	if !called {
		return strings.TrimSpace(b.String()), false
	}
	return strings.TrimSpace(strings.TrimLeft(strings.TrimSpace(b.String()), ",:;.!- ")), true
}

func inName(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.' || r == '-' || r == '_'
}

// threads remember in which threads the bot takes part.
type threads struct {
	mu    sync.Mutex
	known map[string]bool
}

func newThreads() *threads { return &threads{known: map[string]bool{}} }

func (t *threads) in(root string) (in, known bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	in, known = t.known[root]
	return in, known
}

func (t *threads) join(root string) { t.know(root, true) }

func (t *threads) know(root string, in bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.known) >= manyRemembered {
		clear(t.known)
	}
	t.known[root] = in
}
