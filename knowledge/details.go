package knowledge

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Details is what a message says besides its question; a ticket needs it, finding the article does not.
type Details struct {
	Rooms   []string // "204", "B112", else "Lehrerzimmer", in the order and spelling of the message
	Classes []string // "7b", "Q1"
	Lesson  bool     // a lesson is mentioned
	Exam    bool     // an examination or a class test is going on
}

const roomNumber = `[A-Za-z]?[ -]?\d{1,3}(?:[.-]\d{1,3})?[A-Za-z]?`

var (
	namedRoom  = regexp.MustCompile(`(?i)\b(?:in |im )?(?:raum|room|zimmer|saal|rm|r)\.? ?(?:nr\.? ?)?(` + roomNumber + `)\b`)
	placedRoom = regexp.MustCompile(`(?i)\bin ([a-z]?-?\d{3}[a-z]?|[a-vyz]-?\d{2}|[a-z]?\d\.\d{2,3})\b`)
	codedRoom  = regexp.MustCompile(`\b([A-EG-WYZa-eg-wyz]-?\d{3}[a-z]?|[A-EG-Z]-?\d{2}|[A-Za-z]?-?\d\.\d{2,3})\b`)
	bareRoom   = regexp.MustCompile(`(?:^|[ ,(])([0-4]\d\d)(?:$|[ ,;:.?!)])`)
	namedClass = regexp.MustCompile(`(?i)\b(?:klasse|kl\.|class|jahrgang|jg\.|stufe|year|grade) ?(\d{1,2} ?[a-g]?)\b`)
	ordinal    = regexp.MustCompile(`(?i)\b(\d{1,2})(?:\.|te|ten|er)? (?:klasse|jahrgang|klässler)`)
	bareClass  = regexp.MustCompile(`(?i)\b(\d{1,2}[a-g]|ef|q[1-4])\b`)
	spokenRoom = regexp.MustCompile(`(?i)\b(?:im|in der|in dem|in unserem|in unserer|in the)\s+((?:pc-?|edv-?|computer|informatik|physik|chemie|bio|biologie|nawi|kunst|musik|werk|technik|lehrer|sprachen|besprechungs|konferenz|kopier)(?:raum|zimmer|saal)(?: \d\b)?|aula|turnhalle|sporthalle|mensa|bibliothek|bücherei|mediathek|mediothek|sekretariat|selbstlernzentrum|foyer|staff ?room|computer (?:room|lab)|library|gym|canteen|school office|assembly hall)\b`)
	measure    = regexp.MustCompile(`^ ?(?i:gb|mb|kb|tb|%|euro|€|uhr|grad|seiten|blatt|mal|px|mbit|kinder|schüler|sus|geräte|ipads|users?|pages|minuten|min|stunden)`)
)

// Numbers that look like rooms or classes and are something else.
var notRooms = map[string]bool{
	"365": true, "m365": true, "o365": true, "404": true, "403": true, "401": true, "400": true, "h264": true, "h265": true, "100": true, "256": true, "128": true,
}

var notClasses = map[string]bool{"3d": true, "2d": true, "5g": true, "4g": true, "3g": true}

// setAside cuts rooms and classes out of a message: without "im Lehrerzimmer" it is
// about no printer that stands there in an article.
func setAside(text string) (string, Details) {
	text, d := cutPlaces(text)
	exam, running := false, false
	for _, w := range words(fold(text)) {
		d.Lesson = d.Lesson || lessonWord(w)
		exam = exam || examWord(w)
		running = running || runningWord(w)
	}
	d.Exam = exam && running
	return text, d
}

// cutPlaces cuts rooms and classes out of a message and returns them.
func cutPlaces(text string) (string, Details) {
	var d Details
	if len(text) > maxRead {
		text = strings.ToValidUTF8(text[:maxRead], "")
	}
	if from := placesFrom(text); from < len(text) {
		rest := text[from:]
		for _, p := range []*regexp.Regexp{namedClass, ordinal, bareClass} {
			rest = cutOut(rest, p, func(s string) bool { return d.addClass(s, p != bareClass) })
		}
		for _, p := range []*regexp.Regexp{namedRoom, placedRoom, codedRoom, bareRoom} {
			rest = cutOut(rest, p, func(s string) bool { return d.addRoom(s) })
		}
		text = text[:from] + rest
	}
	if len(d.Rooms) == 0 && inSomething(text) {
		text = cutOut(text, spokenRoom, func(s string) bool {
			first, size := utf8.DecodeRuneInString(s)
			return d.addRoom(string(unicode.ToUpper(first)) + s[size:])
		})
	}
	return text, d
}

