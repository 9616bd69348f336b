package llm

import (
	"net/netip"
	"regexp"
	"strings"
	"unicode"
)

// placeholder finds what redact leaves in place of something. They mean nothing to the program, and nothing is ever
// put back in their place.
var placeholder = regexp.MustCompile(`\[(?:name|names|email|link|iban|ip|mac|number|date|secret)\]`)

// A redactor takes personal data and secrets out of texts.
type redactor struct{ directory directory }

// newRedactor returns one that knows the names of a directory.
func newRedactor(names []string) redactor { return redactor{newDirectory(names)} }

// redact returns the text with placeholders for e-mail addresses, links, account names behind an "@", IBANs, IP and MAC
// addresses, telephone and other long numbers, dates of birth, passwords, PINs and keys, lists of people, and names:
// those of the directory always, others where a title or a usual first name gives them away.
//
// It rather takes too much than too little: a lost word makes a search a little worse, a kept one is out for good.
func (r redactor) redact(text string) string {
	text = visible(text)
	// Secrets come first, because a password may hold what looks like an address. Lists come before single names.
	for _, step := range []func(string) string{
		keys, secrets, links, emails, ibans, hardware, birthdays, longNumbers, lists, r.directory.redact, strangers,
	} {
		text = step(text)
	}
	return repeated.ReplaceAllString(text, "[name]")
}

// repeated finds a name of several words.
var repeated = regexp.MustCompile(`\[name\](?:[ .,-]{0,2}\[name\])+`)

var (
	link = regexp.MustCompile(`(?i)\b[a-z][a-z0-9+.-]*://\S+|\bwww\.\S+`)
	// "(at)" and " at " with a dot behind are what people write to hide an address.
	email = regexp.MustCompile(`(?i)[\pL\pN._%+'-]+(?:@|\s?[(\[{]\s?(?:at|ät)\s?[)\]}]\s?)[\pL\pN-]+(?:(?:\.|\s?[(\[{]\s?(?:dot|punkt)\s?[)\]}]\s?)[\pL\pN-]+)*` +
		`|[\pL\pN._%+-]+ (?:at|ät|@) [\pL\pN-]+(?: (?:dot|punkt) |\.)\pL{2,}\b`)
	account = regexp.MustCompile(`@[\pL\pN._-]*[\pL\pN]`)
)

func links(text string) string { return link.ReplaceAllString(text, "[link]") }

func emails(text string) string {
	return account.ReplaceAllString(email.ReplaceAllString(text, "[email]"), "[name]")
}

// ibanStart finds the country and the check digits.
var ibanStart = regexp.MustCompile(`(?i)\b[a-z]{2}[ -]?\d{2}`)

// ibans replaces what has the form and the check digits of an IBAN (ISO 13616: 15 to 34 characters, mod 97 is 1).
func ibans(text string) string {
	var out strings.Builder
	for {
		at := ibanStart.FindStringIndex(text)
		if at == nil {
			out.WriteString(text)
			return out.String()
		}
		end := ibanEnd(text, at[0])
		if end < 0 {
			out.WriteString(text[:at[1]])
			text = text[at[1]:]
			continue
		}
		out.WriteString(text[:at[0]] + "[iban]")
		text = text[end:]
	}
}

// ibanEnd returns where the longest IBAN that begins at start ends, -1 if none does.
func ibanEnd(text string, start int) int {
	end, digits := -1, 0
	var characters []byte
	for i := start; i < len(text) && len(characters) < 34; i++ {
		switch c := text[i]; {
		case c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z':
			characters = append(characters, c)
			if c <= '9' {
				digits++
			}
		case c == ' ' || c == '-' || c == '.' || c == '\n':
			continue
		default:
			return end
		}
		boundary := i+1 == len(text) || !isAlphanumeric(text[i+1])
		if boundary && len(characters) >= 15 && digits >= minDigitsIBAN && mod97(characters) == 1 {
			end = i + 1
		}
	}
	return end
}

