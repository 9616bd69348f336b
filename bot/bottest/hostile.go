package bottest

import "strings"

// Hostile are texts that people may write to make a platform act. Tests of
// renderers may use them too.
var Hostile = []string{
	"@all @channel @here @everyone @anna @ben",
	"<!channel> <!here> <!subteam^S1> <@U123> <#C1|x>",
	"＠all @\u200ball",
	"**Admin:** __fett__ ~~weg~~ _kursiv_ `code`",
	"```\nein Zaun ohne Ende",
	"[Anmelden](https://boese.example) ![x](https://boese.example/p.png)",
	"<https://boese.example|bank.de> https://boese.example/x www.boese.example mailto:a@boese.example",
	"[ref]: javascript:alert(1)\n[ref]",
	"<script>alert(1)</script><img src=x onerror=alert(1)><b>fett</b>",
	"# Titel\n> Zitat\n| a | b |\n|---|---|\n| 1 | 2 |\n---\n- [ ] Aufgabe\n1. eins",
	"rot \x1b[31m \x1b]0;Titel\x07 \x1b]8;;https://boese.example\x07klick\x1b]8;;\x07 \x00 \r weg",
	"exe.\u202egpj \u2066x\u2069 \U000e0041\U000e0042 \ufeff",
	"mmaction://post/1 ersthelfer:412 :smile: ::: $\\frac{1}{2}$ &lt;b&gt; &#60;i&#62;",
	"a" + strings.Repeat("\u0301\u0302\u0303", 50),
}
