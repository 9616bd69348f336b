package web

import (
	"errors"
	"net/http"
	"time"
)

// A signInPage says how one signs in; with Token it does so at a press.
type signInPage struct {
	page
	Token   string
	Account string // where one signs in with an account of the school; "": nowhere
	How     string // how one signs in by a chat; "": there is none that sends links
}

// showSignIn says how one signs in.
func (s *Server) showSignIn(w http.ResponseWriter, r *http.Request) {
	if p, ok := s.identify(r); ok {
		http.Redirect(w, r, base(p.ID)+"/", http.StatusSeeOther)
		return
	}
	v := s.voiceFor(r)
	data := signInPage{page: page{voice: v, Title: v.W("signin.title"), Home: "/"}}
	if !s.o.NoLinks {
		data.How = v.W("signin.how")
	}
	if s.accounts != nil {
		data.Account = accountPath
		if !s.o.NoLinks {
			data.How = v.W("signin.or")
		}
	}
	s.render(w, r, http.StatusOK, signInTemplate, data)
}

// showLink asks whether to sign in. It does not say whether the link is good, and
// looking at it uses nothing up: chats look at links too.
func (s *Server) showLink(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Referrer-Policy", "no-referrer")
	v := s.voiceFor(r)
	s.render(w, r, http.StatusOK, signInTemplate, signInPage{
		page: page{voice: v, Title: v.W("signin.title"), Home: "/"}, Token: r.PathValue("token"),
	})
}

// signIn begins a session with a link (schluessel).
func (s *Server) signIn(w http.ResponseWriter, r *http.Request) {
	if !s.form(w, r) {
		return
	}
	who, err := s.redeem(r.Context(), r.PostForm.Get("schluessel"))
	switch {
	case errors.Is(err, errUsed):
		s.refuse(w, r, http.StatusForbidden, "signin.used")
		return
	case err == nil:
		err = s.begin(w, r, who)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.o.Log.Info("somebody signed in with a link")
	http.Redirect(w, r, base(s.person(who).ID)+"/", http.StatusSeeOther)
}

// A sessionPage lists where a person is signed in.
type sessionPage struct {
	page
	Sessions []sessionRow
}

// A sessionRow is a browser in which a person is signed in.
type sessionRow struct {
	Since, Used string
	Here        bool
}

// showSession shows where a person is signed in.
func (s *Server) showSession(w http.ResponseWriter, r *http.Request, p Person) {
	data := sessionPage{page: s.personPage(p, "session.title", "/anmeldung")}
	c, _ := r.Cookie(s.cookieName())
	err := s.sessions(r.Context(), p.key(), func(key string, in signedIn) error {
		data.Sessions = append(data.Sessions, sessionRow{
			Since: data.Day(in.Made), Used: data.Day(in.Used), Here: c != nil && key == hashed(sessionKey, c.Value),
		})
		return nil
	})
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.render(w, r, http.StatusOK, sessionTemplate, data)
}

// signOut ends the session, or with ueberall all sessions of the person.
func (s *Server) signOut(w http.ResponseWriter, r *http.Request, p Person) {
	if !s.form(w, r) {
		return
	}
	ctx, err := r.Context(), error(nil)
	if c, none := r.Cookie(s.cookieName()); none == nil {
		err = s.forget(ctx, hashed(sessionKey, c.Value))
	}
	if r.PostForm.Has("ueberall") {
		err = errors.Join(err, s.sessions(ctx, p.key(), func(key string, _ signedIn) error { return s.forget(ctx, key) }))
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	http.SetCookie(w, s.cookie("", -1))
	s.done(w, r, "/anmelden")
}

// Day returns the day and time of t, short.
func (v voice) Day(t time.Time) string {
	t = t.In(v.zone)
	return v.W("when.day", "day", t.Day(), "month", int(t.Month()), "year", t.Year(), "time", t.Format("15:04"))
}
