package slack

import (
	"strings"
	"testing"
	"unicode/utf8"

	"ersthelfer/bot"
	"ersthelfer/bot/bottest"
)

func TestMrkdwn(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Guten Morgen":                       "Guten Morgen",
		"**Kabel** prüfen":                   "*Kabel* prüfen",
		"`ipconfig /all` eingeben":           "`ipconfig /all` eingeben",
		"1. eins\n2. zwei\nEnde":             "1. eins\n2. zwei\n\nEnde",
		"- eins\n- zwei":                     "• eins\n• zwei",
		"> gesagt\n> noch":                   "> gesagt\n\n> noch",
		"A & B < C":                          "A &amp; B &lt; C",
		"anna@schule.de, mein_file_1.txt":    "anna@schule.de, mein_file_1.txt",
		"https://x.example:8080/a_b um 7:50": "https://x.example:8080/a_b um 7:50",
		"@here :smile:":                      "@\u200bhere :\u200bsmile:",
		"{who}":                              "\u200b*\u200bfett\u200b*\u200b &lt;!here&gt; ˋxˋ\n\u200b&gt; Zitat",
	} {
		got := mrkdwn(bot.Parse(text, map[string]string{"who": "*fett* <!here> `x`\n> Zitat"}), 1000)
		if got != want {
			t.Errorf("%q\n is %q\nwant %q", text, got, want)
		}
	}
}

// TestLink is an address that the bot names: people can open it, and what only
// looks like one acts no more than other text.
func TestLink(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"https://chat.example/files/F1/a_b.png?x=1&y": "<https://chat.example/files/F1/a_b.png?x=1&amp;y>",
		"http://10.0.0.5:8080/anmelden/AbC-9":         "<http://10.0.0.5:8080/anmelden/AbC-9>",
		"https://x.example/a|bank.de":                 "https://x.example/a|bank.de",
		"https://x.example/><!here>":                  "https://x.example/&gt;&lt;!here&gt;",
		"https://x.example/a b":                       "https://x.example/a b",
		"javascript:alert(1)":                         "javascript:alert(1)",
		"!channel":                                    "!channel",
	} {
		if got := mrkdwn(bot.Rich{{Spans: []bot.Span{{Text: text, Link: true}}}}, 1000); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
	long := bot.Rich{{Spans: []bot.Span{{Text: "Anhang: "}, {Text: "https://chat.example/files/F1/bild.png", Link: true}}}}
	if got := mrkdwn(long, 30); strings.Contains(got, "<") {
		t.Errorf("an address that was cut leads elsewhere: %q", got)
	}
}

func TestPlain(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"<@UBOT> hilf":                  "hilf",
		"hilf <@UBOT|ersthelfer> bitte": "hilf  bitte",
		"<@U1|mara> und <@U2>":          "@mara und @U2",
		"<#C1|raum> <#C2> <!here> <!subteam^S1|@team> <!date^1^x|heute>": "#raum #C2 @here @team heute",
		"<https://x.example> <https://x.example|x.example>":              "https://x.example https://x.example",
		"<https://boese.example|bank.de>":                                "bank.de (https://boese.example)",
		"<mailto:a@b.de|a@b.de>":                                         "a@b.de",
		"&lt;b&gt; &amp;lt; &copy;":                                      "<b> &lt; &copy;",
		"< kein Ende":                                                    "< kein Ende",
	} {
		if got := plain(text, "UBOT"); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

// FuzzMrkdwn holds that no text gets longer than its limit, none makes one of
// Slack's commands, and what a person types comes back as they typed it.
func FuzzMrkdwn(f *testing.F) {
	for _, text := range bottest.Hostile {
		f.Add(text, 100)
	}
	f.Fuzz(func(t *testing.T, text string, limit int) {
		limit = 10 + limit&0xfff
		for _, body := range []bot.Rich{bot.Plain(text), bot.Quoted(text), {{Spans: []bot.Span{{Text: text, Bold: true}, {Text: text, Code: true}}}}} {
			out := mrkdwn(body, limit)
			if length(out) > limit || !utf8.ValidString(out) || strings.Contains(out, "<") {
				t.Errorf("%q becomes %q", text, out)
			}
			if rest := strings.TrimPrefix(strings.ReplaceAll(out, "\n> ", ""), "> "); strings.Contains(rest, ">") {
				t.Errorf("%q becomes %q", text, out)
			}
		}
		if length(text) > 100 || bot.Visible(text) != text || strings.ContainsAny(text, "`\u200b") {
			return
		}
		if got := plain(strings.ReplaceAll(mrkdwn(bot.Plain(text), 10_000), gap, ""), ""); got != strings.TrimSpace(text) {
			t.Errorf("%q comes back as %q", text, got)
		}
	})
}
