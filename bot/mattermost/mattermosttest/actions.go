package mattermosttest

import (
	"bytes"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
)

// callTime is how long the server waits for a bot.
const callTime = 30 * time.Second

var actionID = regexp.MustCompile(`^[A-Za-z0-9]+$`)

// doAction presses a button: it calls the bot and shows what it answers.
func (c *call) doAction() {
	var in model.DoPostActionRequest
	_ = json.NewDecoder(c.r.Body).Decode(&in)
	c.s.mu.Lock()
	post := c.post()
	var action *model.PostAction
	if post != nil && actionID.MatchString(c.r.PathValue("action")) {
		action = post.GetAction(c.r.PathValue("action"))
	}
	if post != nil && (action == nil || action.Integration == nil) {
		c.fail(http.StatusNotFound, "api.post.do_action.action_id.app_error")
	}
	if action == nil || action.Integration == nil {
		c.s.mu.Unlock()
		return
	}
	channel := c.s.channels[post.ChannelId]
	req := model.PostActionIntegrationRequest{
		UserId: c.user.Id, UserName: c.user.Username, ChannelId: channel.Id, ChannelName: channel.Name,
		TeamId: channel.TeamId, PostId: post.Id, Type: action.Type, Context: map[string]any{},
	}
	for k, v := range action.Integration.Context {
		req.Context[k] = v
	}
	if action.Type == model.PostActionTypeSelect && in.SelectedOption != "" {
		req.Context["selected_option"] = in.SelectedOption
	}
	to, allowed := action.Integration.URL, c.s.calls(action.Integration.URL)
	c.s.mu.Unlock()
	_, trigger, appErr := req.GenerateTriggerId(c.s.key)
	if appErr != nil {
		panic(appErr)
	}
	var out model.PostActionIntegrationResponse
	if !allowed || !c.callJSON(to, req, &out) {
		c.fail(http.StatusBadRequest, "api.post.do_action.action_integration.app_error")
		return
	}
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	if out.Update != nil {
		changed := c.s.posts[post.Id].Clone()
		changed.Message = out.Update.Message
		if out.Update.Props != nil {
			changed.Props = out.Update.Props
		}
		c.s.posts[post.Id] = changed
	}
	if out.EphemeralText != "" {
		c.s.whisper(c.user.Id, channel.Id, out.EphemeralText)
	}
	c.give(&model.PostActionAPIResponse{Status: "OK", TriggerId: trigger})
}

// calls reports whether the server calls an address. It wants mu held.
func (s *Server) calls(to string) bool {
	u, err := url.Parse(to)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	for _, one := range strings.Fields(s.config["AllowedUntrustedInternalConnections"]) {
		_, network, err := net.ParseCIDR(one)
		if one == u.Hostname() || err == nil && network.Contains(ip) {
			return true
		}
	}
	return ip == nil || !ip.IsLoopback()
}

// whisper shows somebody a text that nobody else sees. It wants mu held.
func (s *Server) whisper(user, channel, text string) {
	post := &model.Post{Id: model.NewId(), Type: model.PostTypeEphemeral, ChannelId: channel, UserId: s.cast.BotID, Message: text}
	s.tell("", user, model.WebsocketEventEphemeralMessage, map[string]any{"post": s.text(post)})
}

// callJSON calls a bot. Only 200 with JSON, or with nothing, counts.
func (c *call) callJSON(to string, in, out any) bool {
	data, err := json.Marshal(in)
	if err != nil {
		panic(err)
	}
	r, err := http.NewRequestWithContext(c.r.Context(), http.MethodPost, to, bytes.NewReader(data))
	if err != nil {
		return false
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "Mattermost-Bot/1.1")
	return fetch(r, out)
}

func fetch(r *http.Request, out any) bool {
	resp, err := (&http.Client{Timeout: callTime}).Do(r)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil || resp.StatusCode != http.StatusOK {
		return false
	}
	return len(bytes.TrimSpace(body)) == 0 || json.Unmarshal(body, out) == nil
}

// openDialog shows a form to who holds the trigger. A form that cannot be shown
// is taken all the same.
func (c *call) openDialog() {
	var in model.OpenDialogRequest
	if !c.take(&in) {
		return
	}
	_, user, appErr := in.DecodeAndVerifyTriggerId(c.s.key, callTime)
	if appErr != nil {
		c.giveAs(appErr.StatusCode, appErr)
		return
	}
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	if err := in.Dialog.IsValid(); err != nil {
		c.s.log = append(c.s.log, "Interactive dialog is invalid: "+err.Error())
	}
	data, err := json.Marshal(in)
	if err != nil {
		panic(err)
	}
	c.s.tell("", user, model.WebsocketEventOpenDialog, map[string]any{"dialog": string(data)})
	c.give(map[string]string{"status": "OK"})
}

