package knowledge

import "testing"

// TestActsAreGuessed: what no list of acts holds is told by what it is like, and never what is about a thing.
func TestActsAreGuessed(t *testing.T) {
	articles, err := Starter()
	if err != nil {
		t.Fatal(err)
	}
	ix := NewIndex(articles, Options{})
	for text, want := range map[string]Act{
		"Ich warte nun schon seit drei Wochen auf irgendeine Antwort von Ihnen": ActStatus,
		"has anybody actually looked at what I sent you on Tuesday":             ActStatus,
		"boah dat is ja richtig nett von euch, danke sehr":                      ActThanks,
		"Guten Tag, hier schreibt Frau Dr. Hellwig-Paschulke":                   ActGreeting, // with what was cut off
		"und wobei könntest du mir so alles helfen":                             ActHelp,
		"ich will keinen Automaten, holt mir bitte jemanden von euch":           ActHuman,
		"lass gut sein, hat sich alles von allein erledigt":                     ActStop,
		"sitzt da eigentlich ein Mensch oder antwortet ein Automat":             ActWho,
		"jawohl, das hat das Problem ganz wunderbar behoben":                    ActYes,
		"wie benutze ich diesen chat":                                           ActHelp, // although articles know all words
		"Ich möchte meine Anfrage von heute Morgen stornieren.":                 ActStop,
		"Kommt heute noch jemand oder kann ich um drei nach Hause gehen":        ActStatus,
		"Könnte ein Techniker mich heute in der großen Pause kurz anklingeln":   ActHuman,
		"ja das hat geholfen, hätte ich nicht gedacht":                          ActYes,
		"super":                      ActYes,
		"super, danke":               ActThanks,
		"danke und schönen tag noch": ActThanks,
		"👍":                          ActYes,
		"👍🏽 🙏":                       ActYes,
		"🙏":                          ActThanks,
		"👋":                          ActGreeting,
		"❤️":                         ActThanks,
		"🤷‍♀️":                       ActNo,

		"mach dat heile":                        "", // a yes takes more
		"die stühle sind kaputt":                "",
		"kannst du mir ein gedicht schreiben":   "",
		"wann kommt der schulbus":               "",
		"wer ist heute vertretung":              "",
		"tisch in 204 beschmiert":               "",
		"danke, aber jetzt geht der ton nicht":  "",
		"принтер не печатает":                   "",
		"drucker geht nicht, wann kommt jemand": "",
	} {
		a := ix.Answer(text)
		if a.Act != want {
			t.Errorf("%q: %s %s, want %q", text, a.Outcome, a.Act, want)
		}
	}
	if a := ix.Answer("jawohl, aber das hat das Problem leider nicht behoben"); a.Act == ActYes {
		t.Error("a no is taken for a yes")
	}
}
