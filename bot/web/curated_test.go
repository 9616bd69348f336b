package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"ersthelfer/bot"
	"ersthelfer/escalation"
	"ersthelfer/escalation/report"
	"ersthelfer/knowledge"
	"ersthelfer/knowledge/knowledgetest"
)

// A testClock is a clock that the pages move.
type testClock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *testClock) read() time.Time { return c.add(0) }

func (c *testClock) add(d time.Duration) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	return c.now
}

func (c *testClock) clock() *Clock {
	return &Clock{
		Now:     c.read,
		Advance: func(_ context.Context, d time.Duration) error { c.add(d); return nil },
		Next:    func(context.Context) error { c.add(28 * time.Minute); return nil },
	}
}

// curated returns a quiet server with the articles of newLibrary, in which everybody has an offer to answer.
func curated(t *testing.T, o Options) *Server {
	t.Helper()
	o.Clock, o.Report = (&testClock{now: monday}).clock(), noFigures
	o.Library, o.May = newLibrary(t), mayTest
	o.DraftTicket = func(ctx context.Context, by knowledge.Person, id escalation.ID) (*knowledge.Entry, error) {
		if by != "mara" || id != 412 {
			return nil, escalation.ErrNotFound
		}
		return o.Library.Draft(ctx, by, knowledge.Source{Title: "Heizung bleibt kalt", Solution: "Drehen Sie auf."})
	}
	o.Rooms = []bot.Option{{Value: "drucken", Label: "Drucken"}}
	o.Schools = []bot.Option{{Value: "nord", Label: "Gesamtschule Nord"}, {Value: "sued", Label: "Gymnasium Süd"}}
	s := quiet(t, o)
	for _, person := range []string{"anna", "mara", "ada", "sven"} {
		sendTo(t, s, person, offer)
	}
	return s
}

// mayTest: ada is editor and admin, mara a contact of the school "nord".
func mayTest(p knowledge.Person, a knowledge.Action, school string) bool {
	switch p {
	case "ada":
		return knowledge.Can(knowledge.RoleEditor, a) || knowledge.Can(knowledge.RolePublisher, a) || knowledge.Can(knowledge.RoleAdmin, a)
	case "mara":
		return knowledge.Can(knowledge.RoleContact, a) && (school == "" || school == "nord")
	}
	return false
}

// newLibrary returns a library with an article in force that was changed here and in the program, a draft, one that
// waits for review, and a gap.
func newLibrary(t *testing.T) *knowledge.Library {
	t.Helper()
	return must(knowledge.OpenLibrary(t.Context(), shelved().Clone(), []knowledge.Article{jamNow}, libraryTest))
}

var (
	jam = knowledge.Article{
		ID: "papierstau", Title: "Papierstau im Kopierer", Room: "drucken",
		Questions: []string{"papierstau im kopierer", "kopierer klemmt", "papier steckt fest"}, Steps: []string{"Öffnen Sie die Klappe."},
	}
	jamNow = knowledge.Article{
		ID: "papierstau", Title: "Papierstau", Room: "drucken", Questions: jam.Questions, Steps: jam.Steps,
	}
	libraryTest = knowledge.LibraryOptions{
		Index: knowledge.Options{OutOfScope: []string{}}, Now: func() time.Time { return monday }, May: mayTest,
	}
)

// shelved returns what lies in the store of newLibrary; it is made once, as that takes its time.
var shelved = sync.OnceValue(func() *knowledgetest.Memory {
	ctx, store := context.Background(), new(knowledgetest.Memory)
	l := must(knowledge.OpenLibrary(ctx, store, []knowledge.Article{jam}, libraryTest))
	here := jam
	here.Note = "Bitte keine Messer."
	must(l.Save(ctx, "ada", here, knowledge.Edit{Base: 1, Why: "Messer in der Klappe"}))
	must(l.Submit(ctx, "ada", here.ID, ""))
	must(l.Publish(ctx, "ada", knowledge.Order{}, here.ID))
	duplex := knowledge.Article{
		ID: "duplex", Title: "Doppelseitig drucken", Room: "drucken", Questions: []string{"wie drucke ich doppelseitig", "beidseitig drucken"}, Steps: []string{"Wählen Sie Beidseitig."},
	}
	must(l.Save(ctx, "ada", duplex, knowledge.Edit{}))
	toner := knowledge.Article{
		ID: "toner", Title: "Toner leer", Room: "drucken", Questions: []string{"toner ist leer", "drucker meldet toner"}, Steps: []string{"Wechseln Sie den Toner."},
	}
	must(l.Save(ctx, "mara", toner, knowledge.Edit{}))
	must(l.Submit(ctx, "ada", toner.ID, ""))
	gap := knowledge.Observation{Key: "luecke-1", Text: "die schulglocke läutet falsch", Outcome: knowledge.None, At: monday}
	if err := l.Observe(ctx, gap); err != nil {
		panic(err)
	}
	must(knowledge.OpenLibrary(ctx, store, []knowledge.Article{jamNow}, libraryTest))
	return store
})

// askAs makes a request in a browser in which somebody is signed in.
func askAs(t *testing.T, s *Server, who escalation.Person, path, person string, form url.Values) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	if err := s.begin(w, httptest.NewRequest(http.MethodGet, "/", nil), who); err != nil {
		t.Fatal(err)
	}
	return ask(s, path, person, form, "Cookie", w.Result().Cookies()[0].String())
}

func noFigures(context.Context, time.Time, time.Time, string) (report.Result, error) {
	return report.Result{MinGroup: 5}, nil
}

// quiet returns a server whose bot takes everything and says nothing.
func quiet(t *testing.T, o Options) *Server {
	t.Helper()
	s, _ := newServer(t, o)
	running(t, s, func(context.Context, bot.Message) (bot.Receipt, error) { return bot.Receipt{}, nil })
	return s
}

func sendTo(t *testing.T, s *Server, person string, p bot.Post) string {
	t.Helper()
	p.User = person
	ref, err := s.Send(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	return ref
}

// ask makes a request, with a form a POST.
func ask(s *Server, path, person string, form url.Values, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, strings.ReplaceAll(path, "{p}", person), nil)
	if form != nil {
		body := strings.ReplaceAll(form.Encode(), url.QueryEscape("{p}"), person)
		r = httptest.NewRequest(http.MethodPost, r.URL.String(), strings.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, r)
	return w
}
