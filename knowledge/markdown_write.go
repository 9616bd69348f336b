package knowledge

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

// Markdown returns the article as a file that [ParseArticle] reads back to the same article.
func (a Article) Markdown() []byte {
	var b bytes.Buffer
	b.WriteString("---\n")
	writeText(&b, "", "id", a.ID)
	writeText(&b, "", "title", a.Title)
	writeText(&b, "", "room", a.Room)
	writeText(&b, "", "role", a.Role)
	writeText(&b, "", "kind", a.Kind)
	writeText(&b, "", "priority", a.Priority)
	if a.AtOnce {
		b.WriteString("at_once: true\n")
	}
	writeRow(&b, "also", a.Also)
	writeRow(&b, "fields", a.Fields)
	writeRow(&b, "near", a.Near)
	writeText(&b, "", "ask", a.Ask)
	writeText(&b, "", "option", a.Option)
	writeRow(&b, "tags", a.Tags)
	writeLines(&b, "", "questions", a.Questions)
	if t := a.English; t != nil {
		b.WriteString("english:\n")
		writeText(&b, "  ", "title", t.Title)
		writeText(&b, "  ", "ask", t.Ask)
		writeText(&b, "  ", "option", t.Option)
		writeLines(&b, "  ", "questions", t.Questions)
	}
	b.WriteString("---\n")
	writeBody(&b, a.Steps, a.Note)
	if t := a.English; t != nil {
		b.WriteString("\n" + englishHeading + "\n")
		writeBody(&b, t.Steps, t.Note)
	}
	return b.Bytes()
}

func writeText(b *bytes.Buffer, indent, key, value string) {
	if value != "" {
		fmt.Fprintf(b, "%s%s: %s\n", indent, key, quoteYAML(value))
	}
}

func writeRow(b *bytes.Buffer, key string, values []string) {
	if len(values) == 0 {
		return
	}
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = quoteYAML(v)
	}
	fmt.Fprintf(b, "%s: [%s]\n", key, strings.Join(quoted, ", "))
}

func writeLines(b *bytes.Buffer, indent, key string, values []string) {
	if len(values) == 0 {
		return
	}
	fmt.Fprintf(b, "%s%s:\n", indent, key)
	for _, v := range values {
		fmt.Fprintf(b, "%s  - %s\n", indent, quoteYAML(v))
	}
}

func writeBody(b *bytes.Buffer, steps []string, note string) {
	if len(steps) > 0 {
		b.WriteString("\n")
	}
	for i, s := range steps {
		fmt.Fprintf(b, "%d. %s\n", i+1, s)
	}
	if note != "" {
		fmt.Fprintf(b, "\n%s\n", note)
	}
}

// plainYAML matches texts that mean themselves without quotes, in a list of either style.
var plainYAML = regexp.MustCompile(`^[\pL„][\pL\pN „“”–…./()?!;'"+-]*$`)

// quoteYAML writes a text so that YAML reads it as that text.
func quoteYAML(s string) string {
	switch strings.ToLower(s) {
	case "true", "false", "yes", "no", "on", "off", "null", "y", "n":
		return `"` + s + `"`
	}
	if plainYAML.MatchString(s) && !strings.HasSuffix(s, " ") {
		return s
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case !unicode.IsPrint(r) && r <= 0xFFFF:
			fmt.Fprintf(&b, `\u%04X`, r)
		case !unicode.IsPrint(r):
			fmt.Fprintf(&b, `\U%08X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
