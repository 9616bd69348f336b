package slacktest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// mark escapes what somebody types, as Slack does.
var mark = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// Said is something that somebody has said, with the events about it.
type Said struct {
	Message
	Events []*Envelope
}

// Say has a user say something to the bot alone.
func (s *Server) Say(user, text string) Said {
	return s.SayIn(user, s.Direct(user), "", mark.Replace(text))
}

// SayIn has a user say something in a channel, or in the thread of a root, in
// Slack's own markup: "<@UBOT> hilf". A mention of the bot comes as an event of
// its own besides.
func (s *Server) SayIn(user, channel, root, text string, files ...string) Said {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channels[channel]
	m := &Message{Channel: channel, User: user, Text: text, TS: s.stamp(), Root: root}
	for _, f := range files {
		m.Subtype = "file_share"
		m.Files = append(m.Files, map[string]any{"id": "F1", "name": f, "permalink": "https://slack.example/files/" + f})
	}
	c.Messages = append(c.Messages, m)
	out := Said{Message: *m}
	event := m.event()
	if parent := s.find(channel, root); parent != nil {
		event["parent_user_id"] = parent.User
	}
	if told := s.happened(c, event); told != nil {
		out.Events = append(out.Events, told)
	}
	if c.User == "" && strings.Contains(text, "<@"+BotUser) {
		mention := map[string]any{}
		for key, v := range event {
			mention[key] = v
		}
		mention["type"] = "app_mention"
		if told := s.happened(c, mention); told != nil {
			out.Events = append(out.Events, told)
		}
	}
	s.changed()
	return out
}

// Quietly has a user say something of which the app is told nothing.
func (s *Server) Quietly(user, channel, root, text string) Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := &Message{Channel: channel, User: user, Text: text, TS: s.stamp(), Root: root}
	s.channels[channel].Messages = append(s.channels[channel].Messages, m)
	return *m
}

// RewriteQuietly has the author of a message edit it, of which the app is told
// nothing.
func (s *Server) RewriteQuietly(m Message, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.find(m.Channel, m.TS)
	now.Text, now.Edited = text, s.stamp()
}

// Rewrite has the author of a message edit it.
func (s *Server) Rewrite(m Message, text string) *Envelope {
	s.mu.Lock()
	before := s.find(m.Channel, m.TS).event()
	s.mu.Unlock()
	s.RewriteQuietly(m, text)
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.find(m.Channel, m.TS)
	return s.happened(s.channels[m.Channel], map[string]any{
		"type": "message", "subtype": "message_changed", "ts": now.Edited, "hidden": true,
		"message": now.event(), "previous_message": before,
	})
}

// Preview has Slack attach a preview to a message, which comes as a change.
func (s *Server) Preview(m Message) *Envelope {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.find(m.Channel, m.TS).event()
	return s.happened(s.channels[m.Channel], map[string]any{
		"type": "message", "subtype": "message_changed", "ts": s.stamp(), "message": now, "previous_message": now,
	})
}

// Delete has the author of a message delete it.
func (s *Server) Delete(m Message) *Envelope {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channels[m.Channel]
	before := s.find(m.Channel, m.TS).event()
	c.Messages = slices.DeleteFunc(c.Messages, func(x *Message) bool { return x.TS == m.TS })
	return s.happened(c, map[string]any{
		"type": "message", "subtype": "message_deleted", "ts": s.stamp(), "deleted_ts": m.TS, "previous_message": before,
	})
}

// Event sends any event of a channel.
func (s *Server) Event(channel string, event map[string]any) *Envelope {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.happened(s.channels[channel], event)
}

// Send sends any payload.
func (s *Server) Send(kind string, payload map[string]any) *Envelope {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.send(kind, payload)
}

// A trigger lets a view be opened, once and not for long.
type trigger struct {
	user string
	at   time.Time
	used bool
}

// trigger wants mu held.
func (s *Server) trigger(user string) string {
	id := s.id("trigger.")
	s.triggers[id] = &trigger{user: user, at: time.Now()}
	return id
}

// Press has a user press a button of a message.
func (s *Server) Press(user string, m Message, b Element) *Envelope {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.press(user, b, map[string]any{
		"channel": map[string]any{"id": m.Channel},
		"message": map[string]any{"ts": m.TS, "thread_ts": m.Root, "text": m.Text},
		"container": map[string]any{
			"type": "message", "message_ts": m.TS, "channel_id": m.Channel, "thread_ts": m.Root, "is_ephemeral": m.BotID == "",
		},
	})
}

// PressHome has a user press a button of the home tab.
func (s *Server) PressHome(user string, b Element) *Envelope {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.press(user, b, map[string]any{
		"container": map[string]any{"type": "view", "view_id": "V" + user}, "view": map[string]any{"id": "V" + user, "type": "home"},
	})
}

// press wants mu held.
func (s *Server) press(user string, b Element, more map[string]any) *Envelope {
	payload := map[string]any{
		"type": "block_actions", "user": map[string]any{"id": user, "team_id": Team}, "team": map[string]any{"id": Team},
		"trigger_id": s.trigger(user), "api_app_id": "A1",
		"actions": []any{map[string]any{
			"type": "button", "action_id": b.ID, "block_id": "choices0", "value": b.Value, "action_ts": s.stamp(),
		}},
	}
	for key, v := range more {
		payload[key] = v
	}
	return s.send("interactive", payload)
}

// A View is a modal that a user sees.
type View struct {
	ID       string
	User     string
	Closed   bool
	Errors   map[string]string // by block
	Raw      json.RawMessage
	Type     string  `json:"type"`
	Title    *Text   `json:"title"`
	Submit   *Text   `json:"submit"`
	Blocks   []Block `json:"blocks"`
	Metadata string  `json:"private_metadata"`
	Callback string  `json:"callback_id"`
}

