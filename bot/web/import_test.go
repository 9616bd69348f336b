package web

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"ersthelfer/knowledge"
)

// TestImportInTheBrowser: what is exported can be imported, waits for review, and comes into force together; of a bad
// file nothing is taken over, and every reason is said in German.
func TestImportInTheBrowser(t *testing.T) {
	s := curated(t, Options{Demo: true})
	for _, name := range []string{"artikel.zip", "artikel.csv"} {
		file := ask(s, "/als/ada/export/"+name, "", nil)
		if got := file.Header().Get("Content-Disposition"); !strings.HasPrefix(got, "attachment;") {
			t.Errorf("%s is sent as %q", name, got)
		}
		if w := sendFile(s, name, file.Body.Bytes()); w.Code != http.StatusSeeOther || !strings.HasSuffix(w.Header().Get("Location"), "?neu=0&anders=0&gleich=1") {
			t.Errorf("%s comes back with %d %s", name, w.Code, w.Header().Get("Location"))
		}
	}
	head := must(s.o.Library.Head(t.Context(), "ada"))
	bad := sendFile(s, "böse.csv", []byte("id;title;room;questions;steps\nA B;=1+1;drucken;x;y\nmaus;;drucken;x;y\n"))
	for _, want := range []string{"Nichts übernommen", "böse.csv, Zeile 2, Stelle 2: Die Zelle beginnt wie eine Formel.", "böse.csv, Zeile 3"} {
		if !strings.Contains(bad.Body.String(), want) {
			t.Errorf("of a bad file %q is not said in %s", want, bad.Body)
		}
	}
	if bad.Code != http.StatusUnprocessableEntity || must(s.o.Library.Head(t.Context(), "ada")) != head {
		t.Errorf("a bad file is answered %d and has changed something", bad.Code)
	}
	if w := sendFile(s, "groß.zip", bytes.Repeat([]byte("x"), maxImport+1)); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("a large file is answered %d", w.Code)
	}
	good := "id;title;room;questions;steps\nmaus;Die Maus klemmt;drucken;maus klemmt;Drehen Sie sie um.\ntaste;Eine Taste fehlt;drucken;taste fehlt;Suchen Sie sie.\n"
	if w := sendFile(s, "neu.csv", []byte(good)); w.Code != http.StatusSeeOther {
		t.Fatalf("a good file is answered %d %s", w.Code, w.Body)
	}
	page := ask(s, "/als/ada/pruefung", "", nil)
	checkWhole(t, page.Body.String())
	if w := ask(s, "/als/ada/pruefung", "", url.Values{"warum": {"neu"}}); w.Code != http.StatusSeeOther {
		t.Fatalf("publishing all is answered %d %s", w.Code, w.Body)
	}
	for _, id := range []string{"maus", "taste"} {
		if e := must(s.o.Library.Entry(t.Context(), "ada", id)); e.State != knowledge.StatePublished {
			t.Errorf("%s is %s", id, e.State)
		}
	}
}
