package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"ersthelfer/bot"
	"ersthelfer/bot/mattermost"
	"ersthelfer/config"
)

// mattermost returns the chat of a Mattermost server.
func (a *app) mattermost(ctx context.Context, m *config.Mattermost) (*mattermost.Platform, error) {
	o, err := a.mattermostOptions(ctx, m)
	if err != nil {
		return nil, err
	}
	o.Ask = func(locale string) *bot.Form { return a.talking.AskForm(locale) }
	p, err := mattermost.New(o)
	if err != nil {
		return nil, fmt.Errorf("set up mattermost: %w", err)
	}
	return p, nil
}

// mattermostOptions returns what the configuration and the database say of
// Mattermost.
func (a *app) mattermostOptions(ctx context.Context, m *config.Mattermost) (mattermost.Options, error) {
	secret, err := a.secret(ctx, "mattermost")
	if err != nil {
		return mattermost.Options{}, err
	}
	tokens, err := a.commandTokens(ctx)
	if err != nil {
		return mattermost.Options{}, err
	}
	o := mattermost.Options{
		CommandTokens: slices.Sorted(maps.Values(tokens)),
		URL:           m.URL.String(), Token: m.Token.Reveal(), Secret: secret, Teams: m.Teams, Channels: m.Channels,
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
	return o, nil
}

// mattermostPath is below which the server calls the bot: the path of the
// callback address.
func mattermostPath(m *config.Mattermost) string {
	if m.Callback == nil {
		return "/mattermost/"
	}
	return m.Callback.JoinPath("/").Path
}

// commandKey is where the tokens of the slash command are kept, which the server
// sends along and which no file of the administrator need hold.
const commandKey = "secret:mattermost-commands"

// commandTokens returns the tokens of the slash command, by team.
func (a *app) commandTokens(ctx context.Context) (map[string]string, error) {
	data, err := a.store.Read(ctx, bot.SignIns, commandKey)
	if err != nil {
		return nil, fmt.Errorf("read command tokens: %w", err)
	}
	tokens := map[string]string{}
	if data == nil {
		return tokens, nil
	}
	if err := json.Unmarshal(data, &tokens); err != nil {
		return nil, fmt.Errorf("decode command tokens: %w", err)
	}
	return tokens, nil
}

// keepCommandTokens adds tokens to those that are kept.
func (a *app) keepCommandTokens(ctx context.Context, more map[string]string) error {
	tokens, err := a.commandTokens(ctx)
	if err != nil {
		return err
	}
	maps.Copy(tokens, more)
	data, err := json.Marshal(tokens)
	if err != nil {
		return fmt.Errorf("encode command tokens: %w", err)
	}
	err = a.store.Change(ctx, bot.SignIns, commandKey, func([]byte) ([]byte, error) { return data, nil })
	if err != nil {
		return fmt.Errorf("keep command tokens: %w", err)
	}
	return nil
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
