package web

import (
	"slices"
	"strings"

	"ersthelfer/bot"
	"ersthelfer/knowledge"
)

// A fieldDiff is a field of an article that differs between two texts.
type fieldDiff struct {
	Label string
	Lines []diffLine
}

// A diffLine is a line that is in both texts, or in one of them.
type diffLine struct {
	Old, New bool
	Text     string
}

// fieldWords names the fields of an article, as [knowledge.Columns] does, in the
// words of the form.
var fieldWords = map[string]string{
	"id": "field.id", "title": "field.title", "room": "field.room", "role": "field.role", "kind": "field.kind",
	"priority": "field.priority", "at_once": "field.atonce", "also": "field.also", "fields": "field.facts", "near": "field.near",
	"ask": "field.ask", "option": "field.option", "tags": "field.tags", "questions": "field.questions", "steps": "field.steps",
	"note": "field.note", "english.title": "field.title.english", "english.ask": "field.ask.english",
	"english.option": "field.option.english", "english.questions": "field.questions.english",
	"english.steps": "field.steps.english", "english.note": "field.note.english",
}

// diffs returns what differs between two texts of an article.
func (s *Server) diffs(v voice, from, to knowledge.Article) []fieldDiff {
	var out []fieldDiff
	for _, d := range knowledge.Diff(from, to) {
		show := func(values []string) []string { return s.shownValues(v, d.Field, values) }
		out = append(out, fieldDiff{v.W(fieldWords[d.Field]), around(lineDiff(show(d.Old), show(d.New)))})
	}
	return out
}

// changedFields returns the names of the fields that differ, in one line.
func (v voice) changedFields(from, to knowledge.Article) string {
	var names []string
	for _, d := range knowledge.Diff(from, to) {
		names = append(names, v.W(fieldWords[d.Field]))
	}
	return strings.Join(names, ", ")
}

// shownValues returns the values of a field as people know them, in lines.
func (s *Server) shownValues(v voice, field string, values []string) []string {
	var out []string
	for _, value := range values {
		switch field {
		case "room":
			for _, o := range s.o.Rooms {
				if o.Value == value {
					value = o.Label
				}
			}
		case "at_once", "kind":
			value = v.W("diff.yes")
		case "role", "priority":
			value = v.known(field+".", value)
		case "fields":
			value = v.known("fact.", value)
		}
		out = append(out, strings.Split(bot.Visible(value), "\n")...)
	}
	return slices.DeleteFunc(out, func(line string) bool { return line == "" })
}

// known returns the words for a value, or the value itself if there are none.
func (v voice) known(prefix, value string) string {
	if words := v.W(prefix + value); words != prefix+value {
		return words
	}
	return value
}

// maxDiff bounds the work of comparing two lists.
const maxDiff = 1_000_000

// lineDiff compares two lists: what both have stays, in the longest order that
// both share.
func lineDiff(from, to []string) []diffLine {
	if len(from)*len(to) > maxDiff {
		from, to = from[:min(len(from), 1000)], to[:min(len(to), 1000)]
	}
	// common[i][j] is how many lines the rests from i and j share in order.
	common := make([][]int, len(from)+1)
	for i := range common {
		common[i] = make([]int, len(to)+1)
	}
	for i := len(from) - 1; i >= 0; i-- {
		for j := len(to) - 1; j >= 0; j-- {
			common[i][j] = max(common[i+1][j], common[i][j+1])
			if from[i] == to[j] {
				common[i][j] = common[i+1][j+1] + 1
			}
		}
	}
	var out []diffLine
	i, j := 0, 0
	for i < len(from) || j < len(to) {
		switch {
		case i < len(from) && j < len(to) && from[i] == to[j]:
			out = append(out, diffLine{true, true, from[i]})
			i, j = i+1, j+1
		case j == len(to) || i < len(from) && common[i+1][j] >= common[i][j+1]:
			out = append(out, diffLine{Old: true, Text: from[i]})
			i++
		default:
			out = append(out, diffLine{New: true, Text: to[j]})
			j++
		}
	}
	return out
}

// around leaves out the lines that are far from any change.
func around(lines []diffLine) []diffLine {
	same := func(i int) bool { return i < 0 || i >= len(lines) || lines[i].Old && lines[i].New }
	var out []diffLine
	left := false
	for i, line := range lines {
		if same(i) && same(i-1) && same(i+1) {
			if !left {
				out = append(out, diffLine{true, true, "…"})
			}
			left = true
			continue
		}
		left = false
		out = append(out, line)
	}
	return out
}