func (s *Server) viewsOpen(a map[string]string) answer {
	t := s.triggers[a["trigger_id"]]
	good := s.rules.Trigger
	if good == 0 {
		good = 3 * time.Second
	}
	switch {
	case t == nil:
		return refuse("invalid_trigger_id")
	case t.used:
		return refuse("exchanged_trigger_id")
	case time.Since(t.at) > good:
		return refuse("expired_trigger_id")
	}
	v := &View{ID: s.id("V"), User: t.user}
	if no := v.show(a["view"]); no != nil {
		return no
	}
	t.used = true
	s.views[v.ID] = v
	return answer{"view": map[string]any{"id": v.ID}}
}

// show puts something else into a view.
func (v *View) show(data string) answer {
	if wrong := CheckView([]byte(data)); len(wrong) > 0 {
		out := refuse("invalid_arguments")
		out["response_metadata"] = map[string]any{"messages": wrong}
		return out
	}
	next := View{ID: v.ID, User: v.User, Raw: json.RawMessage(data)}
	_ = json.Unmarshal([]byte(data), &next) // was checked
	next.ID, next.User = v.ID, v.User
	*v = next
	return nil
}

func (s *Server) viewsUpdate(a map[string]string) answer {
	v := s.views[a["view_id"]]
	if v == nil || v.Closed {
		return refuse("not_found")
	}
	if no := v.show(a["view"]); no != nil {
		return no
	}
	return answer{"view": map[string]any{"id": v.ID}}
}

func (s *Server) viewsPublish(a map[string]string) answer {
	if s.users[a["user_id"]] == nil {
		return refuse("user_not_found")
	}
	if wrong := CheckView([]byte(a["view"])); len(wrong) > 0 {
		out := refuse("invalid_arguments")
		out["response_metadata"] = map[string]any{"messages": wrong}
		return out
	}
	s.homes[a["user_id"]] = json.RawMessage(a["view"])
	return answer{"view": map[string]any{"id": "V" + a["user_id"]}}
}

// View returns the modal that a user sees.
func (s *Server) View(user string) (View, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	newest := ""
	for id, v := range s.views {
		if v.User == user && !v.Closed && id > newest {
			newest = id
		}
	}
	if newest == "" {
		return View{}, false
	}
	return *s.views[newest], true
}

// Close has a user close the modal that they see.
func (s *Server) Close(user string) {
	v, open := s.View(user)
	s.mu.Lock()
	defer s.mu.Unlock()
	if open {
		s.views[v.ID].Closed = true
	}
}

// Home returns the home tab of a user, as a message.
func (s *Server) Home(user string) (Message, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var m Message
	err := json.Unmarshal(s.homes[user], &struct{ Blocks *[]Block }{&m.Blocks})
	return m, err == nil
}

// OpenHome has a user look at the home tab.
func (s *Server) OpenHome(user string) *Envelope {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.event(map[string]any{
		"type": "app_home_opened", "user": user, "channel": s.direct(user).ID, "tab": "home", "event_ts": s.stamp(),
	})
}

// Submit has a user send a modal with values by block.
func (s *Server) Submit(v View, values map[string]string) *Envelope {
	s.mu.Lock()
	defer s.mu.Unlock()
	state := map[string]any{}
	for _, b := range v.Blocks {
		if b.Element == nil {
			continue
		}
		value := map[string]any{"type": b.Element.Type, "value": nil}
		if text := values[b.ID]; b.Element.Type == "static_select" {
			value = map[string]any{"type": b.Element.Type, "selected_option": map[string]any{"value": text}}
		} else if text != "" {
			value["value"] = text
		}
		state[b.ID] = map[string]any{b.Element.ID: value}
	}
	return s.send("interactive", map[string]any{
		"type": "view_submission", "user": map[string]any{"id": v.User, "team_id": Team}, "team": map[string]any{"id": Team},
		"trigger_id": s.trigger(v.User),
		"view": map[string]any{
			"id": v.ID, "type": "modal", "callback_id": v.Callback, "private_metadata": v.Metadata, "hash": "h",
			"title": v.Title, "state": map[string]any{"values": state},
		},
	})
}

// heed does what the answer to a sent modal says. It wants mu held.
func (s *Server) heed(e *Envelope) {
	if e.Payload["type"] != "view_submission" {
		return
	}
	id := e.Payload["view"].(map[string]any)["id"].(string)
	v := s.views[id]
	if v == nil {
		return
	}
	var said struct {
		Action string            `json:"response_action"`
		Errors map[string]string `json:"errors"`
		View   json.RawMessage   `json:"view"`
	}
	if len(e.Answer) > 0 {
		_ = json.Unmarshal(e.Answer, &said) // nothing is said then
	}
	switch said.Action {
	case "errors":
		v.Errors = said.Errors
	case "update":
		v.show(string(said.View))
	default:
		v.Closed = true
	}
}

// Command has a user send the slash command from a channel. An app that may have
// none gets none.
func (s *Server) Command(user, channel, text string) *Envelope {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.allowed("commands") {
		return nil
	}
	return s.send("slash_commands", map[string]any{
		"command": "/ersthelfer", "text": text, "user_id": user, "user_name": s.users[user].Name, "channel_id": channel,
		"team_id": Team, "trigger_id": s.trigger(user), "response_url": fmt.Sprintf("%s/response", s.http.URL), "api_app_id": "A1",
	})
}

// Forge has somebody else's app post something with metadata, of which the app
// is told nothing.
func (s *Server) Forge(channel, user, metadata string) {
	m := s.Quietly(user, channel, "", "gefälscht")
	s.mu.Lock()
	defer s.mu.Unlock()
	s.find(channel, m.TS).Metadata = json.RawMessage(metadata)
}
