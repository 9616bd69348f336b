package web

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"ersthelfer/bot"
	"ersthelfer/knowledge"
)

// An articleForm is an article as somebody writes it: every field as it was
// typed, so that nothing is lost when something is wrong.
type articleForm struct {
	ID, Base, Why string

	Title, Room, Role, Kind, Priority, Ask, Option string
	Questions, Steps, Note, Tags, Near, Also       string // one a line
	AtOnce                                         bool
	Fields                                         []string

	English                      bool // anything is written in English
	ENTitle, ENAsk, ENOption     string
	ENQuestions, ENSteps, ENNote string
}

// formOf returns the form of an article.
func formOf(a knowledge.Article) articleForm {
	f := articleForm{
		ID: a.ID, Title: a.Title, Room: a.Room, Role: a.Role, Kind: a.Kind, Priority: a.Priority, Ask: a.Ask, Option: a.Option,
		Questions: lines(a.Questions), Steps: lines(a.Steps), Note: a.Note, Tags: lines(a.Tags),
		Near: lines(a.Near), Also: lines(a.Also), AtOnce: a.AtOnce, Fields: a.Fields,
	}
	if t := a.English; t != nil {
		f.English = true
		f.ENTitle, f.ENAsk, f.ENOption = t.Title, t.Ask, t.Option
		f.ENQuestions, f.ENSteps, f.ENNote = lines(t.Questions), lines(t.Steps), t.Note
	}
	return f
}

func lines(list []string) string { return strings.Join(list, "\n") }

// readForm returns the form as it was sent.
func readForm(v url.Values) articleForm {
	f := articleForm{
		ID: v.Get("kennung"), Base: v.Get("stand"), Why: v.Get("warum"),
		Title: v.Get("titel"), Room: v.Get("raum"), Role: v.Get("rolle"), Kind: v.Get("art"), Priority: v.Get("dringlichkeit"),
		Ask: v.Get("rueckfrage"), Option: v.Get("antwort"), Questions: v.Get("fragen"), Steps: v.Get("schritte"),
		Note: v.Get("hinweis"), Tags: v.Get("stichwoerter"), Near: v.Get("verwandt"), Also: v.Get("dazu"),
		AtOnce: v.Has("sofort"), Fields: v["angaben"],
		ENTitle: v.Get("en-titel"), ENAsk: v.Get("en-rueckfrage"), ENOption: v.Get("en-antwort"),
		ENQuestions: v.Get("en-fragen"), ENSteps: v.Get("en-schritte"), ENNote: v.Get("en-hinweis"),
	}
	f.English = f.ENTitle+f.ENAsk+f.ENOption+f.ENQuestions+f.ENSteps+f.ENNote != ""
	return f
}

// article returns what the form says. Numbers before steps and empty lines do not
// count.
func (f articleForm) article() knowledge.Article {
	a := knowledge.Article{
		ID: strings.TrimSpace(f.ID), Title: plainLine(f.Title), Room: plainLine(f.Room), Role: plainLine(f.Role),
		Kind: plainLine(f.Kind), Priority: plainLine(f.Priority), AtOnce: f.AtOnce, Also: listOf(f.Also), Fields: nonEmpty(f.Fields),
		Near: listOf(f.Near), Ask: plainLine(f.Ask), Option: plainLine(f.Option), Tags: listOf(f.Tags),
		Questions: listOf(f.Questions), Steps: stepsOf(f.Steps), Note: noteOf(f.Note),
	}
	if f.English {
		a.English = &knowledge.Twin{
			Title: plainLine(f.ENTitle), Ask: plainLine(f.ENAsk), Option: plainLine(f.ENOption),
			Questions: listOf(f.ENQuestions), Steps: stepsOf(f.ENSteps), Note: noteOf(f.ENNote),
		}
	}
	return a
}

// plainLine returns text as one line, without what cannot be seen.
func plainLine(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "\ufffd"))
	return norm.NFC.String(strings.Join(strings.Fields(text), " "))
}

// listOf returns the lines that say something, each once.
func listOf(text string) []string {
	var out []string
	for line := range strings.Lines(text) {
		if line = plainLine(line); line != "" && !slices.Contains(out, line) {
			out = append(out, line)
		}
	}
	return out
}

func nonEmpty(list []string) []string { return listOf(strings.Join(list, "\n")) }

// stepNumber is what people write before a step; the chat numbers by itself.
var stepNumber = regexp.MustCompile(`^(?:[0-9]{1,3}[.)]|[-*•–])\s+`)

