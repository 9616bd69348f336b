package web

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"ersthelfer/bot"
)

// An issuer is the sign-in of a school as a fake that checks what a real one
// checks: the client, its secret, the address, PKCE, and that a code is used once.
type issuer struct {
	*httptest.Server
	key    *rsa.PrivateKey
	codes  map[string]url.Values // by code: what it was asked with
	claims func(map[string]any)  // changes what the token says
	sign   *rsa.PrivateKey       // with which it signs
	alg    string
	broken bool // the token endpoint refuses
}

const issuerSecret = "geheim-0815"

func newIssuer(t *testing.T) *issuer {
	t.Helper()
	key := must(rsa.GenerateKey(rand.Reader, 2048))
	i := &issuer{key: key, sign: key, alg: "RS256", codes: map[string]url.Values{}, claims: func(map[string]any) {}}
	mux := http.NewServeMux()
	answer := func(w http.ResponseWriter, v any) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(v)
	}
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]any{
			"issuer": i.URL, "authorization_endpoint": i.URL + "/auth", "token_endpoint": i.URL + "/token", "jwks_uri": i.URL + "/keys",
			"id_token_signing_alg_values_supported": []string{"RS256"},
		})
	})
	mux.HandleFunc("/keys", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]any{"keys": []any{map[string]any{
			"kty": "RSA", "alg": "RS256", "use": "sig", "kid": "1", "n": encode64(i.key.N.Bytes()), "e": encode64(big.NewInt(int64(i.key.E)).Bytes()),
		}}})
	})
	mux.HandleFunc("/token", func(w http.ResponseWriter, r *http.Request) {
		token, ok := i.token(r)
		if !ok {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusBadRequest)
			answer(w, map[string]any{"error": "invalid_grant", "error_description": "Mara Yilmaz " + issuerSecret})
			return
		}
		answer(w, map[string]any{"access_token": "zugang-4711", "token_type": "Bearer", "id_token": token})
	})
	i.Server = httptest.NewServer(mux)
	t.Cleanup(i.Close)
	return i
}

func encode64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// approve is what happens at the issuer's pages: somebody signs in there, and is
// led back to the address that it returns.
func (i *issuer) approve(t *testing.T, address string) string {
	t.Helper()
	u := must(url.Parse(address))
	q := u.Query()
	if q.Get("client_id") != "ersthelfer" || q.Get("response_type") != "code" || q.Get("code_challenge_method") != "S256" || !strings.Contains(q.Get("scope"), "openid") {
		t.Errorf("the issuer is asked %v", q)
	}
	code := rand.Text()
	i.codes[code] = q
	return q.Get("redirect_uri") + "?" + url.Values{"code": {code}, "state": {q.Get("state")}}.Encode()
}

// token exchanges a code.
func (i *issuer) token(r *http.Request) (string, bool) {
	_ = r.ParseForm()
	client, secret, basic := r.BasicAuth()
	if !basic {
		client, secret = r.PostForm.Get("client_id"), r.PostForm.Get("client_secret")
	}
	q, ok := i.codes[r.PostForm.Get("code")]
	delete(i.codes, r.PostForm.Get("code"))
	sum := sha256.Sum256([]byte(r.PostForm.Get("code_verifier")))
	if !ok || i.broken || client != "ersthelfer" || secret != issuerSecret || r.PostForm.Get("redirect_uri") != q.Get("redirect_uri") ||
		encode64(sum[:]) != q.Get("code_challenge") {
		return "", false
	}
	claims := map[string]any{
		"iss": i.URL, "aud": "ersthelfer", "sub": "1", "exp": time.Now().Add(time.Hour).Unix(), "iat": time.Now().Unix(),
		"nonce": q.Get("nonce"), "preferred_username": "Mara.Yilmaz", "email": "mara@schule.example", "email_verified": true,
	}
	i.claims(claims)
	head := encode64(must(json.Marshal(map[string]any{"alg": i.alg, "kid": "1"}))) + "." + encode64(must(json.Marshal(claims)))
	hash := sha256.Sum256([]byte(head))
	return head + "." + encode64(must(rsa.SignPKCS1v15(rand.Reader, i.sign, crypto.SHA256, hash[:]))), true
}

