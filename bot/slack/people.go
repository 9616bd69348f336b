package slack

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	api "github.com/slack-go/slack"

	"ersthelfer/bot"
)

// remembered is how long (wall time) what Slack said of users and memberships is
// believed.
const remembered = 10 * time.Minute

// manyRemembered bounds each memory.
const manyRemembered = 20_000

// pageSize is how much is asked for at a time. Slack advises 200 at most.
const pageSize = 200

// A memory keeps what was asked for some time.
type memory[T any] struct {
	mu   sync.Mutex
	now  func() time.Time
	kept map[string]kept[T]
}

type kept[T any] struct {
	value T
	at    time.Time
}

func newMemory[T any](now func() time.Time) *memory[T] {
	return &memory[T]{now: now, kept: map[string]kept[T]{}}
}

// known returns what is remembered of key.
func (m *memory[T]) known(key string) (T, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	k, ok := m.kept[key]
	return k.value, ok && m.now().Sub(k.at) < remembered
}

// of returns what is remembered of key, or asks.
func (m *memory[T]) of(key string, ask func() (T, error)) (T, error) {
	if v, ok := m.known(key); ok {
		return v, nil
	}
	v, err := ask()
	if err != nil {
		return v, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.kept) >= manyRemembered {
		clear(m.kept)
	}
	m.kept[key] = kept[T]{v, m.now()}
	return v, nil
}

// people know who somebody is and where.
type people struct {
	p       *Platform
	users   *memory[*api.User]
	emails  *memory[string]          // e-mail → user id
	members *memory[map[string]bool] // channel id → user ids
	direct  *memory[string]          // user id → direct channel
}

func newPeople(p *Platform) *people {
	return &people{
		p: p, users: newMemory[*api.User](p.now), emails: newMemory[string](p.now),
		members: newMemory[map[string]bool](p.now), direct: newMemory[string](p.now),
	}
}

// record returns Slack's record of a user, with language and zone.
func (w *people) record(ctx context.Context, id string) (*api.User, error) {
	return w.users.of(id, func() (*api.User, error) {
		u, err := w.p.client.GetUserInfoContext(ctx, id)
		if err != nil {
			return nil, fmt.Errorf("ask who somebody is: %w", failure(err))
		}
		return u, nil
	})
}

// user returns somebody as the bot knows them. Team is the workspace that they
// spoke from, if it is known.
func (w *people) user(ctx context.Context, id, team string) (bot.User, error) {
	u, err := w.record(ctx, id)
	if err != nil {
		return bot.User{}, err
	}
	out := bot.User{
		Platform: name, ID: u.ID, Name: cmp.Or(u.RealName, u.Profile.RealName, u.Name), Handle: u.Name,
		Email: u.Profile.Email, Locale: u.Locale, Zone: u.TZ, Bot: u.IsBot || u.ID == "USLACKBOT",
	}
	if out.Bot {
		return out, nil
	}
	for _, workspace := range []string{u.TeamID, team} {
		if school := w.p.o.Teams[workspace]; school != "" {
			out.Schools = append(out.Schools, school)
		}
	}
	for channel, school := range w.p.o.Channels {
		members, err := w.in(ctx, channel)
		if err != nil {
			// A channel that cannot be seen says nothing; the bot then asks.
			w.p.log.Warn("slack: configured channel cannot be seen", "channel", channel, "err", err)
		} else if members[id] {
			out.Schools = append(out.Schools, school)
		}
	}
	slices.Sort(out.Schools)
	out.Schools = slices.Compact(out.Schools)
	return out, nil
}

// in returns who is in a channel.
func (w *people) in(ctx context.Context, channel string) (map[string]bool, error) {
	return w.members.of(channel, func() (map[string]bool, error) {
		out := map[string]bool{}
		q := &api.GetUsersInConversationParameters{ChannelID: channel, Limit: pageSize}
		for {
			ids, next, err := w.p.client.GetUsersInConversationContext(ctx, q)
			if err != nil {
				return nil, fmt.Errorf("ask who is in a channel: %w", failure(err))
			}
			for _, id := range ids {
				out[id] = true
			}
			if q.Cursor = next; next == "" {
				return out, nil
			}
		}
	})
}

// userID is how Slack names people.
var userID = regexp.MustCompile(`^[UW][A-Z0-9]{2,}$`)

// meet returns the direct channel with a user, who is named by id or e-mail.
func (w *people) meet(ctx context.Context, user string) (string, error) {
	id, err := w.who(ctx, user)
	if err != nil {
		return "", err
	}
	return w.direct.of(id, func() (string, error) {
		c, _, _, err := w.p.client.OpenConversationContext(ctx, &api.OpenConversationParameters{Users: []string{id}})
		if err != nil {
			return "", fmt.Errorf("open direct channel: %w", failure(err))
		}
		return c.ID, nil
	})
}

// who returns the id of a user who is named by id or e-mail. Slack finds nobody
// by the name people write.
func (w *people) who(ctx context.Context, user string) (string, error) {
	if userID.MatchString(user) {
		return user, nil
	}
	if !strings.Contains(strings.TrimPrefix(user, "@"), "@") {
		return "", fmt.Errorf("find user: %w: want an id or an e-mail address", bot.ErrUndeliverable)
	}
	return w.emails.of(user, func() (string, error) {
		u, err := w.p.client.GetUserByEmailContext(ctx, user)
		if err != nil {
			return "", fmt.Errorf("find user: %w", failure(err))
		}
		return u.ID, nil
	})
}

// text returns Slack's text as people read it: without the call of the bot, and
// with names for the ids of others.
func (w *people) text(ctx context.Context, text, me string) string {
	for _, m := range mention.FindAllStringSubmatch(text, maxMentions) {
		if m[1] == me {
			continue
		}
		if u, err := w.record(ctx, m[1]); err == nil {
			text = strings.ReplaceAll(text, m[0], "<@"+m[1]+"|"+cmp.Or(u.RealName, u.Name)+">")
		}
	}
	return plain(text, me)
}

var mention = regexp.MustCompile(`<@([UW][A-Z0-9]+)>`)

// maxMentions is how many names are asked for because of one message.
const maxMentions = 10
