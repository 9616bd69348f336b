package mattermosttest

import (
	"net/http"
	"slices"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
)

func (c *call) login() {
	var in map[string]string
	if !c.take(&in) {
		return
	}
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	for _, u := range c.s.users {
		if u.Username == in["login_id"] && in["password"] == password && !u.IsBot {
			c.w.Header().Set(model.HeaderToken, c.s.token(u.Id))
			c.give(u)
			return
		}
	}
	c.fail(http.StatusUnauthorized, "api.user.login.invalid_credentials_email_username")
}

func (c *call) fullConfig() {
	if !c.admin() {
		c.fail(http.StatusForbidden, "api.context.permissions.app_error")
		return
	}
	config := &model.Config{}
	config.SetDefaults()
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	allowed := c.s.config["AllowedUntrustedInternalConnections"]
	config.ServiceSettings.AllowedUntrustedInternalConnections = &allowed
	on := c.s.config["EnableCommands"] == "true"
	config.ServiceSettings.EnableCommands = &on
	c.give(config)
}

func (c *call) createUser() {
	var u model.User
	if !c.take(&u) {
		return
	}
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	u.Password = ""
	c.s.addUser(&u)
	c.giveAs(http.StatusCreated, &u)
}

// setActive activates or deactivates an account.
func (c *call) setActive() {
	var in map[string]bool
	if !c.take(&in) {
		return
	}
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	old := c.s.users[c.r.PathValue("user")]
	if old == nil || !c.admin() {
		c.fail(http.StatusForbidden, "api.context.permissions.app_error")
		return
	}
	u := *old
	if u.DeleteAt = 0; !in["active"] {
		u.DeleteAt = model.GetMillis()
	}
	c.s.users[u.Id] = &u
	c.give(map[string]string{"status": "OK"})
}

func (c *call) addTeamMember() {
	var in model.TeamMember
	if !c.take(&in) {
		return
	}
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	members := c.s.inTeam[c.r.PathValue("team")]
	if members == nil || !c.admin() {
		c.fail(http.StatusForbidden, "api.context.permissions.app_error")
		return
	}
	members[in.UserId] = true
	c.giveAs(http.StatusCreated, &in)
}

func (c *call) removeTeamMember() {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	delete(c.s.inTeam[c.r.PathValue("team")], c.r.PathValue("user"))
	c.give(map[string]string{"status": "OK"})
}

func (c *call) getUser() {
	id := c.r.PathValue("user")
	if id == model.Me {
		id = c.user.Id
	}
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	if u := c.s.users[id]; u != nil {
		c.give(u)
		return
	}
	c.fail(http.StatusNotFound, "app.user.missing_account.const")
}

// createToken makes a token of a user, and its id.
func (c *call) createToken() {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	if user := c.r.PathValue("user"); c.admin() && c.s.users[user] != nil {
		t := c.s.token(user)
		c.give(&model.UserAccessToken{Id: t, Token: t, UserId: user, IsActive: true})
		return
	}
	c.fail(http.StatusForbidden, "api.context.permissions.app_error")
}

// revokeToken ends a token and the sockets that were opened with it.
func (c *call) revokeToken() {
	var in map[string]string
	if !c.take(&in) {
		return
	}
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	delete(c.s.tokens, in["token_id"])
	for _, one := range c.s.sessions {
		if one.token == in["token_id"] && one.ws != nil {
			_ = one.ws.Close()
		}
	}
	c.give(map[string]string{"status": "OK"})
}

// getOfUser serves users/username/{name} and users/{id}/channels.
func (c *call) getOfUser() {
	if c.r.PathValue("of") == "channels" {
		c.getChannels()
		return
	}
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	for _, u := range c.s.users {
		if c.r.PathValue("user") == "username" && u.Username == c.r.PathValue("of") {
			c.give(u)
			return
		}
	}
	c.fail(http.StatusNotFound, "app.user.get_by_username.app_error")
}

func (c *call) getTeam() {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	for _, t := range c.s.teams {
		if t.Name == c.r.PathValue("name") {
			c.give(t)
			return
		}
	}
	c.fail(http.StatusNotFound, "app.team.get_by_name.missing.app_error")
}

func (c *call) getTeamMember() {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	team, user := c.r.PathValue("team"), c.r.PathValue("user")
	if !c.s.inTeam[team][user] {
		c.fail(http.StatusNotFound, "app.team.get_member.missing.app_error")
		return
	}
	c.give(&model.TeamMember{TeamId: team, UserId: user})
}

