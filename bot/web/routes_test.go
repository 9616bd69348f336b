package web

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"ersthelfer/bot"
	"ersthelfer/bot/bottest"
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

// A row says what a request is answered: to anna, a teacher, mara, a contact, ada, who edits and
// is admin, and sven, who reads the figures; whoever is nobody gets nobody. {p} stands for the person.
type row struct {
	route                         string
	path                          string
	form                          url.Values // of a POST
	anna, mara, ada, sven, nobody int
}

func (r row) want(person string) int {
	return map[string]int{"anna": r.anna, "mara": r.mara, "ada": r.ada, "sven": r.sven, "nobody": r.nobody}[person]
}

// isPage reports whether a person gets a page: no stream, no file and no answer to a form.
func (r row) isPage(person string) bool {
	for _, other := range []string{"/live", "/export/", ".jsonl", "/healthz", "/assets/"} {
		if strings.Contains(r.path, other) {
			return false
		}
	}
	return r.form == nil && r.want(person) == http.StatusOK
}

var (
	duplex = url.Values{
		"kennung": {"duplex"}, "stand": {"1"}, "titel": {"Doppelseitig drucken"}, "raum": {"drucken"}, "fragen": {"beidseitig drucken"}, "schritte": {"1. Wählen Sie Beidseitig."},
	}
	nothing = url.Values{"x": {"y"}}
)

