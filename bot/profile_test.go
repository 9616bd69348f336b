package bot_test

import (
	"testing"

	"ersthelfer/bot"
)

// TestOwnWays is people whom the platform knows to read another language or to
// be in another time zone: they are spoken to in theirs, also when nothing that
// they said tells it.
func TestOwnWays(t *testing.T) {
	p := newPlay(t)
	p.place = "own ways"
	p.chat.Know("carl", bot.User{Platform: "chat", ID: "carl", Locale: "en-GB", Zone: "Europe/London", Schools: []string{"gs-nord"}})
	p.chat.Know("mara", bot.User{Platform: "chat", ID: "mara", Handle: "mara", Locale: "en", Zone: "America/New_York"})
	for _, line := range []string{
		"mara> hilfe", "mara< Just write what does not work",
		"carl> hallo", "carl< I am Ersthelfer",
		"carl> there is a paper jam in the copier in room 204", "carl< [Does not help]",
		"carl> [Does not help]", "carl< lesson",
		"carl> 1", "carl< by today, 11:10",
		"mara< by today, 06:10",
		"mara> deutsch", "mara> status 1", "mara< 06:10 Uhr",
	} {
		p.line(line)
	}
}
