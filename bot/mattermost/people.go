package mattermost

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"ersthelfer/bot"
)

// remembered is how long (wall time) what the server said of users, channels
// and memberships is believed. Users are forgotten earlier when they change.
const remembered = 10 * time.Minute

// manyRemembered bounds each memory.
const manyRemembered = 20_000

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

// of returns what is remembered of key, or asks.
func (m *memory[T]) of(key string, ask func() (T, error)) (T, error) {
	m.mu.Lock()
	k, ok := m.kept[key]
	m.mu.Unlock()
	if ok && m.now().Sub(k.at) < remembered {
		return k.value, nil
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

func (m *memory[T]) forget(key string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.kept, key)
}

// people know who somebody is and where.
type people struct {
	p        *Platform
	users    *memory[*model.User]
	schools  *memory[[]string]
	channels *memory[*model.Channel]
	teams    *memory[string] // team name → id
	named    *memory[string] // "team/channel" or "channel" → id; "@user" → id
	direct   *memory[string] // user id → direct channel
}

func newPeople(p *Platform) *people {
	return &people{
		p: p, users: newMemory[*model.User](p.now), schools: newMemory[[]string](p.now),
		channels: newMemory[*model.Channel](p.now), teams: newMemory[string](p.now),
		named: newMemory[string](p.now), direct: newMemory[string](p.now),
	}
}

// record returns the server's record of a user.
func (w *people) record(ctx context.Context, id string) (*model.User, error) {
	return w.users.of(id, func() (*model.User, error) {
		u, resp, err := w.p.client.GetUser(ctx, id, "")
		if err != nil {
			return nil, fmt.Errorf("ask who somebody is: %w", failure(resp, err))
		}
		return u, nil
	})
}

// channel returns the server's record of a channel.
func (w *people) channel(ctx context.Context, id string) (*model.Channel, error) {
	return w.channels.of(id, func() (*model.Channel, error) {
		c, resp, err := w.p.client.GetChannel(ctx, id)
		if err != nil {
			return nil, fmt.Errorf("ask for a channel: %w", failure(resp, err))
		}
		return c, nil
	})
}

// user returns somebody as the bot knows them. Whether they are a program is
// what the server's record says: a post's props can be set by anybody.
func (w *people) user(ctx context.Context, id string) (bot.User, error) {
	u, err := w.record(ctx, id)
	if err != nil {
		return bot.User{}, err
	}
	out := bot.User{
		Platform: name, ID: u.Id, Name: u.GetDisplayName(model.ShowFullName), Handle: u.Username,
		Email: u.Email, Locale: u.Locale, Zone: zone(u), Bot: u.IsBot,
	}
	if u.IsBot {
		return out, nil
	}
	out.Schools, err = w.schools.of(id, func() ([]string, error) { return w.belongs(ctx, id) })
	return out, err
}

// zone returns the time zone that the server shows a user. Browsers that hide
// theirs say UTC, and nobody's school is there.
func zone(u *model.User) string {
	if z := u.GetPreferredTimezone(); z != "UTC" && z != "Etc/UTC" {
		return z
	}
	return ""
}

// belongs returns the schools of the teams and channels that a user is in. A
// team or channel that the bot cannot see says nothing.
func (w *people) belongs(ctx context.Context, user string) ([]string, error) {
	var out []string
	add := func(school string, resp *model.Response, err error) error {
		switch code := status(resp); {
		case err == nil:
			out = append(out, school)
		case code != http.StatusNotFound && code != http.StatusForbidden:
			return fmt.Errorf("ask for memberships: %w", failure(resp, err))
		}
		return nil
	}
	for team, school := range w.p.o.Teams {
		id, err := w.team(ctx, team)
		if err != nil {
			w.p.log.Warn("mattermost: configured team cannot be seen", "err", err)
			continue
		}
		m, resp, err := w.p.client.GetTeamMember(ctx, id, user, "")
		if err == nil && m.DeleteAt > 0 {
			continue
		}
		if err := add(school, resp, err); err != nil {
			return nil, err
		}
	}
	for channel, school := range w.p.o.Channels {
		id, err := w.place(ctx, channel)
		if err != nil {
			w.p.log.Warn("mattermost: configured channel cannot be seen", "err", err)
			continue
		}
		_, resp, err := w.p.client.GetChannelMember(ctx, id, user, "")
		if err := add(school, resp, err); err != nil {
			return nil, err
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// team returns the id of a team that is named by its name or id.
func (w *people) team(ctx context.Context, team string) (string, error) {
	if model.IsValidId(team) {
		return team, nil
	}
	return w.teams.of(team, func() (string, error) {
		t, resp, err := w.p.client.GetTeamByName(ctx, team, "")
		if err != nil {
			return "", fmt.Errorf("find team %s: %w", team, failure(resp, err))
		}
		return t.Id, nil
	})
}

// place returns the id of a channel that is named by its id, as "team/channel",
// or by its name alone, which is then looked for in the configured teams.
func (w *people) place(ctx context.Context, channel string) (string, error) {
	if model.IsValidId(channel) {
		return channel, nil
	}
	return w.named.of(channel, func() (string, error) {
		team, short, ok := strings.Cut(channel, "/")
		teams := []string{team}
		if !ok {
			teams, short = slices.Sorted(maps.Keys(w.p.o.Teams)), channel
		}
		err := fmt.Errorf("%w: there is no team to look in", bot.ErrUndeliverable)
		for _, team := range teams {
			var id string
			if id, err = w.find(ctx, team, short); err == nil {
				return id, nil
			}
		}
		return "", fmt.Errorf("find channel %s: %w", channel, err)
	})
}

func (w *people) find(ctx context.Context, team, channel string) (string, error) {
	id, err := w.team(ctx, team)
	if err != nil {
		return "", err
	}
	c, resp, err := w.p.client.GetChannelByName(ctx, channel, id, "")
	if err != nil {
		return "", failure(resp, err)
	}
	return c.Id, nil
}

// meet returns the direct channel with a user, who is named by id or by the
// name people write. Nobody reads what is said to a deactivated account.
func (w *people) meet(ctx context.Context, user string) (string, error) {
	id, err := w.who(ctx, user)
	if err != nil {
		return "", err
	}
	u, err := w.record(ctx, id)
	if err != nil {
		return "", err
	}
	if u.DeleteAt > 0 {
		return "", fmt.Errorf("open direct channel: %w: the account is deactivated", bot.ErrUndeliverable)
	}
	f, err := w.p.known(ctx)
	if err != nil {
		return "", err
	}
	return w.direct.of(id, func() (string, error) {
		c, resp, err := w.p.client.CreateDirectChannel(ctx, f.me.Id, id)
		if err != nil {
			return "", fmt.Errorf("open direct channel: %w", failure(resp, err))
		}
		return c.Id, nil
	})
}

// who returns the id of a user who is named by id or by the name people write.
func (w *people) who(ctx context.Context, user string) (string, error) {
	if model.IsValidId(user) {
		return user, nil
	}
	handle := strings.TrimPrefix(user, "@")
	return w.named.of("@"+handle, func() (string, error) {
		u, resp, err := w.p.client.GetUserByUsername(ctx, handle, "")
		if err != nil {
			return "", fmt.Errorf("find user: %w", failure(resp, err))
		}
		return u.Id, nil
	})
}
