package bottest_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ersthelfer/bot"
	"ersthelfer/bot/bottest"
)

func TestMemory(t *testing.T) {
	bottest.TestStore(t, func(*testing.T) bot.Store { return new(bottest.Memory) })
}

func TestFakePlatform(t *testing.T) {
	for name, traits := range map[string]bot.Traits{"full": bottest.Full, "bare": bottest.Bare} {
		t.Run(name, func(t *testing.T) {
			bottest.TestPlatform(t, func(t *testing.T) bottest.Harness {
				return harness(bottest.NewPlatform("fake", traits))
			})
		})
	}
}

// harness lets the suite use the people of the fake platform.
func harness(p *bottest.Platform) bottest.Harness {
	p.Remove("U-nobody")
	user := func(person string) string { return "U-" + person }
	var mu sync.Mutex
	var last bot.Message
	deliver := func(t *testing.T, m bot.Message) {
		mu.Lock()
		last = m
		mu.Unlock()
		if _, err := p.Deliver(t.Context(), m); err != nil && t.Context().Err() == nil {
			t.Errorf("deliver %s: %v", m.ID, err)
		}
	}
	find := func(person, ref string) bottest.Posted {
		posts := p.Posts(user(person))
		return posts[slices.IndexFunc(posts, func(s bottest.Posted) bool { return s.Ref == ref })]
	}
	return bottest.Harness{
		Platform: p,
		User:     user,
		Say:      func(t *testing.T, person, text string) { deliver(t, p.Message(user(person), text)) },
		Sees: func(_ *testing.T, person string) []bottest.Seen {
			var out []bottest.Seen
			for _, s := range p.Posts(user(person)) {
				seen := bottest.Seen{Ref: s.Ref, Text: s.Body.String()}
				for _, c := range s.Choices {
					seen.Choices = append(seen.Choices, c.Label)
				}
				out = append(out, seen)
			}
			return out
		},
		Press: func(t *testing.T, person, ref, choice string) {
			if _, err := p.Press(t.Context(), user(person), find(person, ref), choice); err != nil {
				t.Errorf("press: %v", err)
			}
		},
		Fill: func(t *testing.T, person, ref, _ string, values map[string]string) {
			if _, err := p.Submit(t.Context(), user(person), find(person, ref), "412/solved", values); err != nil {
				t.Errorf("submit: %v", err)
			}
		},
		Private: func(_ *testing.T, person string) []string { return p.Private(user(person)) },
		Redeliver: func(t *testing.T) {
			mu.Lock()
			m := last
			mu.Unlock()
			deliver(t, m)
		},
	}
}

func TestFaults(t *testing.T) {
	p := bottest.NewPlatform("fake", bottest.Full)
	send := func(key string) error {
		_, err := p.Send(t.Context(), bot.Post{Key: key, User: "anna", Body: bot.Plain(key)})
		return err
	}
	p.Fail(2)
	p.Lose(1)
	p.Later(1, time.Minute)
	for i, want := range []int{0, 0, 1} {
		if err := send("a"); err == nil || len(p.Posts("anna")) != want {
			t.Errorf("attempt %d: %v, %d posts, want an error and %d", i+1, err, len(p.Posts("anna")), want)
		}
	}
	if err := send("a"); err != nil || len(p.Posts("anna")) != 1 {
		t.Errorf("a post whose answer was lost is sent again: %v, %d posts", err, len(p.Posts("anna")))
	}
	var later *bot.LaterError
	if err := send("b"); !errors.As(err, &later) || later.After != time.Minute {
		t.Errorf("error is %v, want later", err)
	}
	if err := send("b"); err != nil || len(p.Posts("anna")) != 2 {
		t.Errorf("after all faults: %v, %d posts", err, len(p.Posts("anna")))
	}
}

func TestSayWaitsForRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := bottest.NewPlatform("fake", bottest.Full)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var got []string
		go func() {
			if _, err := p.Say(ctx, "anna", "früh"); err != nil {
				t.Error(err)
			}
		}()
		synctest.Wait()
		if len(got) > 0 {
			t.Errorf("delivered %q without a Run", got)
		}
		go func() {
			err := p.Run(ctx, func(_ context.Context, m bot.Message) (bot.Receipt, error) {
				got = append(got, m.Text)
				return bot.Receipt{}, nil
			})
			if err != nil {
				t.Error(err)
			}
		}()
		synctest.Wait()
		if !slices.Equal(got, []string{"früh"}) {
			t.Errorf("delivered %q", got)
		}
	})
}
