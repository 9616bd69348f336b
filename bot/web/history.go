package web

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"ersthelfer/bot"
)

// Entries move to a record of their own by the hundred once there are this many.
const (
	chunk    = 100
	maxFresh = 3 * chunk
)

// A history is the newest part of a conversation. It is stored: rename no tag.
type history struct {
	Channel string  `json:"channel"`
	Rev     int     `json:"rev"`             // counts the changes of the conversation
	Moved   int     `json:"moved,omitempty"` // entries up to this number have records of their own
	Entries []entry `json:"entries"`         // in the order of their numbers, without gaps
}

// A moved record holds a hundred old entries. It is stored: rename no tag.
type moved struct {
	Channel string  `json:"channel"`
	Entries []entry `json:"entries"`
}

// An entry is a post of the bot, or something a person said, pressed or sent
// (Said is set). It is stored, with the types of package bot in it as they are:
// rename no tag.
type entry struct {
	N   int       `json:"n"`   // counted from 1
	Rev int       `json:"rev"` // the revision that last changed it
	At  time.Time `json:"at"`

	Key     string       `json:"key,omitempty"`
	Thread  string       `json:"thread,omitempty"` // the ref of the post that it belongs to
	Body    bot.Rich     `json:"body,omitempty"`
	Choices []bot.Choice `json:"choices,omitempty"`
	Edited  bool         `json:"edited,omitempty"`

	Said   *bot.Message      `json:"said,omitempty"`
	Label  string            `json:"label,omitempty"` // of what was pressed, or the title of what was filled in
	Fields []filledIn        `json:"fields,omitempty"`
	Done   bool              `json:"done,omitempty"` // the bot has taken it
	Note   bot.Rich          `json:"note,omitempty"` // the bot's receipt
	Form   *bot.Form         `json:"form,omitempty"` // still to be filled in
	Errors map[string]string `json:"errors,omitempty"`
}

// A filledIn is a question of a form with its answer, as people see them. It is
// stored: rename no tag.
type filledIn struct {
	Label string `json:"label"`
	Value string `json:"value"`
}

// ref returns the name of an entry of a channel, as Send names it.
func ref(channel string, n int) string { return fmt.Sprintf("%s:%s:%d", platform, channel, n) }

// parseRef returns the channel and number in a ref.
func parseRef(s string) (channel string, n int, ok bool) {
	rest, ok := strings.CutPrefix(s, platform+":")
	i := strings.LastIndexByte(rest, ':')
	if !ok || i < 1 {
		return "", 0, false
	}
	n, err := strconv.Atoi(rest[i+1:])
	return rest[:i], n, err == nil && n > 0
}

// last returns the number of the newest entry.
func (h *history) last() int { return h.Moved + len(h.Entries) }

// at returns an entry of the history by its number, nil if it does not have it.
func (h *history) at(n int) *entry {
	if i := n - h.Moved - 1; i >= 0 && i < len(h.Entries) {
		return &h.Entries[i]
	}
	return nil
}

// add appends an entry and returns it.
func (h *history) add(e entry) *entry {
	h.Rev++
	e.N, e.Rev = h.last()+1, h.Rev
	h.Entries = append(h.Entries, e)
	return &h.Entries[len(h.Entries)-1]
}

// touch marks an entry as changed.
func (h *history) touch(e *entry) {
	h.Rev++
	e.Rev = h.Rev
}

// said returns the entry of a message id.
func (h *history) said(id string) *entry {
	return h.find(func(e *entry) bool { return e.Said != nil && e.Said.ID == id })
}

// waiting returns the oldest message that the bot has not taken.
func (h *history) waiting() *entry {
	return h.find(func(e *entry) bool { return e.Said != nil && !e.Done })
}

func (h *history) find(is func(*entry) bool) *entry {
	for i := range h.Entries {
		if is(&h.Entries[i]) {
			return &h.Entries[i]
		}
	}
	return nil
}

// read returns the history of a channel, an empty one if there is none.
func (s *Server) read(ctx context.Context, channel string) (*history, error) {
	data, err := s.o.Store.Read(ctx, bot.Histories, channel)
	if err != nil {
		return nil, fmt.Errorf("read conversation: %w", err)
	}
	return decode(channel, data)
}

func decode(channel string, data []byte) (*history, error) {
	h := &history{Channel: channel}
	if data == nil {
		return h, nil
	}
	if err := json.Unmarshal(data, h); err != nil {
		return nil, fmt.Errorf("decode conversation: %w", err)
	}
	return h, nil
}

// change runs fn on the history of a room and stores what it leaves behind, in
// one transaction, unless fn returns an error. It then tells everybody who
// looks at the room.
func (s *Server) change(ctx context.Context, rm *room, fn func(*history) error) error {
	rm.changing.Lock()
	defer rm.changing.Unlock()
	fresh := 0
	err := s.o.Store.Change(ctx, bot.Histories, rm.channel, func(old []byte) ([]byte, error) {
		h, err := decode(rm.channel, old)
		if err != nil {
			return nil, err
		}
		if err := fn(h); err != nil {
			return nil, err
		}
		fresh = len(h.Entries)
		return json.Marshal(h)
	})
	if err != nil {
		return fmt.Errorf("change conversation: %w", err)
	}
	rm.wake()
	if fresh > maxFresh {
		if err := s.move(ctx, rm); err != nil {
			s.o.Log.Warn("old entries were not moved", "err", err)
		}
	}
	return nil
}

// move gives the oldest hundred entries a record of their own. Should it stop
// half-way, they stand in both until the next time. It wants changing held.
func (s *Server) move(ctx context.Context, rm *room) error {
	h, err := s.read(ctx, rm.channel)
	if err != nil {
		return err
	}
	old := h.Entries[:chunk]
	if slices.ContainsFunc(old, func(e entry) bool { return e.Said != nil && !e.Done }) {
		return nil
	}
	err = s.o.Store.Change(ctx, bot.Histories, chunkKey(rm.channel, h.Moved+1), func([]byte) ([]byte, error) {
		return json.Marshal(moved{Channel: rm.channel, Entries: old})
	})
	if err != nil {
		return fmt.Errorf("move entries: %w", err)
	}
	return s.o.Store.Change(ctx, bot.Histories, rm.channel, func([]byte) ([]byte, error) {
		h.Moved += chunk
		h.Entries = h.Entries[chunk:]
		return json.Marshal(h)
	})
}

// chunkKey returns where entry n of a channel lies once it has moved. An id of a
// person holds no slash.
func chunkKey(channel string, n int) string { return fmt.Sprintf("%s/%08d", channel, (n-1)/chunk) }

// moved returns the hundred old entries that n is among, nil if there are none.
func (s *Server) moved(ctx context.Context, channel string, n int) ([]entry, error) {
	data, err := s.o.Store.Read(ctx, bot.Histories, chunkKey(channel, n))
	if err != nil || data == nil {
		return nil, err
	}
	var m moved
	if err := json.Unmarshal(data, &m); err != nil {
		return nil, fmt.Errorf("decode old entries: %w", err)
	}
	return m.Entries, nil
}

// entry returns the entry of the history that a ref names, nil if it has none.
func (h *history) entry(name string) *entry {
	channel, n, ok := parseRef(name)
	if !ok || channel != h.Channel {
		return nil
	}
	return h.at(n)
}