// minDigitsIBAN is how many digits every IBAN has. Words after "in 105" may pass the check by chance.
const minDigitsIBAN = 10

func isAlphanumeric(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || c >= 0x80
}

// mod97 is the check of ISO 7064: the first four characters go to the end, letters count from 10.
func mod97(iban []byte) int {
	rest := 0
	for i := range iban {
		c := iban[(i+4)%len(iban)]
		if c >= '0' && c <= '9' {
			rest = (rest*10 + int(c-'0')) % 97
		} else {
			rest = (rest*100 + int(c|0x20-'a') + 10) % 97
		}
	}
	return rest
}

var (
	mac  = regexp.MustCompile(`(?i)\b[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}\b|\b[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}\b`)
	ipv4 = regexp.MustCompile(`\b\d{1,3}(?:\.\d{1,3}){3}\b`)
	ipv6 = regexp.MustCompile(`(?i)[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,8}(?:(?:\.\d{1,3}){3})?`)
)

// hardware replaces the addresses of machines.
func hardware(text string) string {
	text = mac.ReplaceAllString(text, "[mac]")
	var out strings.Builder
	last := 0
	for _, at := range ipv6.FindAllStringIndex(text, -1) {
		inWord := at[0] > 0 && isAlphanumeric(text[at[0]-1]) || at[1] < len(text) && isAlphanumeric(text[at[1]])
		if a, err := netip.ParseAddr(text[at[0]:at[1]]); err != nil || a.IsUnspecified() || inWord {
			continue
		}
		out.WriteString(text[last:at[0]] + "[ip]")
		last = at[1]
	}
	text = out.String() + text[last:]
	return ipv4.ReplaceAllString(text, "[ip]")
}

const anyDate = `\d{1,2}(?:[./-]\s?\d{1,2}[./-]\s?|\.?\s\pL{3,9}\.?\s)(?:\d{4}|\d{2})|\d{4}-\d{2}-\d{2}`

var (
	birthday = regexp.MustCompile(`(?i)(\b(?:geb(?:oren|urtsdatum|urtstag)?|born|birthday|birthdate|date of birth|dob)\b[\s.:,*]*(?:(?:am|on|ist|is|der|the|den|war|was|hat)\s+){0,2})(?:` + anyDate + `)`)
	date     = regexp.MustCompile(`^(?:` + anyDate + `)\.?$`)
	// grouped finds digits that belong together, however they are parted.
	grouped = regexp.MustCompile(`(?:\+\s?|\(\s?)?\d(?:[ /().–-]{0,3}\d)+`)
	// kept are numbers of programs, not of people: error codes and updates.
	kept = regexp.MustCompile(`(?i)(?:0x[0-9a-f]*|kb|version |v|windows )$`)
	// numbered finds the number of a person behind the word for it, however short.
	numbered = regexp.MustCompile(`(?i)\b((?:schüler|schueler|personal|lehrer|matrikel|ausweis|kunden|konto|pupil|student|staff|teacher|employee|id[ -]?card)[ -]?(?:id|nr\.?|nummer|no\.?|number|kürzel)[\s:=#]*(?:(?:ist|is|lautet)\s+)?)([\pL-]*\d[\pL\pN/-]*)`)
)

func birthdays(text string) string { return birthday.ReplaceAllString(text, "${1}[date]") }

// minDigits is how many digits make a number that may be somebody's.
const minDigits = 6

// longNumbers replaces telephone and other long numbers, whatever their form. Dates and error codes stay.
func longNumbers(text string) string {
	text = numbered.ReplaceAllString(text, "${1}[number]")
	var out strings.Builder
	last := 0
	for _, at := range grouped.FindAllStringIndex(text, -1) {
		found := text[at[0]:at[1]]
		digits := 0
		for _, r := range found {
			if unicode.IsDigit(r) {
				digits++
			}
		}
		if digits < minDigits || date.MatchString(found) || kept.MatchString(text[:at[0]]) {
			continue
		}
		out.WriteString(text[last:at[0]] + "[number]")
		last = at[1]
	}
	return out.String() + text[last:]
}
