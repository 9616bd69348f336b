package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"ersthelfer/escalation"
)

// A Platform is a chat that people use: Mattermost, Slack, the browser, a
// terminal. Package bottest holds the suite that every platform passes.
//
// A platform carries messages and posts, and knows nothing of tickets. What it
// can do beyond text it says in its Traits; changing a post it offers as an
// [Editor]. The dialogue is the same on all of them.
type Platform interface {
	// Name is the platform's word in addresses, message ids and the
	// configuration: "mattermost". It never changes.
	Name() string

	// Traits says what the platform can do. It is asked for every post.
	Traits() Traits

	// Run receives messages and gives them to h, until ctx ends (it then returns
	// nil) or the platform cannot go on. Each message is given at least once: a
	// platform remembers how far it has read only after h returned nil. It may
	// give different conversations at the same time, one conversation in order.
	Run(ctx context.Context, h Handler) error

	// Send posts p and returns the platform's name of the post, which begins with
	// Name and a colon. A post with a Key that the platform has already posted is
	// not posted again, as far as the platform can tell; the first ref is returned.
	//
	// Errors: ErrUndeliverable if it is no use to try again; *LaterError if the
	// platform says when to; any other error may be tried again.
	Send(ctx context.Context, p Post) (ref string, err error)
}

// An Editor is a Platform that can change its posts.
type Editor interface {
	// Edit puts p in the place of the post ref. Choices that p does not have are gone.
	Edit(ctx context.Context, ref string, p Post) error
}

// A Handler takes a message. It returns nil when what the message brought
// about is stored; only then may the platform forget it.
type Handler func(ctx context.Context, m Message) (Receipt, error)

// A Receipt is what only the sender of a message sees at once, on platforms
// that can show it; for a pressed button or a sent form it says what is wrong.
type Receipt struct {
	Private Rich              // a sentence for the sender alone
	Form    *Form             // ask this before going on
	Errors  map[string]string // what is wrong with a sent form, by field
}

// Traits are what a platform can do beyond plain text.
type Traits struct {
	Buttons bool // shows Post.Choices as buttons; else it lists them with numbers
	Forms   bool // can ask a Form
	Edit    bool // implements Editor
	Private bool // can show a Receipt to the sender alone; else it is posted
	Threads bool // replies to a post stay together
	MaxText int  // characters of one post; longer ones are cut with a mark
}

// A Message is something a person said, pressed or sent on a platform.
type Message struct {
	ID     string             // "platform:…", unique; the same message delivered twice has the same id
	From   User               //
	In     escalation.Address // the conversation: answers go there
	Root   string             // the post whose thread it is in, as Send named it; empty outside of threads
	Direct bool               // said to the bot alone; else it mentioned the bot, or is in a thread of the bot
	Text   string
	Choice string            // the Choice.ID that was pressed, or the Form.ID that was sent
	Form   map[string]string // the values of a sent form, by field
	Post   string            // the post that Choice was pressed on, as Send named it
	Files  []escalation.File
	Change Change
	At     time.Time
}

// A Change says that a message is not new but changed.
type Change string

// The changes. The id of a changed message is that of the original.
const (
	Edited  Change = "edited"
	Deleted Change = "deleted"
)

// A User is somebody as a platform knows them.
type User struct {
	Platform string
	ID       string   // lasting on the platform
	Name     string   // as shown
	Handle   string   // the name people write, such as "mara"; configuration may use it
	Email    string   // if the platform tells
	Locale   string   // "de", "en-US"; may be empty
	Zone     string   `json:",omitempty"` // "Europe/Berlin"; empty if the platform does not know
	Schools  []string // as the platform knows from teams or channels; may be empty
	Bot      bool     // not a human: never answered

	// Person says who it is, where the platform knows because somebody signed in;
	// else empty, and the configuration tells.
	Person escalation.Person `json:",omitempty"`
}

// A Post is something the bot says.
type Post struct {
	Key     string             // stable: the same key is the same post
	To      escalation.Address // the conversation; without one, User
	User    string             // the platform's id of a person to tell in a direct conversation
	Body    Rich
	Choices []Choice
}

// Listed returns the body with the choices as numbered lines, for where there are
// no buttons to be seen.
func (p Post) Listed() Rich {
	body := slices.Clip(p.Body)
	for i, c := range p.Choices {
		body = append(body, Block{Kind: Item, Number: i + 1, Spans: []Span{{Text: c.Label}}})
	}
	return body
}

// A Choice is a button, or a numbered line where the platform has no buttons.
// Typing the number or the label does the same, so a platform numbers its
// buttons too.
type Choice struct {
	ID     string // up to 64 characters of [A-Za-z0-9/-]
	Label  string
	Strong bool  // the likely one
	Form   *Form // asked before the choice takes effect, on platforms that have forms
}

// A Form is a few questions at once.
type Form struct {
	ID     string
	Title  string // at most 24 characters
	Submit string // at most 24 characters
	Fields []Field
}

// A Field is one question of a form.
type Field struct {
	Name     string
	Label    string // at most 24 characters
	Hint     string
	Value    string
	Options  []Option // choose one of these; else text
	Long     bool     // several lines
	Optional bool
}

// An Option is one answer of a Field.
type Option struct{ Value, Label string }

// ErrUndeliverable says that a post can never reach its recipient: somebody
// left, the bot was removed from the channel.
var ErrUndeliverable = errors.New("undeliverable")

// A LaterError says that a platform takes posts again only after some time.
type LaterError struct {
	After time.Duration
	Err   error
}

// Error implements error.
func (e *LaterError) Error() string { return fmt.Sprintf("try again in %v: %v", e.After, e.Err) }

// Unwrap returns the platform's own error.
func (e *LaterError) Unwrap() error { return e.Err }
