package knowledge

import "regexp"

// blank is what stands for something that was blanked out.
const blank = "•••"

// masks find what must not be kept of a question, in the order in which they are blanked out. The submatch, if there is
// one, stays.
var masks = []*regexp.Regexp{
	regexp.MustCompile(`[\pL\pN._%+-]+@[\pL\pN.-]+\.\pL{2,}`),                                                       // e-mail address
	regexp.MustCompile(`(?i)\b[a-z]{2}\d{2}(?: ?[\da-z]{4}){3,7}(?: ?[\da-z]{1,4})?\b`),                             // IBAN, ISO 13616
	regexp.MustCompile(`(?i)\b(?:https?://|www\.)\S+`),                                                              // links hold tokens
	regexp.MustCompile(`(?:\+|\b00|\b0)\d[\d /()-]{5,}\d\b`),                                                        // telephone
	regexp.MustCompile(`\b\d{1,2}\.\s?\d{1,2}\.\s?(?:19|20)\d{2}\b`),                                                // date of birth
	regexp.MustCompile(`\b\d[\d .-]{4,}\d\b`),                                                                       // numbers of people and devices
	regexp.MustCompile(`\b[\pL]*\d[\pL\d]*\d[\pL\d]{4,}\b`),                                                         // serial numbers
	regexp.MustCompile(`(?i)\b((?:pass(?:wort|word)|kennwort|pin|pw)\s*(?:[:=]|ist\b|is\b)\s*)\S*[\d!#$%&*+?_]\S*`), // passwords
	regexp.MustCompile(`\b((?:Frau|Herrn?|Mrs?\.?|Ms\.?|Dr\.|Schülerin|Schüler|Kollegin|Kollege|(?i:ich bin|ich heiße|mein name ist|my name is|gruß|grüße|lg|mfg),?)\s+)\p{Lu}\pL+(?:[ -]\p{Lu}\pL+)?`), // names
}

// Mask blanks out what looks like personal data or a password: addresses, numbers of telephones, accounts, devices and
// people, links, dates of birth, names behind a form of address. It is best effort and no guarantee. Numbers of rooms
// and classes stay.
func Mask(text string) string {
	for _, m := range masks {
		text = m.ReplaceAllString(text, "${1}"+blank)
	}
	return text
}
