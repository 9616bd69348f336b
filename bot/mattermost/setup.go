package mattermost

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
)

// SetupOptions are what Setup works with.
type SetupOptions struct {
	Options
	// Admin is a token of a system admin. It is used for this once, and not kept.
	// Without one the server's settings cannot be read, and no command registered.
	Admin string
	// Description and Hint are what people see of the slash command.
	Description string
	Hint        string

	Places []string // channels in which a team is told, named as in [Options]
	People []string // whom the bot must be able to tell, by the name people write
}

// A Problem names what must be changed on the server, or in the options, for
// the bot to work whole. The texts for them are in the catalogue of whoever
// shows them.
type Problem string

// The problems.
const (
	Unreachable  Problem = "unreachable"  // the server does not answer
	BadToken     Problem = "token"        // the server does not know the token
	NoBot        Problem = "nobot"        // the token is not that of a bot account
	NoKey        Problem = "nokey"        // the server has no key to sign presses with: it is too old
	NoCallback   Problem = "nocallback"   // there is no callback address: no buttons, forms, commands
	BadCallback  Problem = "callback"     // the server cannot reach the callback address
	BadSetting   Problem = "setting"      // a setting of the server stands in the way
	UnseenTeam   Problem = "team"         // the bot is not in a configured team
	UnseenPlace  Problem = "channel"      // the bot is not in a configured channel
	NoPerson     Problem = "person"       // nobody has the user name of a configured person
	NoAdmin      Problem = "noadmin"      // without an admin's token, settings are not checked and commands not registered
	NoCommand    Problem = "command"      // the slash command could not be registered in a team
	OwnerMatters Problem = "ownermatters" // the bot dies when the account that made it is deactivated
)

// A Finding is one problem, with what it is about.
type Finding struct {
	Problem Problem
	Name    string // the setting, team, channel or address
	Is      string // its value
	Want    string // the value it needs
	Err     error  // what the server said; nil if it said nothing
}

// String returns the finding for a log.
func (f Finding) String() string {
	s := string(f.Problem)
	if f.Name != "" {
		s += " " + f.Name
	}
	if f.Want != "" {
		s += fmt.Sprintf(" is %q, want %s", f.Is, f.Want)
	}
	if f.Err != nil {
		s += ": " + f.Err.Error()
	}
	return s
}

// A Report is what Setup found and did.
type Report struct {
	Bot      string            // the user name of the bot account
	Findings []Finding         // empty: nothing is left to do
	Tokens   map[string]string // team → token of its slash command, for Options.CommandTokens
}

// Setup looks whether everything is as the bot needs it, and registers the slash
// command in the configured teams. It changes nothing else, and may be repeated.
// For the callback address to be checked, Handler must be served there.
func Setup(ctx context.Context, o SetupOptions) Report {
	r := Report{Tokens: map[string]string{}}
	p, err := New(o.Options)
	if err != nil {
		r.add(Finding{Problem: Unreachable, Name: o.URL, Err: err})
		return r
	}
	f, err := p.known(ctx)
	if err != nil {
		problem := Unreachable
		if errors.Is(err, errToken) {
			problem = BadToken
		}
		r.add(Finding{Problem: problem, Name: o.URL, Err: err})
		return r
	}
	r.Bot = f.me.Username
	if !f.me.IsBot {
		r.add(Finding{Problem: NoBot, Name: f.me.Username})
	}
	if f.key == nil {
		r.add(Finding{Problem: NoKey})
	}
	p.checkPlaces(ctx, &r, o)
	p.checkPeople(ctx, &r, o.People)
	p.checkCallback(ctx, &r, f)
	p.checkAsAdmin(ctx, &r, o)
	return r
}

func (r *Report) add(f Finding) { r.Findings = append(r.Findings, f) }

