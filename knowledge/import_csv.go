package knowledge

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/unicode/norm"
)

// bom begins a table, as Excel takes a file without it for Windows-1252.
const bom = "\ufeff"

// WriteCSV writes the articles in force as a table that a German Excel opens by a double click: UTF-8 with a byte order
// mark, semicolons, CRLF. The first row names the columns, see [Columns]; the entries of a list are lines of a cell. A
// cell that a spreadsheet would take for a formula gets an apostrophe in front. [ReadCSV] reads back the same articles.
func (l *Library) WriteCSV(ctx context.Context, by Person, w io.Writer) error {
	articles, err := l.toExport(ctx, by)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(w, bom); err != nil {
		return fmt.Errorf("write table: %w", err)
	}
	out := csv.NewWriter(w)
	out.Comma, out.UseCRLF = ';', true
	// A csv.Writer keeps its first error, so that the last call tells of all.
	_ = out.Write(Columns())
	for _, a := range articles {
		row := make([]string, len(columns))
		for i, c := range columns {
			row[i] = harmless(strings.Join(c.get(a), "\n"))
		}
		_ = out.Write(row)
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("write table: %w", err)
	}
	return nil
}

// formulaSigns begin what a spreadsheet computes (OWASP, CSV Injection). Full-width ones are taken for them by some.
const formulaSigns = "=+-@\t\r＝＋－＠"

// harmless keeps a spreadsheet from computing a cell.
func harmless(cell string) string {
	if risky(cell) || strings.HasPrefix(cell, "'") && risky(strings.TrimLeft(cell, "'")) {
		return "'" + cell
	}
	return cell
}

// risky reports whether a spreadsheet would compute the cell.
func risky(cell string) bool {
	r, _ := utf8.DecodeRuneInString(cell)
	return cell != "" && strings.ContainsRune(formulaSigns, r)
}

// plain takes back what harmless did.
func plain(cell string) string {
	if rest, ok := strings.CutPrefix(cell, "'"); ok && risky(strings.TrimLeft(cell, "'")) {
		return rest
	}
	return cell
}

// ReadCSV reads articles from a table as [Library.WriteCSV] writes it and as spreadsheets save it again: separated by
// semicolons, commas or tabs, in UTF-8, UTF-16 with a byte order mark, or Windows-1252, which is what a German Excel
// writes unless told otherwise. name stands in the messages. Columns may be left out. The error is [Problems] and holds
// every mistake with its row; then no article is returned.
func ReadCSV(name string, src io.Reader) ([]Article, error) {
	data, err := io.ReadAll(io.LimitReader(src, MaxArchive+1))
	if err != nil {
		return nil, fmt.Errorf("read table: %w", err)
	}
	if len(data) > MaxArchive {
		return nil, Problems{{File: name, Message: "the table is larger than 10 MiB; split it"}}
	}
	text, ok := decodeText(data)
	if !ok {
		return nil, Problems{{File: name, Message: `the encoding is unknown; save the table as "CSV UTF-8"`}}
	}
	t := table{name: name}
	articles := t.read(text)
	if len(t.problems) > 0 {
		return nil, limited(t.problems)
	}
	return articles, nil
}

// decodeText returns the text of a file in one of the encodings that spreadsheets write.
func decodeText(data []byte) (string, bool) {
	if bytes.HasPrefix(data, []byte{0xff, 0xfe}) || bytes.HasPrefix(data, []byte{0xfe, 0xff}) {
		wide, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder().Bytes(data)
		return string(wide), err == nil && !bytes.ContainsRune(wide, utf8.RuneError)
	}
	if utf8.Valid(data) {
		return strings.TrimPrefix(string(data), bom), bytes.IndexByte(data, 0) < 0
	}
	old, err := charmap.Windows1252.NewDecoder().Bytes(data)
	// Bytes without a meaning in Windows-1252 decode to the replacement character.
	return string(old), err == nil && bytes.IndexByte(data, 0) < 0 && !bytes.ContainsRune(old, utf8.RuneError)
}

// A table is a file of rows in reading.
type table struct {
	name     string
	problems Problems
}

