package knowledge

import "testing"

// What was tried against before, and what was tried, is not made anew.
func TestFootingsAreUsedAgain(t *testing.T) {
	one, two := Article{ID: "eins", Title: "Eins"}, Article{ID: "zwei", Title: "Zwei"}
	changed := Article{ID: "zwei", Title: "Zwei, anders"}
	var f footings
	before, after := f.of([]Article{one, two}, []Article{one, changed})
	if b, _ := f.of([]Article{one, two}, []Article{two}); b != before {
		t.Error("what is in force is made anew for another draft")
	}
	f.of([]Article{one, two}, []Article{one, changed})
	if b, a := f.of([]Article{one, changed}, []Article{changed}); b == after || b == before || a == after {
		t.Error("a footing came back that was not of the last trial")
	}
	_, after = f.of([]Article{one, two}, []Article{one, changed})
	if b, _ := f.of([]Article{one, changed}, []Article{changed}); b != after {
		t.Error("what was tried is made anew once it is in force")
	}
	f.forget()
	if b, _ := f.of([]Article{one, changed}, []Article{changed}); b == after {
		t.Error("what was to be forgotten is used again")
	}
}

// A question is asked once of the same articles.
func TestFootingAsksOnce(t *testing.T) {
	f := &footing{
		articles: []Article{
			{ID: "beamer", Title: "Beamer ohne Bild", Questions: []string{"beamer kein bild", "beamer bleibt schwarz", "kein bild auf der leinwand", "der beamer zeigt nichts"}},
			{ID: "drucker", Title: "Drucker mit Papierstau", Questions: []string{"papierstau", "papier klemmt im drucker", "drucker hat papierstau", "stau im drucker", "drucker frisst papier"}},
		},
		answered: map[string]answered{"papierstau": {Choose, []string{"kopierer", "drucker"}}},
	}
	questions := []asked{{text: "papierstau", belongs: "drucker"}, {text: "drucker meldet papierstau", belongs: "drucker"}}
	got := f.ask(foldOf("papierstau"), questions, Options{OutOfScope: []string{}})
	if want := (Shown{Choose, "kopierer", true}); got[0] != want {
		t.Errorf("what was answered is %+v, want %+v", got[0], want)
	}
	if want := (Shown{Choose, "drucker", true}); got[1] != want || len(f.answered) != 2 {
		t.Errorf("a new question is answered %+v, want %+v; %d are kept", got[1], want, len(f.answered))
	}
}
