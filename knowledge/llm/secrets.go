package llm

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// key finds secrets that need no word before them: keys of well-known makers, tokens, private keys.
var key = regexp.MustCompile(`(?s)-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)` +
	`|\beyJ[\w-]+(?:\.[\w-]+)*|\b(?:sk|pk|rk|ghp|gho|ghs|glpat|xox[a-z]|npm|hf|AKIA|AIza)[_-]?[\w-]{12,}` +
	`|(?i:\bbearer\s+\S+)|\b[0-9a-fA-F]{32,}\b|\b[\w+/-]{40,}={0,2}`)

func keys(text string) string { return key.ReplaceAllString(text, "[secret]") }

// A text speaks of a secret if it has one of these words. A number of three digits or more behind a short one is a PIN.
var (
	secretCue = regexp.MustCompile(`(?i)(?:pass(?:wort|wörter|wörtern|woerter|word|words|wd|phrase|code)|kennw(?:o|ö|oe)rt\pL*|\bp(?:wd?|asswd)\b|zugangsdaten|anmeldedaten|login-?daten|credentials|\blog-?in\b|\btoken\b|\bsecret\b|\bapi[ -]?key\b|(?:wlan|wifi|wi-fi|netzwerk)[ -]?(?:schlüssel|key))`)
	pinCue    = regexp.MustCompile(`(?i)((?:\b(?:[\pL-]*pin|puk|tan|m?fa-?code|otp|(?:[\pL]+-)?code|(?:zugangs|sperr|geräte|bestätigungs|sicherheits|freischalt)code|passcode))\b[^\d\n]{0,25})(\d[\d -]{1,10}\d)`)
	noPin     = regexp.MustCompile(`(?i)(?:fehler|error|qr|status|exit|stop)[ -]?code|raum|room|klasse|class|windows|\bios\b`)
)

// given finds what stands behind a word for a password and says what it is. With a colon everything up to the end of
// the clause counts, because a password may have blanks.
var (
	quoted = regexp.MustCompile(`["„“”'‚‘’»«]([^"„“”'‚‘’»«\n]{2,60})["„“”'‚‘’»«]`)
	marked = regexp.MustCompile(`(?i)(` + cueForm + `[^\n:=.!?]{0,40}[:=]\s*)([^\n]{1,80}?)([,;.!?]+(?:\s|$)|\n|$)`)
	told   = regexp.MustCompile(`(?i)(` + cueForm + `(?:\s+(?:für|for|von|of|vom|zum|to|bei|at|im|in)(?:\s+(?:der|die|das|den|dem|the|my|mein(?:e[nmr]?)?))?\s+[^\s]+){0,2}\s+(?:ist|is|war|was|lautet|heißt|heisst|auf|zu|to)\s+(?:jetzt |nun |now |noch |still |immer )?)(\S+)`)
	behind = regexp.MustCompile(`(?i)(\S+)(\s+(?:ist|is|war|lautet|als|as|was (?:my|his|her|our|the))\s+(?:(?:mein|dein|sein|ihr|unser|das|der|the|my|his|her|our|your|new|old|neues?|altes?|aktuelles?)\s+){0,3}` + cueForm + `)`)
	other  = regexp.MustCompile(`(?i)(\b(?:neues?|altes?|anderes?|new|old|other)\s+(?:(?:one|ist|is|war|was|heißt|lautet)\s+)*)([^\s]+[!#$%&*+]+[.,]?)`)
	tried  = regexp.MustCompile(`(?i)(` + cueForm + `\s+)(\S+)\s+(?:geht|gehn|funktioniert|klappt|stimmt|falsch|ist|wird|tut|does|doesn|is|works?|wrong|fails?|isn)\b`)
	direct = regexp.MustCompile(`(?i)(` + cueForm + `\s+)(\S+)`)
)

const cueForm = `(?:[\pL-]*pass(?:wort|wörter|word|words|wd|phrase|code)s?|[\pL-]*kennwort|\bpwd?|zugangsdaten|anmeldedaten|login-?daten|credentials|(?:wlan|wifi|wi-fi|netzwerk)[ -]?(?:schlüssel|key))\b`

// secrets replaces passwords and PINs. In a text that speaks of a password, every word that looks like one goes, too,
// wherever it stands.
func secrets(text string) string {
	text = pinCue.ReplaceAllStringFunc(text, func(s string) string {
		m := pinCue.FindStringSubmatch(s)
		if noPin.MatchString(m[1]) {
			return s
		}
		return m[1] + "[secret]"
	})
	if !secretCue.MatchString(text) {
		return text
	}
	text = quoted.ReplaceAllStringFunc(text, func(s string) string {
		words := strings.Fields(quoted.FindStringSubmatch(s)[1])
		message := secretCue.MatchString(s) && !strings.ContainsFunc(s, unicode.IsDigit)
		if len(words) == 1 && innocent(words[0]) || message {
			return s
		}
		return "[secret]"
	})
	text = marked.ReplaceAllString(text, "${1}[secret]${3}")
	text = unless(told, text, 2)
	text = unless(behind, text, 1)
	text = unless(other, text, 2)
	text = unless(tried, text, 2)
	text = unless(direct, text, 2, looksSecret)
	return eachWord(text, func(w string) string {
		if looksSecret(w) && !ordinary.MatchString(w) {
			return "[secret]"
		}
		return w
	})
}

