package bot_test

import (
	"strings"
	"testing"

	"ersthelfer/bot/bottest"
	"ersthelfer/knowledge"
	"ersthelfer/knowledge/knowledgetest"
)

// TestCurateInChat lets mara, who may, curate the articles in chat: typed, and with forms and buttons.
func TestCurateInChat(t *testing.T) {
	for _, tt := range []struct{ name, play string }{
		{
			"a gap becomes an article",
			`anna> der hausmeister soll die heizung anmachen
			anna> 1
			clara> der hausmeister soll die heizung anmachen
			mara> faq lücken
			mara< 2× ohne Antwort
			mara> faq neu 1
			mara< Entwurf
			mara> faq veröffentlichen der-hausmeister-soll-die-heizung
			mara< noch nicht vollständig
			mara> faq ändern der-hausmeister-soll-die-heizung\nHeizung bleibt kalt\nBereich: drucken\ndie heizung ist eiskalt\ndie heizung ist kalt\nes ist eiskalt im raum\n1. Drehen Sie das Thermostat auf.
			mara< Heizung bleibt kalt
			mara> [Veröffentlichen]
			mara< Veröffentlicht
			clara> die heizung ist eiskalt
			clara< Thermostat`,
		},
		{
			"search, edit and publish by number",
			`mara> faq suche papierstau
			mara< 1. Papierstau im Drucker
			mara> faq ändern 1
			mara< papier klemmt im kopierer
			mara> faq ändern 1\nPapierstau im Gerät\n1. Klappe auf.
			mara< Entwurf
			mara> faq veröffentlichen 1
			mara< Veröffentlicht: Papierstau im Gerät
			anna> papierstau im kopierer
			anna< Klappe auf`,
		},
		{
			"the gate, and publish anyway",
			`mara> faq neu Kopierer\nBereich: drucken\npapierstau\npapierstau im kopierer\nder kopierer hat papierstau\npapier steckt im drucker fest\ndas papier klemmt\n1. Rufen Sie jemanden.
			mara< Entwurf
			mara> faq veröffentlichen kopierer
			mara< Fragen von Papierstau im Drucker
			mara> faq veröffentlichen kopierer trotzdem
			mara< Veröffentlicht`,
		},
		{
			"an area by its title",
			`mara> faq neu Kabel fehlt\nBereich: wlan und netz\nkabel fehlt\n1. Fragen Sie im Büro.
			mara< Bereich WLAN und Netz`,
		},
		{
			"a form",
			`mara> faq neu
			mara< Schreiben Sie mir den Artikel
			mara> [Im Formular schreiben] title=Heizung bleibt kalt;room=drucken;questions=die heizung ist kalt;steps=Drehen Sie auf.
			mara< Heizung bleibt kalt
			mara> [Veröffentlichen]
			mara< Veröffentlicht`,
		},
		{
			"a solved ticket",
			`anna> der hausmeister soll die heizung anmachen
			anna> 1
			anna> 3
			anna> 204
			mara> übernehmen 1
			mara> lösen 1 Thermostat aufgedreht. Heizung entlüftet.
			mara> faq ticket 1
			mara< Entwurf`,
		},
		{
			"whoever solved a ticket suggests it, the editors write on",
			`anna> der hausmeister soll die heizung anmachen
			anna> 1
			anna> 3
			anna> 204
			tom> übernehmen 1
			tom> lösen 1 Thermostat aufgedreht. Heizung entlüftet.
			tom> [Als Artikel vorschlagen]
			tom< ob noch ein Name darin steht
			tom< Heizung entlüftet
			tom> faq veröffentlichen der-hausmeister-soll-die-heizung
			tom< dürfen Sie nicht
			tom> faq ticket 1
			tom< der-hausmeister-soll-die-heizung
			wanda> zeige 1
			wanda< gibt es nicht
			wanda> faq ticket 1
			wanda< gibt es nicht
			wanda> faq suche heizung
			wanda< 1. Der hausmeister soll die heizung anmachen · Entwurf
			wanda> faq ändern 1
			wanda< Heizung entlüftet
			wanda> faq ändern 1\nHeizung bleibt kalt\nBereich: drucken\ndie heizung ist kalt\nes ist kalt im raum\n1. Drehen Sie das Thermostat auf.
			wanda> [Veröffentlichen]
			wanda< Veröffentlicht: Heizung bleibt kalt
			clara> die heizung ist kalt
			clara< Thermostat`,
		},
		{
			"whoever only solves tickets suggests, and sees no drafts",
			`anna> der hausmeister soll die heizung anmachen
			anna> 1
			anna> 3
			anna> 204
			mara> weiter 1
			paul> lösen 1 Thermostat aufgedreht. Heizung entlüftet.
			paul> [Als Artikel vorschlagen]
			paul< Danke. Das liegt jetzt als Entwurf bei der Redaktion
			paul> faq ticket 1
			paul< Danke. Das liegt
			mara> faq suche heizung
			mara< 1. Der hausmeister soll die heizung anmachen · Entwurf`,
		},
		{
			"wrong numbers",
			`mara> faq ändern 7
			mara< Das finde ich nicht
			mara> faq veröffentlichen nirgends
			mara< Das finde ich nicht
			mara> faq veröffentlichen papierstau
			mara< veröffentlicht
			mara> faq neu 3
			mara< Das finde ich nicht`,
		},
		{
			"nobody else meets it",
			`dora> faq suche papierstau im kopierer
			dora< Lassen Sie das Gerät eingeschaltet`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := newPlay(t)
			p.place = tt.name
			p.start(new(knowledgetest.Memory), new(bottest.Memory))
			for line := range strings.Lines(tt.play) {
				if strings.HasPrefix(strings.TrimSpace(line), "clara>") {
					settle(t, p)
				}
				p.line(strings.ReplaceAll(strings.TrimSpace(line), `\n`, "\n"))
			}
		})
	}
}

// settle waits until the index knows what was published.
func settle(t *testing.T, p *play) {
	t.Helper()
	if err := p.library.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// TestCurateInChannel keeps drafts and gaps out of channels.
func TestCurateInChannel(t *testing.T) {
	p := newPlay(t)
	p.start(new(knowledgetest.Memory), new(bottest.Memory))
	m := p.chat.Message("mara", "faq lücken")
	m.Direct = false
	if _, err := p.bot.Handle(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if posts := p.chat.PostsIn(m.In.Channel); len(posts) != 1 || !strings.Contains(posts[0].Body.String(), "Direktnachricht") {
		t.Errorf("said in the channel: %v", posts)
	}
	if _, err := p.bot.DraftGap(t.Context(), "anna", "1/1"); err == nil || !strings.Contains(err.Error(), knowledge.ErrDenied.Error()) {
		t.Errorf("anna makes a draft: %v", err)
	}
}
