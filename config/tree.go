package config

import (
	"errors"
	"regexp"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// maxSize is far more than a configuration needs; a bigger file is the wrong file.
const maxSize = 1 << 20

// parse makes a tree of the source. It returns nil if that is not possible, with the reason as problem.
func (r *reader) parse(src []byte) *yaml.Node {
	place := cursor{r: r}
	switch {
	case len(src) > maxSize:
		place.problem("give the configuration and no other file", "larger than 1 MiB")
		return nil
	case !utf8.Valid(src):
		place.problem("save it as UTF-8 in the editor", "not a text in UTF-8")
		return nil
	}
	var docs []yaml.Node
	if err := yaml.Load(src, &docs, yaml.WithAllDocuments()); err != nil {
		place.syntax(err)
		return nil
	}
	if len(docs) == 0 || len(docs[0].Content) != 1 || docs[0].Content[0].ShortTag() == "!!null" {
		place.problem("begin with the output of config init", "is empty")
		return nil
	}
	if len(docs) > 1 {
		cursor{r: r, node: &docs[1]}.problem("take out the line ---", "a second document begins")
	}
	return docs[0].Content[0]
}

// quotedWord is what the parser quotes of the file, which may be a piece of a secret.
var quotedWord = regexp.MustCompile(`'[^']*'|"[^"]*"|\([^)]*\)|<[^>]*>`)

// syntax records what the YAML parser stumbled over, without quoting the file.
func (c cursor) syntax(err error) {
	text, fix := "not YAML", "check indentation, colons and quotes here and in the line above"
	var at *yaml.LoadError
	if !errors.As(err, &at) {
		c.problem(fix, "%s", text)
		return
	}
	if at.Mark.Line > 0 {
		c.node = &yaml.Node{Kind: yaml.ScalarNode, Line: at.Mark.Line, Column: at.Mark.Column}
	}
	what := strings.Join(strings.Fields(quotedWord.ReplaceAllString(at.Message, "")), " ")
	switch {
	case strings.Contains(what, "cannot start any token"):
		fix = "indent with spaces, not tabs; put values that begin with @, ` or % in quotes"
	case strings.Contains(what, "unknown anchor"):
		fix = "put values that begin with * or & in quotes"
	case strings.Contains(what, "mapping values are not allowed"):
		fix = "put values with a colon in quotes"
	}
	c.problem(fix, "%s (%s)", text, what)
}

// variable is a value from the environment: ${NAME}, or ${NAME}/below for paths and addresses.
var (
	variable  = regexp.MustCompile(`^\$\{([A-Za-z_][A-Za-z0-9_]*)\}(/.*)?$`)
	variables = regexp.MustCompile(`\$\{[A-Za-z_][A-Za-z0-9_]*\}`)
)

// prepare goes through the tree once, so that decoding need not think of it: it puts in the values of
// the environment and refuses keys that are written twice and references inside the file.
func (c cursor) prepare() {
	if c.node == nil {
		return
	}
	c.node.HeadComment, c.node.LineComment, c.node.FootComment, c.node.Anchor = "", "", "", ""
	switch c.node.Kind {
	case yaml.AliasNode:
		c.problem("write the value out, or put it in quotes if it begins with *", "refers to another place")
		c.r.broken[c.node] = true
	case yaml.ScalarNode:
		c.expand()
	case yaml.MappingNode:
		seen := map[string]int{}
		for key, below := range c.pairs() {
			key.HeadComment, key.LineComment, key.FootComment = "", "", ""
			if line := seen[key.Value]; line > 0 {
				cursor{r: c.r, path: c.path, key: key}.problem("keep one of the two",
					"key %q is written twice, first in line %d", key.Value, line)
			}
			seen[key.Value] = key.Line
			below.prepare()
		}
	default:
		for item := range c.items() {
			item.prepare()
		}
	}
}

func (c cursor) expand() {
	written := c.node.Value
	m := variable.FindStringSubmatch(written)
	if m == nil {
		if variables.MatchString(written) {
			c.problem("write the whole value or take the whole value from the environment",
				"${…} stands inside a longer value")
			c.r.broken[c.node] = true
		}
		return
	}
	value := c.r.env(m[1])
	if value == "" {
		c.problem("set it, or write the value here", "environment variable %s is empty or not set", m[1])
		c.r.broken[c.node] = true
		return
	}
	c.node.Value, c.node.Tag, c.node.Style = value+m[2], "!!str", yaml.DoubleQuotedStyle
	c.r.from[c.node] = written
}

// merge puts into the mapping what the defaults have and it has not. It goes down into mappings that
// both have, except the ways of connecting schools, of which each is written whole.
func (c cursor) merge(defaults *yaml.Node) {
	for i := 0; i+1 < len(defaults.Content); i += 2 {
		key, value := defaults.Content[i], defaults.Content[i+1]
		mine := c.at(key.Value)
		switch {
		case mine.node == nil:
			c.node.Content = append(c.node.Content, key, value)
		case !mine.written():
			mine.replace(value)
		case value.Kind != yaml.MappingNode:
		case !mine.mapping():
			// The default is put in its place, so that this one mistake brings no others about.
			mine.replace(value)
		case !wayOfConnecting(mine.node):
			mine.merge(value)
		}
	}
}

func (c cursor) replace(value *yaml.Node) {
	c.node.Kind, c.node.Tag, c.node.Value, c.node.Content = value.Kind, value.Tag, value.Value, value.Content
}

// wayOfConnecting reports whether the mapping is a way of connecting schools, which has steps or rules.
func wayOfConnecting(n *yaml.Node) bool {
	return valueOf(n, "steps") != nil || valueOf(n, "rules") != nil
}

func valueOf(mapping *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == key {
			return mapping.Content[i+1]
		}
	}
	return nil
}

// unplace takes the lines from the defaults, which are not in the file that people see.
func unplace(n *yaml.Node) {
	n.Line, n.Column = 0, 0
	n.HeadComment, n.LineComment, n.FootComment = "", "", ""
	for _, below := range n.Content {
		unplace(below)
	}
}
