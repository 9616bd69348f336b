package knowledge

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxRead is how many bytes of a message are read; a longer one is cut at a character. It bounds the time of an
// answer, whatever somebody pastes.
const maxRead = 4000

// fold makes different spellings of a text alike: lower case, no accents, ß as ss, and ä, ö, ü the same as
// ae, oe, ue and as a, o, u, because all three are typed. "ue" behind a vowel or q is no umlaut (neue, Quelle).
func fold(text string) string {
	if len(text) > maxRead {
		text = strings.ToValidUTF8(text[:maxRead], "")
	}
	b := make([]byte, 0, len(text)+8)
	if !isASCII(text) {
		text = norm.NFKD.String(text)
	}
	for _, r := range text {
		switch {
		case r < utf8.RuneSelf:
			b = appendFolded(b, lowerASCII(byte(r)))
		case unicode.Is(unicode.Mn, r) && r < 0x0400, r == emojiStyle:
			// an accent of the letter before it, or the style of an emoji
		case r == 'ß' || r == 'ẞ':
			b = append(b, 's', 's')
		default:
			b = utf8.AppendRune(b, unicode.ToLower(r))
		}
	}
	return string(b)
}

// emojiStyle is the sign that makes the one before it an emoji.
const emojiStyle = '\ufe0f'

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func lowerASCII(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// appendFolded appends c, or drops it if it is the e of an umlaut that is written with two letters.
func appendFolded(b []byte, c byte) []byte {
	n := len(b)
	if c != 'e' || n == 0 {
		return append(b, c)
	}
	switch b[n-1] {
	case 'a', 'o':
		return b
	case 'u':
		if n > 1 && strings.IndexByte("aeoq", b[n-2]) >= 0 {
			return append(b, c)
		}
		return b
	}
	return append(b, c)
}

// words cuts a folded text into runs of letters and digits, and writes out what is said shortly or in dialect.
func words(folded string) []string {
	ws := strings.FieldsFunc(folded, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.Mn, r)
	})
	for i := 0; i < len(ws); i++ {
		if full, ok := written[ws[i]]; ok {
			ws = slices.Replace(ws, i, i+1, full...)
			i += len(full) - 1
		}
	}
	return ws
}

// written is how words are written that are said shortly or in dialect.
var written = foldedPairs(map[string]string{
	"nich": "nicht", "net": "nicht", "ned": "nicht", "nit": "nicht", "nimmer": "nicht mehr", "nix": "nichts", "nischt": "nichts", "funzt": "funktioniert",
	"gehts": "geht es", "klappts": "klappt es", "tuts": "tut es", "gibts": "gibt es", "habs": "hab es",
	"doesnt": "doesn t", "dont": "don t", "didnt": "didn t", "wont": "won t", "cant": "can t", "cannot": "can t", "isnt": "isn t",
	"arent": "aren t", "wasnt": "wasn t", "couldnt": "couldn t", "havent": "haven t", "hasnt": "hasn t",
})

func foldedPairs(pairs map[string]string) map[string][]string {
	out := make(map[string][]string, len(pairs))
	for short, full := range pairs {
		out[fold(short)] = strings.Fields(fold(full))
	}
	return out
}
