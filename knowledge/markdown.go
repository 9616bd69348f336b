package knowledge

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
	"golang.org/x/text/unicode/norm"
)

// englishHeading begins the English half of an article's body.
const englishHeading = "## English"

var (
	idPattern   = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	stepPattern = regexp.MustCompile(`^([0-9]{1,3})[.)](?:\s+(.*))?$`)
)

// ParseArticle reads an article: a YAML head between two lines of "---", then German steps "1. …", an optional
// note, and below "## English" the same in English. The file may be of any origin: a byte order mark, CRLF and
// decomposed umlauts are taken. name stands in the messages. Text of a head or a step is one line: runs of white
// space become one space. The error is [Problems] and holds every mistake of the file.
func ParseArticle(name string, src []byte) (Article, error) {
	p := parser{file: name}
	var a Article
	src = bytes.TrimPrefix(src, []byte("\ufeff"))
	if !utf8.Valid(src) {
		p.mistake(1, 1, "the file is not UTF-8 text; save it as UTF-8")
		return a, p.problems
	}
	text := norm.NFC.String(strings.ReplaceAll(string(src), "\r\n", "\n"))
	head, body, line, ok := cutHead(text)
	if !ok {
		p.mistake(1, 1, `the head is missing; begin the file with a line "---", then id, title and room, then "---"`)
		return a, p.problems
	}
	p.offset = 1
	p.head(&a, head)
	p.offset = 0
	p.body(&a, body, line)
	slices.SortStableFunc(p.problems, func(x, y Problem) int { return x.Line - y.Line })
	return a, p.problems.err()
}

// cutHead splits the text at the lines of "---" and returns the line number on which the body begins.
func cutHead(text string) (head, body string, line int, ok bool) {
	rest, ok := strings.CutPrefix(text, "---\n")
	if !ok {
		return "", "", 0, false
	}
	if body, ok := strings.CutPrefix(rest, "---\n"); ok {
		return "", body, 3, true
	}
	head, body, ok = strings.Cut(rest, "\n---\n")
	if !ok {
		head, ok = strings.CutSuffix(rest, "\n---")
	}
	return head + "\n", body, strings.Count(head, "\n") + 4, ok
}

// A parser collects the mistakes of one file.
type parser struct {
	file     string
	offset   int // lines above the text that is being read
	problems Problems
}

func (p *parser) mistake(line, column int, format string, args ...any) {
	p.problems = append(p.problems, Problem{File: p.file, Line: line + p.offset, Column: column, Message: fmt.Sprintf(format, args...)})
}

// head reads the YAML into a.
func (p *parser) head(a *Article, head string) {
	if strings.TrimSpace(head) == "" {
		p.mistake(0, 1, "the head is empty; give at least id, title and room")
		return
	}
	var doc yaml.Node
	if err := yaml.Load([]byte(head), &doc); err != nil {
		p.yamlMistakes(err)
		return
	}
	if len(doc.Content) == 0 {
		return
	}
	root := doc.Content[0]
	p.keys(root, map[string]func(*yaml.Node){
		"id":        func(n *yaml.Node) { a.ID = p.id(n) },
		"title":     func(n *yaml.Node) { a.Title = p.short(n, MaxTitle) },
		"room":      func(n *yaml.Node) { a.Room = p.id(n) },
		"role":      func(n *yaml.Node) { a.Role = p.oneOf(n, RoleNames) },
		"kind":      func(n *yaml.Node) { a.Kind = p.oneOf(n, []string{"request"}) },
		"priority":  func(n *yaml.Node) { a.Priority = p.oneOf(n, []string{"P1", "P2", "P3", "P4"}) },
		"at_once":   func(n *yaml.Node) { a.AtOnce = p.oneOf(n, []string{"true", "false"}) == "true" },
		"also":      func(n *yaml.Node) { a.Also = p.list(n, p.id) },
		"fields":    func(n *yaml.Node) { a.Fields = p.list(n, func(n *yaml.Node) string { return p.oneOf(n, FieldNames) }) },
		"near":      func(n *yaml.Node) { a.Near = p.list(n, p.id) },
		"ask":       func(n *yaml.Node) { a.Ask = p.text(n) },
		"option":    func(n *yaml.Node) { a.Option = p.short(n, MaxOption) },
		"tags":      func(n *yaml.Node) { a.Tags = p.list(n, p.text) },
		"questions": func(n *yaml.Node) { a.Questions = p.list(n, p.text) },
		"english":   func(n *yaml.Node) { a.English = p.twin(n) },
	})
	for _, needed := range []struct{ key, value string }{{"id", a.ID}, {"title", a.Title}, {"room", a.Room}} {
		if needed.value == "" && !hasKey(root, needed.key) {
			p.mistake(0, 1, "%s is missing; add a line \"%s: …\"", needed.key, needed.key)
		}
	}
}

func (p *parser) twin(n *yaml.Node) *Twin {
	t := new(Twin)
	p.keys(n, map[string]func(*yaml.Node){
		"title":     func(n *yaml.Node) { t.Title = p.short(n, MaxTitle) },
		"ask":       func(n *yaml.Node) { t.Ask = p.text(n) },
		"option":    func(n *yaml.Node) { t.Option = p.short(n, MaxOption) },
		"questions": func(n *yaml.Node) { t.Questions = p.list(n, p.text) },
	})
	if t.Title == "" && !hasKey(n, "title") {
		p.mistake(n.Line, n.Column, `the English title is missing; add "title: …" below "english:"`)
	}
	return t
}

func hasKey(n *yaml.Node, key string) bool {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return true
		}
	}
	return false
}

