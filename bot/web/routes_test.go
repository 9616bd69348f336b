package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"ersthelfer/bot"
	"ersthelfer/bot/bottest"
	"ersthelfer/escalation"
)

// A row says what a request is answered. {p} stands for the person.
type row struct {
	route string
	path  string
	form  url.Values // of a POST
	codes codes
}

// codes are the answers to anna, a teacher, mara, a contact, ada, who edits and is admin, and sven, who reads the
// figures; nobody is whoever is none of them.
type codes struct{ anna, mara, ada, sven, nobody int }

// The answers to most requests: the code to those who may, and to all others that there is no such page.
func everybody(code int) codes { return codes{code, code, code, code, code} }
func somebody(code int) codes  { return codes{code, code, code, code, 404} }
func curators(code int) codes  { return codes{404, code, code, 404, 404} }
func editors(code int) codes   { return codes{404, 404, code, 404, 404} }

func (r row) want(person string) int {
	c := r.codes
	return map[string]int{"anna": c.anna, "mara": c.mara, "ada": c.ada, "sven": c.sven, "nobody": c.nobody}[person]
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
	{"/", "/nirgends", nil, everybody(404)},
	{"GET /healthz", "/healthz", nil, everybody(200)},
	{"GET /assets/{name}", "/assets/style.css", nil, everybody(200)},
	{"GET /{$}", "/", nil, everybody(200)},
	{"GET /anmelden", "/anmelden", nil, everybody(200)},
	{"GET /anmelden/{token}", "/anmelden/x", nil, everybody(200)},
	{"GET /anmelden/konto", "/anmelden/konto", nil, everybody(404)},
	{"GET /anmelden/konto/zurueck", "/anmelden/konto/zurueck?code=x&state=x", nil, everybody(404)},
	{"POST /anmelden", "/anmelden", url.Values{"schluessel": {"x"}}, everybody(403)},
	{"GET /als/{person}/anmeldung", "/als/{p}/anmeldung", nil, somebody(200)},
	{"POST /als/{person}/abmelden", "/als/{p}/abmelden", nothing, somebody(303)},
	{"GET /als/{person}/{$}", "/als/{p}/", nil, somebody(200)},
	{"GET /als/{person}/live", "/als/{p}/live?einmal", nil, somebody(200)},
	{"POST /als/{person}/nachricht", "/als/{p}/nachricht", url.Values{"id": {"nachricht-1"}, "text": {"x"}}, somebody(303)},
	{"POST /als/{person}/auswahl", "/als/{p}/auswahl", pressOK("{p}"), somebody(303)},
	{"POST /als/{person}/uhr", "/als/{p}/uhr", url.Values{"um": {"1h"}}, somebody(303)},
	{"GET /als/{person}/bericht", "/als/{p}/bericht", nil, codes{404, 404, 404, 200, 404}},

	{"GET /als/{person}/artikel", "/als/{p}/artikel?suche=papier", nil, curators(200)},
	{"GET /als/{person}/neu", "/als/{p}/neu", nil, curators(200)},
	{"POST /als/{person}/neu", "/als/{p}/neu", url.Values{"titel": {"Toner leer"}}, curators(303)},
	{"POST /als/{person}/vorschau", "/als/{p}/vorschau", duplex, curators(200)},
	{"GET /als/{person}/artikel/{id}", "/als/{p}/artikel/papierstau", nil, curators(200)},
	{"POST /als/{person}/artikel/{id}", "/als/{p}/artikel/duplex", duplex, curators(303)},
	{"POST /als/{person}/artikel/{id}/abgeben", "/als/{p}/artikel/duplex/abgeben", nothing, editors(303)},
	{"POST /als/{person}/artikel/{id}/zurueckgeben", "/als/{p}/artikel/duplex/zurueckgeben", nothing, editors(409)},
	{"GET /als/{person}/artikel/{id}/veroeffentlichen", "/als/{p}/artikel/duplex/veroeffentlichen", nil, editors(200)},
	{"POST /als/{person}/artikel/{id}/veroeffentlichen", "/als/{p}/artikel/duplex/veroeffentlichen", nothing, editors(303)},
	{"POST /als/{person}/artikel/{id}/stilllegen", "/als/{p}/artikel/papierstau/stilllegen", nothing, editors(303)},
	{"GET /als/{person}/artikel/{id}/verlauf", "/als/{p}/artikel/papierstau/verlauf?von=1&bis=2", nil, curators(200)},
	{"POST /als/{person}/artikel/{id}/wiederherstellen", "/als/{p}/artikel/papierstau/wiederherstellen", url.Values{"fassung": {"1"}}, editors(303)},
	{"GET /als/{person}/artikel/{id}/vorschlag", "/als/{p}/artikel/papierstau/vorschlag", nil, curators(200)},
	{"POST /als/{person}/artikel/{id}/vorschlag/uebernehmen", "/als/{p}/artikel/papierstau/vorschlag/uebernehmen", nothing, curators(303)},
	{"POST /als/{person}/artikel/{id}/vorschlag/ablegen", "/als/{p}/artikel/papierstau/vorschlag/ablegen", nothing, editors(303)},
	{"GET /als/{person}/artikel/{id}/schulen", "/als/{p}/artikel/papierstau/schulen", nil, curators(200)},
	{"GET /als/{person}/artikel/{id}/schule/{school}", "/als/{p}/artikel/papierstau/schule/nord", nil, curators(200)},
	{"GET /als/{person}/artikel/{id}/schule/{school}", "/als/{p}/artikel/papierstau/schule/sued", nil, editors(200)},
	{"GET /als/{person}/artikel/{id}/schule/{school}", "/als/{p}/artikel/papierstau/schule/nirgends", nil, everybody(404)},
	{"POST /als/{person}/artikel/{id}/schule/{school}", "/als/{p}/artikel/papierstau/schule/nord", url.Values{"absatz": {"Bei uns"}}, curators(303)},
	{"POST /als/{person}/artikel/{id}/schule/{school}", "/als/{p}/artikel/papierstau/schule/sued", url.Values{"absatz": {"Bei uns"}}, editors(303)},
	{"POST /als/{person}/artikel/{id}/schule/{school}", "/als/{p}/artikel/papierstau/schule/nirgends", url.Values{"absatz": {"Bei uns"}}, everybody(404)},
	{"GET /als/{person}/aufgaben", "/als/{p}/aufgaben", nil, curators(200)},
	{"GET /als/{person}/pruefung", "/als/{p}/pruefung", nil, editors(200)},
	{"POST /als/{person}/pruefung", "/als/{p}/pruefung", nothing, editors(303)},
	{"GET /als/{person}/luecken", "/als/{p}/luecken", nil, curators(200)},
	{"POST /als/{person}/luecken", "/als/{p}/luecken", url.Values{"luecke": {"luecke-1"}}, curators(303)},
	{"POST /als/{person}/luecken", "/als/{p}/luecken", url.Values{"ticket": {"412"}}, codes{404, 303, 409, 404, 404}}, // mara's: ada is no contact
	{"GET /als/{person}/probe", "/als/{p}/probe?frage=papierstau", nil, curators(200)},
	{"GET /als/{person}/austausch", "/als/{p}/austausch", nil, editors(200)},
	{"GET /als/{person}/export/{file}", "/als/{p}/export/artikel.zip", nil, editors(200)},
	{"GET /als/{person}/export/{file}", "/als/{p}/export/ersthelfer.db", nil, everybody(404)},
	{"POST /als/{person}/import", "/als/{p}/import", nothing, editors(400)},
	{"GET /als/{person}/protokoll", "/als/{p}/protokoll?pruefen", nil, editors(200)},
	{"GET /als/{person}/protokoll/protokoll.jsonl", "/als/{p}/protokoll/protokoll.jsonl", nil, editors(200)},
	{"POST /als/{person}/artikel/{id}/plan", "/als/{p}/artikel/duplex/plan", url.Values{"verantwortlich": {"ada"}, "wiedervorlage": {"2027-02-01"}}, editors(303)},
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
