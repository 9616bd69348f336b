package mattermost

import (
	"strings"
	"testing"
	"unicode/utf8"

	"ersthelfer/bot"
)

func TestMarkdown(t *testing.T) {
	show := strings.NewReplacer(gap, "·")
	one := func(s bot.Span) bot.Rich { return bot.Rich{{Spans: []bot.Span{s}}} }
	for _, test := range []struct {
		name string
		text bot.Rich
		want string
	}{
		{"sentence", bot.Plain("Reaktion bis 10:40 Uhr. Raum 204 (Süd), Gerät A-17!"), "Reaktion bis 10:40 Uhr. Raum 204 (Süd), Gerät A-17!"},
		{"steps", bot.Numbered([]string{"**Windows-Taste** drücken", "`ipconfig` eingeben"}), "1. **Windows-Taste** drücken\n2. `ipconfig` eingeben"},
		{"point after bold", bot.Parse("Wählen Sie **Duplizieren**. Dann **OK**", nil), "Wählen Sie **Duplizieren**. Dann **OK**"},
		{"list after a line end", bot.Rich{{Spans: []bot.Span{{Text: "a\n"}, {Text: "- b"}}}}, "a\n\\- b"},
		{"paragraphs", append(bot.Plain("eins"), bot.Plain("zwei")...), "eins\n\nzwei"},
		{"list after text", append(bot.Plain("Schritte:"), bot.Numbered([]string{"eins"})...), "Schritte:\n\n1. eins"},
		{"quote of lines", bot.Quoted("eins\nzwei"), "> eins\n> zwei"},
		{"lines in a step", bot.Rich{{Kind: bot.Item, Number: 10, Spans: []bot.Span{{Text: "eins\nzwei"}}}}, "10. eins\n    zwei"},
		{"bold with blanks", one(bot.Span{Text: " Titel ", Bold: true}), " **Titel** "},
		{"bold over lines", one(bot.Span{Text: "a\nb", Bold: true}), "**a b**"},
		{"marks", bot.Plain("*a* _b_ `c` ~~d~~ [e](f) ![g](h) |i| #j"), "\\*a\\* \\_b\\_ \\`c\\` \\~·\\~·d\\~·\\~· \\[e\\](f) !\\[g\\](h) \\|i\\| \\#j"},
		{"mentions", bot.Plain("@all @channel ＠here @mara.y"), "@·all @·channel @·here @·mara.y"},
		{"e-mail", bot.Plain("an mara@schule.example, bitte"), "an `mara@schule.example`, bitte"},
		{"address", bot.Plain("siehe https://a.example/x_y?z=1."), "siehe `https://a.example/x_y?z=1`."},
		{"link", one(bot.Span{Text: "https://a.example/files/x_y", Link: true}), "https://a.example/files/x_y"},
		{"no link", one(bot.Span{Text: "https://a.example/@all", Link: true}), "`https://a.example/@all`"},
		{"address in brackets", bot.Plain("(www.a.example)"), "(`www.a.example`)"},
		{"lying link", bot.Plain("[bank.de](https://boese.example)"), "\\[bank.de\\](`https://boese.example`)"},
		{"script", bot.Plain("javascript:alert(1) <b>x</b> a < b"), "`javascript:alert(1`) <·b>x<·/b> a < b"},
		{"entity", bot.Plain("&#64;all R&D"), "&·\\#64;all R&D"},
		{"emoji code", bot.Plain("so :smile: und: dann"), "so :·smile: und: dann"},
		{"line starts", bot.Plain("# a\n- b\n+ c\n> d\n1. e\n2) f\n===\n    g\n---"), "\\# a\n\\- b\n\\+ c\n\\> d\n1\\. e\n2\\) f\n·===\ng\n\\---"},
		{"code with backticks", one(bot.Span{Text: "a`b``c", Code: true}), "``` a`b``c ```"},
		{"code over lines", one(bot.Span{Text: "a\n```\n@all", Code: true}), "```` a ``` @all ````"},
		{"nothing", nil, ""},
		{"unseen", bot.Plain("a\u202eb\x1b"), "a\ufffdb␛"},
	} {
		if got := show.Replace(markdown(test.text, 4000)); got != test.want {
			t.Errorf("%s:\n got %q\nwant %q", test.name, got, test.want)
		}
	}
}

func FuzzMarkdown(f *testing.F) {
	f.Add("*a* @all `x` https://a.example/(", 40, true, false)
	f.Add("``` \\` [x](y)\n# a", 16383, false, true)
	f.Fuzz(func(t *testing.T, text string, limit int, bold, code bool) {
		if limit < 20 || limit > 20_000 {
			t.Skip()
		}
		out := markdown(bot.Rich{{Kind: bot.Quote, Spans: []bot.Span{{Text: text, Bold: bold, Code: code}}}}, limit)
		if n := utf8.RuneCountInString(out); n > limit || !utf8.ValidString(out) {
			t.Fatalf("%d runes, limit %d: %q", n, limit, out)
		}
		for _, line := range strings.Split(out, "\n") {
			if !strings.HasPrefix(line, ">") {
				t.Fatalf("a line leaves the quote: %q", out)
			}
		}
	})
}

func TestCalls(t *testing.T) {
	for _, test := range []struct {
		text, rest string
		called     bool
	}{
		{"@ersthelfer Drucker?", "Drucker?", true},
		{"@Ersthelfer: Drucker?", "Drucker?", true},
		{"Hallo @ersthelfer, hilf", "Hallo, hilf", true},
		{"hilf @ersthelfer.", "hilf.", true},
		{"@ersthelfer", "", true},
		{"@ersthelfer @ersthelfer ja", "ja", true},
		{"frag @ersthelfer2", "frag @ersthelfer2", false},
		{"mail an x@ersthelfer", "mail an x@ersthelfer", false},
		{"@all los", "@all los", false},
		{"(@ersthelfer)", "( )", true},
		{"@", "@", false},
		{"", "", false},
	} {
		rest, called := calls(test.text, "ersthelfer")
		if called != test.called || called && strings.ReplaceAll(rest, " ", "") != strings.ReplaceAll(test.rest, " ", "") || !called && rest != test.rest {
			t.Errorf("%q: %q %v, want %q %v", test.text, rest, called, test.rest, test.called)
		}
	}
}