func stepsOf(text string) []string {
	var out []string
	for line := range strings.Lines(text) {
		if line = stepNumber.ReplaceAllString(plainLine(line), ""); line != "" {
			out = append(out, line)
		}
	}
	return out
}

// noteOf returns a note in paragraphs, as a file of an article holds it.
func noteOf(text string) string {
	var paragraphs []string
	gap := true
	for line := range strings.Lines(strings.ReplaceAll(text, "\r\n", "\n")) {
		line = plainLine(line)
		switch {
		case line == "":
		case gap:
			paragraphs = append(paragraphs, line)
		default:
			paragraphs[len(paragraphs)-1] += " " + line
		}
		gap = line == ""
	}
	return strings.Join(paragraphs, "\n\n")
}

// articleID is what an article's id may look like.
var articleID = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// A mistake is something that keeps an article from being shown, at a field.
type mistake struct{ Field, Text string }

// mistakes returns what is wrong with an article, in the order of the form. It
// finds all that [knowledge.Library.Submit] refuses, and says it in the words of
// the page.
func (v voice) mistakes(a knowledge.Article, rooms []bot.Option) []mistake {
	var out []mistake
	add := func(field, key string, args ...any) { out = append(out, mistake{field, v.W(key, args...)}) }
	limit := func(field, text string, n int) {
		if count := utf8.RuneCountInString(text); count > n {
			add(field, "lint.long", "count", count, "max", n)
		}
	}
	if a.Title == "" {
		add("titel", "lint.title")
	}
	limit("titel", a.Title, knowledge.MaxTitle)
	known := func(o bot.Option) bool { return o.Value == a.Room }
	if a.Room == "" || len(rooms) > 0 && !slices.ContainsFunc(rooms, known) || !articleID.MatchString(a.Room) {
		add("raum", "lint.room")
	}
	if len(a.Questions) == 0 {
		add("fragen", "lint.questions")
	}
	steps := func(field string, steps []string, note string) {
		switch {
		case len(steps) == 0 && note == "":
			add(field, "lint.steps")
		case len(steps) > knowledge.MaxSteps:
			add(field, "lint.manysteps", "count", len(steps), "max", knowledge.MaxSteps)
		}
	}
	heading := func(field, note string) {
		for paragraph := range strings.SplitSeq(note, "\n") {
			if strings.HasPrefix(paragraph, "#") || stepStart.MatchString(paragraph) {
				add(field, "lint.heading", "text", paragraph)
			}
		}
	}
	steps("schritte", a.Steps, a.Note)
	heading("hinweis", a.Note)
	limit("antwort", a.Option, knowledge.MaxOption)
	ids := func(field string, list []string) {
		for _, id := range list {
			if !articleID.MatchString(id) {
				add(field, "lint.id", "id", id)
			}
		}
	}
	ids("verwandt", a.Near)
	ids("dazu", a.Also)
	out = slices.Concat(out, v.choiceMistakes(a))
	if t := a.English; t != nil {
		if t.Title == "" {
			add("en-titel", "lint.title.english")
		}
		limit("en-titel", t.Title, knowledge.MaxTitle)
		limit("en-antwort", t.Option, knowledge.MaxOption)
		steps("en-schritte", t.Steps, t.Note)
		heading("en-hinweis", t.Note)
	}
	return out
}

// stepStart begins a step in the file of an article.
var stepStart = regexp.MustCompile(`^[0-9]{1,3}[.)](\s|$)`)

// choiceMistakes finds values that no form offers.
func (v voice) choiceMistakes(a knowledge.Article) []mistake {
	var out []mistake
	check := func(field, value string, values []string) {
		if value != "" && !slices.Contains(values, value) {
			out = append(out, mistake{field, v.W("lint.value", "value", value)})
		}
	}
	check("rolle", a.Role, knowledge.RoleNames)
	check("art", a.Kind, []string{"request"})
	check("dringlichkeit", a.Priority, priorities)
	for _, f := range a.Fields {
		check("angaben", f, knowledge.FieldNames)
	}
	return out
}

// priorities are those that an article may ask for.
var priorities = []string{"P1", "P2", "P3", "P4"}

// newArticleID makes an id of a title; n counts the attempts.
func newArticleID(title string, n int) string {
	title = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss").Replace(strings.ToLower(title))
	words := strings.FieldsFunc(title, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	const most = 40
	id := ""
	for _, w := range words {
		if len(id)+len(w) < most {
			id = strings.TrimPrefix(id+"-"+w, "-")
		}
	}
	if id == "" {
		id = "artikel"
	}
	if n > 1 {
		id = fmt.Sprintf("%s-%d", id, n)
	}
	return id
}