// unless replaces a group of each match, unless it is an innocent word or one of the tests says no.
func unless(form *regexp.Regexp, text string, group int, tests ...func(string) bool) string {
	return form.ReplaceAllStringFunc(text, func(s string) string {
		at := form.FindStringSubmatchIndex(s)
		word := s[at[2*group]:at[2*group+1]]
		if innocent(word) || placeholder.MatchString(word) {
			return s
		}
		for _, test := range tests {
			if !test(word) {
				return s
			}
		}
		return s[:at[2*group]] + "[secret]" + s[at[2*group+1]:]
	})
}

// eachWord maps the words between blanks.
func eachWord(text string, change func(string) string) string {
	var out strings.Builder
	start := 0
	for i, r := range text {
		if unicode.IsSpace(r) {
			if start < i {
				out.WriteString(change(text[start:i]))
			}
			out.WriteRune(r)
			start = i + utf8.RuneLen(r)
		}
	}
	if start < len(text) {
		out.WriteString(change(text[start:]))
	}
	return out.String()
}

// looksSecret reports whether a word looks like a password: letters with digits, signs inside, or capitals inside.
// What people in schools write so without secrecy is left: names of devices and programs, times, numbers.
func looksSecret(word string) bool {
	word = strings.Trim(word, `.,;:?()"„“”'`)
	if utf8.RuneCountInString(word) < 4 || placeholder.MatchString(word) || plainForm.MatchString(word) {
		return false
	}
	var letters, digits, signs, capitals int
	for i, r := range word {
		switch {
		case unicode.IsDigit(r):
			digits++
		case unicode.IsLetter(r):
			letters++
			if i > 0 && unicode.IsUpper(r) {
				capitals++
			}
		default:
			signs++
		}
	}
	return digits > 0 && (letters > 0 || signs > 0) || digits >= 4 || signs > 0 && !hyphens.MatchString(word) ||
		capitals > 0 && capitals < letters-1
}

var (
	hyphens   = regexp.MustCompile(`^[\pL]+(?:[-/][\pL]+)*!*$|^-+$|^\pL+(?:\.\pL+)+$`)
	plainForm = regexp.MustCompile(`(?i)^(?:` + products + `|\d{1,2}[:.]\d{2}(?:uhr)?|\d{1,2}\.\d{1,2}\.(?:\d{2}|\d{4})?|` +
		`\d{1,2}\.?(?:klasse|klässler|stunde)?|20\d\d|\d+[.,]?\d*%?)$`)
	// ordinary finds what looks odd by its form and is not, as long as it does not stand where a password stands:
	// "Dienst-iPad", "school's", "6-stellig".
	ordinary = regexp.MustCompile(`^[("„“]*(?:(?:` + part + `)(?:[-/](?:` + part + `))*(?:['’]\pL{0,3})?|\d{1,2}-\pL+)[.,;:?!)"“”]*$`)
)

const (
	part     = `(?i:` + products + `)|\pL?\p{Ll}+|\p{Lu}+s?`
	products = `i(?:pads?|phones?|serv|cloud|os\d*|mac)|appletv|airplay|airdrop|macbooks?|power(?:point|shell)|one(?:drive|note)|` +
		`you ?tube|whatsapp|web ?untis|open ?office|libreoffice|moodle|logineo|(?:microsoft|office|m)365|(?:win|windows)\d+|` +
		`w-?lan|wi-?fi|e-?mails?|usb-?c|b?yod|chromebooks?|classroom|schulmanager|smartboards?|displayport|geteduroam`
)

// innocent are words that follow "das Passwort ist" and the like without being one.
func innocent(word string) bool {
	return innocents[strings.Trim(folded(word), ".,;:!?()")]
}

var innocents = func() map[string]bool {
	set := make(map[string]bool)
	for _, w := range strings.Fields(folded(`
		falsch weg abgelaufen vergessen gesperrt nicht nich unbekannt ungültig neu alt richtig immer mir mich gültig wrong refused denied valid working broken right expired
		gone not invalid forgotten incorrect correct verloren zurückgesetzt geändert jetzt leider angeblich laut der die
		das dem den ein eine einen mein meine nötig futsch kaputt seit schon noch plötzlich wohl zu kurz lang schwach too
		short long weak since always still no kein keine korrekt abgelehnt rejected lost locked unknown missing required
		needed new old same different anders gleich heute gestern morgen today nur only auch also wieder again es it er sie
		ich wir and und oder or aber but zurück zurücksetzen ändern reset change changed setzen bekommen eingeben änderung wechsel abfrage dort hier da there
		einem einer allen jedem bei von vom für for of the my a an unter under nach after beim im in ins auf wurde was ist
		is offenbar anscheinend irgendwie nirgends nie never ok okay gut fine`)) {
		set[w] = true
	}
	set[""] = true
	return set
}()
