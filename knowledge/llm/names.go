package llm

import (
	_ "embed"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A directory knows the names of people by their parts.
type directory struct {
	parts map[string]bool // folded, of three letters or more
	short map[string]bool // folded, of two letters; names only next to another part or a title
}

// particles are parts of names that are words of their own.
var particles = wordSet(`von vom van der den dem des de del della da di do dos du la le el al ben bin ibn abu zu zur und the ten ter san mac`)

// kinds are parts of the names of schools that name no school. The others tell which one it is.
var kinds = wordSet(`schule schulen grundschule hauptschule realschule gesamtschule sekundarschule förderschule gymnasium berufskolleg kolleg
	weiterbildungskolleg gemeinschaftsschule gemeinschaftsgrundschule städtische städtisches school am im auf in bei`)

// newDirectory takes names apart. Capitals, accents and the spelling of umlauts do not matter.
func newDirectory(names []string) directory {
	d := directory{make(map[string]bool), make(map[string]bool)}
	for _, name := range names {
		for _, part := range wordsOf(visible(name)) {
			switch n := utf8.RuneCountInString(part); {
			case particles[part] || kinds[part] || n < 2:
			case n == 2:
				d.short[part] = true
			default:
				d.parts[part] = true
			}
		}
	}
	return d
}

// has reports whether a folded word is a part of a name, or its genitive.
func (d directory) has(word string) bool {
	if d.parts[word] {
		return true
	}
	for _, ending := range []string{"s", "es", "sche", "schen", "scher", "sches"} {
		if stem, ok := strings.CutSuffix(word, ending); ok && d.parts[stem] {
			return true
		}
	}
	return false
}

// redact replaces every part of a name, also where it is a word of its own: that somebody is called Maus costs a mouse
// its name, and not somebody theirs.
func (d directory) redact(text string) string {
	if len(d.parts)+len(d.short) == 0 {
		return text
	}
	named := false // the word before was a name or a title
	text = word.ReplaceAllStringFunc(text, func(w string) string {
		f := folded(w)
		hit := d.has(f) || named && d.short[f]
		named = hit || titles[f]
		if hit {
			return "[name]"
		}
		return w
	})
	return before.ReplaceAllString(text, "${1}[name]")
}

// before finds what belongs to the name behind it: initials, "O'", "El-".
var before = regexp.MustCompile(`(?i)(^|[^\pL])(?:\pL[.'’]\s?|` + nobleWords + `[ '’-])+\[name\]`)

// within reports whether the text names nobody of the directory whom the source does not name. Unlike redact it wants
// a capital, so that a mouse does not spoil an answer.
func (d directory) within(text, source string) bool {
	have := make(map[string]bool)
	for _, w := range wordsOf(source) {
		have[w] = true
	}
	for _, w := range word.FindAllString(text, -1) {
		first, _ := utf8.DecodeRuneInString(w)
		if f := folded(w); unicode.IsUpper(first) && d.has(f) && !have[f] {
			return false
		}
	}
	return true
}

// word finds runs of letters. Placeholders are lower case and no names.
var word = regexp.MustCompile(`[\pL\pM]+`)

// titles are words before a name.
var titles = wordSet(`frau fr herr herrn hr mr mrs ms miss mister dr prof doktor sir madam`)

func wordSet(list string) map[string]bool {
	set := make(map[string]bool)
	for _, w := range strings.Fields(list) {
		set[folded(w)] = true
	}
	return set
}

// firstNameList holds first names that are usual in the schools of North Rhine-Westphalia.
//
//go:embed firstnames.txt
var firstNameList string

var (
	firstNames = wordSet(firstNameList)
	// alsoWords are first names that are words when they are written small.
	alsoWords = wordSet(`anton max till rosa jack frank viola grace holly hazel noel jude mats ann`)
)

const (
	capital = `\p{Lu}[\pL\pM]*(?:[-'’]\p{Lu}?[\pL\pM]+)*`
	nobles  = `(?:` + nobleWords + `[ -])*`

	nobleWords = `(?:von|vom|van|der|den|de|del|di|da|la|al|el|zu|zur|bin|ibn|ten)`
)

var (
	// titled finds a name behind a title; people in a hurry write it small.
	titled = regexp.MustCompile(`\b((?i:frau|fr\.|herrn?|hr\.|mrs?\.?|ms\.?|miss|dr\.|prof\.)(?:\s+(?i:dr\.|prof\.))*\s+)(` + nobles + `[\pL\pM]+(?:[-'’][\pL\pM]+)*(?: ` + nobles + capital + `)?)`)
	noble  = regexp.MustCompile(`^` + nobleWords + `[ -]` + nobles + `\p{Lu}`)
	// presented finds a name behind a word for a person or an introduction; there a capital must tell.
	presented = regexp.MustCompile(`\b((?i:schülerin|schüler|schueler|schuelerin|kolleg(?:e|in|en)|lehrer(?:in)?|referendar(?:in)?|hausmeister(?:in)?|sekretärin|rektor(?:in)?|schulleiter(?:in)?|mutter|vater|eltern|familie|pupil|student|teacher|colleague|caretaker|parent|family|ich hei(?:ß|ss)e|mein name ist|hei(?:ß|ss)t|my name is|i am called|named|called|(?:gruß|grüße|grüßen|regards|greetings|lg|vg|mfg|danke|thanks)[,!]?)\s+)(` + nobles + capital + `(?: ` + nobles + capital + `){0,2})`)
	// usual finds words that may be a first name, with the surname behind it.
	usual = regexp.MustCompile(`([\pL\pM]+)((?:-[\pL\pM]+)?(?: ` + nobles + capital + `)?)`)
)

// notNames are words behind "Frau" or "Schüler" that are nobody.
var notNames = wordSet(`und oder ist hat kann von der die das den dem mit in im an auf für kollegin kollege ipad ipads laptop laptops account
	accounts konto beamer tablet tablets wlan email mail gerät geräte klasse and or is has can with the passwort login direktorin
	nicht kommt sagt lehrerin schulleiterin rektorin drucker danke ihr euer konten who cannot i app apps`)

// strangers replaces names of people who are not in the directory, where something gives them away.
func strangers(text string) string {
	for _, form := range []*regexp.Regexp{titled, presented} {
		text = form.ReplaceAllStringFunc(text, func(s string) string {
			m := form.FindStringSubmatch(s)
			first, _, _ := strings.Cut(m[2], " ")
			if notNames[folded(first)] && !noble.MatchString(m[2]) {
				return s
			}
			return m[1] + "[name]"
		})
	}
	return usual.ReplaceAllStringFunc(text, func(s string) string {
		m := usual.FindStringSubmatch(s)
		f := folded(m[1])
		first, _ := utf8.DecodeRuneInString(s)
		known := firstNames[f] || firstNames[strings.TrimSuffix(f, "s")]
		if !known || alsoWords[f] && !unicode.IsUpper(first) {
			return s
		}
		return "[name]"
	})
}
