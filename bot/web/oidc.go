package web

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// OIDC lets people sign in with the accounts of their school, by OpenID Connect:
// the authorization code flow with PKCE.
type OIDC struct {
	Issuer string
	Client string // client id
	Secret string
	Claim  string       // that holds the account's name; "" means preferred_username
	HTTP   *http.Client // in tests; nil: one with a time limit
}

// Wall times of signing in with an account.
const (
	accountTime = 10 * time.Minute // at the issuer's pages
	issuerTime  = 10 * time.Second // for an answer of the issuer
)

// accounts is the school's sign-in. What the issuer says of itself is asked for
// when somebody first signs in, so that the pages are there while it is not.
type accounts struct {
	o        OIDC
	redirect string // the address that the issuer leads back to

	mu       sync.Mutex
	provider *oidc.Provider
}

func newAccounts(o OIDC, address string) *accounts {
	o.Claim = cmp.Or(o.Claim, "preferred_username")
	if o.HTTP == nil {
		o.HTTP = &http.Client{Timeout: issuerTime}
	}
	return &accounts{o: o, redirect: strings.TrimSuffix(address, "/") + accountPath + "/zurueck"}
}

// accountPath is where signing in with an account begins.
const accountPath = "/anmelden/konto"

// discover returns what the issuer says of itself.
func (a *accounts) discover(ctx context.Context) (*oidc.Provider, *oauth2.Config, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.provider == nil {
		// The provider keeps this context for the keys that it fetches later.
		p, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), a.o.HTTP), a.o.Issuer)
		if err != nil {
			return nil, nil, fmt.Errorf("ask the issuer: %w", err)
		}
		a.provider = p
	}
	return a.provider, &oauth2.Config{
		ClientID: a.o.Client, ClientSecret: a.o.Secret, RedirectURL: a.redirect, Endpoint: a.provider.Endpoint(),
		Scopes: []string{oidc.ScopeOpenID, "profile", "email"},
	}, nil
}

// An errand is what a browser keeps while somebody is at the issuer's
// pages.
type errand struct{ state, nonce, verifier string }

func newErrand() errand { return errand{rand.Text(), rand.Text(), oauth2.GenerateVerifier()} }

// String returns the errand as its cookie holds it.
func (e errand) String() string { return e.state + "." + e.nonce + "." + e.verifier }

func parseErrand(s string) (errand, bool) {
	parts := strings.Split(s, ".")
	if len(parts) != 3 || parts[0] == "" || parts[1] == "" || parts[2] == "" {
		return errand{}, false
	}
	return errand{parts[0], parts[1], parts[2]}, true
}

// startAccount leads to the issuer's pages. It changes nothing here: what has to be
// known afterwards is in a cookie.
func (s *Server) startAccount(w http.ResponseWriter, r *http.Request) {
	if s.accounts == nil {
		s.notFound(w, r)
		return
	}
	_, client, err := s.accounts.discover(r.Context())
	if err != nil {
		s.accountFailed(w, r, err)
		return
	}
	e := newErrand()
	http.SetCookie(w, s.errandCookie(e.String(), int(accountTime/time.Second)))
	http.Redirect(w, r, client.AuthCodeURL(e.state, oidc.Nonce(e.nonce), oauth2.S256ChallengeOption(e.verifier)), http.StatusSeeOther)
}

// errandCookie returns the cookie that ties the issuer's answer to the browser that
// asked. Like that of a session, no other host can set it where there is HTTPS.
func (s *Server) errandCookie(value string, seconds int) *http.Cookie {
	c := s.cookie(value, seconds)
	c.Name += "-konto"
	return c
}

// endAccount takes the issuer's answer (code, state) and begins a session of the
// person whose account it names.
func (s *Server) endAccount(w http.ResponseWriter, r *http.Request) {
	if s.accounts == nil {
		s.notFound(w, r)
		return
	}
	w.Header().Set("Referrer-Policy", "no-referrer")
	over := s.errandCookie("", -1) // good for one answer
	c, err := r.Cookie(over.Name)
	http.SetCookie(w, over)
	q := r.URL.Query()
	var e errand
	ok := err == nil
	if ok {
		e, ok = parseErrand(c.Value)
	}
	if !ok || subtle.ConstantTimeCompare([]byte(e.state), []byte(q.Get("state"))) != 1 || q.Get("code") == "" {
		s.refuse(w, r, http.StatusForbidden, "signin.account.again")
		return
	}
	name, err := s.accounts.name(r.Context(), q, e)
	if err != nil {
		s.accountFailed(w, r, err)
		return
	}
	p, known := s.byAccount[strings.ToLower(name)]
	if !known || p.ID == "" {
		s.o.Log.Info("somebody signed in with an account that no person of the configuration has")
		s.refuse(w, r, http.StatusForbidden, "signin.account.unknown")
		return
	}
	if err := s.begin(w, r, p.key()); err != nil {
		s.fail(w, r, err)
		return
	}
	s.o.Log.Info("somebody signed in with an account")
	http.Redirect(w, r, base(p.ID)+"/", http.StatusSeeOther)
}

// accountFailed answers for an issuer that did not do what it should. Its words may
// hold a name or a token, so only the kind of mistake is logged.
func (s *Server) accountFailed(w http.ResponseWriter, r *http.Request, err error) {
	var refused *oauth2.RetrieveError
	var unreachable *url.Error
	kind := "its answer cannot be used"
	switch {
	case errors.As(err, &refused):
		kind = "it refuses: " + strings.Map(plainCode, refused.ErrorCode)
	case errors.As(err, &unreachable):
		kind = "it cannot be reached"
	case errors.Is(err, errUnverified):
		kind = errUnverified.Error()
	}
	s.o.Log.Error("sign-in with an account failed at the issuer", "why", kind)
	s.refuse(w, r, http.StatusBadGateway, "signin.account.failed")
}

// plainCode keeps the letters of an error code of OAuth.
func plainCode(r rune) rune {
	if r == '_' || r >= 'a' && r <= 'z' {
		return r
	}
	return -1
}

var (
	errNoToken    = errors.New("issuer sent no id token")
	errNonce      = errors.New("id token is of another sign-in")
	errNoClaim    = errors.New("id token does not name the account")
	errUnverified = errors.New("the e-mail address is not verified")
)

// name exchanges the code for a token and returns the name of the account in it.
func (a *accounts) name(ctx context.Context, q url.Values, e errand) (string, error) {
	provider, client, err := a.discover(ctx)
	if err != nil {
		return "", err
	}
	ctx = oidc.ClientContext(ctx, a.o.HTTP)
	token, err := client.Exchange(ctx, q.Get("code"), oauth2.VerifierOption(e.verifier))
	if err != nil {
		return "", fmt.Errorf("exchange code: %w", err)
	}
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return "", errNoToken
	}
	id, err := provider.Verifier(&oidc.Config{ClientID: a.o.Client}).Verify(ctx, raw)
	if err != nil {
		return "", fmt.Errorf("verify id token: %w", err)
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(e.nonce)) != 1 {
		return "", errNonce
	}
	var claims map[string]any
	if err := id.Claims(&claims); err != nil {
		return "", fmt.Errorf("read id token: %w", err)
	}
	if a.o.Claim == "email" && claims["email_verified"] == false {
		return "", errUnverified
	}
	name, _ := claims[a.o.Claim].(string)
	if name == "" {
		return "", errNoClaim
	}
	return name, nil
}
