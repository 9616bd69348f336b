package slacktest

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"unicode/utf16"
)

// Limits of Slack, in characters, unless they count something.
// https://docs.slack.dev/reference/block-kit
const (
	maxMessageBlocks = 50
	maxViewBlocks    = 100
	maxBlocksText    = 13_200
	maxViewSize      = 250_000
)

// A limit is what a string or a list may have at most, by the place it is in.
var limits = map[string]int{
	"section.text.text": 3000, "section.fields": 10, "header.text.text": 150, "context.elements": 10, "actions.elements": 25,
	"button.text.text": 75, "button.value": 2000, "button.url": 3000, "input.label.text": 2000, "input.hint.text": 2000,
	"static_select.options": 100, "option.text.text": 75, "option.value": 150, "plain_text_input.initial_value": 3000,
	"overflow.options": 5, "radio_buttons.options": 10, "checkboxes.options": 10, "markdown.text": 12_000,
	"view.title.text": 24, "view.submit.text": 24, "view.close.text": 24, "view.callback_id": 255, "view.private_metadata": 3000,
}

// known are the types that the bot may use.
var known = []string{
	"section", "header", "actions", "input", "button", "static_select", "plain_text_input", "option", "view", "plain_text", "mrkdwn",
}

// length counts as JavaScript does.
func length(text string) int { return len(utf16.Encode([]rune(text))) }

// CheckBlocks returns what is wrong with a list of blocks in JSON.
func CheckBlocks(data []byte, most int) []string {
	var blocks []any
	if err := json.Unmarshal(data, &blocks); err != nil {
		return []string{"blocks: not a list"}
	}
	var c checker
	c.list("blocks", blocks, most)
	return c.wrong
}

// CheckView returns what is wrong with a modal or a home tab in JSON.
func CheckView(data []byte) []string {
	var view map[string]any
	if err := json.Unmarshal(data, &view); err != nil {
		return []string{"view: not an object"}
	}
	var c checker
	if len(data) > maxViewSize {
		c.say("view: view_too_large")
	}
	blocks, _ := view["blocks"].([]any)
	c.list("view.blocks", blocks, maxViewBlocks)
	inputs := slices.ContainsFunc(blocks, func(b any) bool { m, _ := b.(map[string]any); return m["type"] == "input" })
	if view["type"] == "modal" {
		if inputs && view["submit"] == nil {
			c.say("view.submit: missing, but there is an input")
		}
		if view["title"] == nil {
			c.say("view.title: missing")
		}
	}
	delete(view, "blocks")
	c.object("view", view)
	return c.wrong
}

type checker struct{ wrong []string }

func (c *checker) say(format string, args ...any) {
	c.wrong = append(c.wrong, fmt.Sprintf(format, args...))
}

// list checks blocks: their number, and that no id is there twice.
func (c *checker) list(at string, blocks []any, most int) {
	if len(blocks) > most {
		c.say("%s: more than %d", at, most)
	}
	ids := map[any]bool{}
	for i, b := range blocks {
		m, ok := b.(map[string]any)
		if !ok {
			c.say("%s[%d]: not an object", at, i)
			continue
		}
		if id := m["block_id"]; id != nil {
			if ids[id] {
				c.say("%s[%d]: block_id %v is there twice", at, i, id)
			}
			ids[id] = true
		}
		kind, _ := m["type"].(string)
		c.object(kind, m)
	}
}

// object checks what stands in an object of a kind.
func (c *checker) object(kind string, m map[string]any) {
	if kind != "view" && !slices.Contains(known, kind) {
		c.say("unsupported type: %q", kind)
	}
	for _, key := range slices.Sorted(maps.Keys(m)) {
		place := kind + "." + key
		switch v := m[key].(type) {
		case string:
			c.text(place, v)
		case []any:
			if most := limits[place]; most > 0 && len(v) > most || len(v) == 0 {
				c.say("%s: %d elements", place, len(v))
			}
			c.elements(key, v)
		case map[string]any:
			if text, ok := v["text"].(string); ok && v["type"] != "button" {
				c.text(place+".text", text)
				continue
			}
			inner, _ := v["type"].(string)
			if key == "initial_option" {
				inner = "option"
			}
			c.object(inner, v)
		}
	}
}

func (c *checker) text(place, text string) {
	most := limits[place]
	if place[len(place)-3:] == "_id" && most == 0 {
		most = 255
	}
	if most > 0 && length(text) > most {
		c.say("%s: %d characters, at most %d", place, length(text), most)
	}
	if text == "" && most > 0 && place != "plain_text_input.initial_value" {
		c.say("%s: empty", place)
	}
}

func (c *checker) elements(key string, all []any) {
	ids := map[any]bool{}
	for _, e := range all {
		m, ok := e.(map[string]any)
		if !ok {
			c.say("%s: not an object", key)
			continue
		}
		if id := m["action_id"]; id != nil && ids[id] {
			c.say("action_id %v is there twice", id)
		} else {
			ids[id] = true
		}
		kind, _ := m["type"].(string)
		if key == "options" {
			kind = "option"
		}
		c.object(kind, m)
	}
}
