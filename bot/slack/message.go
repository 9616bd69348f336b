package slack

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	api "github.com/slack-go/slack"

	"ersthelfer/bot"
	"ersthelfer/escalation"
)

// A message is what is said in Slack, as an event or in a channel's history. It
// is stored: rename no tag.
type message struct {
	Type     string   `json:"type"`
	Subtype  string   `json:"subtype,omitempty"`
	Channel  string   `json:"channel,omitempty"`
	User     string   `json:"user,omitempty"`
	Team     string   `json:"team,omitempty"`
	BotID    string   `json:"bot_id,omitempty"`
	Text     string   `json:"text,omitempty"`
	TS       string   `json:"ts,omitempty"`
	Root     string   `json:"thread_ts,omitempty"`
	Parent   string   `json:"parent_user_id,omitempty"` // who began the thread
	Deleted  string   `json:"deleted_ts,omitempty"`
	EventTS  string   `json:"event_ts,omitempty"`
	Tab      string   `json:"tab,omitempty"`
	Files    []file   `json:"files,omitempty"`
	Edited   *edit    `json:"edited,omitempty"`
	Message  *message `json:"message,omitempty"`
	Previous *message `json:"previous_message,omitempty"`
}

type file struct {
	Name string `json:"name"`
	Link string `json:"permalink"`
}

type edit struct {
	TS string `json:"ts"`
}

// The subtypes of what people say; every other is Slack's own notice.
var said = []string{"", "file_share", "thread_broadcast", "me_message"}

// change says what a message does to an earlier one, and returns that one.
func (m *message) change() (bot.Change, *message) {
	switch {
	case m.Subtype == "message_deleted" && m.Previous != nil:
		return bot.Deleted, m.Previous
	case m.Subtype == "message_changed" && m.Message != nil && m.Message.Subtype == "tombstone":
		return bot.Deleted, cmp.Or(m.Previous, m.Message) // it has replies, so that a stone is left
	case m.Subtype == "message_changed" && m.Message != nil:
		return bot.Edited, m.Message
	}
	return "", m
}

// concerns reports whether a message may be for the bot: it is said by a person
// to the bot alone, calls it, or stands in a thread, about which Slack must be
// asked. What Slack changes by itself, such as a preview, is no edit.
func (m *message) concerns(me *identity) bool {
	change, of := m.change()
	switch {
	case m.Type != "message" && m.Type != "app_mention", m.Channel == "", of.TS == "" && m.Deleted == "":
		return false
	case of.BotID != "", of.User == "", of.User == me.user, of.User == "USLACKBOT":
		return false
	case change == "" && !slices.Contains(said, m.Subtype):
		return false
	case change == bot.Edited && (of.Edited == nil || m.Previous != nil && m.Previous.Edited != nil && m.Previous.Edited.TS == of.Edited.TS):
		return false
	}
	return direct(m.Channel) || m.Type == "app_mention" || of.Root != "" || calls(of.Text, me.user)
}

// key names what was said or changed. The same words as two kinds of event, or
// found again in the history, have the same one.
func (m *message) key() string {
	switch change, of := m.change(); change {
	case bot.Edited:
		return "edited/" + m.Channel + "/" + of.TS + "/" + of.Edited.TS
	case bot.Deleted:
		return "deleted/" + m.Channel + "/" + cmp.Or(m.Deleted, of.TS)
	}
	return "said/" + m.Channel + "/" + m.TS
}

// time is the timestamp of when it was said or changed.
func (m *message) time() string {
	switch change, of := m.change(); change {
	case bot.Edited:
		return of.Edited.TS
	case bot.Deleted:
		return cmp.Or(m.EventTS, m.TS)
	}
	return m.TS
}

// slim leaves out the words of before: nobody needs them any more.
func (m *message) slim() *message {
	out := *m
	if m.Previous != nil {
		previous := *m.Previous
		previous.Text, previous.Files = "", nil
		out.Previous = &previous
	}
	return &out
}

// message makes the bot's message of an item, or none if it is not said to the
// bot. A trigger can open a form as long as it is fresh.
func (p *Platform) message(ctx context.Context, it *item) (m *bot.Message, trigger string, err error) {
	switch {
	case it.Said != nil:
		m, err = p.heard(ctx, it.Said)
	case it.Press != nil:
		m, err = p.pressed(ctx, it.Press)
		trigger = it.Press.Trigger
	case it.Sent != nil:
		m, err = p.filled(ctx, it.Sent)
	case it.Asked != nil:
		m, err = p.commanded(ctx, it.Asked)
	}
	if errors.Is(err, bot.ErrUndeliverable) {
		// Whoever it was is not there any more, so nobody waits for an answer.
		p.log.Info("slack: message without a sender", "err", err)
		return nil, "", nil
	}
	return m, trigger, err
}

