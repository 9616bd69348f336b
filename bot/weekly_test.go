package bot_test

import (
	"strings"
	"testing"
	"time"

	"ersthelfer/bot/bottest"
	"ersthelfer/knowledge"
	"ersthelfer/knowledge/knowledgetest"
)

// TestWeeklyNote: on Mondays at eight an editor is told what is most worthwhile, once, and the numbers of the note can
// be used. Times are wall times in Berlin; the play begins on a Tuesday.
func TestWeeklyNote(t *testing.T) {
	p := newPlay(t)
	kept, store := new(knowledgetest.Memory), new(bottest.Memory)
	p.start(kept, store)
	for _, at := range []time.Time{p.now, p.now.Add(time.Hour)} {
		gap := knowledge.Observation{Text: "die schulglocke läutet falsch", Outcome: knowledge.None, At: at}
		if err := p.library.Observe(t.Context(), gap); err != nil {
			t.Fatal(err)
		}
	}
	for _, step := range []struct {
		at    string
		notes int
	}{
		{"2026-11-24 10:10", 0}, {"2026-11-29 23:59", 0}, {"2026-11-30 07:59", 0}, {"2026-11-30 08:00", 1}, {"2026-11-30 08:01", 1},
		{"2026-12-06 12:00", 1}, {"2026-12-07 09:30", 2},
	} {
		p.now = mustTime(t, step.at, p.now.Location())
		for range 2 {
			if _, err := p.bot.Work(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		notes := p.notes("mara")
		if len(notes) != step.notes {
			t.Errorf("at %s mara has %d notes, want %d", step.at, len(notes), step.notes)
		}
		if others := len(p.notes("anna")) + len(p.notes("sven")); others > 0 {
			t.Errorf("at %s others have %d notes", step.at, others)
		}
		p.start(kept, store) // a restart tells nobody twice
	}
	if note := p.notes("mara")[0]; !strings.Contains(note, "„die schulglocke läutet falsch“ wurde 2-mal gefragt") || strings.Contains(note, "{") {
		t.Errorf("the note is %q", note)
	}
	p.line("mara> faq neu 1")
	p.line("mara< die schulglocke läutet falsch")
}

// What a contact made of a solved ticket is told to the editors, by its title, until somebody has finished it.
func TestWeeklyNoteTellsOfSuggestions(t *testing.T) {
	p := newPlay(t)
	p.start(new(knowledgetest.Memory), new(bottest.Memory))
	if _, err := p.bot.Work(t.Context()); err != nil { // whoever is new to it is told from the next week on
		t.Fatal(err)
	}
	for line := range strings.Lines(`anna> der hausmeister soll die heizung anmachen
		anna> 1
		anna> 3
		anna> 204
		tom> lösen 1 Thermostat aufgedreht und Heizung entlüftet.
		tom> [Als Artikel vorschlagen]`) {
		p.line(strings.TrimSpace(line))
	}
	p.now = mustTime(t, "2026-11-30 08:00", p.now.Location())
	if _, err := p.bot.Work(t.Context()); err != nil {
		t.Fatal(err)
	}
	if notes := p.notes("mara"); len(notes) != 1 || !strings.Contains(notes[0], "Der hausmeister soll die heizung anmachen ist als Artikel vorgeschlagen") {
		t.Errorf("mara is told %q", notes)
	}
}

// notes returns the weekly notes that a person has.
func (p *play) notes(person string) (out []string) {
	for _, post := range p.chat.Posts(person) {
		if strings.HasPrefix(post.Key, "week/") {
			out = append(out, post.Body.String())
		}
	}
	return out
}

func mustTime(t *testing.T, text string, in *time.Location) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", text, in)
	if err != nil {
		t.Fatal(err)
	}
	return at
}