// checkPlaces looks whether the bot is where it is configured to be.
func (p *Platform) checkPlaces(ctx context.Context, r *Report, o SetupOptions) {
	f := p.facts.Load()
	for _, team := range slices.Sorted(maps.Keys(p.o.Teams)) {
		id, err := p.people.team(ctx, team)
		if err == nil {
			var resp *model.Response
			_, resp, err = p.client.GetTeamMember(ctx, id, f.me.Id, "")
			err = failure(resp, err)
		}
		if err != nil {
			r.add(Finding{Problem: UnseenTeam, Name: team, Err: err})
		}
	}
	places := slices.Concat(slices.Collect(maps.Keys(p.o.Channels)), o.Places)
	slices.Sort(places)
	for _, channel := range slices.Compact(places) {
		id, err := p.people.place(ctx, channel)
		if err == nil {
			_, err = p.people.channel(ctx, id)
		}
		if err != nil {
			r.add(Finding{Problem: UnseenPlace, Name: channel, Err: err})
		}
	}
}

// checkPeople looks whether those who are to be told are there.
func (p *Platform) checkPeople(ctx context.Context, r *Report, people []string) {
	for _, person := range slices.Compact(slices.Sorted(slices.Values(people))) {
		id, err := p.people.who(ctx, person)
		if err == nil {
			_, err = p.people.record(ctx, id)
		}
		if err != nil {
			r.add(Finding{Problem: NoPerson, Name: person, Err: err})
		}
	}
}

// checkCallback lets the server call the bot: the bot presses a button of its
// own, in its conversation with itself.
func (p *Platform) checkCallback(ctx context.Context, r *Report, f *facts) {
	if p.base == nil {
		r.add(Finding{Problem: NoCallback})
		return
	}
	err := p.probe(ctx, f)
	if err == nil {
		return
	}
	finding := Finding{Problem: BadCallback, Name: p.o.Callback, Err: err}
	if private(p.base) {
		// The server calls nobody in private networks whom it was not told of.
		finding.Want = "AllowedUntrustedInternalConnections with " + p.base.Hostname()
	}
	r.add(finding)
}

func (p *Platform) probe(ctx context.Context, f *facts) error {
	channel, resp, err := p.client.CreateDirectChannel(ctx, f.me.Id, f.me.Id)
	if err != nil {
		return fmt.Errorf("open conversation with itself: %w", failure(resp, err))
	}
	button := &model.PostAction{Id: "probe", Name: "1", Type: model.PostActionTypeButton}
	if err := p.integrate(button, claim{Purpose: toProbe, Until: p.now().Add(time.Minute).Unix()}); err != nil {
		return err
	}
	post := &model.Post{ChannelId: channel.Id, Message: "1"}
	post.AddProp(model.PostPropsAttachments, []*model.MessageAttachment{{Actions: []*model.PostAction{button}}})
	made, resp, err := p.client.CreatePost(ctx, post)
	if err != nil {
		return fmt.Errorf("post to itself: %w", failure(resp, err))
	}
	defer func() { _, _ = p.client.DeletePost(context.WithoutCancel(ctx), made.Id) }()
	if resp, err := p.client.DoPostAction(ctx, made.Id, button.Id); err != nil {
		return fmt.Errorf("press own button: %w", failure(resp, err))
	}
	return nil
}

// private reports whether an address is one that only a private network knows.
func private(u *url.URL) bool {
	host := u.Hostname()
	ip := net.ParseIP(host)
	if ip == nil {
		return host == "localhost" || !strings.Contains(host, ".") || strings.HasSuffix(host, ".local") || strings.HasSuffix(host, ".internal")
	}
	return ip.IsLoopback() || ip.IsPrivate() || ip.IsLinkLocalUnicast()
}