// heard makes a message of what was said.
func (p *Platform) heard(ctx context.Context, said *message) (*bot.Message, error) {
	me := p.me.Load()
	change, of := said.change()
	called := calls(of.Text, me.user) || said.Type == "app_mention"
	if !direct(said.Channel) && change != bot.Deleted {
		if ok, err := p.addressed(ctx, said.Channel, of, called); err != nil || !ok {
			return nil, err
		}
	}
	from, err := p.people.user(ctx, of.User, said.Team)
	if err != nil {
		return nil, err
	}
	ts := of.TS
	if change == bot.Deleted {
		ts = cmp.Or(said.Deleted, of.TS)
	}
	m := &bot.Message{
		ID: ref(said.Channel, ts), From: from, Direct: direct(said.Channel), Change: change, At: at(said.time()),
		In: escalation.Address{Platform: name, Channel: said.Channel},
	}
	switch {
	case of.Root != "" && of.Root != ts:
		m.In.Thread, m.Root = of.Root, ref(said.Channel, of.Root)
	case !m.Direct:
		m.In.Thread = ts
	}
	if change != bot.Deleted {
		m.Text, m.Files = p.people.text(ctx, of.Text, me.user), files(of.Files)
	}
	return m, nil
}

func files(all []file) []escalation.File {
	var out []escalation.File
	for _, f := range all {
		out = append(out, escalation.File{Name: f.Name, Link: f.Link})
	}
	return out
}

// at returns the time of a timestamp: seconds, a dot, and microseconds.
func at(ts string) time.Time {
	seconds, micros, _ := strings.Cut(ts, ".")
	s, _ := strconv.ParseInt(seconds, 10, 64)
	us, _ := strconv.ParseInt(micros, 10, 64)
	return time.Unix(s, us*1000)
}

// stamp returns a time as a timestamp.
func stamp(t time.Time) string { return fmt.Sprintf("%d.%06d", t.Unix(), t.Nanosecond()/1000) }

// addressed reports whether something said in a channel is for the bot: it is
// called by name, or it takes part in the thread.
func (p *Platform) addressed(ctx context.Context, channel string, m *message, called bool) (bool, error) {
	root := ref(channel, cmp.Or(m.Root, m.TS))
	if called || m.Parent == p.me.Load().user {
		p.threads.know(root, true)
		return true, nil
	}
	if in, known := p.threads.in(root); known || m.Root == "" {
		return in, nil
	}
	in := false
	err := p.replies(ctx, channel, m.Root, "", func(reply *api.Message) error {
		me := p.me.Load()
		in = in || reply.User == me.user || calls(reply.Text, me.user)
		return nil
	})
	if errors.Is(err, bot.ErrUndeliverable) {
		return false, nil
	}
	if err == nil {
		p.threads.know(root, in)
	}
	return in, err
}

// calls reports whether text calls a user by name.
func calls(text, user string) bool {
	return strings.Contains(text, "<@"+user+">") || strings.Contains(text, "<@"+user+"|")
}

// reference finds what Slack writes for a link, a person, a channel or a group.
var reference = regexp.MustCompile(`<([^<>|]*)(?:\|([^<>]*))?>`)

// plain returns Slack's text as people read it, without the call of a user.
func plain(text, user string) string {
	text = reference.ReplaceAllStringFunc(text, func(s string) string {
		m := reference.FindStringSubmatch(s)
		target, shown := m[1], m[2]
		switch {
		case user != "" && target == "@"+user:
			return ""
		case strings.HasPrefix(target, "@"), strings.HasPrefix(target, "#"):
			return target[:1] + cmp.Or(strings.TrimLeft(shown, "@#"), target[1:])
		case strings.HasPrefix(target, "!"):
			kind, _, _ := strings.Cut(target[1:], "^")
			return cmp.Or(shown, "@"+kind)
		case shown == "" || strings.HasSuffix(target, shown):
			return strings.TrimPrefix(target, "mailto:")
		}
		return shown + " (" + target + ")" // nobody is shown a link that is not what it says
	})
	return strings.TrimSpace(unescape.Replace(text))
}

var unescape = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")

// threads remember in which threads the bot takes part.
type threads struct {
	mu    sync.Mutex
	known map[string]bool
}

func newThreads() *threads { return &threads{known: map[string]bool{}} }

func (t *threads) in(root string) (in, known bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	in, known = t.known[root]
	return in, known
}

func (t *threads) know(root string, in bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.known) >= manyRemembered {
		clear(t.known)
	}
	t.known[root] = in
}

// recorded makes a message of one in a channel's history.
func recorded(channel string, m *api.Message) *message {
	out := &message{
		Type: "message", Subtype: m.SubType, Channel: channel, User: m.User, Team: m.Team, BotID: m.BotID,
		Text: m.Text, TS: m.Timestamp, Root: m.ThreadTimestamp, Parent: m.ParentUserId,
	}
	for _, f := range m.Files {
		out.Files = append(out.Files, file{f.Name, f.Permalink})
	}
	if m.Edited != nil {
		out.Edited = &edit{m.Edited.Timestamp}
	}
	return out
}

// edit makes the event of a message's last edit, or none.
func (m *message) edit() *message {
	if m.Edited == nil {
		return nil
	}
	return &message{
		Type: "message", Subtype: "message_changed", Channel: m.Channel, Team: m.Team, TS: m.Edited.TS, Message: m,
	}
}
