package slack

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"ersthelfer/bot"
)

// gap is a zero-width space. It parts what would act together: a mark and the
// word beside it. Slack has no other escape for its marks.
const gap = "\u200b"

// grave looks like a backtick.
const grave = '\u02cb'

// mrkdwn renders text as Slack's markup, in at most limit characters. What
// stands in the spans is shown as it is.
func mrkdwn(text bot.Rich, limit int) string {
	text = text.Visible()
	out := render(text)
	if length(out) <= limit {
		return out
	}
	// How long it gets by escaping is not known beforehand: find the longest
	// beginning that fits by halving.
	short := ""
	for lo, hi := 2, limit; lo <= hi; {
		mid := (lo + hi) / 2
		if out := render(text.Cut(mid)); length(out) <= limit {
			short, lo = out, mid+1
		} else {
			hi = mid - 1
		}
	}
	return short
}

// length counts as JavaScript does. Slack does not say how it counts; no other
// way counts more.
func length(text string) int {
	n := 0
	for _, r := range text {
		n += max(1, utf16.RuneLen(r))
	}
	return n
}

// fit cuts a text without markup.
func fit(text string, limit int) string {
	text = bot.Visible(text)
	for n := limit; length(text) > limit; n-- {
		text = bot.Plain(text).Cut(n).String()
	}
	return text
}

func render(text bot.Rich) string {
	var b strings.Builder
	for i, block := range text {
		if i > 0 {
			b.WriteString(between(text[i-1], block))
		}
		first, next := prefix(block)
		b.WriteString(first)
		b.WriteString(strings.ReplaceAll(inline(block.Spans), "\n", "\n"+next))
	}
	return b.String()
}

// between returns what parts two blocks: items of one list stay together.
func between(a, b bot.Block) string {
	if a.Kind == bot.Item && b.Kind == bot.Item && (a.Number > 0) == (b.Number > 0) {
		return "\n"
	}
	return "\n\n"
}

// prefix returns what stands before the first and the following lines of a block.
func prefix(b bot.Block) (first, next string) {
	switch {
	case b.Kind == bot.Quote:
		return "> ", "> "
	case b.Kind == bot.Item && b.Number > 0:
		return strconv.Itoa(b.Number) + ". ", "    "
	case b.Kind == bot.Item:
		return "• ", "   "
	}
	return "", ""
}

func inline(spans []bot.Span) string {
	var b strings.Builder
	for _, s := range spans {
		body := strings.TrimSpace(s.Text)
		before, after, _ := strings.Cut(s.Text, body)
		switch {
		case s.Leads():
			b.WriteString("<" + entities.Replace(s.Text) + ">") // without another name, so that it says where it leads
		case body == "":
			b.WriteString(s.Text)
		case s.Code && !strings.ContainsAny(body, "`\n"):
			b.WriteString(before + "`" + entities.Replace(body) + "`" + after)
		case s.Bold:
			// Marks must touch the words, or they are shown as stars.
			b.WriteString(before + "*" + escape(strings.ReplaceAll(body, "\n", " ")) + "*" + after)
		default:
			b.WriteString(escape(s.Text))
		}
	}
	return b.String()
}

// entities escape the three characters that Slack's own commands are made of,
// and so every mention, link and date.
var entities = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// escape makes text inert. What does nothing where it stands is left alone, so
// that addresses and the names of files can be copied.
func escape(text string) string {
	var b strings.Builder
	last := '\n'
	for i, r := range text {
		rest := text[i+utf8.RuneLen(r):]
		next, _ := utf8.DecodeRuneInString(rest)
		switch {
		case r == '`':
			b.WriteRune(grave) // nothing keeps a pair of them from making code
		case strings.ContainsRune("*_~", r) && !(word(last) && word(next)):
			b.WriteString(gap + string(r) + gap)
		case (r == '>' || r == '•') && last == '\n':
			b.WriteString(gap + entities.Replace(string(r)))
		case r == ':' && emoji.MatchString(rest), (r == '@' || r == '＠') && !word(last):
			b.WriteString(string(r) + gap)
		default:
			b.WriteString(entities.Replace(string(r)))
		}
		last = r
	}
	return b.String()
}

// emoji finds what makes an emoji of the colon before it.
var emoji = regexp.MustCompile(`^[\pL\d_+'-]+:`)

// word reports whether a mark beside r stands inside of a word, where it does
// nothing.
func word(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
