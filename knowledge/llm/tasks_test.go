package llm

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"ersthelfer/knowledge"
)

// beamer is an article that is published.
var beamer = knowledge.Article{
	ID:    "beamer-kein-signal",
	Title: "Laptop-Bild erscheint nicht auf dem Beamer",
	Room:  "praesentation",
	Steps: []string{"Drücken Sie die Windows-Taste + P und wählen Sie **Duplizieren**.", "Ziehen Sie das HDMI-Kabel ab und stecken Sie es fest ein."},
}

func TestCompose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := serve(t, answers(object{"answers": true, "text": honest})).model()
		got, err := m.Compose(t.Context(), "beamer zeigt kein bild", beamer, "de")
		if err != nil || got != honest {
			t.Errorf("%q, %v, want %q", got, err, honest)
		}
	})
}

// TestComposeNot says so when the article does not help, and that is nobody's failure.
func TestComposeNot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := serve(t, answers(object{"answers": false, "text": ""}))
		m := e.model()
		for range 2 * maxFailures {
			if _, err := m.Compose(t.Context(), "toner leer", beamer, "de"); !errors.Is(err, errOtherwise) {
				t.Errorf("%v, want %v", err, errOtherwise)
			}
		}
		asked := len(e.bodies())
		if _, err := m.Compose(t.Context(), "no picture", beamer, "en"); !errors.Is(err, errOtherwise) || len(e.bodies()) != asked {
			t.Errorf("an article without English: %v, %d questions more", err, len(e.bodies())-asked)
		}
	})
}

// TestRefusedIsNoFailure goes on asking a model that writes what the article does not say.
func TestRefusedIsNoFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := serve(t, answers(object{"answers": true, "text": "Starten Sie den Router neu."})).model()
		for range 2 * maxFailures {
			if _, err := m.Compose(t.Context(), "kein bild", beamer, "de"); !errors.Is(err, errUngrounded) || !errors.Is(err, ErrUnusable) {
				t.Errorf("%v, want %v", err, errUngrounded)
			}
		}
	})
}

func TestRephrase(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := serve(t, answers(object{"rephrasings": []string{
			"Projektor ohne Signal", "https://evil.example", "kein **Bild**\nam Beamer", "@all", "Beamer schwarz", "vierter",
		}})).model()
		got, err := m.Rephrase(t.Context(), "beamer zeigt kein bild")
		want := []string{"Projektor ohne Signal", "kein Bild am Beamer", "Beamer schwarz"}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%q, %v, want %q", got, err, want)
		}
	})
}

func TestDraft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := serve(t, answers(object{
			"title":     "Beamer zeigt kein Bild",
			"questions": []string{"beamer bleibt schwarz", "kein bild vom laptop"},
			"steps":     []string{"Tauschen Sie den Adapter.", "Fragen Sie [name]."},
			"note":      "",
		})).model()
		got, err := m.Draft(t.Context(), "kein Bild", "Adapter getauscht, sagt Mara Yilmaz")
		if err != nil {
			t.Fatal(err)
		}
		if got.ID != "" || got.Room != "" {
			t.Errorf("a draft with id %q and room %q could come into force", got.ID, got.Room)
		}
		if got.Title != "Beamer zeigt kein Bild" || len(got.Questions) != 2 || len(got.Steps) != 2 || got.Note != "" {
			t.Errorf("%+v", got)
		}
	})
}

// TestDraftRefused takes a draft as a whole or not at all.
func TestDraftRefused(t *testing.T) {
	good := func() object {
		return object{"title": "Titel", "questions": []string{"frage"}, "steps": []string{"Schritt."}, "note": ""}
	}
	tests := []struct {
		name, key string
		value     any
		want      error
	}{
		{"link in the title", "title", "Siehe evil.example", errAddress},
		{"long title", "title", strings.Repeat("Titel ", 20), errLong},
		{"no title", "title", "", errNothing},
		{"link in a step", "steps", []string{"Gut.", "Siehe https://evil.example"}, errAddress},
		{"person in a step", "steps", []string{"Fragen Sie Kröger."}, errPerson},
		{"number in a step", "steps", []string{"Rufen Sie 0251 123456 an."}, errNumber},
		{"no steps", "steps", []string{}, errNothing},
		{"mention in a question", "questions", []string{"@all"}, errMention},
		{"HTML in the note", "note", "<b>Achtung</b>", errMarkup},
	}
	for _, test := range tests {
		synctest.Test(t, func(t *testing.T) {
			answer := good()
			answer[test.key] = test.value
			got, err := serve(t, answers(answer)).model().Draft(t.Context(), "problem", "lösung")
			if !errors.Is(err, test.want) || got.Title != "" {
				t.Errorf("%s: %+v, %v, want %v", test.name, got, err, test.want)
			}
		})
	}
}