// TestAccount: who signs in with an account of the school is the person with that
// account, if everything about the issuer's answer is as it should be.
func TestAccount(t *testing.T) {
	claim := func(name string, value any) func(*issuer) {
		return func(i *issuer) { i.claims = func(c map[string]any) { c[name] = value } }
	}
	for _, test := range []struct {
		name  string
		claim string // that names the account
		bend  func(*issuer)
		back  func(address string) string // changes the address that the browser is led back to
		want  int
	}{
		{name: "all well", want: 303},
		{name: "by e-mail", claim: "email", want: 303},
		{name: "e-mail not verified", claim: "email", bend: claim("email_verified", false), want: 502},
		{name: "an account that nobody has", bend: claim("preferred_username", "fremder"), want: 403},
		{name: "the id of somebody without an account", bend: claim("preferred_username", "ada"), want: 403},
		{name: "an account of two people", bend: claim("preferred_username", "zwei"), want: 403},
		{name: "no account named", bend: claim("preferred_username", ""), want: 502},
		{name: "an account that is no text", bend: claim("preferred_username", []string{"mara.yilmaz"}), want: 502},
		{name: "token of another sign-in", bend: claim("nonce", "x"), want: 502},
		{name: "token for another client", bend: claim("aud", "anderswo"), want: 502},
		{name: "token of another issuer", bend: claim("iss", "https://boese.example"), want: 502},
		{name: "token that has expired", bend: claim("exp", time.Now().Add(-time.Hour).Unix()), want: 502},
		{name: "signed with another key", bend: func(i *issuer) { i.sign = must(rsa.GenerateKey(rand.Reader, 2048)) }, want: 502},
		{name: "not signed", bend: func(i *issuer) { i.alg = "none" }, want: 502},
		{name: "refused at the token", bend: func(i *issuer) { i.broken = true }, want: 502},
		{name: "another state", back: func(a string) string { return a + "x" }, want: 403},
		{name: "no code", back: func(a string) string { return strings.Replace(a, "code=", "x=", 1) }, want: 403},
		{name: "a code of somebody else", back: func(a string) string { return strings.Replace(a, "code=", "code=x", 1) }, want: 502},
	} {
		t.Run(test.name, func(t *testing.T) {
			i := newIssuer(t)
			if test.bend != nil {
				test.bend(i)
			}
			var log bytes.Buffer
			s := withAccounts(t, i, test.claim, &log)
			start := ask(s, accountPath, "", nil)
			if start.Code != http.StatusSeeOther || !strings.HasPrefix(start.Header().Get("Location"), i.URL+"/auth?") {
				t.Fatalf("the way to the issuer: %d %s", start.Code, start.Header().Get("Location"))
			}
			c := start.Result().Cookies()[0]
			if !c.HttpOnly || !c.Secure || c.SameSite != http.SameSiteLaxMode || c.MaxAge > 600 || c.Name != "__Host-ersthelfer-konto" {
				t.Errorf("the cookie is %v", c)
			}
			back := i.approve(t, start.Header().Get("Location"))
			if test.back != nil {
				back = test.back(back)
			}
			path := strings.TrimPrefix(back, "https://hilfe.schule.example")
			if w := ask(s, path, "", nil); w.Code != http.StatusForbidden {
				t.Errorf("in another browser: %d", w.Code)
			}
			w := ask(s, path, "", nil, "Cookie", c.Name+"="+c.Value)
			checkHeaders(t, w.Header())
			if w.Code != test.want {
				t.Errorf("the answer is taken with %d, want %d", w.Code, test.want)
			}
			checkSignedIn(t, s, w, test.want == http.StatusSeeOther)
			if again := ask(s, path, "", nil, "Cookie", c.Name+"="+c.Value); again.Code == http.StatusSeeOther {
				t.Error("the answer was good twice")
			}
			for _, secret := range []string{issuerSecret, "zugang", "ilmaz", "mara", "fremder", c.Value, i.URL} {
				if strings.Contains(log.String()+w.Body.String(), secret) {
					t.Errorf("%q is logged or shown:\n%s", secret, log.String())
				}
			}
		})
	}
}

// withAccounts returns a server on which mara has an account.
func withAccounts(t *testing.T, i *issuer, claim string, log *bytes.Buffer) *Server {
	t.Helper()
	account := "mara.yilmaz"
	if claim == "email" {
		account = "mara@schule.example"
	}
	s, _ := newServer(t, Options{
		Address: "https://hilfe.schule.example", Secure: true, Log: slog.New(slog.NewTextHandler(log, nil)),
		OIDC: &OIDC{Issuer: i.URL, Client: "ersthelfer", Secret: issuerSecret, Claim: claim, HTTP: i.Client()},
		People: []Person{
			{User: bot.User{ID: "m", Name: "Mara Yilmaz", Person: "mara"}, Account: account}, {User: bot.User{ID: "ada"}},
			{User: bot.User{ID: "eins"}, Account: "zwei"}, {User: bot.User{ID: "zwei"}, Account: "ZWEI"},
		},
	})
	return s
}

// checkSignedIn checks whether an answer begins a session, and whose.
func checkSignedIn(t *testing.T, s *Server, w *httptest.ResponseRecorder, want bool) {
	t.Helper()
	session := ""
	for _, c := range w.Result().Cookies() {
		if c.Name == s.cookieName() {
			session = c.Name + "=" + c.Value
		}
	}
	if want != (session != "") {
		t.Fatalf("it begins a session: %v, want %v", session != "", want)
	}
	if !want {
		return
	}
	if page := ask(s, "/als/m/", "", nil, "Cookie", session); page.Code != http.StatusOK {
		t.Errorf("mara's page is answered %d", page.Code)
	}
	if page := ask(s, "/als/ada/", "", nil, "Cookie", session); page.Code != http.StatusNotFound {
		t.Errorf("ada's page is answered %d", page.Code)
	}
}

// TestAccountWithoutIssuer: while the issuer is away the pages are there, and people
// are told; once it is back they sign in.
func TestAccountWithoutIssuer(t *testing.T) {
	i := newIssuer(t)
	var log bytes.Buffer
	s := withAccounts(t, i, "", &log)
	there := s.accounts.o.HTTP
	s.accounts.o.HTTP = &http.Client{Transport: http.NewFileTransport(http.Dir(t.TempDir()))}
	if w := ask(s, accountPath, "", nil); w.Code != http.StatusBadGateway {
		t.Errorf("the way to an issuer that is away: %d", w.Code)
	}
	if w := ask(s, "/anmelden", "", nil); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `href="`+accountPath+`"`) {
		t.Errorf("the page to sign in: %d", w.Code)
	}
	s.accounts.o.HTTP = there
	if w := ask(s, accountPath, "", nil); w.Code != http.StatusSeeOther {
		t.Errorf("the way to an issuer that is back: %d", w.Code)
	}
}
