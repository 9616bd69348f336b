package slack

import (
	"cmp"
	"encoding/json"
	"math"
	"slices"
	"strconv"

	api "github.com/slack-go/slack"

	"ersthelfer/bot"
)

// Limits of Slack, in characters, unless they count something. They are kept
// where something is sent and nowhere else.
// https://docs.slack.dev/reference/block-kit
const (
	maxSection    = 3000 // the text of a section
	maxFallback   = 3900 // the text beside blocks; Slack wants less than 4,000
	maxHeader     = 150
	maxButton     = 75
	maxValue      = 2000
	maxID         = 255    // action_id, block_id, callback_id
	maxActions    = 25     // elements in one actions block
	maxBlocks     = 50     // of a message
	maxAllBlocks  = 12_000 // all blocks of a message together, in JSON; somewhat above 13,000 are refused
	maxViewBlocks = 100    // of a modal or the home
	maxViewTitle  = 24     // and its buttons
	maxMetadata   = 3000
	maxOptions    = 100
	maxOption     = 75
	maxOptionID   = 150
	maxLabel      = 2000
	maxInput      = 3000
	maxView       = 240_000 // bytes of a modal or the home, in JSON; above 250 kB are refused
	maxAnswer     = 19_000  // bytes of an acknowledgement; from 20 kB on it would be dropped
)

// choicesBlock is the block_id of a post's buttons, with a number behind it.
const choicesBlock = "choices"

// A drawing is a post as Slack wants it.
type drawing struct {
	text   string // what notifications and screen readers say
	blocks []api.Block
}

// draw renders a post. The choices stand in the text too, with their numbers:
// who hears the post instead of seeing it can answer by typing one.
func draw(post bot.Post) drawing {
	m := drawing{text: mrkdwn(post.Listed(), maxFallback)}
	if body := mrkdwn(post.Body, maxSection); body != "" {
		m.blocks = append(m.blocks, section(body))
	}
	for _, block := range actions(post.Choices, asked{}, choicesBlock, maxBlocks-len(m.blocks)) {
		// What does not fit any more can still be typed.
		more := append(slices.Clip(m.blocks), block)
		if n, _ := size(more); n <= maxAllBlocks {
			m.blocks = more
		}
	}
	return m
}

// size is how large something is in JSON, which everything drawn has: in
// characters, and in bytes.
func size(drawn any) (characters, bytes int) {
	data, err := json.Marshal(drawn)
	if err != nil {
		return math.MaxInt, math.MaxInt
	}
	return length(string(data)), len(data)
}

// section is a block of text in which Slack makes no links by itself.
func section(text string) api.Block {
	return api.NewSectionBlock(&api.TextBlockObject{Type: api.MarkdownType, Text: text, Verbatim: true}, nil, nil)
}

// label is text without markup, and without emoji in place of their names. Slack
// refuses an empty one, and all that is around it.
func label(text string, limit int) *api.TextBlockObject {
	no := false
	return &api.TextBlockObject{Type: api.PlainTextType, Text: cmp.Or(fit(text, limit), "–"), Emoji: &no}
}

// An asked form stands in the value of the button that asks it, so that it need
// not be remembered. Only the app itself can make buttons that come back to it.
type asked struct {
	Form *bot.Form `json:"f,omitempty"`
	Post string    `json:"p,omitempty"` // the post it is about, if not the one the button is on
	Root string    `json:"r,omitempty"` // its thread
}

// actions returns choices as numbered buttons, in at most room blocks.
func actions(choices []bot.Choice, about asked, id string, room int) []api.Block {
	var out []api.Block
	for n, part := range slices.Collect(slices.Chunk(choices, maxActions)) {
		if n == room {
			break
		}
		var buttons []api.BlockElement
		for i, c := range part {
			buttons = append(buttons, button(n*maxActions+i+1, c, about))
		}
		out = append(out, api.NewActionBlock(fit(id+strconv.Itoa(n), maxID), buttons...))
	}
	return out
}

func button(number int, c bot.Choice, about asked) *api.ButtonBlockElement {
	about.Form = c.Form
	value := ""
	if about != (asked{}) {
		data, err := json.Marshal(about)
		// A form that does not fit is left away: the bot then asks for its words one
		// after the other, as on platforms without forms.
		if err == nil && length(string(data)) <= maxValue {
			value = string(data)
		}
	}
	b := api.NewButtonBlockElement(fit(c.ID, maxID), value, label(strconv.Itoa(number)+" "+c.Label, maxButton))
	if c.Strong {
		b.Style = api.StylePrimary
	}
	return b
}
