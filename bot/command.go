package bot

import (
	"regexp"
	"strconv"
	"strings"

	"ersthelfer/escalation"
)

// A command is an order to the bot, with the ticket and the text it names.
type command struct {
	word string // the canonical word: "status", "take", …
	id   escalation.ID
	text string
}

// commandWords are the words that people may write for a command.
var commandWords = map[string]string{
	"status": "status", "stand": "status",
	"meine tickets": "mine", "my tickets": "mine", "tickets": "mine",
	"hilfe": "help", "help": "help", "?": "help",
	"mensch": "human", "human": "human",
	"abbrechen": "stop", "abbruch": "stop", "cancel": "stop", "stop": "stop", "stopp": "stop",
	"english": "english", "englisch": "english", "deutsch": "deutsch", "german": "deutsch",
	"liste": "queue", "queue": "queue", "warteschlange": "queue",
	"zeige": "show", "show": "show", "verlauf": "show",
	"übernehmen": "take", "uebernehmen": "take", "übernehme": "take", "take": "take",
	"antwort": "reply", "antworten": "reply", "reply": "reply",
	"rückfrage": "inquire", "rueckfrage": "inquire", "inquire": "inquire",
	"notiz": "note", "note": "note",
	"weiter": "handon", "weitergeben": "handon", "forward": "handon",
	"lösen": "solve", "loesen": "solve", "gelöst": "solve", "erledigt": "solve", "fertig": "solve", "done": "solve", "geloest": "solve", "solve": "solve",
	"wieder öffnen": "open", "öffnen": "open", "oeffnen": "open", "reopen": "open",
	"start": "start", "hallo": "", "login": "login", "anmelden": "login",
}

// needsNumber are the commands that mean nothing without a ticket's number, so
// that "weiter" alone, or "antwort kam nie", stays an ordinary sentence.
var needsNumber = map[string]bool{
	"show": true, "take": true, "reply": true, "inquire": true, "note": true, "handon": true, "solve": true, "open": true,
}

var commandForm = regexp.MustCompile(`(?s)^\s*/?(?:ersthelfer\s+)?(\pL[\pL ]*?|\?)(?:\s+(?:ticket\s*)?#?(\d{1,9})\b[:,]?\s*(.*))?\s*[.!]?\s*$`)

// parseCommand reads a command. A sentence is none: the whole message must
// have the form "word" or "word number text".
func parseCommand(text string) (command, bool) {
	m := commandForm.FindStringSubmatch(text)
	if m == nil {
		return command{}, false
	}
	word := commandWords[strings.ToLower(strings.TrimSpace(m[1]))]
	id, _ := strconv.ParseInt(m[2], 10, 64)
	switch {
	case word == "", needsNumber[word] && id == 0:
		return command{}, false
	case id != 0 && (word == "help" || word == "human" || word == "english" || word == "deutsch" || word == "queue" || word == "mine"):
		return command{}, false
	}
	return command{word, escalation.ID(id), strings.TrimSpace(m[3])}, true
}
