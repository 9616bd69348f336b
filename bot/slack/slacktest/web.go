package slacktest

import (
	"cmp"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// An answer is what a method returns; "error" makes it a refusal.
type answer map[string]any

func refuse(word string) answer { return answer{"ok": false, "error": word} }

// A method is one of the Web API. It is called with mu held.
type method struct {
	scope string // with a star for the kind of conversation
	do    func(s *Server, a map[string]string) answer
}

// methods are those that the bot uses.
var methods = map[string]method{
	"auth.test":             {"", (*Server).authTest},
	"users.info":            {"users:read", (*Server).usersInfo},
	"users.lookupByEmail":   {"users:read.email", (*Server).usersLookup},
	"users.conversations":   {"*:read", (*Server).usersConversations},
	"conversations.open":    {"im:write", (*Server).conversationsOpen},
	"conversations.info":    {"*:read", (*Server).conversationsInfo},
	"conversations.members": {"*:read", (*Server).conversationsMembers},
	"conversations.history": {"*:history", (*Server).conversationsHistory},
	"conversations.replies": {"*:history", (*Server).conversationsReplies},
	"chat.postMessage":      {"chat:write", (*Server).postMessage},
	"chat.postEphemeral":    {"chat:write", (*Server).postEphemeral},
	"chat.update":           {"chat:write", (*Server).update},
	"views.open":            {"", (*Server).viewsOpen},
	"views.push":            {"", (*Server).viewsOpen},
	"views.update":          {"", (*Server).viewsUpdate},
	"views.publish":         {"", (*Server).viewsPublish},
	"apps.connections.open": {"", (*Server).connectionsOpen},
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("method")
	token, args := arguments(r)
	s.mu.Lock()
	f := s.fault(name)
	s.mu.Unlock()
	if f.Delay > 0 {
		t := time.NewTimer(f.Delay)
		defer t.Stop()
		select {
		case <-t.C:
		case <-r.Context().Done():
			return
		}
	}
	s.mu.Lock()
	out, status, after := s.call(name, token, args, f)
	word, _ := out["error"].(string)
	if status != http.StatusOK {
		word = strconv.Itoa(status)
	}
	s.calls = append(s.calls, Call{name, args, time.Now(), word})
	if name == "auth.test" {
		w.Header().Set("X-OAuth-Scopes", strings.Join(s.scopes(), ","))
	}
	s.changed()
	s.mu.Unlock()
	if f.Lose {
		panic(http.ErrAbortHandler)
	}
	if after > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(after))
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if status == http.StatusOK {
		_ = json.NewEncoder(w).Encode(out) // the client is gone
	}
}

// call does what a call asks for, and returns the answer, the status, and the
// seconds in Retry-After. It wants mu held.
func (s *Server) call(name, token string, args map[string]string, f Fault) (answer, int, int) {
	m, ok := methods[name]
	switch {
	case f.Status != 0:
		return nil, f.Status, f.After
	case !ok:
		return refuse("unknown_method"), http.StatusOK, 0
	case token == "":
		return refuse("not_authed"), http.StatusOK, 0
	case name == "apps.connections.open" && token != AppToken, name != "apps.connections.open" && token != BotToken:
		return refuse("invalid_auth"), http.StatusOK, 0
	case f.Error != "":
		return refuse(f.Error), http.StatusOK, 0
	}
	for _, need := range s.needs(m.scope, args) {
		if !s.allowed(need) {
			out := refuse("missing_scope")
			out["needed"], out["provided"] = need, strings.Join(s.scopes(), ",")
			return out, http.StatusOK, 0
		}
	}
	if name == "chat.postMessage" {
		if after := s.limited(args["channel"]); after > 0 {
			return nil, http.StatusTooManyRequests, after
		}
	}
	out := m.do(s, args)
	if out["error"] == nil {
		out["ok"] = true
	}
	return out, http.StatusOK, 0
}

// arguments returns the token and the arguments of a call, which come as a form
// or as JSON, with the token in the form or in the header.
func arguments(r *http.Request) (token string, args map[string]string) {
	args = map[string]string{}
	token = strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		body, _ := io.ReadAll(r.Body)
		var fields map[string]json.RawMessage
		_ = json.Unmarshal(body, &fields)
		for key, raw := range fields {
			var text string
			if json.Unmarshal(raw, &text) != nil {
				text = string(raw)
			}
			args[key] = text
		}
		return token, args
	}
	_ = r.ParseForm()
	for key := range r.PostForm {
		args[key] = r.PostForm.Get(key)
	}
	token = cmp.Or(token, args["token"])
	delete(args, "token")
	return token, args
}

func (s *Server) authTest(map[string]string) answer {
	return answer{"url": s.http.URL, "team": "Schulen Nord", "team_id": Team, "user": "ersthelfer", "user_id": BotUser, "bot_id": BotID}
}

