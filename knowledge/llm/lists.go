package llm

import (
	"regexp"
	"strings"
)

// minList is how many people make a list.
const minList = 3

var (
	// row finds a line of a class list: "3. Kaya, Ben", "Berg;Anna;7b", "Anna Berg".
	row = regexp.MustCompile(`^\W*(?:\d+\s*[.);,\t]?\s*)?` + capital + `(?:\s*[,;\t]\s*|\s+)` + nobles + capital + `(?:[\s,;]+` + capital + `)?(?:\s*[,;\t].*)?$`)
	// people finds full names in one line, parted by commas.
	people = regexp.MustCompile(person + `(?:\s*[,;/]\s*` + person + `){2,}(?:\s*,?\s*(?:und|and|&)\s+` + person + `)?|` +
		person + `(?:\s*[,;/]\s*` + person + `)+\s*,?\s*(?:und|and|&)\s+` + person)
	// ofClass finds single names behind the word for those whom they belong to.
	ofClass = regexp.MustCompile(`(?i:\b(schüler\pL*|schueler\pL*|kinder|klasse(?:nliste)?|kurs(?:liste)?|gruppe|namen|pupils|students|children|class(?: ?list)?|course|group|names)\b)([^:\n]{0,30}:\s*)(` +
		capital + `(?: ` + capital + `)?(?:\s*(?:[,;/]|und|and|&)\s*` + capital + `(?: ` + capital + `)?)+)`)
)

const person = capital + ` ` + nobles + capital

// lists replaces lists of people, in lines or behind each other, whoever they are.
func lists(text string) string {
	text = ofClass.ReplaceAllString(text, "${1}${2}[names]")
	text = people.ReplaceAllString(text, "[names]")
	lines := strings.Split(text, "\n")
	var out []string
	for i := 0; i < len(lines); {
		n := 0
		for i+n < len(lines) && row.MatchString(lines[i+n]) {
			n++
		}
		switch {
		case n >= minList:
			out = append(out, "[names]")
			i += n
		default:
			out = append(out, lines[i])
			i++
		}
	}
	return strings.Join(out, "\n")
}
