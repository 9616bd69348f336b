package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// Everything that can be pressed on a page leads to a route, wherever the page is.
func TestLinksLeadSomewhere(t *testing.T) {
	s := curated(t, Options{Demo: true})
	mux := http.NewServeMux()
	for _, rt := range routes {
		mux.Handle(rt.pattern, http.NotFoundHandler())
	}
	for _, person := range []string{"anna", "mara", "ada", "sven"} {
		for _, row := range matrix {
			if !row.isPage(person) {
				continue
			}
			path := strings.ReplaceAll(row.path, "{p}", person)
			here := must(url.Parse("http://example.com" + path))
			for _, l := range leads(parseHTML(t, ask(s, path, person, nil).Body)) {
				to := must(here.Parse(l.address))
				to.Fragment = ""
				if _, pattern := mux.Handler(httptest.NewRequest(l.method, to.String(), nil)); pattern == "/" || pattern == "" {
					t.Errorf("%s leads to %s %s, which is no route", path, l.method, to)
				}
			}
		}
	}
}

// A lead is where a link or a form goes.
type lead struct{ method, address string }

func leads(page *html.Node) (out []lead) {
	for d := range page.Descendants() {
		switch {
		case d.Data == "a" && attr(d, "href") != "":
			out = append(out, lead{http.MethodGet, attr(d, "href")})
		case d.Data == "form":
			out = append(out, lead{strings.ToUpper(attr(d, "method")), attr(d, "action")})
		case attr(d, "formaction") != "":
			out = append(out, lead{http.MethodPost, attr(d, "formaction")})
		}
	}
	return out
}

// Moving the clock leads back to where it was moved, and nowhere else.
func TestClockLeadsBack(t *testing.T) {
	s := curated(t, Options{Demo: true})
	for from, want := range map[string]string{
		"http://example.com/als/ada/artikel/papierstau?getan=save": "/als/ada/artikel/papierstau?getan=save",
		"http://example.com/als/ada/":                              "/als/ada/#ende",
		"http://example.com/als/ben/artikel":                       "/als/ada/#ende",
		"https://boese.example//boese.example/als/ada/":            "/als/ada/#ende",
		"": "/als/ada/#ende",
	} {
		w := ask(s, "/als/ada/uhr", "", url.Values{"um": {"1h"}}, "Referer", from)
		if got := w.Header().Get("Location"); w.Code != http.StatusSeeOther || got != want {
			t.Errorf("from %q it leads to %d %q, want %q", from, w.Code, got, want)
		}
	}
}

// Who is led astray on pages of their own finds the way on by them.
func TestErrorPageKeepsTheWay(t *testing.T) {
	s := curated(t, Options{Demo: true})
	for path, want := range map[string]bool{"/als/ada/artikel/nirgends": true, "/als/nobody/artikel": false, "/nirgends": false} {
		w := ask(s, path, "", nil)
		if got := strings.Contains(w.Body.String(), `href="/als/ada/artikel"`); w.Code != http.StatusNotFound || got != want {
			t.Errorf("%s: %d, with the way on: %v, want %v", path, w.Code, got, want)
		}
	}
}

// One is said otherwise than several.
func TestCounted(t *testing.T) {
	v := new(Server).voiceOf("de")
	for n, want := range map[int]string{1: "eine Frage weg von: X", 4: "4 Fragen weg von: X"} {
		if got := v.counted("gate.taken", n, "title", "X"); !strings.Contains(got, want) {
			t.Errorf("%d: %q, want %q in it", n, got, want)
		}
	}
}
