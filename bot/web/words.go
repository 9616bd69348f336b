package web

import (
	"embed"
	"fmt"
	"net/http"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
	"golang.org/x/text/language"
)

//go:embed words/*.yaml
var wordFiles embed.FS

// catalogue holds the words of the pages by language. The first is that of
// whoever prefers none of them.
var catalogue = map[string]map[string]string{"de": mustWords("de"), "en": mustWords("en")}

var languages = language.NewMatcher([]language.Tag{language.German, language.English})

// mustWords reads the words of a language, which are part of the program.
func mustWords(lang string) map[string]string {
	words := map[string]string{}
	data, err := wordFiles.ReadFile("words/" + lang + ".yaml")
	if err == nil {
		err = yaml.Load(data, &words)
	}
	if err != nil {
		panic(fmt.Sprintf("words of the pages: %v", err))
	}
	return words
}

// A voice says things in one language. Pages embed it.
type voice struct {
	Lang string
	zone *time.Location
}

// voiceOf returns the voice for a locale such as "en-US".
func (s *Server) voiceOf(locale string) voice {
	lang := "de"
	if strings.HasPrefix(locale, "en") {
		lang = "en"
	}
	return voice{Lang: lang, zone: s.o.Zone}
}

// voiceFor returns the voice for somebody who is not known: the language that
// the address asks for, else that of the browser.
func (s *Server) voiceFor(r *http.Request) voice {
	tag, _ := language.MatchStrings(languages, r.URL.Query().Get("lang"), r.Header.Get("Accept-Language"))
	return s.voiceOf(tag.String())
}

// W returns the words under key. Args are pairs of a placeholder's name and its value.
func (v voice) W(key string, args ...any) string {
	text, ok := catalogue[v.Lang][key]
	if !ok {
		return key
	}
	for i := 0; i+1 < len(args); i += 2 {
		text = strings.ReplaceAll(text, fmt.Sprintf("{%v}", args[i]), fmt.Sprint(args[i+1]))
	}
	return text
}

// counted returns the words under key for a count, those under key with ".one" for one. Args are as in W.
func (v voice) counted(key string, count int, args ...any) string {
	if count == 1 {
		key += ".one"
	}
	return v.W(key, append(args, "count", count)...)
}

// When returns the weekday and time of t.
func (v voice) When(t time.Time) string {
	t = t.In(v.zone)
	return v.W("when.short", "weekday", v.W(fmt.Sprint("weekday.short.", int(t.Weekday()))), "time", t.Format("15:04"))
}

// Date returns the weekday, day, month and year of t.
func (v voice) Date(t time.Time) string {
	t = t.In(v.zone)
	return v.W("when.date", "weekday", v.W(fmt.Sprint("weekday.", int(t.Weekday()))), "day", t.Day(),
		"month", v.W(fmt.Sprint("month.", int(t.Month()))), "year", t.Year())
}

// Month returns the month and year of t.
func (v voice) Month(t time.Time) string {
	t = t.In(v.zone)
	return v.W("when.month", "month", v.W(fmt.Sprint("month.", int(t.Month()))), "year", t.Year())
}

// Clock returns the time of day of t.
func (v voice) Clock(t time.Time) string { return t.In(v.zone).Format("15:04") }

// Machine returns t as machines read it.
func (v voice) Machine(t time.Time) string { return t.In(v.zone).Format(time.RFC3339) }
