package web

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"ersthelfer/bot"
	"ersthelfer/escalation"
)

// Wall times of signing in.
const (
	DefaultSession = 7 * 24 * time.Hour // a session ends then, whatever happens
	idleSession    = 8 * time.Hour      // and earlier if nobody has used it for so long
	linkTime       = 5 * time.Minute    // a link can be used
	touchTime      = time.Minute        // between two notes of when a session was used
)

// Prefixes of keys in the bucket [bot.SignIns]. A hash of the secret follows, so
// that whoever reads the store cannot sign in.
const (
	linkKey    = "link:"
	sessionKey = "session:"
)

// A ticket to the pages: a link that can be used once, or a session. It is
// stored: rename no tag.
type signedIn struct {
	Person escalation.Person `json:"person"`
	Made   time.Time         `json:"made"`
	Used   time.Time         `json:"used"` // of a session: last, to the minute
}

func hashed(prefix, secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return prefix + hex.EncodeToString(sum[:])
}

// Link implements [bot.SignIn]: it returns the address of a page with one button,
// which signs the person in. The page can be looked at, as chats do for their
// previews, without using the link up.
func (s *Server) Link(ctx context.Context, p escalation.Person) (string, error) {
	if err := s.sweep(ctx); err != nil {
		return "", err
	}
	secret := rand.Text()
	if err := s.keep(ctx, hashed(linkKey, secret), signedIn{Person: p}); err != nil {
		return "", fmt.Errorf("make link: %w", err)
	}
	return strings.TrimSuffix(s.o.Address, "/") + "/anmelden/" + url.PathEscape(secret), nil
}

// keep stores what is new.
func (s *Server) keep(ctx context.Context, key string, in signedIn) error {
	in.Made = s.o.Now().UTC()
	in.Used = in.Made
	return s.o.Store.Change(ctx, bot.SignIns, key, func([]byte) ([]byte, error) { return json.Marshal(in) })
}

// read returns what is stored under a key, if it is still good.
func (s *Server) readSignIn(ctx context.Context, key string) (signedIn, bool, error) {
	data, err := s.o.Store.Read(ctx, bot.SignIns, key)
	if err != nil || data == nil {
		return signedIn{}, false, err
	}
	var in signedIn
	if err := json.Unmarshal(data, &in); err != nil {
		return in, false, fmt.Errorf("decode sign-in: %w", err)
	}
	return in, s.good(key, in), nil
}

// good reports whether a link or a session can still be used.
func (s *Server) good(key string, in signedIn) bool {
	now := s.o.Now()
	age, idle := now.Sub(in.Made), now.Sub(in.Used)
	if strings.HasPrefix(key, linkKey) {
		return age >= 0 && age < linkTime
	}
	return age >= 0 && age < s.o.Session && idle < min(idleSession, s.o.Session)
}

// errUsed says that a link is used up, or no link at all.
var errUsed = errors.New("link cannot be used")

// redeem uses a link up and returns whose it is.
func (s *Server) redeem(ctx context.Context, secret string) (who escalation.Person, err error) {
	key := hashed(linkKey, secret)
	err = s.o.Store.Change(ctx, bot.SignIns, key, func(old []byte) ([]byte, error) {
		var in signedIn
		if old == nil || json.Unmarshal(old, &in) != nil || !s.good(key, in) {
			return nil, errUsed
		}
		who = in.Person
		return nil, nil
	})
	return who, err
}

// begin gives a browser a session of a person, with a secret of its own, and ends
// the one that it had.
func (s *Server) begin(w http.ResponseWriter, r *http.Request, p escalation.Person) error {
	if c, err := r.Cookie(s.cookieName()); err == nil {
		if err := s.forget(r.Context(), hashed(sessionKey, c.Value)); err != nil {
			return err
		}
	}
	secret := rand.Text()
	if err := s.keep(r.Context(), hashed(sessionKey, secret), signedIn{Person: p}); err != nil {
		return fmt.Errorf("begin session: %w", err)
	}
	http.SetCookie(w, s.cookie(secret, int(s.o.Session/time.Second)))
	return nil
}

// cookieName is one that no other host can set where there is HTTPS.
func (s *Server) cookieName() string {
	if s.o.Secure {
		return "__Host-ersthelfer"
	}
	return "ersthelfer"
}

func (s *Server) cookie(value string, seconds int) *http.Cookie {
	return &http.Cookie{
		Name: s.cookieName(), Value: value, Path: "/", MaxAge: seconds,
		Secure: s.o.Secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
}

// sessionOf returns who signed in in the browser that a request comes from.
func (s *Server) sessionOf(r *http.Request) (escalation.Person, bool) {
	c, err := r.Cookie(s.cookieName())
	if err != nil {
		return "", false
	}
	key := hashed(sessionKey, c.Value)
	in, ok, err := s.readSignIn(r.Context(), key)
	if err != nil {
		s.o.Log.Error("read session", "err", err)
	}
	if !ok || err != nil {
		return "", false
	}
	if s.o.Now().Sub(in.Used) >= touchTime {
		s.touch(r.Context(), key)
	}
	return in.Person, true
}

// touch notes that a session is used. One that ends meanwhile stays ended.
func (s *Server) touch(ctx context.Context, key string) {
	err := s.o.Store.Change(ctx, bot.SignIns, key, func(old []byte) ([]byte, error) {
		var in signedIn
		if old == nil {
			return nil, nil
		}
		if err := json.Unmarshal(old, &in); err != nil {
			return nil, err
		}
		in.Used = s.o.Now().UTC()
		return json.Marshal(in)
	})
	if err != nil && ctx.Err() == nil {
		s.o.Log.Error("note session", "err", err)
	}
}

func (s *Server) forget(ctx context.Context, key string) error {
	return s.o.Store.Change(ctx, bot.SignIns, key, func([]byte) ([]byte, error) { return nil, nil })
}

// sessions calls fn with the sessions of a person that can still be used.
func (s *Server) sessions(ctx context.Context, p escalation.Person, fn func(key string, in signedIn) error) error {
	return s.o.Store.Each(ctx, bot.SignIns, sessionKey, func(key string, data []byte) error {
		var in signedIn
		if json.Unmarshal(data, &in) != nil || in.Person != p || !s.good(key, in) {
			return nil
		}
		return fn(key, in)
	})
}

// sweep forgets links and sessions that can no longer be used.
func (s *Server) sweep(ctx context.Context) error {
	for _, prefix := range []string{linkKey, sessionKey} {
		err := s.o.Store.Each(ctx, bot.SignIns, prefix, func(key string, data []byte) error {
			var in signedIn
			if json.Unmarshal(data, &in) == nil && s.good(key, in) {
				return nil
			}
			return s.forget(ctx, key)
		})
		if err != nil {
			return fmt.Errorf("forget old sign-ins: %w", err)
		}
	}
	return nil
}
