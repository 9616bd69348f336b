package slacktest

import (
	"encoding/json"
	"html"
	"regexp"
	"slices"
	"strings"
)

// A Message is one in a channel.
type Message struct {
	Channel  string
	User     string
	BotID    string
	Text     string
	TS       string
	Root     string // thread_ts
	Subtype  string
	Blocks   []Block
	Metadata json.RawMessage
	Edited   string // when
	Files    []map[string]any
	Args     map[string]string // what it was posted with
}

// A Block is a block as far as people see it.
type Block struct {
	Type     string    `json:"type"`
	ID       string    `json:"block_id"`
	Text     *Text     `json:"text"`
	Elements []Element `json:"elements"`
	Element  *Element  `json:"element"`
	Label    *Text     `json:"label"`
	Hint     *Text     `json:"hint"`
	Optional bool      `json:"optional"`
}

// An Element is a button, or what can be filled in.
type Element struct {
	Type    string   `json:"type"`
	ID      string   `json:"action_id"`
	Text    *Text    `json:"text"`
	Value   string   `json:"value"`
	Options []Option `json:"options"`
	Initial string   `json:"initial_value"`
}

// An Option is one of a menu.
type Option struct {
	Text  *Text  `json:"text"`
	Value string `json:"value"`
}

// A Text is a text object.
type Text struct {
	Type     string `json:"type"`
	Text     string `json:"text"`
	Verbatim bool   `json:"verbatim"`
}

// Visible returns what a person reads: the blocks if there are some.
func (m Message) Visible() string {
	var out []string
	for _, b := range m.Blocks {
		if b.Text != nil {
			out = append(out, Unmark(b.Text.Text))
		}
	}
	if len(out) == 0 {
		return Unmark(m.Text)
	}
	return strings.Join(out, "\n")
}

// Buttons returns the buttons, in order.
func (m Message) Buttons() []Element {
	var out []Element
	for _, b := range m.Blocks {
		if b.Type == "actions" {
			out = append(out, b.Elements...)
		}
	}
	return out
}

// Button returns the button with an id or with some words in its label.
func (m Message) Button(word string) (Element, bool) {
	all := m.Buttons()
	for _, same := range []func(Element) bool{
		func(e Element) bool { return e.ID == word },
		func(e Element) bool { return strings.Contains(e.Text.Text, word) },
	} {
		if i := slices.IndexFunc(all, same); i >= 0 {
			return all[i], true
		}
	}
	return Element{}, false
}

// Unmark returns marked-up text as it is read.
func Unmark(text string) string {
	text = link.ReplaceAllString(strings.ReplaceAll(text, "\u200b", ""), "$1")
	return html.UnescapeString(text)
}

// link is an address that people can open, and see as it is.
var link = regexp.MustCompile(`<(https?://[^<>|]*)>`)

// What Slack makes of text by itself.
var acts = []*regexp.Regexp{
	regexp.MustCompile(`<[^>]*>?`),                                               // a mention, a link, a date
	regexp.MustCompile("`[^`\n]+`"),                                              // code
	regexp.MustCompile(`(?:^|[\s\pP])\*[^\s*](?:[^*\n]*[^\s*])?\*(?:$|[\s\pP])`), // bold
	regexp.MustCompile(`(?:^|[\s\pP])_[^\s_](?:[^_\n]*[^\s_])?_(?:$|[\s\pP])`),   // italics
	regexp.MustCompile(`(?:^|[\s\pP])~[^\s~](?:[^~\n]*[^\s~])?~(?:$|[\s\pP])`),   // struck out
	regexp.MustCompile(`:[\pL\d_+'-]+:`),                                         // an emoji
	regexp.MustCompile(`(?m)^(?:> )?\s*&gt;`),                                    // a quote
	regexp.MustCompile("```"),
}

var (
	address = regexp.MustCompile(`(?i)https?://\S+|www\.\S+|mailto:\S+`)
	names   = regexp.MustCompile(`(?:^|\s)@\w+`)
)

// Live returns what Slack makes of a message by itself, but for a quote that the
// bot has set.
func (m Message) Live() []string {
	texts := []Text{{Text: m.Text, Verbatim: true}}
	if p := m.Args["parse"]; p != "none" && p != "" || m.Args["link_names"] == "1" || m.Args["link_names"] == "true" {
		texts[0].Verbatim = false
	}
	for _, b := range m.Blocks {
		if b.Text != nil && b.Text.Type == "mrkdwn" {
			texts = append(texts, *b.Text)
		}
	}
	var out []string
	for _, t := range texts {
		for _, a := range acts {
			out = append(out, a.FindAllString(t.Text, -1)...)
		}
		if !t.Verbatim {
			out = append(out, address.FindAllString(t.Text, -1)...)
			out = append(out, names.FindAllString(t.Text, -1)...)
		}
	}
	if m.Args["unfurl_links"] != "false" || m.Args["unfurl_media"] != "false" {
		out = append(out, "previews")
	}
	return out
}

// event returns a message as Slack sends it.
func (m *Message) event() map[string]any {
	out := map[string]any{"type": "message", "user": m.User, "text": m.Text, "ts": m.TS, "team": Team}
	for key, v := range map[string]string{"thread_ts": m.Root, "bot_id": m.BotID, "subtype": m.Subtype} {
		if v != "" {
			out[key] = v
		}
	}
	if m.Edited != "" {
		out["edited"] = map[string]any{"user": m.User, "ts": m.Edited}
	}
	if len(m.Files) > 0 {
		out["files"] = m.Files
	}
	if len(m.Metadata) > 0 {
		out["metadata"] = m.Metadata
	}
	if len(m.Blocks) > 0 {
		out["blocks"] = json.RawMessage(m.Args["blocks"])
	}
	return out
}

// In returns the messages of a channel, oldest first; with a root, those of its
// thread.
func (s *Server) In(channel, root string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Message
	if c := s.channels[channel]; c != nil {
		for _, m := range c.Messages {
			if root == "" || m.Root == root || m.TS == root {
				out = append(out, *m)
			}
		}
	}
	return out
}

// Posts returns what the bot has posted in a channel, oldest first.
func (s *Server) Posts(channel string) []Message {
	var out []Message
	for _, m := range s.In(channel, "") {
		if m.User == BotUser {
			out = append(out, m)
		}
	}
	return out
}

// Count returns how many posts of the bot with some words there are, by channel.
func (s *Server) Count(words string) map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[string]int{}
	for id, c := range s.channels {
		for _, m := range c.Messages {
			if m.User == BotUser && strings.Contains(m.Text, words) {
				out[id]++
			}
		}
	}
	return out
}

// Whispers returns what only a user was shown, oldest first.
func (s *Server) Whispers(user string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Message
	for _, m := range s.whispers {
		if m.User == user {
			out = append(out, m)
		}
	}
	return out
}

// find wants mu held.
func (s *Server) find(channel, ts string) *Message {
	if c := s.channels[channel]; c != nil {
		for _, m := range c.Messages {
			if m.TS == ts {
				return m
			}
		}
	}
	return nil
}
