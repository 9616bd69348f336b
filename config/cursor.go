package config

import (
	"fmt"
	"iter"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// A reader is one reading of a configuration: what it found out, and what it needs to look up.
type reader struct {
	file      string // as people call it
	dir       string // what relative paths begin at
	env       func(string) string
	root      cursor
	from      map[*yaml.Node]string // values from the environment, and how they were written
	broken    map[*yaml.Node]bool   // nodes of which everything has been said
	inline    []cursor              // secrets that stand in the file itself
	followers []follower
	problems  Problems
	warnings  Problems
	lacks     Problems
}

// A cursor is a place in the file: a value, its key and the path that leads there. Decoding is done by
// methods of cursors that return a value and, on a mistake, record a problem and return the zero value,
// so that one reading finds every mistake. The zero node stands for what is not written.
type cursor struct {
	r    *reader
	path string
	key  *yaml.Node // nil for the root and in lists
	node *yaml.Node
}

// fields says for each key of a mapping what its value does.
type fields map[string]func(cursor)

// into returns what stores the value that read makes of a cursor.
func into[T any](to *T, read func(cursor) T) func(cursor) {
	return func(c cursor) { *to = read(c) }
}

// problem records a mistake at the cursor. The texts must not hold a secret.
func (c cursor) problem(fix, format string, args ...any) {
	c.r.problems = append(c.r.problems, c.place(remark{fmt.Sprintf(format, args...), fix})...)
}

// warn records what works, but hardly as meant.
func (c cursor) warn(fix, format string, args ...any) {
	c.r.warnings = append(c.r.warnings, c.place(remark{fmt.Sprintf(format, args...), fix})...)
}

// lack records what is still missing before the program can run, in a file that is right otherwise.
func (c cursor) lack(fix, format string, args ...any) {
	c.r.lacks = append(c.r.lacks, c.place(remark{fmt.Sprintf(format, args...), fix})...)
}

// place returns the problem of a remark, none if all has been said of the node.
func (c cursor) place(r remark) Problems {
	if c.node != nil && c.r.broken[c.node] {
		return nil
	}
	at := c.node
	if c.key != nil && (at == nil || at.Kind != yaml.ScalarNode) {
		at = c.key
	}
	p := Problem{File: c.r.file, Path: c.path, Text: r.text, Fix: r.fix}
	if at != nil {
		p.Line, p.Column = at.Line, at.Column
	}
	return Problems{c.conceal(p, at)}
}

// longest is how much of the file a message quotes: what is longer may be a secret in the wrong place.
const longest = 20

// conceal takes from a message what may be a secret: a long word, and whatever the environment holds.
func (c cursor) conceal(p Problem, at *yaml.Node) Problem {
	if at == nil {
		return p
	}
	if variable := c.r.from[at]; variable != "" {
		p.Text = "what " + variable + " holds cannot be used here"
		if strings.Contains(p.Fix, at.Value) {
			p.Fix = "look at the variable"
		}
		return p
	}
	if len(at.Value) >= longest && !strings.ContainsAny(at.Value, " ,") {
		short := string([]rune(at.Value)[:3]) + "…"
		p.Text = strings.ReplaceAll(p.Text, at.Value, short)
		p.Fix = strings.ReplaceAll(p.Fix, at.Value, short)
	}
	return p
}

// written reports whether the file has the place, and gives it a value.
func (c cursor) written() bool { return c.node != nil && c.node.ShortTag() != "!!null" }

// builtIn reports whether the value is one of the defaults, which have no lines.
func (c cursor) builtIn() bool { return c.node != nil && c.node.Line == 0 }

// at returns the place below a mapping, and the nearest one above it if it is not written.
func (c cursor) at(keys ...string) cursor {
	if len(keys) == 0 {
		return c
	}
	for key, below := range c.pairs() {
		if key.Value == keys[0] {
			return below.at(keys[1:]...)
		}
	}
	return cursor{r: c.r, path: join(c.path, keys...), key: c.anchor()}
}

// anchor returns the node that stands for a mapping in the file.
func (c cursor) anchor() *yaml.Node {
	if c.key != nil {
		return c.key
	}
	return c.node
}

func join(path string, keys ...string) string {
	below := strings.Join(keys, ".")
	if path == "" {
		return below
	}
	return path + "." + below
}

// pairs yields the keys and values of a mapping, nothing for everything else.
func (c cursor) pairs() iter.Seq2[*yaml.Node, cursor] {
	return func(yield func(*yaml.Node, cursor) bool) {
		if c.node == nil || c.node.Kind != yaml.MappingNode {
			return
		}
		for i := 0; i+1 < len(c.node.Content); i += 2 {
			key, value := c.node.Content[i], c.node.Content[i+1]
			if !yield(key, cursor{r: c.r, path: join(c.path, key.Value), key: key, node: value}) {
				return
			}
		}
	}
}

// mapping reports whether the cursor is at keys with values; an empty value counts as none.
func (c cursor) mapping() bool {
	if !c.written() {
		return false
	}
	if c.shapeless() {
		c.problem("write keys and values, one a line, indented below", "is not a list of keys and values")
		return false
	}
	return true
}

// shapeless reports whether there is something else than a mapping, of which mapping has said all.
func (c cursor) shapeless() bool { return c.written() && c.node.Kind != yaml.MappingNode }

// fields decodes a mapping with known keys. Unknown ones are problems.
func (c cursor) fields(known fields) {
	if !c.mapping() {
		return
	}
	for key, below := range c.pairs() {
		if read, ok := known[key.Value]; ok {
			read(below)
			continue
		}
		names := slices.Sorted(maps.Keys(known))
		unknown := cursor{r: c.r, path: c.path, key: key}
		unknown.problem(oneOf(key.Value, names), "unknown key %q", key.Value)
	}
}

// id is what things are called in the file. A slash is for names that the program makes.
var id = regexp.MustCompile(`^[\pL\pN][\pL\pN._-]*$`)

// entries yields the names and values of a mapping whose keys are chosen in the file.
func (c cursor) entries() iter.Seq2[string, cursor] {
	return func(yield func(string, cursor) bool) {
		if !c.mapping() {
			return
		}
		for key, below := range c.pairs() {
			if !id.MatchString(key.Value) {
				cursor{r: c.r, path: c.path, key: key}.problem("write letters, digits, - and _, such as gs-nord",
					"%q cannot be a name here", key.Value)
				continue
			}
			if !yield(key.Value, below) {
				return
			}
		}
	}
}

// need records a problem for each of the keys that is not written.
func (c cursor) need(keys ...string) {
	if c.shapeless() {
		return
	}
	for _, key := range keys {
		if below := c.at(key); below.node == nil {
			below.problem("add "+key+":", "is missing")
		}
	}
}

// items yields the places of a list; a single value counts as a list of one.
func (c cursor) items() iter.Seq[cursor] {
	return func(yield func(cursor) bool) {
		if !c.written() {
			return
		}
		if c.node.Kind != yaml.SequenceNode {
			yield(c)
			return
		}
		for i, node := range c.node.Content {
			if !yield(cursor{r: c.r, path: c.path + "[" + strconv.Itoa(i) + "]", node: node}) {
				return
			}
		}
	}
}

// full reports whether the place has a value, or a list with at least one.
func (c cursor) full() bool {
	return c.written() && (c.node.Kind == yaml.ScalarNode || len(c.node.Content) > 0)
}

// text returns a value as it stands: 007 and +49151 are not made numbers of.
func (c cursor) text() string {
	switch {
	case c.node == nil || c.r.broken[c.node]:
		return ""
	case c.node.Kind != yaml.ScalarNode:
		c.problem("write one value", "is a list or has keys")
		return ""
	case strings.TrimSpace(c.node.Value) == "" || !c.written():
		c.problem("write a value or take the line out", "is empty")
		return ""
	}
	return c.node.Value
}

// one returns a value that is one of a few words.
func (c cursor) one(words ...string) string {
	s := c.text()
	if s != "" && !slices.Contains(words, s) {
		c.problem(oneOf(s, words), "%q is not known", s)
		return ""
	}
	return s
}

// yes returns a truth value.
func (c cursor) yes() bool {
	s := c.text()
	yes, known := truth(s)
	if !known && s != "" {
		c.problem("write true or false", "%q is neither yes nor no", s)
	}
	return yes
}

func truth(s string) (yes, known bool) {
	switch strings.ToLower(s) {
	case "true", "yes", "ja":
		return true, true
	case "false", "no", "nein":
		return false, true
	}
	return false, false
}

// whole returns a whole number from least to most.
func (c cursor) whole(least, most int) int {
	s := c.text()
	if s == "" {
		return 0
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < least || n > most {
		c.problem(fmt.Sprintf("write %d to %d", least, most), "%q is not a whole number in range", s)
		return 0
	}
	return n
}

// parsed returns what a parser of values makes of the text; its mistakes are problems.
func parsed[T any](parse func(string) (T, error)) func(cursor) T {
	return func(c cursor) (value T) {
		s := c.text()
		if s == "" {
			return value
		}
		value, err := parse(s)
		if err != nil {
			for _, r := range remarks(err) {
				c.problem(r.fix, "%s", r.text)
			}
		}
		return value
	}
}

// ref returns the name of an entry of a section, such as "people", which must be there.
func (c cursor) ref(section string) string {
	s := c.text()
	if s == "" {
		return ""
	}
	names := c.r.names(section)
	if !slices.Contains(names, s) {
		fix := oneOf(s, names)
		if fix == "" {
			fix = "add it under " + section
		}
		c.problem(fix, "no %q in %s", s, section)
		return ""
	}
	return s
}

// names returns what the entries of a section are called, in the order of the file.
func (r *reader) names(section string) (names []string) {
	for key := range r.root.at(section).pairs() {
		names = append(names, key.Value)
	}
	return names
}