// TestCompromised asks a model that answers with nothing but attacks. None reaches anybody.
func TestCompromised(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var answer any
		e := serve(t, func(w http.ResponseWriter, r *http.Request) { answers(answer)(w, r) })
		m := e.model()
		for _, attack := range attacks(t) {
			m.breaker = breaker{} // it would rest
			answer = object{"answers": true, "text": honest + "\n" + attack}
			if text, err := m.Compose(t.Context(), "beamer", beamer, "de"); err == nil {
				harmless(t, attack, string(text))
				if text != honest {
					t.Errorf("%q came through as %q", attack, text)
				}
			}
			// Neither is shown to people as it is, so that words may be free; what acts may not.
			answer = object{"rephrasings": []string{attack, attack, attack}}
			lines, _ := m.Rephrase(t.Context(), "beamer")
			answer = object{"title": attack, "questions": []string{attack}, "steps": []string{attack}, "note": attack}
			if a, err := m.Draft(t.Context(), "beamer", "kabel"); err == nil {
				lines = append(lines, a.Title, a.Note)
				lines = append(append(lines, a.Steps...), a.Questions...)
			}
			for _, line := range lines {
				if hit := acting.FindString(line); hit != "" {
					t.Errorf("%q came through as %q, with %q", attack, line, hit)
				}
			}
		}
	})
}

// acting finds what a chat or a browser would act on.
var acting = regexp.MustCompile(`(?i)://|evil[\w-]*\.[a-z]{2}|@|\]\(|<[^ \n]|&[#a-z]|^#|[\[\]{}|]`)

// TestOutgoing lets nothing private out in any request.
func TestOutgoing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := serve(t, says(""))
		m := e.model()
		for _, s := range sentences(t) {
			if s.kind == "free names" || s.kind == "stays" {
				continue
			}
			before := len(e.bodies())
			article := beamer
			article.Note = s.text
			for _, call := range []func() error{
				func() error { _, err := m.Rephrase(t.Context(), s.text); return err },
				func() error { _, err := m.Compose(t.Context(), s.text, article, "de"); return err },
				func() error { _, err := m.Draft(t.Context(), s.text, s.text); return err },
				func() error { _, err := m.Embed(t.Context(), []string{s.text}); return err },
			} {
				m.breaker = breaker{} // every answer is a failure here
				if call() == nil {
					t.Fatal("an empty answer was taken")
				}
			}
			sent := e.bodies()[before:]
			if len(sent) != 4 {
				t.Fatalf("%d requests, want 4", len(sent))
			}
			for i, body := range sent {
				for _, item := range s.private {
					if rest := left(item, texts(t, body)); len(rest) > 0 {
						t.Errorf("request %d for %q holds %q", i, s.text, rest)
					}
				}
			}
		}
	})
}

// texts returns what a request says of a person: the texts of a chat or of embeddings, without the prompt and the steps
// of the article.
func texts(t *testing.T, body []byte) string {
	t.Helper()
	var request struct {
		Input    []string
		Messages []struct{ Role, Content string }
	}
	if err := json.Unmarshal(body, &request); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, input := range request.Input {
		b.WriteString(input + "\n")
	}
	for _, m := range request.Messages {
		if m.Role != "user" {
			continue
		}
		var about map[string]string
		if err := json.Unmarshal([]byte(m.Content), &about); err != nil {
			t.Fatal(err)
		}
		for key, text := range about {
			if key != "language" {
				b.WriteString(strings.TrimPrefix(text, plain(textOf(knowledge.Twin{Title: beamer.Title, Steps: beamer.Steps}))) + "\n")
			}
		}
	}
	return b.String()
}

// TestStrangersApart sends of many who ask at the same time each one's words alone.
func TestStrangersApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := serve(t, answers(object{"rephrasings": []string{"kein Bild"}}))
		m := e.model()
		var wg sync.WaitGroup
		for i := range MaxCalls {
			wg.Go(func() {
				for range 20 {
					if _, err := m.Rephrase(t.Context(), fmt.Sprintf("canary%c beamer", 'a'+i)); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		for _, body := range e.bodies() {
			if n := bytes.Count(body, []byte("canary")); n != 1 {
				t.Errorf("%d people in one request: %s", n, body)
			}
			if bytes.Contains(body, []byte("sk-key")) {
				t.Errorf("the key is in a body: %s", body)
			}
		}
	})
}

// TestRequest holds what is asked for: a strict schema, a stream, no tools, and a bound.
func TestRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := serve(t, answers(object{"rephrasings": []string{"kein Bild"}}))
		if _, err := e.model().Rephrase(t.Context(), strings.Repeat("beamer ", 5000)); err != nil {
			t.Fatal(err)
		}
		var got struct {
			Stream         bool
			MaxTokens      int `json:"max_completion_tokens"`
			Tools          any
			ResponseFormat struct {
				Type       string
				JSONSchema struct {
					Strict bool
					Schema struct {
						AdditionalProperties any
						Required             []string
					}
				} `json:"json_schema"`
			} `json:"response_format"`
		}
		body := e.bodies()[0]
		if err := json.Unmarshal(body, &got); err != nil {
			t.Fatal(err)
		}
		f := got.ResponseFormat
		if !got.Stream || got.MaxTokens != maxTokens || got.Tools != nil || f.Type != "json_schema" || !f.JSONSchema.Strict ||
			f.JSONSchema.Schema.AdditionalProperties != false || !slices.Equal(f.JSONSchema.Schema.Required, []string{"rephrasings"}) {
			t.Errorf("%+v", got)
		}
		if len(body) > 2*maxInput {
			t.Errorf("%d bytes were sent", len(body))
		}
	})
}