func (c *call) getChannels() {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	out := []*model.Channel{}
	for id, ch := range c.s.channels {
		if c.s.members[id][c.user.Id] {
			out = append(out, ch)
		}
	}
	c.give(out)
}

func (c *call) getChannelByName() {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	for id, ch := range c.s.channels {
		if ch.Name == c.r.PathValue("name") && c.s.members[id][c.user.Id] {
			c.give(ch)
			return
		}
	}
	c.fail(http.StatusNotFound, "app.channel.get_by_name.missing.app_error")
}

// in reports whether the caller may read a channel. It wants mu held.
func (c *call) in(channel string) bool {
	if c.s.channels[channel] == nil {
		c.fail(http.StatusNotFound, "app.channel.get.existing.app_error")
		return false
	}
	if !c.s.members[channel][c.user.Id] && !c.admin() {
		c.fail(http.StatusForbidden, "api.context.permissions.app_error")
		return false
	}
	return true
}

func (c *call) getChannel() {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	if id := c.r.PathValue("channel"); c.in(id) {
		c.give(c.s.channels[id])
	}
}

func (c *call) getChannelMember() {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	channel, user := c.r.PathValue("channel"), c.r.PathValue("user")
	if !c.in(channel) {
		return
	}
	if !c.s.members[channel][user] {
		c.fail(http.StatusNotFound, "app.channel.get_member.missing.app_error")
		return
	}
	c.give(&model.ChannelMember{ChannelId: channel, UserId: user})
}

func (c *call) addMember() {
	var in map[string]string
	if !c.take(&in) {
		return
	}
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	channel := c.r.PathValue("channel")
	if !c.in(channel) {
		return
	}
	c.s.members[channel][in["user_id"]] = true
	c.s.tell(channel, "", model.WebsocketEventUserAdded, map[string]any{"user_id": in["user_id"]})
	c.giveAs(http.StatusCreated, &model.ChannelMember{ChannelId: channel, UserId: in["user_id"]})
}

func (c *call) removeMember() {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	if channel, user := c.r.PathValue("channel"), c.r.PathValue("user"); c.in(channel) {
		delete(c.s.members[channel], user)
		c.s.tell(channel, "", model.WebsocketEventUserRemoved, map[string]any{"user_id": user, "remover_id": c.user.Id})
		c.give(map[string]string{"status": "OK"})
	}
}

func (c *call) directChannel() {
	var ids []string
	if !c.take(&ids) {
		return
	}
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	if len(ids) != 2 || c.s.users[ids[0]] == nil || c.s.users[ids[1]] == nil {
		c.fail(http.StatusNotFound, "app.user.missing_account.const")
		return
	}
	slices.Sort(ids)
	c.meet(strings.Join(ids, "__"), model.ChannelTypeDirect, ids, model.WebsocketEventDirectAdded)
}

// restricted reports whether people of different teams may not talk in a direct
// channel. They may open one all the same.
func (s *Server) restricted(ch *model.Channel) bool {
	if ch.Type != model.ChannelTypeDirect || s.config["RestrictDirectMessage"] != "team" {
		return false
	}
	a, b, _ := strings.Cut(ch.Name, "__")
	return a != b && !s.share(a, b)
}

func (s *Server) share(a, b string) bool {
	for _, in := range s.inTeam {
		if in[a] && in[b] {
			return true
		}
	}
	return false
}

func (c *call) groupChannel() {
	var ids []string
	if !c.take(&ids) {
		return
	}
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	if ids = append(ids, c.user.Id); len(slices.Compact(slices.Sorted(slices.Values(ids)))) < 3 {
		c.fail(http.StatusBadRequest, "api.channel.create_group.bad_size.app_error")
		return
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	c.meet(model.NewId()[:8]+strings.Join(ids, ""), model.ChannelTypeGroup, ids, model.WebsocketEventGroupAdded)
}

// meet gives the channel of a few people, which it makes if there is none.
func (c *call) meet(name string, kind model.ChannelType, ids []string, event model.WebsocketEventType) {
	for _, ch := range c.s.channels {
		if ch.Name == name {
			c.giveAs(http.StatusCreated, ch)
			return
		}
	}
	ch := c.s.addChannel(&model.Channel{Name: name, Type: kind}, ids...)
	c.s.tell(ch.Id, "", event, map[string]any{"teammate_id": ids[0]})
	c.giveAs(http.StatusCreated, ch)
}
