package web

import (
	"cmp"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"ersthelfer/bot"
	"ersthelfer/bot/bottest"
)

// TestSignIn: a link from the chat is good once and for five minutes, and a session for as
// long as it is used and no longer than it may last. Wall times.
func TestSignIn(t *testing.T) {
	for _, tt := range []struct {
		name          string
		after         time.Duration // from the link to the press
		presses       int
		later         time.Duration // from the press to the request
		signed, still int           // the answers to the last press and to the request
	}{
		{"at once", 0, 1, 0, 303, 200},
		{"after four minutes", 4 * time.Minute, 1, 0, 303, 200},
		{"after five minutes", 5 * time.Minute, 1, 0, 403, 404},
		{"with a clock that went back", -time.Minute, 1, 0, 403, 404},
		{"twice", 0, 2, 0, 403, 200},
		{"used seven hours later", 0, 1, 7 * time.Hour, 303, 200},
		{"idle for eight hours", 0, 1, 8 * time.Hour, 303, 404},
	} {
		t.Run(tt.name, func(t *testing.T) {
			clock := &testClock{now: monday}
			s, _ := newServer(t, Options{Now: clock.read, Address: "https://hilfe.schule.example/", Secure: true})
			address, err := s.Link(t.Context(), "mara")
			if err != nil || !strings.HasPrefix(address, "https://hilfe.schule.example/anmelden/") {
				t.Fatalf("the address is %q, %v", address, err)
			}
			clock.add(tt.after)
			secret := address[strings.LastIndex(address, "/")+1:]
			page := ask(s, "/anmelden/"+secret, "", nil) // as the previews of chats do
			if page.Code != 200 || len(page.Result().Cookies()) > 0 {
				t.Errorf("looking at the link: %d, %v", page.Code, page.Result().Cookies())
			}
			var w *httptest.ResponseRecorder
			cookie := ""
			for range tt.presses {
				w = ask(s, "/anmelden", "", url.Values{"schluessel": {secret}})
				for _, c := range w.Result().Cookies() {
					if !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Name != "__Host-ersthelfer" {
						t.Errorf("the cookie is %v", c)
					}
					cookie = c.Name + "=" + c.Value
				}
			}
			if w.Code != tt.signed {
				t.Errorf("the press is answered %d, want %d", w.Code, tt.signed)
			}
			clock.add(tt.later)
			if w := ask(s, "/als/mara/", "", nil, "Cookie", cookie); w.Code != tt.still {
				t.Errorf("her page is answered %d, want %d", w.Code, tt.still)
			}
		})
	}
}

// TestSessionEnds: at the latest after the time that is set up, however often it is used.
func TestSessionEnds(t *testing.T) {
	clock := &testClock{now: monday}
	s, _ := newServer(t, Options{Now: clock.read, Session: 24 * time.Hour})
	w := httptest.NewRecorder()
	if err := s.begin(w, httptest.NewRequest(http.MethodGet, "/", nil), "mara"); err != nil {
		t.Fatal(err)
	}
	cookie := w.Result().Cookies()[0].String()
	for hour := range 30 {
		want := http.StatusOK
		if hour >= 24 {
			want = http.StatusNotFound
		}
		if w := ask(s, "/als/mara/", "", nil, "Cookie", cookie); w.Code != want {
			t.Errorf("after %d hours: %d, want %d", hour, w.Code, want)
		}
		clock.add(time.Hour)
	}
}

