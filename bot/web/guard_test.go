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
	"testing"
	"time"

	"ersthelfer/bot"
	"ersthelfer/bot/bottest"
	"ersthelfer/escalation/report"
)

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