// inSomething reports whether "in" or "im" stands in a text, without which no spoken room does.
func inSomething(text string) bool {
	for i := range len(text) - 2 {
		if c := text[i+1] | ' '; text[i]|' ' == 'i' && (c == 'n' || c == 'm') && text[i+2] <= ' ' {
			return true
		}
	}
	return false
}

// placesFrom returns where the words begin that may name a room or a class: some words before the first digit, or at
// the first "EF"; the length of the text if there is neither. To look there alone saves most of the time.
func placesFrom(text string) int {
	for i := range len(text) {
		switch {
		case '0' <= text[i] && text[i] <= '9':
			from := i
			for range longestName {
				from = strings.LastIndexByte(text[:max(from, 0)], ' ')
			}
			return from + 1
		case i+1 < len(text) && text[i]|' ' == 'e' && text[i+1]|' ' == 'f' && !letterAt(text, i-1) && !letterAt(text, i+2):
			return i
		}
	}
	return len(text)
}

// longestName is how many blanks stand in the longest way to name a room, "in Raum Nr. A 204", and before it.
const longestName = 5

// letterAt reports whether there is what the patterns take for part of a word.
func letterAt(text string, i int) bool {
	return i >= 0 && i < len(text) && (text[i]|' ' >= 'a' && text[i]|' ' <= 'z' || '0' <= text[i] && text[i] <= '9' || text[i] == '_')
}

// cutOut removes what the pattern finds and take wants.
func cutOut(text string, p *regexp.Regexp, take func(string) bool) string {
	found := p.FindAllStringSubmatchIndex(text, -1)
	if found == nil {
		return text
	}
	var b strings.Builder
	at := 0
	for _, m := range found {
		if measure.MatchString(text[m[3]:]) || !take(text[m[2]:m[3]]) {
			continue
		}
		b.WriteString(text[at:m[0]])
		b.WriteByte(' ')
		at = m[3]
	}
	b.WriteString(text[at:])
	return b.String()
}

func (d *Details) addRoom(s string) bool {
	s = strings.TrimSpace(s)
	if notRooms[strings.ToLower(s)] {
		return false
	}
	if !slices.Contains(d.Rooms, s) {
		d.Rooms = append(d.Rooms, s)
	}
	return true
}

func (d *Details) addClass(s string, named bool) bool {
	s = strings.ToLower(strings.ReplaceAll(s, " ", ""))
	if notClasses[s] && !named {
		return false
	}
	digits := strings.TrimRight(s, "abcdefg")
	if n, err := strconv.Atoi(digits); err == nil && (n < 1 || n > 13) {
		return false
	}
	if s == "ef" || s[0] == 'q' {
		s = strings.ToUpper(s)
	}
	if !slices.Contains(d.Classes, s) {
		d.Classes = append(d.Classes, s)
	}
	return true
}

// lessonWord and examWord take a folded word.
func lessonWord(w string) bool {
	switch w {
	case "unterricht", "unterrichts", "stunde", "lesson":
		return true
	}
	return false
}

func examWord(w string) bool {
	for _, stem := range []string{"klausur", "klassenarbeit", "prufung", "abitur", "exam", "nachschreib"} {
		if strings.HasPrefix(w, stem) && !strings.HasPrefix(w, "example") {
			return true
		}
	}
	return strings.HasSuffix(w, "klausur") || strings.HasSuffix(w, "prufung") || w == "abi" || w == "zap" || w == "vera"
}

func runningWord(w string) bool {
	switch w {
	case "lauft", "laufende", "laufenden", "laufender", "gerade", "grad", "jetzt", "mitten", "wahrend", "sitzen", "schreiben", "schreibt",
		"now", "during", "running", "writing", "middle", "currently", "aktuell", "sofort", "gleich":
		return true
	}
	return false
}
