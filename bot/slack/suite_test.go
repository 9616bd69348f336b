package slack_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ersthelfer/bot/bottest"
	"ersthelfer/bot/slack/slacktest"
)

func TestPlatform(t *testing.T) {
	both(t, func(t *testing.T, w way) {
		bottest.TestPlatform(t, func(t *testing.T) bottest.Harness { return harness(t, w) })
	})
}

// harness lets the suite use people in a workspace.
func harness(t *testing.T, w way) bottest.Harness {
	s := slacktest.New(t)
	user := func(person string) string { return "U" + strings.ToUpper(person) }
	person(s, "anna")
	person(s, "ben")
	var mu sync.Mutex
	var last *slacktest.Envelope
	if w.name == "http" { // before it runs, the platform refuses what comes
		s.Set(func(r *slacktest.Rules) { r.Patience, r.Retries = 50*time.Millisecond, 1000 })
	}
	ready := func(t *testing.T) bool {
		return s.Wait(whileTested(t), func() bool { return w.name == "http" || s.Sockets() > 0 }) == nil
	}
	taken := func(t *testing.T, e *slacktest.Envelope) string {
		answer, err := s.Answered(whileTested(t), e)
		if err != nil && t.Context().Err() == nil {
			t.Errorf("not acknowledged: %v", err)
		}
		return string(answer)
	}
	find := func(t *testing.T, person, ref string) slacktest.Message {
		for _, m := range append(s.Posts(s.Direct(user(person))), s.Whispers(user(person))...) {
			if "slack:"+m.Channel+"/"+m.TS == ref {
				return m
			}
		}
		t.Errorf("%s does not see %s", person, ref)
		return slacktest.Message{}
	}
	press := func(t *testing.T, person, ref, choice string) {
		b, ok := find(t, person, ref).Button(choice)
		if !ok {
			t.Errorf("no button %s on %s", choice, ref)
		}
		taken(t, s.Press(user(person), find(t, person, ref), b))
	}
	return bottest.Harness{
		Platform: w.open(t, s, options(s)),
		User:     user,
		Say: func(t *testing.T, person, text string) {
			if !ready(t) {
				return
			}
			said := s.Say(user(person), text)
			mu.Lock()
			last = said.Events[0]
			mu.Unlock()
			taken(t, said.Events[0])
		},
		Sees: func(_ *testing.T, person string) []bottest.Seen {
			var out []bottest.Seen
			for _, m := range s.Posts(s.Direct(user(person))) {
				seen := bottest.Seen{Ref: "slack:" + m.Channel + "/" + m.TS, Text: m.Visible(), Live: m.Live()}
				for _, b := range m.Buttons() {
					seen.Choices = append(seen.Choices, b.Text.Text)
				}
				out = append(out, seen)
			}
			return out
		},
		Press: func(t *testing.T, person, ref, choice string) {
			if ready(t) {
				press(t, person, ref, choice)
			}
		},
		Fill: func(t *testing.T, person, ref, choice string, values map[string]string) {
			if !ready(t) {
				return
			}
			if _, open := s.View(user(person)); !open {
				if b, _ := find(t, person, ref).Button(choice); b.Value != "" {
					press(t, person, ref, choice)
				}
			}
			var view slacktest.View
			err := s.Wait(within(t), func() bool { // and not what only says that it is being worked on
				view, _ = s.View(user(person))
				return slices.ContainsFunc(view.Blocks, func(b slacktest.Block) bool { return b.Element != nil })
			})
			if err != nil {
				t.Errorf("no form: %v", err)
				return
			}
			taken(t, s.Submit(view, values))
		},
		Private: func(_ *testing.T, person string) []string {
			var out []string
			for _, m := range s.Whispers(user(person)) {
				out = append(out, m.Visible())
			}
			return out
		},
		Redeliver: func(t *testing.T) {
			mu.Lock()
			defer mu.Unlock()
			s.Deliver(last)
		},
	}
}
