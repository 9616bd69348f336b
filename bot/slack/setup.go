package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	api "github.com/slack-go/slack"
)

// An App is how the app is called in the workspace.
type App struct {
	Name        string // at most 35 characters
	Description string // at most 140 characters
	Usage       string // behind the slash command, such as "was nicht geht"
	Command     string // what the slash command does; at most 2,000 characters
	Address     string // of Handler, where there is no Socket Mode
}

// Trigger is the word of the slash command, without the slash.
const Trigger = "ersthelfer"

// Manifest returns the app manifest, in JSON, from which an admin creates the app
// in the workspace: the scopes and events that the options need, and no others.
// https://docs.slack.dev/reference/app-manifest
//
// The view for agents is left off: guests of a workspace could not use the app.
func Manifest(o Options, a App) ([]byte, error) {
	m := api.Manifest{
		Metadata: api.ManifestMetadata{MajorVersion: 1, MinorVersion: 1},
		Display:  api.Display{Name: a.Name, Description: a.Description},
		Features: api.Features{
			AppHome: api.AppHome{HomeTabEnabled: o.Home != nil, MessagesTabEnabled: true},
			BotUser: api.BotUser{DisplayName: a.Name, AlwaysOnline: true},
			SlashCommands: []api.ManifestSlashCommand{{
				Command: "/" + Trigger, Description: a.Command, UsageHint: a.Usage, Url: a.Address,
			}},
		},
		OAuthConfig: api.OAuthConfig{Scopes: api.OAuthScopes{Bot: Scopes(o)}},
		Settings: api.Settings{
			EventSubscriptions: &api.EventSubscriptions{BotEvents: events(o), RequestUrl: a.Address},
			Interactivity:      &api.Interactivity{IsEnabled: true, RequestUrl: a.Address},
			SocketModeEnabled:  a.Address == "",
		},
	}
	out, err := json.MarshalIndent(writable{m, appHome{m.Features, readOnly{m.Features.AppHome, false}}}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write app manifest: %w", err)
	}
	return out, nil
}

// The library leaves out what is false. That people may write to the app must be
// said: without it they are told that sending messages has been turned off.
type (
	writable struct {
		api.Manifest
		Features appHome `json:"features"`
	}
	appHome struct {
		api.Features
		AppHome readOnly `json:"app_home"`
	}
	readOnly struct {
		api.AppHome
		ReadOnly bool `json:"messages_tab_read_only_enabled"`
	}
)

// Scopes returns what the bot token must be allowed to do.
// https://docs.slack.dev/reference/scopes
func Scopes(o Options) []string {
	out := []string{
		"app_mentions:read", "chat:write", "commands", "im:history", "im:read", "im:write", "users:read",
	}
	if o.Emails {
		out = append(out, "users:read.email")
	}
	if o.ReadChannels {
		out = append(out, "channels:history", "groups:history")
	}
	if o.ReadChannels || len(o.Channels) > 0 {
		out = append(out, "channels:read", "groups:read")
	}
	slices.Sort(out)
	return out
}

// events returns what the app must be told.
func events(o Options) []string {
	out := []string{"app_mention", "message.im"}
	if o.Home != nil {
		out = append(out, "app_home_opened")
	}
	if o.ReadChannels {
		out = append(out, "message.channels", "message.groups")
	}
	return out
}

// A Report is what Setup has found.
type Report struct {
	Workspace string
	Bot       string // the bot's name there
	Problems  []Problem
}

// A Problem is something that an admin must change.
type Problem struct {
	Kind  ProblemKind
	About string // a scope, a channel, or Slack's own word for what is wrong
}

// A ProblemKind says what is wrong.
type ProblemKind string

// The kinds of problems.
const (
	BadBotToken    ProblemKind = "bot-token"   // Slack does not take the bot token
	BadAppToken    ProblemKind = "app-token"   // no Socket Mode with the app token
	NoScope        ProblemKind = "scope"       // the app lacks a scope: install it again from the manifest
	TooManyScopes  ProblemKind = "spare-scope" // the app has a scope that it does not need
	NoChannel      ProblemKind = "channel"     // the bot cannot see the channel
	NotInChannel   ProblemKind = "not-member"  // the bot must be invited into the channel
	ClosedChannel  ProblemKind = "archived"    // the channel is archived
	NotReached     ProblemKind = "not-reached" // Slack could not be asked
	PersonNotFound ProblemKind = "person"      // nobody has that id or e-mail address
)

// Setup checks tokens, scopes, the channels that the bot is to read or write, and
// the people it is to tell, named by id or e-mail. It changes nothing. Of the
// options it needs no store and no words.
func Setup(ctx context.Context, o Options, channels, people []string) (Report, error) {
	if wrong := o.tokens(); len(wrong) > 0 {
		return Report{}, fmt.Errorf("set up slack: %w", errors.Join(wrong...))
	}
	p := newPlatform(o)
	who, err := p.client.AuthTestContext(ctx)
	if err != nil {
		return Report{Problems: []Problem{problem(BadBotToken, err)}}, nil
	}
	r := Report{Workspace: who.Team, Bot: who.User}
	r.scopes(Scopes(o), who.Header.Get("X-OAuth-Scopes"))
	if o.AppToken != "" {
		if _, _, err := p.client.StartSocketModeContext(ctx); err != nil {
			r.Problems = append(r.Problems, problem(BadAppToken, err))
		}
	}
	channels = append(slices.Collect(maps.Keys(o.Channels)), channels...)
	slices.Sort(channels)
	for _, c := range slices.Compact(channels) {
		r.channel(ctx, p, c)
	}
	for _, user := range people {
		id, err := p.people.who(ctx, user)
		if err == nil {
			_, err = p.people.record(ctx, id)
		}
		if err != nil {
			r.Problems = append(r.Problems, Problem{PersonNotFound, user})
		}
	}
	return r, nil
}

func (r *Report) scopes(want []string, header string) {
	var have []string
	for scope := range strings.SplitSeq(header, ",") {
		have = append(have, strings.TrimSpace(scope))
	}
	for _, scope := range want {
		if !slices.Contains(have, scope) {
			r.Problems = append(r.Problems, Problem{NoScope, scope})
		}
	}
	for _, scope := range have {
		if scope != "" && !slices.Contains(want, scope) {
			r.Problems = append(r.Problems, Problem{TooManyScopes, scope})
		}
	}
}

func (r *Report) channel(ctx context.Context, p *Platform, id string) {
	c, err := p.client.GetConversationInfoContext(ctx, &api.GetConversationInfoInput{ChannelID: id})
	switch {
	case says(err, "channel_not_found"):
		r.Problems = append(r.Problems, Problem{NoChannel, id})
	case err != nil:
		r.Problems = append(r.Problems, problem(NotReached, err))
	case c.IsArchived:
		r.Problems = append(r.Problems, Problem{ClosedChannel, id})
	case !c.IsMember && !c.IsIM:
		r.Problems = append(r.Problems, Problem{NotInChannel, id})
	}
}

// problem returns what an error of Slack is about; one that is not Slack's answer
// says nothing of a token.
func problem(kind ProblemKind, err error) Problem {
	told := failure(err).Error()
	if !refused(err) {
		kind = NotReached
	}
	return Problem{kind, told}
}