// checkAsAdmin checks what only an admin sees, and registers the command.
func (p *Platform) checkAsAdmin(ctx context.Context, r *Report, o SetupOptions) {
	if o.Admin == "" {
		r.add(Finding{Problem: NoAdmin})
		return
	}
	admin := newClient(o.URL, o.Admin, p.gate)
	config, resp, err := admin.GetConfig(ctx)
	if err != nil {
		r.add(Finding{Problem: NoAdmin, Err: failure(resp, err)})
		return
	}
	p.checkSettings(r, config)
	if p.base == nil {
		return
	}
	for _, team := range slices.Sorted(maps.Keys(p.o.Teams)) {
		id, err := p.people.team(ctx, team)
		if err != nil {
			continue // already found
		}
		token, err := p.register(ctx, admin, id, o)
		if err != nil {
			r.add(Finding{Problem: NoCommand, Name: team, Err: err})
			continue
		}
		r.Tokens[team] = token
	}
}

// checkSettings names the settings that keep the bot from working.
func (p *Platform) checkSettings(r *Report, c *model.Config) {
	s := c.ServiceSettings
	setting := func(name, is, want string) {
		r.add(Finding{Problem: BadSetting, Name: name, Is: is, Want: want})
	}
	if s.EnableCommands != nil && !*s.EnableCommands {
		setting("ServiceSettings.EnableCommands", "false", "true")
	}
	if d := s.OutgoingIntegrationRequestsTimeout; d != nil && *d < 3 {
		setting("ServiceSettings.OutgoingIntegrationRequestsTimeout", strconv.FormatInt(*d, 10), "at least 3")
	}
	if p.base != nil && private(p.base) && s.AllowedUntrustedInternalConnections != nil &&
		!allows(*s.AllowedUntrustedInternalConnections, p.base.Hostname()) {
		setting("ServiceSettings.AllowedUntrustedInternalConnections", *s.AllowedUntrustedInternalConnections,
			"also "+p.base.Hostname())
	}
	if d := c.TeamSettings.RestrictDirectMessage; d != nil && *d != model.DirectMessageAny && len(p.o.Teams) == 0 {
		setting("TeamSettings.RestrictDirectMessage", *d, model.DirectMessageAny)
	}
	if d := s.DisableBotsWhenOwnerIsDeactivated; d != nil && *d {
		r.add(Finding{Problem: OwnerMatters, Name: "ServiceSettings.DisableBotsWhenOwnerIsDeactivated", Is: "true", Want: "false"})
	}
}

// allows reports whether a list of hosts and networks names a host.
func allows(list, host string) bool {
	ip := net.ParseIP(host)
	for _, one := range strings.FieldsFunc(list, func(r rune) bool { return r == ' ' || r == ',' }) {
		_, network, err := net.ParseCIDR(one)
		if one == host || err == nil && ip != nil && network.Contains(ip) {
			return true
		}
	}
	return false
}

// register returns the token of the slash command of a team, and makes it, or
// brings its address up to date, if that is needed. A bot may not do so itself.
func (p *Platform) register(ctx context.Context, admin *model.Client4, team string, o SetupOptions) (string, error) {
	want := &model.Command{
		TeamId: team, Trigger: Trigger, Method: model.CommandMethodPost, URL: p.base.JoinPath("command").String(),
		Username: "", DisplayName: p.facts.Load().me.Username, Description: o.Description,
		AutoComplete: true, AutoCompleteDesc: o.Description, AutoCompleteHint: o.Hint,
	}
	all, resp, err := admin.ListCommands(ctx, team, true)
	if err != nil {
		return "", fmt.Errorf("list commands: %w", failure(resp, err))
	}
	for _, old := range all {
		if old.Trigger != Trigger || old.TeamId != team {
			continue
		}
		if old.URL == want.URL && old.Method == want.Method {
			return old.Token, nil
		}
		want.Id, want.Token, want.CreatorId = old.Id, old.Token, old.CreatorId
		changed, resp, err := admin.UpdateCommand(ctx, want)
		if err != nil {
			return "", fmt.Errorf("change command: %w", failure(resp, err))
		}
		return changed.Token, nil
	}
	made, resp, err := admin.CreateCommand(ctx, want)
	if err != nil {
		return "", fmt.Errorf("register command: %w", failure(resp, err))
	}
	return made.Token, nil
}