// TestSignOut: one browser, or all of them; the store never holds a secret.
func TestSignOut(t *testing.T) {
	for _, everywhere := range []bool{false, true} {
		store := new(bottest.Memory)
		s, _ := newServer(t, Options{Store: store})
		var cookies []string
		for range 2 {
			w := httptest.NewRecorder()
			if err := s.begin(w, httptest.NewRequest(http.MethodGet, "/", nil), "mara"); err != nil {
				t.Fatal(err)
			}
			c := w.Result().Cookies()[0]
			cookies = append(cookies, c.String())
			err := store.Each(t.Context(), bot.SignIns, "", func(key string, data []byte) error {
				if strings.Contains(key+string(data), c.Value) {
					t.Error("the store holds the secret")
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		form := url.Values{"x": {""}}
		if everywhere {
			form.Set("ueberall", "1")
		}
		if w := ask(s, "/als/mara/abmelden", "", form, "Cookie", cookies[0]); w.Code != http.StatusSeeOther {
			t.Errorf("signing out: %d", w.Code)
		}
		for i, cookie := range cookies {
			want := http.StatusNotFound
			if i == 1 && !everywhere {
				want = http.StatusOK
			}
			if w := ask(s, "/als/mara/", "", nil, "Cookie", cookie); w.Code != want {
				t.Errorf("everywhere=%v: browser %d is answered %d, want %d", everywhere, i, w.Code, want)
			}
		}
	}
}

// What somebody wrote outlives their session: the page that says that it has ended sends it again.
func TestTextOutlivesTheSession(t *testing.T) {
	s := curated(t, Options{})
	for _, path := range []string{"/als/ada/artikel/duplex", "/als/nobody/", "/als/ada/nirgends"} {
		w := ask(s, path, "", nil)
		if page := w.Body.String(); w.Code != http.StatusNotFound || strings.Contains(page, "<form") {
			t.Errorf("%s, not signed in: %d %s", path, w.Code, page)
		}
	}
	written := url.Values{}
	for name, values := range duplex {
		written[name] = values
	}
	written.Set("hinweis", payloads[0]+" und mehr")
	w := ask(s, "/als/ada/artikel/duplex", "", written)
	body := w.Body.String()
	if got := risky(t, w); len(got) > 0 || w.Code != http.StatusNotFound {
		t.Errorf("not signed in: %d, with %q", w.Code, got)
	}
	kept := url.Values{}
	for d := range parseHTML(t, strings.NewReader(body)).Descendants() {
		if d.Data == "input" {
			kept.Add(attr(d, "name"), attr(d, "value"))
		}
	}
	if kept.Encode() != written.Encode() {
		t.Errorf("of %v the page keeps %v", written, kept)
	}
	if w := askAs(t, s, "ada", "/als/ada/artikel/duplex", "ada", kept); w.Code != http.StatusSeeOther {
		t.Errorf("sent again: %d", w.Code)
	}
	if script := ask(s, "/als/ada/artikel/duplex", "", written, "Accept", "text/plain"); strings.Contains(script.Body.String(), "<") {
		t.Errorf("a script is told %s", script.Body)
	}
}

// Whoever is signed in is told in their own frame, and alike, that there is no such page: nothing tells whether it
// exists, and they can go on.
func TestNoSuchPageKeepsTheFrame(t *testing.T) {
	s := curated(t, Options{})
	first := ""
	for _, path := range []string{"/nirgends", "/als/ada/nirgends", "/als/ada/bericht", "/als/mara/artikel", "/als/nobody/"} {
		w := askAs(t, s, "ada", path, "", nil)
		page := w.Body.String()
		if first = cmp.Or(first, page); w.Code != http.StatusNotFound || page != first || !strings.Contains(page, `href="/als/ada/artikel"`) {
			t.Errorf("%s: %d %s", path, w.Code, page)
		}
	}
}

// The page says the ways that there are, and no other.
func TestSignInPageSaysTheWays(t *testing.T) {
	for _, tt := range []struct {
		o    Options
		want string
	}{
		{Options{}, "Schreiben Sie dem Ersthelfer im Chat"},
		{Options{OIDC: &OIDC{}}, "Konto der Schule anmelden Oder über den Chat"},
		{Options{OIDC: &OIDC{}, NoLinks: true}, "Konto der Schule anmelden"},
	} {
		tt.o.Store, tt.o.Address = new(bottest.Memory), "http://hilfe.example"
		main := all(parseHTML(t, ask(New(tt.o), "/anmelden", "", nil, "Accept-Language", "de").Body), func(n *html.Node) bool { return n.Data == "main" })[0]
		var words []string
		for d := range main.Descendants() {
			if d.Type == html.TextNode {
				words = append(words, strings.Fields(d.Data)...)
			}
		}
		got := strings.Join(words, " ")
		if !strings.Contains(got, tt.want) || tt.o.NoLinks && strings.Contains(got, "Chat") {
			t.Errorf("it says %q, want %q in it", got, tt.want)
		}
	}
}
