package llm

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A gate judges what a model wrote. It is the only way from an answer to anything that anybody reads or that a search
// is made with.
type gate struct {
	source string   // what the model was given; an address or number may be used again if it stands there
	limit  int      // characters
	names  []string // of people in the directory, who may be named only if the source names them
	shown  bool     // to people as it is: placeholders and what only the bot says are refused, and it must be grounded
}

// pass returns the text as people will see it, or why it must not be used. It takes marks for bold and code away;
// apart from that and from invisible characters, a text passes as it is or not at all.
func (g gate) pass(text string) (string, error) {
	text = plain(text)
	source := plain(g.source)
	switch n := utf8.RuneCountInString(text); {
	case n == 0:
		return "", errNothing
	case n > g.limit || strings.Count(text, "\n") >= maxLines:
		return "", errLong
	case !g.shown:
		// An editor replaces placeholders, and a search ignores them.
		source = placeholder.ReplaceAllString(source, "")
		return text, g.judge(placeholder.ReplaceAllString(text, ""), source)
	}
	if err := g.judge(text, source); err != nil {
		return "", err
	}
	switch {
	case pretends(text, source):
		return "", errPretends
	case !grounded(text, source):
		return "", errUngrounded
	}
	return text, nil
}

// line is pass for a text of one line.
func (g gate) line(text string) (string, error) {
	text, err := g.pass(strings.Join(strings.Fields(text), " "))
	if err != nil {
		return "", err
	}
	return strings.ReplaceAll(text, "\n", " "), nil
}

// maxLines keeps a text from filling a screen.
const maxLines = 12

var (
	errLong       = &failure{kind: errRefused, text: "it is too long"}
	errMarkup     = &failure{kind: errRefused, text: "it holds markup"}
	errAddress    = &failure{kind: errRefused, text: "it holds a link or address that the article does not have"}
	errMention    = &failure{kind: errRefused, text: "it holds a mention"}
	errNumber     = &failure{kind: errRefused, text: "it holds a number that the article does not have"}
	errPerson     = &failure{kind: errRefused, text: "it names a person whom the article does not name"}
	errScript     = &failure{kind: errRefused, text: "it holds letters of another script"}
	errPretends   = &failure{kind: errRefused, text: "it says what only the bot or a person may say"}
	errUngrounded = &failure{kind: errRefused, text: "it says what the article does not say"}
)

// plain returns the visible text without emoji and without the marks for bold and code.
func plain(text string) string {
	return visible(strings.Map(func(r rune) rune {
		if r == '*' || r == '`' || unicode.Is(unicode.So, r) || r >= 0x1f000 && r <= 0x1faff {
			return -1
		}
		return r
	}, visible(text)))
}

// judge returns the first rule that the text breaks. Both texts are plain.
func (g gate) judge(text, source string) error {
	switch {
	case !subset(addresses(text), addresses(source)) || spoken.MatchString(text) && !spoken.MatchString(source):
		return errAddress
	case !subset(atSigns.FindAllString(text, -1), atSigns.FindAllString(source, -1)) || mention.MatchString(address.ReplaceAllString(text, "")):
		return errMention
	case markup.MatchString(text):
		return errMarkup
	case !subset(numbers(text), numbers(source)):
		return errNumber
	case foreign(text) && !foreign(source):
		return errScript
	case !newDirectory(g.names).within(text, source):
		return errPerson
	}
	return nil
}

// address finds everything that a chat or a browser may take for an address, and what only looks like one: schemes,
// e-mail addresses, hosts with a dot, paths of a share. It knows no list of top-level domains, since new ones come.
var address = regexp.MustCompile(`(?i)` +
	`\b[a-z][a-z0-9+.-]*:/\S*` +
	`|\b(?:mailto|tel|sms|callto|javascript|vbscript|data|file|skype|slack|msteams|mmaction|ms-[a-z]+):\S+` +
	`|\b(?:h(?:tt|xx)ps?|www)\b\S*` +
	`|[^\s@]+@[^\s@]+` +
	`|\\\\\S+|:?//\S*` +
	`|[\pL\pN][\pL\pN\pM_-]*(?:\.[\pL\pN][\pL\pN\pM_-]*)*\.\pL[\pL\pN\pM-]+(?:[:/?#]\S*)?` +
	`|\b\d{1,3}(?:\.\d{1,3}){3}\b\S*` +
	`|\b[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){3,7}\b`)

// spoken finds addresses that are written so that only a reader takes them for one.
var spoken = regexp.MustCompile(`(?i)[\pL\pN]\s*[(]?\s*\b(?:dot|punkt)\b\s*[)]?\s*` + someDomains +
	`|[\pL\pN]\s+\.\s*` + someDomains + `|[\pL\pN]\.\s+` + someDomains)

const someDomains = `(?:com|net|org|io|info|biz|xyz|top|app|ru|cn|eu|de|nrw)\b`

// addresses returns those of a text, in lower case, without the punctuation behind them.
func addresses(text string) []string {
	var found []string
	for _, a := range address.FindAllString(text, -1) {
		found = append(found, strings.ToLower(strings.TrimRight(a, `.,;:!?)"'“”»«`)))
	}
	return found
}

// number finds runs of digits, however they are grouped.
var number = regexp.MustCompile(`\pN(?:[ ./()+-]{0,3}\pN)*`)

// numbers returns the digits of numbers that could be dialled, or be a ticket's. Shorter ones count steps and minutes.
func numbers(text string) []string {
	var found []string
	for line := range strings.Lines(text) {
		line = stepNumber.ReplaceAllString(line, "")
		for _, n := range number.FindAllString(line, -1) {
			digits := strings.Map(func(r rune) rune {
				if unicode.IsNumber(r) {
					return r
				}
				return -1
			}, n)
			if utf8.RuneCountInString(digits) > 2 {
				found = append(found, digits)
			}
		}
	}
	return found
}

// stepNumber is what begins a step.
var stepNumber = regexp.MustCompile(`^\d{1,2}[.)] `)

// subset reports whether all of a are in b.
func subset(a, b []string) bool {
	have := make(map[string]bool, len(b))
	for _, s := range b {
		have[s] = true
	}
	for _, s := range a {
		if !have[s] {
			return false
		}
	}
	return true
}

// What a chat may take for a person, a channel or everybody, or for an order to the chat. An article about addresses
// may speak of the sign itself.
var (
	atSigns = regexp.MustCompile(`\S*@\S*`)
	mention = regexp.MustCompile(`[#~!]\pL|(?:^|\s)/\pL`)
)

// markup finds what any of the chats or a browser would set as something else than text: tags and entities, links,
// images, placeholders, buttons, tables, headings, quotes, rules, fences, emoji codes, escapes.
var markup = regexp.MustCompile(`<\S|&[#\pL]|[\[\]{}|\\~^]|__|:[\pL\pN_+-]+:|[-=_+]{3,}|(?m:^\s*(?:#|>|[-=_+]{2,}|[-+]\s*$))`)

// foreign reports whether a letter is not Latin. German and English need no others, and a look-alike does.
func foreign(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool {
		return unicode.IsLetter(r) && !unicode.Is(unicode.Latin, r) && r != 'ª' && r != 'º' && r != 'µ' && r != 'μ'
	})
}
