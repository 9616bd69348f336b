package bot

import "regexp"

// secretForm finds "passwort: abc123", "mein kennwort ist Xy7!", "pw=…": a word
// for a password, a link, and the thing itself.
var secretForm = regexp.MustCompile(`(?i)\b((?:\pL*pass(?:wort|word|wd)|\pL*kennwort|pwd?|pin|passcode)\b(?:\s+(?:ist|is|war|was|lautet|heißt|heisst|von \pL+ ist))?\s*[:=]?\s*["„“']?)([^\s"„“',;]{4,})`)

// plainWords are what may follow a word for a password without being one.
var plainWords = regexp.MustCompile(`(?i)^(?:\pL+[.?!]?)$`)

// mask blanks out what looks like a password and reports whether it did. It
// blanks what follows "ist" or ":" always, and other words only if they hold a
// digit or a sign, because "passwort vergessen" is a question.
func mask(text string) (string, bool) {
	masked := false
	out := secretForm.ReplaceAllStringFunc(text, func(hit string) string {
		m := secretForm.FindStringSubmatch(hit)
		link := linked.MatchString(m[1])
		if plainWords.MatchString(m[2]) && (!link || innocent.MatchString(m[2])) {
			return hit
		}
		masked = true
		return m[1] + "•••"
	})
	return out, masked
}

// innocent are words that follow "passwort ist" in a complaint about it.
var innocent = regexp.MustCompile(`(?i)^(?:falsch|weg|abgelaufen|vergessen|gesperrt|nicht|unbekannt|ung[uü]ltig|ungueltig|neu|alt|richtig|immer|mir|wrong|expired|gone|not|invalid|forgotten|incorrect|correct|richtig|verloren|zur[uü]ckgesetzt|ge[aä]ndert|jetzt|leider|angeblich|laut|der|die|das|ein|mein|nötig|futsch|kaputt)[.?!]?$`)

// linked finds the link at the end of what precedes the password itself.
var linked = regexp.MustCompile(`(?i)(?:[:=]|\b(?:ist|is|war|was|lautet|heißt|heisst))\s*["„“']?$`)