var matrix = []row{
	{"/", "/nirgends", nil, 404, 404, 404, 404, 404},
	{"GET /healthz", "/healthz", nil, 200, 200, 200, 200, 200},
	{"GET /assets/{name}", "/assets/style.css", nil, 200, 200, 200, 200, 200},
	{"GET /{$}", "/", nil, 200, 200, 200, 200, 200},
	{"GET /anmelden", "/anmelden", nil, 200, 200, 200, 200, 200},
	{"GET /anmelden/{token}", "/anmelden/x", nil, 200, 200, 200, 200, 200},
	{"GET /anmelden/konto", "/anmelden/konto", nil, 404, 404, 404, 404, 404},
	{"GET /anmelden/konto/zurueck", "/anmelden/konto/zurueck?code=x&state=x", nil, 404, 404, 404, 404, 404},
	{"POST /anmelden", "/anmelden", url.Values{"schluessel": {"x"}}, 403, 403, 403, 403, 403},
	{"GET /als/{person}/anmeldung", "/als/{p}/anmeldung", nil, 200, 200, 200, 200, 404},
	{"POST /als/{person}/abmelden", "/als/{p}/abmelden", nothing, 303, 303, 303, 303, 404},
	{"GET /als/{person}/{$}", "/als/{p}/", nil, 200, 200, 200, 200, 404},
	{"GET /als/{person}/live", "/als/{p}/live?einmal", nil, 200, 200, 200, 200, 404},
	{"POST /als/{person}/nachricht", "/als/{p}/nachricht", url.Values{"id": {"nachricht-1"}, "text": {"x"}}, 303, 303, 303, 303, 404},
	{"POST /als/{person}/auswahl", "/als/{p}/auswahl", pressOK("{p}"), 303, 303, 303, 303, 404},
	{"POST /als/{person}/uhr", "/als/{p}/uhr", url.Values{"um": {"1h"}}, 303, 303, 303, 303, 404},
	{"GET /als/{person}/bericht", "/als/{p}/bericht", nil, 404, 404, 404, 200, 404},

	{"GET /als/{person}/artikel", "/als/{p}/artikel?suche=papier", nil, 404, 200, 200, 404, 404},
	{"GET /als/{person}/neu", "/als/{p}/neu", nil, 404, 200, 200, 404, 404},
	{"POST /als/{person}/neu", "/als/{p}/neu", url.Values{"titel": {"Toner leer"}}, 404, 303, 303, 404, 404},
	{"POST /als/{person}/vorschau", "/als/{p}/vorschau", duplex, 404, 200, 200, 404, 404},
	{"GET /als/{person}/artikel/{id}", "/als/{p}/artikel/papierstau", nil, 404, 200, 200, 404, 404},
	{"POST /als/{person}/artikel/{id}", "/als/{p}/artikel/duplex", duplex, 404, 303, 303, 404, 404},
	{"POST /als/{person}/artikel/{id}/abgeben", "/als/{p}/artikel/duplex/abgeben", nothing, 404, 404, 303, 404, 404},
	{"POST /als/{person}/artikel/{id}/zurueckgeben", "/als/{p}/artikel/duplex/zurueckgeben", nothing, 404, 404, 409, 404, 404},
	{"GET /als/{person}/artikel/{id}/veroeffentlichen", "/als/{p}/artikel/duplex/veroeffentlichen", nil, 404, 404, 200, 404, 404},
	{"POST /als/{person}/artikel/{id}/veroeffentlichen", "/als/{p}/artikel/duplex/veroeffentlichen", nothing, 404, 404, 303, 404, 404},
	{"POST /als/{person}/artikel/{id}/stilllegen", "/als/{p}/artikel/papierstau/stilllegen", nothing, 404, 404, 303, 404, 404},
	{"GET /als/{person}/artikel/{id}/verlauf", "/als/{p}/artikel/papierstau/verlauf?von=1&bis=2", nil, 404, 200, 200, 404, 404},
	{"POST /als/{person}/artikel/{id}/wiederherstellen", "/als/{p}/artikel/papierstau/wiederherstellen", url.Values{"fassung": {"1"}}, 404, 404, 303, 404, 404},
	{"GET /als/{person}/artikel/{id}/vorschlag", "/als/{p}/artikel/papierstau/vorschlag", nil, 404, 200, 200, 404, 404},
	{"POST /als/{person}/artikel/{id}/vorschlag/uebernehmen", "/als/{p}/artikel/papierstau/vorschlag/uebernehmen", nothing, 404, 303, 303, 404, 404},
	{"POST /als/{person}/artikel/{id}/vorschlag/ablegen", "/als/{p}/artikel/papierstau/vorschlag/ablegen", nothing, 404, 404, 303, 404, 404},
	{"GET /als/{person}/artikel/{id}/schulen", "/als/{p}/artikel/papierstau/schulen", nil, 404, 200, 200, 404, 404},
	{"GET /als/{person}/artikel/{id}/schule/{school}", "/als/{p}/artikel/papierstau/schule/nord", nil, 404, 200, 200, 404, 404},
	{"GET /als/{person}/artikel/{id}/schule/{school}", "/als/{p}/artikel/papierstau/schule/sued", nil, 404, 404, 200, 404, 404},
	{"GET /als/{person}/artikel/{id}/schule/{school}", "/als/{p}/artikel/papierstau/schule/nirgends", nil, 404, 404, 404, 404, 404},
	{"POST /als/{person}/artikel/{id}/schule/{school}", "/als/{p}/artikel/papierstau/schule/nord", url.Values{"absatz": {"Bei uns"}}, 404, 303, 303, 404, 404},
	{"POST /als/{person}/artikel/{id}/schule/{school}", "/als/{p}/artikel/papierstau/schule/sued", url.Values{"absatz": {"Bei uns"}}, 404, 404, 303, 404, 404},
	{"POST /als/{person}/artikel/{id}/schule/{school}", "/als/{p}/artikel/papierstau/schule/nirgends", url.Values{"absatz": {"Bei uns"}}, 404, 404, 404, 404, 404},
	{"GET /als/{person}/aufgaben", "/als/{p}/aufgaben", nil, 404, 200, 200, 404, 404},
	{"GET /als/{person}/pruefung", "/als/{p}/pruefung", nil, 404, 404, 404, 404, 404}, // nothing waits
	{"POST /als/{person}/pruefung", "/als/{p}/pruefung", nothing, 404, 404, 404, 404, 404},
	{"GET /als/{person}/luecken", "/als/{p}/luecken", nil, 404, 200, 200, 404, 404},
	{"POST /als/{person}/luecken", "/als/{p}/luecken", url.Values{"luecke": {"luecke-1"}}, 404, 303, 303, 404, 404},
	{"POST /als/{person}/luecken", "/als/{p}/luecken", url.Values{"ticket": {"412"}}, 404, 303, 409, 404, 404}, // mara's: ada is no contact
	{"GET /als/{person}/probe", "/als/{p}/probe?frage=papierstau", nil, 404, 200, 200, 404, 404},
	{"GET /als/{person}/austausch", "/als/{p}/austausch", nil, 404, 404, 200, 404, 404},
	{"GET /als/{person}/export/{file}", "/als/{p}/export/artikel.zip", nil, 404, 404, 200, 404, 404},
	{"GET /als/{person}/export/{file}", "/als/{p}/export/ersthelfer.db", nil, 404, 404, 404, 404, 404},
	{"POST /als/{person}/import", "/als/{p}/import", nothing, 404, 404, 400, 404, 404},
	{"GET /als/{person}/protokoll", "/als/{p}/protokoll?pruefen", nil, 404, 404, 200, 404, 404},
	{"GET /als/{person}/protokoll/protokoll.jsonl", "/als/{p}/protokoll/protokoll.jsonl", nil, 404, 404, 200, 404, 404},
	{"POST /als/{person}/artikel/{id}/plan", "/als/{p}/artikel/duplex/plan", url.Values{"verantwortlich": {"ada"}, "wiedervorlage": {"2027-02-01"}}, 404, 404, 303, 404, 404},
}

