package mattermosttest

import (
	"os"
	"strings"
	"testing"
)

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
	People   map[string]string // user name → id: anna, ben, mara, tom, paul, petra, ada
	Channels map[string]string // channel name → id: lehrerzimmer, it-support
}

// names are the people, channels are the channels of the cast.
var (
	names    = []string{"anna", "ben", "mara", "tom", "paul", "petra", "ada"}
	channels = []string{"lehrerzimmer", "it-support"}
)

// Real returns the cast of the real server that MM_URL names, and false if
// there is none.
func Real(tb testing.TB) (Cast, bool) {
	tb.Helper()
	url := os.Getenv("MM_URL")
	if url == "" {
		return Cast{}, false
	}
	want := func(key string) string {
		v := os.Getenv("MM_" + key)
		if v == "" {
			tb.Fatalf("MM_URL is set, but not MM_%s: read the env.sh of the server", key)
		}
		return v
	}
	c := Cast{
		URL: url, Team: want("TEAM"), TeamID: want("TEAM_ID"), Bot: want("BOT"), BotID: want("BOT_ID"),
		BotToken: want("BOT_TOKEN"), Admin: want("ADMIN_TOKEN"), Password: want("PASSWORD"),
		People: map[string]string{}, Channels: map[string]string{},
	}
	for _, n := range names {
		c.People[n] = want(strings.ToUpper(n) + "_ID")
	}
	for _, n := range channels {
		c.Channels[n] = want("CHANNEL_" + strings.ToUpper(strings.ReplaceAll(n, "-", "_")))
	}
	return c, true
}
