package bot

import (
	"slices"
	"strings"
	"unicode"
)

// cutMark stands at the end of a text that was cut.
const cutMark = " …"

// Cut returns r shortened to at most limit characters (code points of
// [Rich.String]), with a mark at its end, and r itself if it is no longer than
// that. It never cuts inside of what people see as one character.
func (r Rich) Cut(limit int) Rich {
	if len([]rune(r.String())) <= limit {
		return r
	}
	left := limit - len([]rune(cutMark))
	var out Rich
	for i, b := range r {
		frame := Block{Kind: b.Kind, Number: b.Number}
		left -= len([]rune(Rich{frame}.String()))
		if i > 0 {
			left--
		}
		if left <= 0 && len(out) > 0 {
			break
		}
		for _, s := range b.Spans {
			short := cutText(s.Text, max(left, 0))
			s.Text, s.Link = short, s.Link && short == s.Text
			left -= len([]rune(s.Text))
			frame.Spans = append(frame.Spans, s)
		}
		out = append(out, frame)
		if left <= 0 {
			break
		}
	}
	last := &out[len(out)-1]
	last.Spans = append(slices.Clip(last.Spans), Span{Text: cutMark})
	return out
}

// cutText returns the first limit characters of s, or fewer so as not to cut
// inside of one that is made of several, as an emoji of a family is.
func cutText(s string, limit int) string {
	runes := []rune(s)
	if len(runes) <= limit {
		return s
	}
	for n := limit; n > 0; n-- {
		if !joined(runes[:n], runes[n]) {
			return string(runes[:n])
		}
	}
	return string(runes[:limit]) // one character longer than all that fits
}

const zeroWidthJoiner = '\u200d'

// joined reports whether next is part of the character that before ends with.
// (The rules of UAX #29 that matter for text in Latin script and for emoji.)
func joined(before []rune, next rune) bool {
	last := before[len(before)-1]
	switch {
	case unicode.Is(unicode.M, next), next == zeroWidthJoiner, last == zeroWidthJoiner:
		return true
	case next >= 0x1F3FB && next <= 0x1F3FF, next >= 0xE0020 && next <= 0xE007F: // skin tones, tags of flags
		return true
	case last == '\r' && next == '\n':
		return true
	}
	if !flagLetter(next) {
		return false
	}
	letters := 0
	for i := len(before) - 1; i >= 0 && flagLetter(before[i]); i-- {
		letters++
	}
	return letters%2 == 1
}

// flagLetter reports whether two of r in a row are shown as a flag.
func flagLetter(r rune) bool { return r >= 0x1F1E6 && r <= 0x1F1FF }

// Visible returns r with all text made [Visible].
func (r Rich) Visible() Rich {
	out := slices.Clone(r)
	for i := range out {
		out[i].Spans = slices.Clone(out[i].Spans)
		for j := range out[i].Spans {
			out[i].Spans[j].Text = Visible(out[i].Spans[j].Text)
		}
	}
	return out
}

// Visible returns text in which no character acts without being seen: control
// characters become their pictures (␛), what changes the direction of writing
// or hides letters becomes �, and line ends become \n. Tabs, joiners inside of
// emoji and all that can be read stay. Platforms apply it to everything they show.
func Visible(text string) string {
	text = strings.ToValidUTF8(strings.ReplaceAll(text, "\r\n", "\n"), "\ufffd")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || r == zeroWidthJoiner:
			return r
		case r == '\r' || r == '\u2028' || r == '\u2029':
			return '\n'
		case r < 0x20:
			return 0x2400 + r
		case r == 0x7f:
			return '\u2421'
		case r == '\u00ad' || r == '\u200c':
			return -1 // a soft hyphen, a non-joiner: harmless in German and English, and not seen
		case unicode.Is(unicode.Cc, r), unicode.Is(unicode.Bidi_Control, r), hidden(r):
			return '\ufffd'
		}
		return r
	}, text)
}

// hidden reports whether r takes no room and has no meaning in a chat: what
// splits words unseen, and the tags that carry text nobody sees.
func hidden(r rune) bool {
	return r == '\u200b' || r >= '\u2060' && r <= '\u206f' || r == '\ufeff' || r >= 0xE0000 && r <= 0xE007F
}