func (s *Server) usersInfo(a map[string]string) answer {
	u := s.users[a["user"]]
	if u == nil {
		return refuse("user_not_found")
	}
	return answer{"user": s.profile(u, a["include_locale"] == "true")}
}

func (s *Server) profile(u *User, locale bool) map[string]any {
	profile := map[string]any{"real_name": u.RealName}
	if s.allowed("users:read.email") {
		profile["email"] = u.Email
	}
	out := map[string]any{
		"id": u.ID, "team_id": Team, "name": u.Name, "real_name": u.RealName, "tz": u.TZ, "tz_label": u.TZ,
		"is_bot": u.IsBot, "deleted": u.Deleted, "profile": profile,
	}
	if locale {
		out["locale"] = u.Locale
	}
	return out
}

func (s *Server) usersLookup(a map[string]string) answer {
	for _, u := range s.users {
		if u.Email != "" && strings.EqualFold(u.Email, a["email"]) {
			return answer{"user": s.profile(u, false)}
		}
	}
	return refuse("users_not_found")
}

// may reports why the bot cannot post in a channel. It may name a user instead.
func (s *Server) may(channel string) (*Channel, answer) {
	if u := s.users[channel]; u != nil {
		channel = s.direct(u.ID).ID
	}
	c := s.channels[channel]
	switch {
	case c == nil:
		return nil, refuse("channel_not_found")
	case c.Archived:
		return nil, refuse("is_archived")
	case !slices.Contains(c.Members, BotUser):
		return nil, refuse("not_in_channel")
	}
	return c, nil
}

func (s *Server) postMessage(a map[string]string) answer {
	c, no := s.may(a["channel"])
	if no != nil {
		return no
	}
	if a["thread_ts"] != "" && s.find(c.ID, a["thread_ts"]) == nil {
		return refuse("thread_not_found")
	}
	m, no := s.written(a)
	if no != nil {
		return no
	}
	m.Channel, m.User, m.BotID, m.Root, m.TS = c.ID, BotUser, BotID, a["thread_ts"], s.stamp()
	c.Messages = append(c.Messages, m)
	s.echo(m, m.event())
	out := answer{"channel": c.ID, "ts": m.TS, "message": m.event()}
	if utf8.RuneCountInString(m.Text) > maxText {
		m.Text = string([]rune(m.Text)[:maxText])
		out["warning"] = "message_truncated"
	}
	return out
}

const maxText = 40_000

// written reads what a post says, or refuses it.
func (s *Server) written(a map[string]string) (*Message, answer) {
	m := &Message{Text: a["text"], Args: maps.Clone(a), Metadata: json.RawMessage(a["metadata"])}
	if a["blocks"] == "" {
		if m.Text == "" {
			return nil, refuse("no_text")
		}
		return m, nil
	}
	if wrong := CheckBlocks([]byte(a["blocks"]), maxMessageBlocks); len(wrong) > 0 {
		out := refuse("invalid_blocks")
		out["response_metadata"] = map[string]any{"messages": wrong}
		return nil, out
	}
	if length(a["blocks"]) > maxBlocksText {
		return nil, refuse("msg_blocks_too_long")
	}
	_ = json.Unmarshal([]byte(a["blocks"]), &m.Blocks) // was checked
	return m, nil
}

func (s *Server) update(a map[string]string) answer {
	m := s.find(a["channel"], a["ts"])
	switch {
	case m == nil:
		return refuse("message_not_found")
	case m.User != BotUser:
		return refuse("cant_update_message")
	}
	next, no := s.written(a)
	if no != nil {
		return no
	}
	before := m.event()
	m.Text, m.Blocks, m.Args = next.Text, next.Blocks, next.Args
	if len(next.Metadata) > 0 {
		m.Metadata = next.Metadata
	}
	s.echo(m, map[string]any{
		"type": "message", "subtype": "message_changed", "ts": s.stamp(), "hidden": true,
		"message": m.event(), "previous_message": before,
	})
	return answer{"channel": m.Channel, "ts": m.TS, "text": m.Text}
}

func (s *Server) postEphemeral(a map[string]string) answer {
	c, no := s.may(a["channel"])
	if no != nil {
		return no
	}
	if !slices.Contains(c.Members, a["user"]) {
		return refuse("user_not_in_channel")
	}
	m, no := s.written(a)
	if no != nil {
		return no
	}
	m.Channel, m.User, m.TS, m.Root = c.ID, a["user"], s.stamp(), a["thread_ts"]
	s.whispers = append(s.whispers, *m)
	return answer{"message_ts": m.TS}
}

// echo lets a message of the bot come back as an event.
func (s *Server) echo(m *Message, event map[string]any) {
	s.happened(s.channels[m.Channel], event)
}