// submitDialog sends a form. Only who sends it is certain; the address it goes
// to and all the rest is the sender's choice.
func (c *call) submitDialog() {
	var in model.SubmitDialogRequest
	if !c.take(&in) {
		return
	}
	in.UserId = c.user.Id
	to := in.URL
	in.URL, in.Type = "", "dialog_submission"
	c.s.mu.Lock()
	ok := c.in(in.ChannelId)
	c.s.mu.Unlock()
	if !ok {
		return
	}
	var out model.SubmitDialogResponse
	if !c.callJSON(to, in, &out) {
		c.fail(http.StatusBadRequest, "app.submit_interactive_dialog.json_error")
		return
	}
	c.give(&out)
}

func (c *call) listCommands() {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	out := []*model.Command{}
	for _, cmd := range c.s.commands {
		if cmd.TeamId == c.r.URL.Query().Get("team_id") {
			out = append(out, cmd)
		}
	}
	c.give(out)
}

func (c *call) createCommand() {
	var cmd model.Command
	if !c.take(&cmd) {
		return
	}
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	if !c.admin() {
		c.fail(http.StatusForbidden, "api.context.permissions.app_error")
		return
	}
	if strings.Contains(cmd.Trigger, " ") {
		c.fail(http.StatusBadRequest, "model.command.is_valid.trigger.app_error")
		return
	}
	for _, old := range c.s.commands {
		if old.TeamId == cmd.TeamId && old.Trigger == cmd.Trigger {
			c.fail(http.StatusBadRequest, "api.command.duplicate_trigger.app_error")
			return
		}
	}
	cmd.Id, cmd.Token, cmd.CreatorId = model.NewId(), model.NewId(), c.user.Id
	c.s.commands[cmd.Id] = &cmd
	c.giveAs(http.StatusCreated, &cmd)
}

func (c *call) updateCommand() {
	var cmd model.Command
	if !c.take(&cmd) {
		return
	}
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	old := c.s.commands[c.r.PathValue("command")]
	if old == nil || !c.admin() {
		c.fail(http.StatusNotFound, "store.sql_command.get.missing.app_error")
		return
	}
	cmd.Id, cmd.Token = old.Id, old.Token
	c.s.commands[cmd.Id] = &cmd
	c.give(&cmd)
}

// executeCommand calls the bot with what stands behind the slash.
func (c *call) executeCommand() {
	var in model.CommandArgs
	if !c.take(&in) {
		return
	}
	word, text, _ := strings.Cut(strings.TrimPrefix(in.Command, "/"), " ")
	c.s.mu.Lock()
	channel := c.s.channels[in.ChannelId]
	if channel != nil && channel.TeamId != "" {
		in.TeamId = channel.TeamId
	}
	var cmd *model.Command
	for _, one := range c.s.commands {
		if one.TeamId == in.TeamId && one.Trigger == word {
			cmd = one
		}
	}
	c.s.mu.Unlock()
	if in.TeamId == "" {
		c.fail(http.StatusForbidden, "api.context.permissions.app_error")
		return
	}
	if cmd == nil || channel == nil {
		c.fail(http.StatusNotFound, "api.command.execute_command.not_found.app_error")
		return
	}
	_, trigger, appErr := model.GenerateTriggerId(c.user.Id, c.s.key)
	if appErr != nil {
		panic(appErr)
	}
	form := url.Values{
		"token": {cmd.Token}, "command": {"/" + word}, "text": {text}, "user_id": {c.user.Id}, "user_name": {c.user.Username},
		"channel_id": {channel.Id}, "team_id": {in.TeamId}, "trigger_id": {trigger}, "root_id": {in.RootId},
	}
	r, err := http.NewRequestWithContext(c.r.Context(), http.MethodPost, cmd.URL, strings.NewReader(form.Encode()))
	if err != nil {
		c.fail(http.StatusInternalServerError, "api.command.execute_command.failed.app_error")
		return
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Authorization", "Token "+cmd.Token)
	var out model.CommandResponse
	if !fetch(r, &out) {
		c.fail(http.StatusInternalServerError, "api.command.execute_command.failed.app_error")
		return
	}
	out.TriggerId = trigger
	if out.ResponseType != model.CommandResponseTypeInChannel {
		c.s.mu.Lock()
		c.s.whisper(c.user.Id, channel.Id, out.Text)
		c.s.mu.Unlock()
	}
	c.give(&out)
}