func (t *table) mistake(line, field int, format string, args ...any) {
	t.problems = append(t.problems, Problem{File: t.name, Line: line, Column: field, Message: fmt.Sprintf(format, args...)})
}

func (t *table) read(text string) []Article {
	in := csv.NewReader(strings.NewReader(text))
	in.Comma = separator(text)
	in.FieldsPerRecord = -1
	head, err := in.Read()
	if err != nil {
		t.mistake(1, 0, "the table is empty, or its first row cannot be read")
		return nil
	}
	order := t.head(head)
	var articles []Article
	seen := map[string]int{}
	for rows := 1; order != nil && len(t.problems) <= maxProblems; rows++ {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if parse := new(csv.ParseError); errors.As(err, &parse) {
			t.mistake(parse.Line, 0, "the row cannot be read: %v; check the quotation marks", parse.Err)
			break
		}
		if rows > MaxFiles {
			// In front, as the end of a long list is cut.
			t.problems = slices.Insert(t.problems, 0, Problem{File: t.name, Message: fmt.Sprintf("there are more than %d rows", MaxFiles)})
			break
		}
		line, _ := in.FieldPos(0)
		if a, ok := t.row(order, row, line); ok {
			if first, twice := seen[a.ID]; twice {
				t.mistake(line, 0, "the id %q is also that of line %d", a.ID, first)
			}
			seen[a.ID] = line
			articles = append(articles, a)
		}
	}
	if len(articles) == 0 && len(t.problems) == 0 {
		t.mistake(0, 0, "there is no article in the table")
	}
	return articles
}

// separator returns which of the usual ones is most frequent in the first row.
func separator(text string) rune {
	first, _, _ := strings.Cut(text, "\n")
	best := ';'
	for _, r := range ",\t" {
		if strings.Count(first, string(r)) > strings.Count(first, string(best)) {
			best = r
		}
	}
	return best
}

// head returns the column of each field, nil if the first row cannot be used.
func (t *table) head(names []string) []*column {
	if len(names) > 2*len(columns) {
		t.mistake(1, 0, "there are %d columns; at most %d have a meaning", len(names), len(columns))
		return nil
	}
	order := make([]*column, len(names))
	seen := map[string]bool{}
	for i, name := range names {
		name = strings.TrimSpace(name)
		at := slices.IndexFunc(columns, func(c column) bool { return c.name == name })
		switch {
		case at < 0:
			t.mistake(1, i+1, "unknown column %q; use %s", printable(name), strings.Join(Columns(), ", "))
		case seen[name]:
			t.mistake(1, i+1, "column %s is there twice", name)
		default:
			order[i] = &columns[at]
		}
		seen[name] = true
	}
	if !seen["id"] {
		t.mistake(1, 0, "column id is missing")
	}
	if len(t.problems) > 0 {
		return nil
	}
	return order
}

// row reads one article. An empty row is none.
func (t *table) row(order []*column, row []string, line int) (a Article, ok bool) {
	if !slices.ContainsFunc(row, func(s string) bool { return strings.TrimSpace(s) != "" }) {
		return a, false
	}
	before := len(t.problems)
	if len(row) > len(order) {
		t.mistake(line, len(order)+1, "the row has more cells than the first row")
		row = row[:len(order)]
	}
	for i, cell := range row {
		if risky(cell) {
			t.mistake(line, i+1, "the cell begins like a formula; put an apostrophe in front")
			continue
		}
		a = order[i].set(a, order[i].values(plain(cell)))
	}
	if len(t.problems) > before {
		return a, false
	}
	var found Problems
	if errors.As(check(a), &found) {
		for _, p := range found {
			t.mistake(line, 0, "%s", p.Message)
		}
		return a, false
	}
	// Reading it back brings spaces and accents into the form of all articles.
	a, err := ParseArticle(t.name, a.Markdown())
	return a, err == nil
}

// values splits a cell into the texts of the field.
func (c *column) values(cell string) []string {
	cell = strings.ReplaceAll(norm.NFC.String(cell), "\r\n", "\n")
	if c.list == nil {
		if cell = strings.TrimSpace(cell); cell == "" {
			return nil
		}
		return []string{cell}
	}
	var out []string
	for line := range strings.Lines(cell) {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}
