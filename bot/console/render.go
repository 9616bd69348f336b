package console

import (
	"fmt"
	"strings"

	"ersthelfer/bot"
)

// Terminal codes (ECMA-48, SGR).
const (
	boldOn  = "\x1b[1m"
	boldOff = "\x1b[22m"
)

// render returns a post as it is written, with its numbered choices.
func (p *Platform) render(to string, post bot.Post) string {
	var b strings.Builder
	fmt.Fprintf(&b, "[%s]\n", to)
	for _, block := range post.Body.Visible() {
		first, rest := "  ", "  "
		switch {
		case block.Kind == bot.Quote:
			first, rest = "  > ", "  > "
		case block.Kind == bot.Item && block.Number > 0:
			first = fmt.Sprintf("  %d. ", block.Number)
			rest = strings.Repeat(" ", len(first))
		case block.Kind == bot.Item:
			first, rest = "  - ", "    "
		}
		for i, line := range strings.Split(p.line(block.Spans), "\n") {
			if i == 0 {
				b.WriteString(first + line + "\n")
			} else {
				b.WriteString(rest + line + "\n")
			}
		}
	}
	for i, c := range post.Choices {
		fmt.Fprintf(&b, "  [%d] %s\n", i+1, strings.ReplaceAll(bot.Visible(c.Label), "\n", " "))
	}
	return b.String()
}

func (p *Platform) line(spans []bot.Span) string {
	var b strings.Builder
	for _, s := range spans {
		if s.Bold && p.o.Bold {
			s.Text = boldOn + strings.ReplaceAll(s.Text, "\n", boldOff+"\n"+boldOn) + boldOff
		}
		b.WriteString(s.Text)
	}
	return b.String()
}
