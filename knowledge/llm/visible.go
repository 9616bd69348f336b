package llm

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// visible returns what a reader sees of a text, so that what is judged is what is shown: compatibility forms such as
// full-width letters become the usual ones (NFKC), and what cannot be seen is gone: controls, zero-width and
// direction marks, tag characters (U+E0000–E007F), variation selectors, fillers, private and unassigned characters.
// Runs of blanks become one blank; lines stay lines.
func visible(text string) string {
	text = norm.NFKC.String(seen(strings.ToValidUTF8(text, "")))
	// Composing may make a dot look like one only now; and composed text must be judged as a whole.
	text = norm.NFKC.String(seen(text))
	var lines []string
	for line := range strings.Lines(text) {
		if line = strings.Join(strings.Fields(line), " "); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// maxMarks is how many accents may stand on one letter.
const maxMarks = 2

// seen maps text character by character.
func seen(text string) string {
	marks := 0
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.M, r) {
			marks++
		} else {
			marks = 0
		}
		switch {
		case r == '\n' || r == '\u2028' || r == '\u2029' || r == '\r' || r == '\v' || r == '\f' || r == '\u0085':
			return '\n'
		case unicode.IsSpace(r):
			return ' '
		case r == '\u3002' || r == '\uff61': // browsers take them for the dot of an address
			return '.'
		case marks > maxMarks || unicode.Is(hidden, r) || !unicode.IsGraphic(r):
			return -1
		}
		return r
	}, text)
}

// hidden are characters that count as graphic and show nothing.
var hidden = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x034f, Hi: 0x034f, Stride: 1}, // combining grapheme joiner
		{Lo: 0x115f, Hi: 0x1160, Stride: 1}, // Hangul fillers
		{Lo: 0x17b4, Hi: 0x17b5, Stride: 1}, // Khmer inherent vowels
		{Lo: 0x180b, Hi: 0x180f, Stride: 1}, // Mongolian variation selectors
		{Lo: 0x2800, Hi: 0x2800, Stride: 1}, // empty Braille pattern
		{Lo: 0x3164, Hi: 0x3164, Stride: 1}, // Hangul filler
		{Lo: 0xfe00, Hi: 0xfe0f, Stride: 1}, // variation selectors
		{Lo: 0xffa0, Hi: 0xffa0, Stride: 1}, // half-width Hangul filler
		{Lo: 0xfffc, Hi: 0xfffd, Stride: 1}, // object replacement, replacement
	},
	R32: []unicode.Range32{
		{Lo: 0x1d159, Hi: 0x1d159, Stride: 1}, // musical null notehead
		{Lo: 0xe0000, Hi: 0xe0fff, Stride: 1}, // tags and variation selectors
	},
}
