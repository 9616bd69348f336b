package knowledge

import (
	"fmt"
	"strings"
)

// An Article answers one kind of question. Its zero fields mean "not given".
type Article struct {
	ID        string   // lower case, digits and hyphens; never changes once published
	Title     string   // German, at most [MaxTitle] characters
	Room      string   // the room of the building that the matter belongs to, such as "netzwerk"
	Role      string   // who takes a ticket about it; empty means whom the room names
	Kind      string   // "request" for a service request, empty for a fault
	Priority  string   // "P1" to "P4", empty to have it worked out
	AtOnce    bool     // show first aid and open a ticket in the same breath
	Also      []string // ids of articles that must be shown together with this one
	Fields    []string // what a contact needs to know, such as "place"; see [FieldNames]
	Near      []string // ids of articles that are easily confused with this one
	Ask       string   // the question that tells this article from those near it
	Option    string   // how somebody who has this problem answers Ask
	Tags      []string // synonyms, brands and product names
	Questions []string // how people ask, in German
	Steps     []string // what to do, in order, in German; Markdown without links
	Note      string   // what else matters, in German
	English   *Twin    // the same in English, nil if there is none
}

// A Twin is an article's text in another language.
type Twin struct {
	Title, Ask, Option string
	Questions, Steps   []string
	Note               string
}

// MaxTitle and the others are the limits of an article, in characters and pieces.
const (
	MaxTitle  = 70 // characters of a title
	MaxOption = 45 // characters of an option, so that it fits a button
	MaxSteps  = 6  // steps; more are not read in front of a class
)

// FieldNames lists what Article.Fields may hold.
var FieldNames = []string{
	"place", "device", "serial", "account", "url", "app", "error", "affected", "since", "sender",
}

// RoleNames lists what Article.Role may hold.
var RoleNames = []string{"platform-admin", "caretaker", "privacy", "school-management", "provider", "contact"}

// Text returns the title, ask, option, steps and note in language ("de" or "en"), and whether they are in
// that language; an article without an English twin answers in German.
func (a Article) Text(language string) (Twin, bool) {
	if language == "en" && a.English != nil {
		return *a.English, true
	}
	german := Twin{Title: a.Title, Ask: a.Ask, Option: a.Option, Questions: a.Questions, Steps: a.Steps, Note: a.Note}
	return german, language != "en"
}

// label is what a choice shows for the article in language.
func (a *Article) label(language string) string {
	text, _ := a.Text(language)
	if text.Option != "" {
		return text.Option
	}
	return text.Title
}

// A Problem is one mistake in an article, with its place and what to do.
type Problem struct {
	File         string
	Line, Column int // from 1; 0 if the mistake has no place, such as a missing file
	Message      string
}

// String returns "file:line:column: message", without the parts that are unknown.
func (p Problem) String() string {
	switch {
	case p.Line == 0:
		return fmt.Sprintf("%s: %s", p.File, p.Message)
	case p.Column == 0:
		return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Message)
	}
	return fmt.Sprintf("%s:%d:%d: %s", p.File, p.Line, p.Column, p.Message)
}

// Problems is every mistake found, in the order of the files and lines. It is an error if it holds any.
type Problems []Problem

// Error returns the problems, one a line.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// err returns the problems as an error, nil if there are none.
func (ps Problems) err() error {
	if len(ps) == 0 {
		return nil
	}
	return ps
}
