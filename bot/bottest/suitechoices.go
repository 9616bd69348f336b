package bottest

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"testing"

	"ersthelfer/bot"
)

// helped are the choices under an answer.
var helped = []bot.Choice{
	{ID: "412/helped", Label: "Hat geholfen", Strong: true},
	{ID: "412/not-helped", Label: "Hilft nicht"},
	{ID: "412/other", Label: "Etwas anderes"},
}

func platformOffers(t *testing.T, s *stage) {
	s.hears(t, "anna", "hallo")
	ref := s.sends(t, "anna", bot.Post{Key: "1/1/anna", Body: bot.Plain("Hat das geholfen?"), Choices: helped})
	seen := s.only(t, "anna")
	if !s.Platform.Traits().Buttons {
		for i, c := range helped {
			if !strings.Contains(seen.Text, fmt.Sprint(i+1)) || !strings.Contains(seen.Text, c.Label) {
				t.Errorf("choice %d %q is not listed in %q", i+1, c.Label, seen.Text)
			}
		}
		return
	}
	if len(seen.Choices) != len(helped) {
		t.Fatalf("anna sees the choices %q", seen.Choices)
	}
	for i, c := range helped {
		if !strings.Contains(seen.Choices[i], c.Label) {
			t.Errorf("choice %d is %q, want %q in it", i+1, seen.Choices[i], c.Label)
		}
	}
	s.Press(t, "anna", ref, "412/not-helped")
	m := s.next(t)
	if m.Choice != "412/not-helped" || m.Post != ref || m.From.ID != s.User("anna") || !m.Direct {
		t.Errorf("press arrived as %+v", m)
	}
	if !strings.HasPrefix(m.ID, s.Platform.Name()+":") {
		t.Errorf("press has the id %q", m.ID)
	}
}

// solving is a form with a field of each kind.
func solving() *bot.Form {
	return &bot.Form{
		ID: "412/solved", Title: "Ticket 412 lösen", Submit: "Gelöst",
		Fields: []bot.Field{
			{Name: "text", Label: "Was war es?", Long: true},
			{Name: "kind", Label: "Art", Options: []bot.Option{{Value: "hw", Label: "Gerät"}, {Value: "sw", Label: "Programm"}}},
			{Name: "note", Label: "Notiz", Optional: true},
		},
	}
}

func platformAsksForm(t *testing.T, s *stage) {
	if !s.Platform.Traits().Forms {
		t.Skip("the platform has no forms")
	}
	s.hears(t, "anna", "hallo")
	ref := s.sends(t, "anna", bot.Post{
		Key: "1/1/anna", Body: bot.Plain("Ticket 412"),
		Choices: []bot.Choice{{ID: "412/solve", Label: "Gelöst", Form: solving()}},
	})
	values := map[string]string{"text": "Adapter <b>getauscht</b>\nund geprüft", "kind": "hw", "note": ""}
	s.Fill(t, "anna", ref, "412/solve", values)
	m := s.next(t)
	if m.Choice != "412/solved" || m.Post != ref || m.From.ID != s.User("anna") {
		t.Errorf("form arrived as %+v", m)
	}
	if m.Form["note"] == "" {
		delete(m.Form, "note")
	}
	delete(values, "note")
	if !maps.Equal(m.Form, values) {
		t.Errorf("form has %q, want %q", m.Form, values)
	}
}

func platformAsksFormOfReceipt(t *testing.T, s *stage) {
	if tr := s.Platform.Traits(); !tr.Forms || !tr.Buttons {
		t.Skip("the platform has no forms")
	}
	s.answering(func(_ context.Context, m bot.Message) (bot.Receipt, error) {
		switch {
		case m.Choice == "412/solve":
			return bot.Receipt{Form: solving()}, nil
		case m.Form["text"] == "x":
			return bot.Receipt{Errors: map[string]string{"text": "Bitte mehr als ein Wort."}}, nil
		}
		return bot.Receipt{}, nil
	})
	s.hears(t, "anna", "hallo")
	ref := s.sends(t, "anna", bot.Post{
		Key: "1/1/anna", Body: bot.Plain("Ticket 412"),
		Choices: []bot.Choice{{ID: "412/solve", Label: "Gelöst"}},
	})
	s.Press(t, "anna", ref, "412/solve")
	if m := s.next(t); m.Choice != "412/solve" {
		t.Errorf("press arrived as %+v", m)
	}
	for _, text := range []string{"x", "Adapter getauscht"} {
		s.Fill(t, "anna", ref, "412/solve", map[string]string{"text": text, "kind": "sw"})
		if m := s.next(t); m.Choice != "412/solved" || m.Form["text"] != text {
			t.Errorf("form arrived as %+v", m)
		}
	}
}

func platformEdits(t *testing.T, s *stage) {
	editor, ok := s.Platform.(bot.Editor)
	switch {
	case !s.Platform.Traits().Edit:
		t.Skip("the platform cannot edit")
	case !ok:
		t.Fatal("the traits promise Edit, but the platform is no Editor")
	}
	s.hears(t, "anna", "hallo")
	ref := s.sends(t, "anna", bot.Post{Key: "1/1/anna", Body: bot.Plain("Hat das geholfen?"), Choices: helped})
	s.sends(t, "anna", bot.Post{Key: "1/2/anna", Body: bot.Plain("Danke.")})
	changed := bot.Post{Key: "1/1/anna", User: s.User("anna"), Body: bot.Plain("Das hat geholfen.")}
	for range 2 {
		if err := editor.Edit(t.Context(), ref, changed); err != nil {
			t.Fatal(err)
		}
	}
	seen := s.Sees(t, "anna")
	if len(seen) != 2 {
		t.Fatalf("anna sees %d posts, want 2", len(seen))
	}
	first := seen[0]
	if first.Ref != ref || !strings.Contains(first.Text, "Das hat geholfen.") || len(first.Choices) != 0 {
		t.Errorf("the edited post is %+v", first)
	}
	if strings.Contains(first.Text, "Hat das geholfen?") {
		t.Errorf("the old text is still there: %q", first.Text)
	}
}