// yamlMistakes reports what the YAML library could not read.
func (p *parser) yamlMistakes(err error) {
	var many *yaml.LoadErrors
	if errors.As(err, &many) {
		for _, e := range many.Errors {
			p.mistake(max(e.Mark.Line, 0), e.Mark.Column, "not readable as YAML: %s; check quotes and indentation", e.Message)
		}
		return
	}
	var one *yaml.LoadError
	if errors.As(err, &one) {
		p.mistake(max(one.Mark.Line, 0), one.Mark.Column, "not readable as YAML: %s; check quotes and indentation", one.Message)
		return
	}
	p.mistake(0, 1, "not readable as YAML: %v; check quotes and indentation", err)
}

// keys calls the reader of each key of the mapping n.
func (p *parser) keys(n *yaml.Node, readers map[string]func(*yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		p.mistake(n.Line, n.Column, "expected lines of \"key: value\"")
		return
	}
	seen := make(map[string]bool)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		read, ok := readers[key.Value]
		switch {
		case !ok:
			p.mistake(key.Line, key.Column, "unknown key %q; remove it or correct its spelling", key.Value)
		case seen[key.Value]:
			p.mistake(key.Line, key.Column, "%s is given twice; keep one", key.Value)
		default:
			seen[key.Value] = true
			read(value)
		}
	}
}

// text reads a value of one line that is not empty.
func (p *parser) text(n *yaml.Node) string {
	if n.Kind != yaml.ScalarNode {
		p.mistake(n.Line, n.Column, "expected one text, found a list or a mapping; quote it if it contains \": \"")
		return ""
	}
	s := oneLine(n.Value)
	if s == "" {
		p.mistake(n.Line, n.Column, "the value is empty; fill it in or remove the key")
	}
	if strings.ContainsFunc(s, unicode.IsControl) {
		p.mistake(n.Line, n.Column, "the text holds control characters; remove them")
	}
	return s
}

func oneLine(s string) string {
	return norm.NFC.String(strings.Join(strings.Fields(s), " "))
}

func (p *parser) short(n *yaml.Node, limit int) string {
	s := p.text(n)
	if count := utf8.RuneCountInString(s); count > limit {
		p.mistake(n.Line, n.Column, "the text has %d characters; shorten it to %d", count, limit)
	}
	return s
}

func (p *parser) id(n *yaml.Node) string {
	s := p.text(n)
	if s != "" && !idPattern.MatchString(s) {
		p.mistake(n.Line, n.Column, "%q is no id; use lower case letters a to z, digits and single hyphens", s)
	}
	return s
}

func (p *parser) oneOf(n *yaml.Node, values []string) string {
	s := p.text(n)
	if s != "" && !slices.Contains(values, s) {
		p.mistake(n.Line, n.Column, "unknown value %q; use one of %s", s, strings.Join(values, ", "))
	}
	return s
}

// list reads a list whose entries differ from each other.
func (p *parser) list(n *yaml.Node, read func(*yaml.Node) string) []string {
	if n.Kind != yaml.SequenceNode {
		p.mistake(n.Line, n.Column, "expected a list; write [a, b] or lines of \"- …\"")
		return nil
	}
	var values []string
	for _, item := range n.Content {
		s := read(item)
		switch {
		case s == "":
		case slices.Contains(values, s):
			p.mistake(item.Line, item.Column, "%q is in the list twice; keep one", s)
		default:
			values = append(values, s)
		}
	}
	return values
}

// body reads the steps and notes below the head; first is the line number of its first line.
func (p *parser) body(a *Article, body string, first int) {
	lines := strings.Split(body, "\n")
	cut := slices.IndexFunc(lines, func(s string) bool { return strings.TrimSpace(s) == englishHeading })
	if cut < 0 {
		a.Steps, a.Note = p.half(lines, first)
		if a.English != nil {
			p.mistake(first, 1, "the English steps are missing; add a line %q and the steps below it", englishHeading)
		}
		return
	}
	a.Steps, a.Note = p.half(lines[:cut], first)
	if a.English == nil {
		p.mistake(first+cut, 1, "English steps without an English title; add \"english:\" with a title to the head")
		a.English = new(Twin)
	}
	a.English.Steps, a.English.Note = p.half(lines[cut+1:], first+cut+1)
}

// half reads the steps and the note of one language.
func (p *parser) half(lines []string, first int) (steps []string, note string) {
	var paragraphs []string
	gap := true // the line above was blank
	for i, line := range lines {
		text := oneLine(line)
		m := stepPattern.FindStringSubmatch(text)
		switch {
		case text == "":
		case strings.ContainsFunc(text, unicode.IsControl):
			p.mistake(first+i, 1, "the text holds control characters; remove them")
		case strings.HasPrefix(text, "#"):
			p.mistake(first+i, 1, "unknown heading; the only heading is %q, once", englishHeading)
		case m != nil && len(paragraphs) > 0:
			p.mistake(first+i, 1, "a step below the note; move the note below the last step")
		case m != nil:
			steps = append(steps, p.step(m, len(steps)+1, first+i))
		case !gap && len(paragraphs) > 0:
			paragraphs[len(paragraphs)-1] += " " + text
		case !gap && len(steps) > 0:
			steps[len(steps)-1] += " " + text
		default:
			paragraphs = append(paragraphs, text)
		}
		gap = text == ""
	}
	if len(steps) == 0 && len(paragraphs) == 0 {
		p.mistake(first, 1, "there are no steps; write lines \"1. …\", \"2. …\"")
	}
	return steps, strings.Join(paragraphs, "\n\n")
}

// step reads a numbered line.
func (p *parser) step(m []string, number, line int) string {
	if m[2] == "" {
		p.mistake(line, 1, "the step is empty; fill it in or remove it")
	}
	if m[1] != strconv.Itoa(number) {
		p.mistake(line, 1, "step %s should be number %d", m[1], number)
	}
	return m[2]
}
