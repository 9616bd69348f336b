package mattermosttest

import "github.com/mattermost/mattermost/server/public/model"

// A Cast is who and what is on a server.
type Cast struct {
	URL      string
	Team     string // its name
	TeamID   string
	Bot      string // its user name
	BotID    string
	BotToken string
	Admin    string            // a token
	Password string            // of everybody
	People   map[string]string // name → id: anna, ben, mara, tom, paul, petra, ada
	Channels map[string]string // channel name → id: lehrerzimmer, it-support

	suffix string // of user names
}

// names are the people, channels are the channels of the cast.
var (
	names    = []string{"anna", "ben", "mara", "tom", "paul", "petra", "ada"}
	channels = []string{"lehrerzimmer", "it-support"}
	kinds    = []model.ChannelType{model.ChannelTypeOpen, model.ChannelTypePrivate}
)

// profile returns the account of one of the cast. Ben keeps his computer as it
// was at home in London; the browsers of the others hide where they are.
func profile(name, handle string) *model.User {
	u := &model.User{Username: handle, Email: handle + "@example.test", Locale: "de", Timezone: model.StringMap{
		"useAutomaticTimezone": "true", "automaticTimezone": "UTC", "manualTimezone": "",
	}}
	if name == "ben" {
		u.Locale = "en"
		u.Timezone["useAutomaticTimezone"], u.Timezone["manualTimezone"] = "false", "Europe/London"
	}
	return u
}

// Handle returns the user name of one of the cast, which on a real server nobody
// else has.
func (c Cast) Handle(name string) string { return name + c.suffix }