func pressOK(person string) url.Values {
	return url.Values{"id": {"auswahl-1"}, "auf": {"web:" + person + ":1"}, "wahl": {"ok"}}
}

var offer = bot.Post{Key: "1/1", Body: bot.Plain("Hat das geholfen?"), Choices: []bot.Choice{{ID: "ok", Label: "Ja"}}}

func TestEveryRouteIsInTheMatrix(t *testing.T) {
	listed := map[string]bool{}
	for _, row := range matrix {
		listed[row.route] = true
	}
	for _, rt := range routes {
		if !listed[rt.pattern] {
			t.Errorf("route %q is not in the matrix", rt.pattern)
		}
		delete(listed, rt.pattern)
	}
	for route := range listed {
		t.Errorf("the matrix has %q, which is no route", route)
	}
}

// TestMatrix asks every route as everybody: in the demonstration, signed in, signed in as
// somebody else, and not signed in.
func TestMatrix(t *testing.T) {
	for _, row := range matrix {
		for _, person := range []string{"anna", "mara", "ada", "sven", "nobody"} {
			want := row.want(person)
			t.Run(row.route+" as "+person, func(t *testing.T) {
				s := curated(t, Options{Demo: true})
				if w := ask(s, row.path, person, row.form); w.Code != want {
					t.Errorf("in the demonstration: %d, want %d", w.Code, want)
				} else {
					checkHeaders(t, w.Header())
				}
				if person == "nobody" || !strings.Contains(row.path, "{p}") {
					return
				}
				s = curated(t, Options{})
				if w := ask(s, row.path, person, row.form); w.Code != http.StatusNotFound {
					t.Errorf("not signed in: %d, want %d", w.Code, http.StatusNotFound)
				}
				if w := askAs(t, s, other(person), row.path, person, row.form); w.Code != http.StatusNotFound {
					t.Errorf("signed in as somebody else: %d, want %d", w.Code, http.StatusNotFound)
				}
				if w := askAs(t, s, escalation.Person(person), row.path, person, row.form); w.Code != want {
					t.Errorf("signed in: %d, want %d", w.Code, want)
				}
			})
		}
	}
}

func other(person string) escalation.Person {
	if person == "ada" {
		return "sven"
	}
	return "ada"
}

// curated returns a quiet server with two articles, in which everybody has an offer to answer.
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

// newLibrary returns a library with an article in force that was changed here and in the program, a draft and a gap.
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

func checkHeaders(t *testing.T, h http.Header) {
	t.Helper()
	for name, want := range map[string]string{
		"Content-Security-Policy":      "frame-ancestors 'none'",
		"X-Content-Type-Options":       "nosniff",
		"X-Frame-Options":              "DENY",
		"Cross-Origin-Resource-Policy": "same-origin",
		"Cache-Control":                "no-store",
	} {
		if !strings.Contains(h.Get(name), want) {
			t.Errorf("%s is %q, want %q in it", name, h.Get(name), want)
		}
	}
	if p := h.Get("Referrer-Policy"); p != "same-origin" && p != "no-referrer" { // the latter where the address is a secret
		t.Errorf("Referrer-Policy is %q", p)
	}
	if p := h.Get("Content-Security-Policy"); strings.Contains(p, "unsafe") || !strings.Contains(p, "default-src 'none'") {
		t.Errorf("policy is %q", p)
	}
}

