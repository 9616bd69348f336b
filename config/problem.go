package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A Problem is one mistake in a configuration file, with its place and what to do about it. A warning
// is a Problem too: something that works, but hardly as meant.
type Problem struct {
	File         string
	Line, Column int    // from 1; 0 where the mistake has no place, as for a missing file
	Path         string // where it is in the meaning of the file: schools.gs-nord.model
	Text         string // what is wrong
	Fix          string // what to write or do
}

// String returns "file:line:column: path: what is wrong; the fix", without the parts that are unknown.
func (p Problem) String() string {
	place := p.File
	if p.Line > 0 {
		place = fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
	}
	text := p.Text
	if p.Fix != "" {
		text += "; " + p.Fix
	}
	if p.Path != "" {
		text = p.Path + ": " + text
	}
	return place + ": " + text
}

// Problems is every mistake of a configuration, in the order of the file. Load returns it as error.
type Problems []Problem

// Error returns the problems, one a line.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// sorted returns the problems in the order of the file, each once.
func (ps Problems) sorted() Problems {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	told := map[Problem]bool{}
	return slices.DeleteFunc(ps, func(p Problem) bool {
		again := told[p]
		told[p] = true
		return again
	})
}

// A remark is the text of a problem without its place.
type remark struct{ text, fix string }

// remarks takes an error of a parser of values apart: what was joined is several remarks, and what
// follows a semicolon is the fix.
func remarks(err error) []remark {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var out []remark
		for _, e := range joined.Unwrap() {
			out = append(out, remarks(e)...)
		}
		return out
	}
	text := strings.ReplaceAll(err.Error(), "\n", ", ")
	if what, fix, ok := strings.Cut(text, "; "); ok {
		return []remark{{what, fix}}
	}
	if what, fix, ok := strings.Cut(text, ": write "); ok {
		return []remark{{"cannot read " + what, "write " + fix}}
	}
	return []remark{{text, "write each time and each day once"}}
}

// nearest returns the name that was probably meant by a slip, or "".
func nearest(slip string, names []string) string {
	if len(slip) < 3 {
		return ""
	}
	best, least := "", 1+max(1, len(slip)/4)
	for _, name := range names {
		if d := distance(strings.ToLower(slip), strings.ToLower(name)); d < least {
			best, least = name, d
		}
	}
	return best
}

// distance is the number of bytes to insert, delete, replace or swap to make a of b (optimal string
// alignment).
func distance(a, b string) int {
	var before []int
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		next := make([]int, len(b)+1)
		next[0] = i + 1
		for j := range len(b) {
			change := 1
			if a[i] == b[j] {
				change = 0
			}
			next[j+1] = min(row[j]+change, row[j+1]+1, next[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				next[j+1] = min(next[j+1], before[j-1]+1)
			}
		}
		before, row = row, next
	}
	return row[len(b)]
}

// oneOf lists what may be written instead, and first what was probably meant.
func oneOf(slip string, names []string) string {
	if name := nearest(slip, names); name != "" {
		return fmt.Sprintf("did you mean %q?", name)
	}
	if len(names) == 0 {
		return ""
	}
	return "write one of " + strings.Join(names, ", ")
}
