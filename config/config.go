package config

import (
	"net/url"
	"time"

	"ersthelfer/escalation"

	"go.yaml.in/yaml/v4"
)

// A Config is a configuration without mistakes: everything that it names is there.
type Config struct {
	Data      string // the directory of the database
	Listen    string // host:port of the pages, the chat in the browser and the platforms' calls
	Language  string // of people of whom nothing else is known: "de" or "en"
	Zone      *time.Location
	Model     *escalation.Model
	People    []Person // in the order of the file
	Schools   []string // the ids of the schools, in the order of the file
	Knowledge Knowledge
	Platforms Platforms
	Retention Retention

	effective *yaml.Node // the file with the defaults, for Show
	warnings  Problems
	lacks     Problems
	followers []follower
}

// A Person is somebody that the configuration names: a teacher, a contact, an editor. Absences are in
// the Members of the Model.
type Person struct {
	ID        escalation.Person
	Name      string
	School    string            // "" for who belongs to no school, or to several
	Roles     []Duty            // what the person may do besides asking
	Languages []string          // in the order of preference; never empty
	Accounts  map[string]string // platform → the name there: "mattermost" → "mara"
	Email     string
}

// A Duty is what a person may do besides asking and answering tickets. Those rights come from the
// parties of the Model.
type Duty string

// The duties.
const (
	Editor    Duty = "editor"    // curates the articles
	Admin     Duty = "admin"     // runs the installation
	Authority Duty = "authority" // reads the figures, for the Schulträger
)

// Knowledge says where articles come from besides those that ship with the program.
type Knowledge struct {
	Dir string // own articles, one Markdown file each; "" for none
	LLM *LLM   // nil: no language model is asked, and nothing leaves the machine
}

// An LLM is a language model behind an interface like OpenAI's, and what it is asked for.
type LLM struct {
	URL        *url.URL
	Model      string // for text; "" for none
	Embeddings string // the model for embeddings; "" for none
	Key        Secret
	Use        []Use
	Wait       time.Duration // wall time that an unsure answer may take longer; 0: the program's own
	PerHour    int           // questions that it is asked about in an hour; 0: the program's own
}

// A Use is something that a language model is asked for.
type Use string

// The uses. The first two are on where nothing is said, as far as there is a model for them.
const (
	UseRephrase   Use = "rephrase"   // an unsure question in other words
	UseEmbeddings Use = "embeddings" // an unsure question by its meaning
	UseAnswer     Use = "answer"     // a short answer above the article that was found for an unsure question
	UseDraft      Use = "draft"      // the draft of an article from a solved ticket
)

// Platforms says which chats people use. A nil platform is off.
type Platforms struct {
	Web        Web
	Mattermost *Mattermost
	Slack      *Slack
}

// Web is the chat in the browser and the pages.
type Web struct {
	Chat    bool          // people may ask in the browser
	URL     *url.URL      // where browsers find it; nil: Listen
	Session time.Duration // wall time after which one has to sign in again
	OIDC    *OIDC         // nil: sign-in by a link that the bot sends in a chat
}

// OIDC is a sign-in with the school's own accounts, by OpenID Connect.
type OIDC struct {
	Issuer *url.URL
	Client string // client id
	Secret Secret
	Claim  string // the claim that holds the account's name; "" means preferred_username
}

// Mattermost is the bot's account on a Mattermost server.
type Mattermost struct {
	URL      *url.URL
	Token    Secret
	Callback *url.URL          // where the server reaches the bot for buttons; nil: people type
	Listen   string            // host:port for those calls; "" means Config.Listen
	Teams    map[string]string // team → school
	Channels map[string]string // channel → school; wins over the team
}

// Slack is the bot's app in a Slack workspace. Without a bot token the app is not
// made yet.
type Slack struct {
	Mode          string   // "socket" or "http"
	Callback      *url.URL // where Slack reaches the bot; for http
	AppToken      Secret   // for socket
	BotToken      Secret
	SigningSecret Secret            // for http
	Channels      map[string]string // channel id → school
}

// Retention says how long things are kept, in wall time from the closing of a ticket. The row of figures
// that names nobody stays.
type Retention struct {
	Text    time.Duration // what people wrote
	Tickets time.Duration // the rest of the ticket
}