func TestNothingInAPageNeedsMoreThanThePolicyAllows(t *testing.T) {
	s := curated(t, Options{Demo: true})
	paths := []string{"/", "/als/anna/", "/als/sven/bericht", "/nirgends"}
	for _, row := range matrix {
		if row.isPage("ada") {
			paths = append(paths, strings.ReplaceAll(row.path, "{p}", "ada"))
		}
	}
	for _, path := range paths {
		page := parseHTML(t, ask(s, path, "", nil).Body)
		for d := range page.Descendants() {
			for _, a := range d.Attr {
				if strings.HasPrefix(a.Key, "on") || a.Key == "style" || strings.HasPrefix(a.Val, "javascript:") ||
					(a.Key == "src" || a.Key == "href") && strings.Contains(a.Val, "//") {
					t.Errorf("%s: <%s %s=%q>", path, d.Data, a.Key, a.Val)
				}
			}
			if d.Data == "style" || d.Data == "script" && attr(d, "src") == "" {
				t.Errorf("%s: <%s> stands in the page", path, d.Data)
			}
		}
	}
}

// A GET of every route, with every parameter that a POST has, changes nothing.
func TestGETChangesNothing(t *testing.T) {
	store := new(bottest.Memory)
	s := curated(t, Options{Demo: true, Store: store})
	before := bottest.MustRead(t, store, bot.Histories, "anna")
	audit, now := must(s.o.Library.Head(t.Context(), "ada")), s.o.Now()
	form := pressOK("anna")
	form.Set("text", "x")
	form.Set("um", "1h")
	for _, row := range matrix {
		path, _, _ := strings.Cut(row.path, "?")
		for name, values := range row.form {
			form[name] = values
		}
		for _, person := range []string{"anna", "ada"} {
			ask(s, path+"?einmal&"+form.Encode(), person, nil)
		}
	}
	if after := bottest.MustRead(t, store, bot.Histories, "anna"); after != before {
		t.Errorf("the conversation was\n%s\nand is\n%s", before, after)
	}
	if after := must(s.o.Library.Head(t.Context(), "ada")); after != audit {
		t.Errorf("the audit went on from %v to %v", audit, after)
	}
	if after := s.o.Now(); after != now {
		t.Errorf("the clock moved to %v", after)
	}
}

func TestForeignRequestsAreRefused(t *testing.T) {
	store := new(bottest.Memory)
	s := quiet(t, Options{Demo: true, Store: store, Hosts: []string{"example.com", "hilfe.schule.example"}})
	said := url.Values{"id": {"nachricht-1"}, "text": {"x"}}
	for _, test := range []struct {
		name   string
		header []string
		want   int
	}{
		{"from elsewhere", []string{"Sec-Fetch-Site", "cross-site"}, http.StatusForbidden},
		{"from a neighbour", []string{"Sec-Fetch-Site", "same-site"}, http.StatusForbidden},
		{"old browser, other origin", []string{"Origin", "https://boese.example"}, http.StatusForbidden},
		{"no origin", []string{"Origin", "null"}, http.StatusForbidden},
		{"from a script elsewhere", []string{"Sec-Fetch-Site", "cross-site", "Accept", "text/plain"}, http.StatusForbidden},
		{"with another method in a header", []string{"Sec-Fetch-Site", "cross-site", "X-HTTP-Method-Override", "GET"}, http.StatusForbidden},
		{"from the page", []string{"Sec-Fetch-Site", "same-origin", "Origin", "http://example.com"}, http.StatusSeeOther},
	} {
		w := ask(s, "/als/anna/nachricht", "", said, test.header...)
		if w.Code != test.want {
			t.Errorf("%s: %d, want %d", test.name, w.Code, test.want)
		}
		checkHeaders(t, w.Header())
		if test.want == http.StatusForbidden && bottest.MustRead(t, store, bot.Histories, "anna") != "(none)" {
			t.Errorf("%s: it had an effect", test.name)
		}
	}
	for host, want := range map[string]int{
		"example.com": 200, "hilfe.schule.example:8080": 200, "HILFE.schule.example": 200,
		"boese.example": 421, "127.0.0.1:80": 421, "": 421, "example.com.boese.example": 421,
	} {
		r := httptest.NewRequest(http.MethodGet, "/healthz", nil)
		r.Host = host
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("host %q: %d, want %d", host, w.Code, want)
		}
		checkHeaders(t, w.Header())
	}
}

