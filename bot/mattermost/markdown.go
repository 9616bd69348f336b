package mattermost

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"ersthelfer/bot"
)

// gap is a zero-width space. It parts what would act together: "@" and a name.
const gap = "\u200b"

// markdown renders text as Mattermost's Markdown, in at most limit runes. What
// stands in the spans is shown as it is: marks are escaped, mentions, emoji
// codes and channel links are broken, and addresses are set as code, where they
// can be read and copied but not followed.
func markdown(text bot.Rich, limit int) string {
	text = text.Visible()
	out := render(text)
	if utf8.RuneCountInString(out) <= limit {
		return out
	}
	// How long it gets by escaping is not known beforehand: find the longest
	// beginning that fits by halving.
	short := ""
	for lo, hi := 2, limit; lo <= hi; {
		mid := (lo + hi) / 2
		if out := render(text.Cut(mid)); utf8.RuneCountInString(out) <= limit {
			short, lo = out, mid+1
		} else {
			hi = mid - 1
		}
	}
	return short
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
		first = strconv.Itoa(b.Number) + ". "
		return first, strings.Repeat(" ", len(first))
	case b.Kind == bot.Item:
		return "- ", "  "
	}
	return "", ""
}

func inline(spans []bot.Span) string {
	var b strings.Builder
	lineStart := true
	for _, s := range spans {
		text := s.Text
		switch {
		case s.Leads():
			b.WriteString(text) // Mattermost makes a link of it by itself
		case strings.TrimSpace(text) == "":
			b.WriteString(text)
		case s.Code:
			b.WriteString(code(text))
		case s.Bold:
			// Marks must touch the words, or they are shown as stars.
			body := strings.TrimSpace(text)
			before, after, _ := strings.Cut(text, body)
			b.WriteString(before + "**" + escape(strings.ReplaceAll(body, "\n", " "), true) + "**" + after)
		default:
			b.WriteString(escape(text, lineStart))
		}
		lineStart = lineStart && text == "" || strings.HasSuffix(text, "\n")
	}
	return b.String()
}

// code sets text as code, between more backticks than it holds in a row.
func code(text string) string {
	text = strings.ReplaceAll(text, "\n", " ")
	run, longest := 0, 0
	for _, r := range text {
		if r != '`' {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	fence := strings.Repeat("`", longest+1)
	if longest > 0 {
		return fence + " " + text + " " + fence
	}
	return fence + text + fence
}

// address finds what chats make a link of, without the punctuation behind it.
var address = regexp.MustCompile(`(?i)(?:\b[a-z][a-z0-9+.-]*://|\bwww\.|\b(?:mailto|tel|sms|javascript|data|file|vbscript):)[^\s\x60]*[^\s\x60.,;:!?)\]}»“”"'>*_~]` +
	`|\b[\p{L}\p{N}._%+-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+`)

// escape makes text inert.
func escape(text string, lineStart bool) string {
	var b strings.Builder
	end := 0
	for _, at := range address.FindAllStringIndex(text, -1) {
		escapeWords(&b, text[end:at[0]], lineStart && end == 0)
		b.WriteString(code(text[at[0]:at[1]]))
		end = at[1]
	}
	escapeWords(&b, text[end:], lineStart && end == 0)
	return b.String()
}

// both are the marks that both of Mattermost's renderers, the browser's and that
// of the phones, take back from behind a backslash, and that act anywhere.
const both = "\\`*_[]|#"

// opening finds what begins a list, a heading or a quote at the start of a line.
var opening = regexp.MustCompile(`^(\d*)([-+>.)])`)

// escapeWords escapes text that holds no addresses. Marks that do nothing where
// they stand are left alone: notifications and previews show every backslash.
func escapeWords(b *strings.Builder, text string, lineStart bool) {
	for i, line := range strings.Split(text, "\n") {
		if i > 0 {
			b.WriteByte('\n')
			line = strings.TrimLeft(line, " \t") // four blanks would begin code
		}
		if i == 0 && !lineStart {
			escapeLine(b, line)
			continue
		}
		if m := opening.FindStringSubmatch(line); m != nil {
			b.WriteString(m[1] + "\\" + m[2])
			line = line[len(m[0]):]
		} else if strings.HasPrefix(line, "=") {
			b.WriteString(gap) // a line of equals signs makes a heading of the one above
		}
		escapeLine(b, line)
	}
}

func escapeLine(b *strings.Builder, line string) {
	for i, r := range line {
		rest := line[i+utf8.RuneLen(r):]
		switch {
		case strings.ContainsRune(both, r):
			b.WriteString("\\" + string(r))
		case r == '~':
			b.WriteString(`\~` + gap) // struck out, or the name of a channel
		case r == '@' || r == '＠':
			b.WriteString("@" + gap)
		case r == ':' && acts(line[:i], rest), r == '<' && tag.MatchString(rest), r == '&' && entity.MatchString(rest):
			b.WriteString(string(r) + gap)
		default:
			b.WriteRune(r)
		}
	}
}

var tag = regexp.MustCompile(`^[\pL/!?]`)

var entity = regexp.MustCompile(`^#?\w+;`)

// acts reports whether a colon begins something other than the minutes of a
// time or the words after it.
func acts(before, after string) bool {
	r, _ := utf8.DecodeRuneInString(after)
	if after == "" || unicode.IsSpace(r) {
		return false
	}
	l, _ := utf8.DecodeLastRuneInString(before)
	return !(unicode.IsDigit(l) && unicode.IsDigit(r))
}
