package main

import (
	"context"
	"crypto/rand"
	"fmt"

	"ersthelfer/bot"
	"ersthelfer/bot/mattermost"
	"ersthelfer/config"
)

// mattermost returns the chat of a Mattermost server.
func (a *app) mattermost(m *config.Mattermost) (*mattermost.Platform, error) {
	secret, err := a.secret(context.Background(), "mattermost")
	if err != nil {
		return nil, err
	}
	o := mattermost.Options{
		URL: m.URL.String(), Token: m.Token.Reveal(), Secret: secret, Teams: m.Teams, Channels: m.Channels,
		Store: a.store, Log: a.log, Now: a.desk.Now,
		Words: func(locale string) mattermost.Words {
			word := func(key string) string { return a.texts.Word(locale, key) }
			return mattermost.Words{
				Foreign: word("refuse.foreign"), Late: word("refuse.stale"), Again: word("refuse.stale"),
				Failed: word("trouble"), Invalid: word("refuse.value"), Direct: word("answered.direct"), Empty: word("help.short"),
			}
		},
	}
	if m.Callback != nil {
		o.Callback = m.Callback.String()
	}
	p, err := mattermost.New(o)
	if err != nil {
		return nil, fmt.Errorf("set up mattermost: %w", err)
	}
	return p, nil
}

// secret returns the installation's own key for a purpose, made the first time
// and kept in the database, so that buttons stay valid over a restart.
func (a *app) secret(ctx context.Context, purpose string) ([]byte, error) {
	var key []byte
	err := a.store.Change(ctx, bot.SignIns, "secret:"+purpose, func(old []byte) ([]byte, error) {
		key = old
		if len(key) == 0 {
			key = make([]byte, 32)
			rand.Read(key)
		}
		return key, nil
	})
	if err != nil {
		return nil, fmt.Errorf("keep secret: %w", err)
	}
	return key, nil
}
