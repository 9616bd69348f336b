package main

import (
	"context"
	"fmt"
	"strings"

	"ersthelfer/bot"
	"ersthelfer/bot/slack"
	"ersthelfer/config"
)

// slack returns the chat of a Slack workspace.
func (a *app) slack(s *config.Slack) (*slack.Platform, error) {
	o := slackOptions(a.cfg, s)
	o.Store, o.Log, o.Now, o.API = a.store, a.log, a.desk.Now, a.slackAPI
	o.Words = func(locale string) slack.Words { return slackWords(a.texts, locale) }
	o.Home = func(ctx context.Context, u bot.User) (bot.Home, error) { return a.talking.Home(ctx, u) }
	o.Ask = func(locale string) *bot.Form { return a.talking.AskForm(locale) }
	p, err := slack.New(o)
	if err != nil {
		return nil, fmt.Errorf("set up slack: %w", err)
	}
	return p, nil
}

// slackOptions returns what the configuration says of Slack.
func slackOptions(cfg *config.Config, s *config.Slack) slack.Options {
	o := slack.Options{
		BotToken: s.BotToken.Reveal(), Channels: s.Channels,
		ReadChannels: len(slackChannels(cfg)) > 0,
		// What people see is the home tab; whoever only needs to know that there is one
		// does not call this.
		Home: func(context.Context, bot.User) (bot.Home, error) { return nil, nil },
	}
	if s.Mode == "http" {
		o.SigningSecret = s.SigningSecret.Reveal()
	} else {
		o.AppToken = s.AppToken.Reveal()
	}
	for _, p := range slackPeople(cfg) {
		o.Emails = o.Emails || strings.Contains(p, "@")
	}
	return o
}

// slackChannels returns the channels of those who are told in one.
func slackChannels(cfg *config.Config) []string {
	var out []string
	for _, p := range cfg.Model.Parties {
		if channel, ok := strings.CutPrefix(p.Channel, "slack:"); ok {
			out = append(out, channel)
		}
	}
	return out
}

// slackPeople returns the accounts of configured people, ids or e-mail addresses.
func slackPeople(cfg *config.Config) []string {
	var out []string
	for _, p := range cfg.People {
		if account := p.Accounts["slack"]; account != "" {
			out = append(out, account)
		}
	}
	return out
}

func slackWords(texts bot.Texts, locale string) slack.Words {
	word := func(key string) string { return texts.Word(locale, key) }
	return slack.Words{
		Direct: word("answered.direct"), Empty: word("help.short"), Failed: word("trouble"),
		Title: word("form.title"), Working: word("form.working"), Done: word("form.over"), Close: word("form.close"),
	}
}
