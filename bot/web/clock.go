package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// A Clock is the demonstration's, which can be moved on.
type Clock struct {
	Now     func() time.Time
	Advance func(context.Context, time.Duration) error
	Next    func(context.Context) error // moves on to when something happens next
}

// A clockView is the clock as the template "clock" shows it.
type clockView struct {
	voice
	Base  string // the path of the person's pages
	Text  string
	At    string
	Steps []clockStep
}

// A clockStep is a button that moves the clock.
type clockStep struct{ Value, Label string }

// clockSteps are how far the buttons move the clock; "next" is no length of time.
var clockSteps = map[string]time.Duration{"15m": 15 * time.Minute, "1h": time.Hour, "1d": 24 * time.Hour, "next": 0}

func (s *Server) clockView(v voice, base string) *clockView {
	now := s.o.Clock.Now()
	out := &clockView{voice: v, Base: base, At: v.Machine(now), Text: v.W("clock.now", "date", v.Date(now), "time", v.Clock(now))}
	for _, step := range []string{"15m", "1h", "1d", "next"} {
		out.Steps = append(out.Steps, clockStep{step, v.W("clock." + step)})
	}
	return out
}

// updateClock moves the demonstration's clock (um), and leads back to the page where it was moved.
func (s *Server) updateClock(w http.ResponseWriter, r *http.Request, p Person) {
	if !s.form(w, r) {
		return
	}
	d, ok := clockSteps[r.PostForm.Get("um")]
	if !ok || s.o.Clock == nil {
		s.refuse(w, r, http.StatusBadRequest, "error.form")
		return
	}
	var err error
	if d > 0 {
		err = s.o.Clock.Advance(r.Context(), d)
	} else {
		err = s.o.Clock.Next(r.Context())
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.wakeAll()
	to := base(p.ID) + "/"
	if from, err := url.Parse(r.Referer()); err == nil && strings.HasPrefix(from.Path, to) {
		to = from.RequestURI()
	}
	if to == base(p.ID)+"/" {
		to += "#ende"
	}
	s.done(w, r, to)
}
