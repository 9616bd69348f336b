package bot

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Rich is text with just enough structure for a chat: paragraphs, numbered
// steps, quotes. Each platform renders it with its own escapes. What a person
// wrote only ever gets into Span.Text, which no renderer may interpret, so that
// nobody's words become a mention, a link or markup.
type Rich []Block

// A BlockKind says how a Block is set.
type BlockKind int

// The kinds of blocks.
const (
	Paragraph BlockKind = iota
	Item                // an entry of a list; with a Number in a numbered one
	Quote               // somebody's own words
)

// A Block is a paragraph, an item of a list, or a quote.
type Block struct {
	Kind   BlockKind
	Number int
	Spans  []Span
}

// A Span is text set in one way. Newlines in Text are line breaks.
type Span struct {
	Text string
	Bold bool
	Code bool
	Link bool `json:",omitempty"` // Text is an address that the bot names; a platform may open it, and shows it as it is
}

// Leads reports whether a platform can make a link of the span: its text is an
// address in which nothing acts, whatever the platform's markup is.
func (s Span) Leads() bool { return s.Link && address.MatchString(s.Text) }

var address = regexp.MustCompile(`^https?://[A-Za-z0-9.-]+(?::[0-9]+)?(?:/[A-Za-z0-9._/?#&=+%-]*)?$`)

// withLinks returns r with the addresses in it as links.
func withLinks(r Rich, addresses ...string) Rich {
	out := slices.Clone(r)
	for i := range out {
		for _, a := range addresses {
			out[i].Spans = splitAt(out[i].Spans, a)
		}
	}
	return out
}

func splitAt(spans []Span, address string) []Span {
	var out []Span
	for _, s := range spans {
		before, after, ok := strings.Cut(s.Text, address)
		if !ok || address == "" || s.Link {
			out = append(out, s)
			continue
		}
		for _, part := range []Span{{Text: before, Bold: s.Bold, Code: s.Code}, {Text: address, Link: true}, {Text: after, Bold: s.Bold, Code: s.Code}} {
			if part.Text != "" {
				out = append(out, part)
			}
		}
	}
	return out
}

// Plain returns text as one paragraph, with nothing in it interpreted.
func Plain(text string) Rich { return Rich{{Spans: []Span{{Text: text}}}} }

// Quoted returns somebody's own words as a quote.
func Quoted(text string) Rich { return Rich{{Kind: Quote, Spans: []Span{{Text: text}}}} }

// Numbered returns steps as a numbered list. **Bold** and `code` in them count.
func Numbered(steps []string) Rich {
	var out Rich
	for i, s := range steps {
		out = append(out, Block{Kind: Item, Number: i + 1, Spans: spans(s, nil)})
	}
	return out
}

// String returns the text without any markup, one block a line, for tests, logs
// of nothing, and platforms that have none.
func (r Rich) String() string {
	var b strings.Builder
	for i, block := range r {
		if i > 0 {
			b.WriteByte('\n')
		}
		switch {
		case block.Kind == Item && block.Number > 0:
			b.WriteString(strconv.Itoa(block.Number) + ". ")
		case block.Kind == Item:
			b.WriteString("- ")
		case block.Kind == Quote:
			b.WriteString("> ")
		}
		for _, s := range block.Spans {
			b.WriteString(s.Text)
		}
	}
	return b.String()
}

// Parse reads trusted text, as it stands in articles and in the catalogue:
// blocks separated by line ends, "1. " and "- " before items, "> " before
// quotes, **bold**, `code`. A {name} is replaced by args[name], uninterpreted;
// a line that consists of placeholders only is left out when all are empty.
func Parse(text string, args map[string]string) Rich {
	var out Rich
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || hollow(line, args) {
			continue
		}
		b := Block{}
		if rest, ok := strings.CutPrefix(line, "> "); ok {
			b.Kind, line = Quote, rest
		} else if rest, ok := strings.CutPrefix(line, "- "); ok {
			b.Kind, line = Item, rest
		} else if n, rest, ok := strings.Cut(line, ". "); ok && len(n) < 3 {
			if i, err := strconv.Atoi(n); err == nil {
				b.Kind, b.Number, line = Item, i, rest
			}
		}
		b.Spans = spans(line, args)
		out = append(out, b)
	}
	return out
}

// hollow reports whether a line holds placeholders whose values are all empty,
// and nothing else but marks.
func hollow(line string, args map[string]string) bool {
	found := false
	for {
		before, rest, ok := strings.Cut(line, "{")
		if strings.Trim(before, " *>-·") != "" {
			return false
		}
		if !ok {
			return found
		}
		name, after, ok := strings.Cut(rest, "}")
		if !ok || args[name] != "" {
			return false
		}
		found, line = true, after
	}
}

// spans reads **bold** and `code` in one line of trusted text. Placeholders are
// filled in after the markup has been read.
func spans(line string, args map[string]string) []Span {
	var out []Span
	var cur Span
	flush := func() {
		if cur.Text = fill(cur.Text, args); cur.Text != "" {
			out = append(out, cur)
		}
		cur.Text = ""
	}
	for line != "" {
		switch {
		case strings.HasPrefix(line, "**") && !cur.Code:
			flush()
			cur.Bold, line = !cur.Bold, line[2:]
		case line[0] == '`':
			flush()
			cur.Code, line = !cur.Code, line[1:]
		default:
			n := strings.IndexAny(line[1:], "*`")
			if n < 0 {
				n = len(line) - 1
			}
			cur.Text, line = cur.Text+line[:n+1], line[n+1:]
		}
	}
	flush()
	return out
}

// fill replaces each {name} by its value; unknown names stay, so that a test
// finds them.
func fill(text string, args map[string]string) string {
	if args == nil || !strings.Contains(text, "{") {
		return text
	}
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(text, "{")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		name, after, ok := strings.Cut(rest, "}")
		value, known := args[name]
		if !ok || !known {
			b.WriteByte('{')
			text = rest
			continue
		}
		b.WriteString(value)
		text = after
	}
}
