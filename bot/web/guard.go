package web

import (
	"errors"
	"net"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"time"
)

// Limits of a request. The times are wall times.
const (
	maxBody     = 128 << 10
	maxHeader   = 16 << 10
	headerTime  = 5 * time.Second
	requestTime = 15 * time.Second
	answerTime  = 30 * time.Second
	idleTime    = 60 * time.Second
	importTime  = 2 * time.Minute // for a file, over a slow line
)

// policy allows what the pages need and nothing else: no script or style that
// stands in a page, nothing from elsewhere, no frame around or inside.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// HTTPServer returns a server with the limits that the pages need. On Shutdown
// the event streams end.
func (s *Server) HTTPServer() *http.Server {
	hs := &http.Server{
		Handler:           s.Handler(),
		ReadHeaderTimeout: headerTime,
		ReadTimeout:       requestTime,
		WriteTimeout:      answerTime,
		IdleTimeout:       idleTime,
		MaxHeaderBytes:    maxHeader,
	}
	hs.RegisterOnShutdown(s.close)
	return hs
}

// guard lets only decent requests through to h, and sets the headers that every
// answer has.
func (s *Server) guard(h http.Handler) http.Handler {
	origin := http.NewCrossOriginProtection()
	origin.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.refuse(w, r, http.StatusForbidden, "error.origin")
	}))
	h = origin.Handler(h)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer s.recover(w, r)
		s.setHeaders(w.Header())
		if !s.hostAllowed(r.Host) {
			s.refuse(w, r, http.StatusMisdirectedRequest, "error.host")
			return
		}
		h.ServeHTTP(w, r)
	})
}

func (s *Server) setHeaders(h http.Header) {
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	if s.o.Secure {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// hostAllowed guards against a foreign name that leads to this machine.
func (s *Server) hostAllowed(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return len(s.o.Hosts) == 0 || slices.Contains(s.o.Hosts, strings.ToLower(strings.Trim(host, "[]")))
}

// recover answers for a handler that panicked. The value of the panic may hold
// somebody's words, so only the place is logged.
func (s *Server) recover(w http.ResponseWriter, r *http.Request) {
	v := recover()
	if v == nil {
		return
	}
	if err, ok := v.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(v)
	}
	s.o.Log.Error("handler panicked", "route", r.Pattern, "stack", string(debug.Stack()))
	s.refuse(w, r, http.StatusInternalServerError, "error.internal")
}

// form reads the values of a POST. If they cannot be read, it has answered.
func (s *Server) form(w http.ResponseWriter, r *http.Request) bool {
	err := r.ParseForm()
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		s.refuse(w, r, http.StatusRequestEntityTooLarge, "error.large")
	case err != nil:
		s.refuse(w, r, http.StatusBadRequest, "error.form")
	}
	return err == nil
}