func TestBadRequests(t *testing.T) {
	s := quiet(t, Options{Demo: true, Clock: (&testClock{now: monday}).clock()})
	sendTo(t, s, "anna", offer)
	long := strings.Repeat("ä", maxText+1)
	with := func(form url.Values, name, value string) url.Values {
		form.Set(name, value)
		return form
	}
	for _, test := range []struct {
		name, path string
		form       url.Values
		want       int
	}{
		{"no id", "nachricht", url.Values{"text": {"x"}}, 400},
		{"short id", "nachricht", url.Values{"text": {"x"}, "id": {"1"}}, 400},
		{"id with a colon", "nachricht", url.Values{"text": {"x"}, "id": {"web:anna:1234"}}, 400},
		{"long text", "nachricht", url.Values{"text": {long}, "id": {"nachricht-1"}}, 413},
		{"huge body", "nachricht", url.Values{"text": {strings.Repeat("x", maxBody)}, "id": {"nachricht-1"}}, 413},
		{"empty text", "nachricht", url.Values{"text": {" \n "}, "id": {"nachricht-1"}}, 303},
		{"a choice that is not there", "auswahl", with(pressOK("anna"), "wahl", "412/solve"), 409},
		{"a post that is not there", "auswahl", with(pressOK("anna"), "auf", "web:anna:7"), 409},
		{"somebody else's post", "auswahl", with(pressOK("anna"), "auf", "web:ben:1"), 409},
		{"no post at all", "auswahl", with(pressOK("anna"), "auf", "x"), 409},
		{"a form that is not asked", "auswahl", with(pressOK("anna"), "formular", "1"), 409},
		{"a long field", "auswahl", with(pressOK("anna"), "feld-x", long), 413},
		{"an unknown step", "uhr", url.Values{"um": {"-1h"}}, 400},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := ask(s, "/als/anna/"+test.path, "", test.form)
			if w.Code != test.want {
				t.Errorf("answer is %d, want %d", w.Code, test.want)
			}
			checkHeaders(t, w.Header())
			if test.want < 400 {
				return
			}
			script := ask(s, "/als/anna/"+test.path, "", test.form, "Accept", "text/plain")
			if body := script.Body.String(); script.Code != test.want || strings.Contains(body, "<") || len(body) < 20 {
				t.Errorf("a script is answered %d %q", script.Code, body)
			}
		})
	}
	h, err := s.read(t.Context(), "anna")
	if err != nil || len(h.Entries) != 1 {
		t.Errorf("%d entries are left, %v; want the offer only", len(h.Entries), err)
	}
}

// What goes wrong inside is neither shown nor logged with anybody's words.
func TestErrorsShowAndLogNothing(t *testing.T) {
	var log bytes.Buffer
	secret := errors.New("geheim-4711")
	o := Options{
		Demo:    true,
		Log:     slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Tickets: func(context.Context, string) (Tickets, error) { panic("geheim-4711") },
		Report: func(context.Context, time.Time, time.Time, string) (report.Result, error) {
			return report.Result{}, secret
		},
	}
	s := quiet(t, o)
	for _, path := range []string{"/als/anna/", "/als/sven/bericht"} {
		w := ask(s, path, "", nil)
		if w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "geheim") {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
		checkHeaders(t, w.Header())
	}
	if !strings.Contains(log.String(), "handler panicked") || strings.Contains(log.String(), "panic(\"geheim") {
		t.Errorf("the log has %s", log.String())
	}
}

func TestServerHasLimits(t *testing.T) {
	hs := New(Options{Demo: true, Store: new(bottest.Memory)}).HTTPServer()
	for name, got := range map[string]time.Duration{
		"header": hs.ReadHeaderTimeout, "read": hs.ReadTimeout, "write": hs.WriteTimeout, "idle": hs.IdleTimeout,
	} {
		if got <= 0 || got > time.Minute {
			t.Errorf("%s timeout is %v", name, got)
		}
	}
	if hs.MaxHeaderBytes <= 0 || hs.MaxHeaderBytes > 1<<16 {
		t.Errorf("headers may have %d bytes", hs.MaxHeaderBytes)
	}
}

func TestSecure(t *testing.T) {
	for _, secure := range []bool{false, true} {
		w := ask(New(Options{Demo: true, Store: new(bottest.Memory), Secure: secure}), "/healthz", "", nil)
		if got := w.Header().Get("Strict-Transport-Security") != ""; got != secure {
			t.Errorf("secure %v: HTTPS is insisted on: %v", secure, got)
		}
	}
}
