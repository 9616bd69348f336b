package bottest

import (
	"context"
	"sync"
	"testing"
	"time"

	"ersthelfer/bot"
)

// A Harness is a platform together with the people on it, as [TestPlatform]
// needs them. The suite calls people "anna" and "ben".
//
// Say, Press and Fill do what a person would do, return at once or when the
// handler has taken the message. They are called from several goroutines, so
// they fail the test with t.Errorf, and not at all once t.Context() has ended.
// What a platform does not have (see its traits) may be left nil.
type Harness struct {
	Platform bot.Platform

	// User returns the platform's id of a person.
	User func(person string) string
	// Say has the person say text to the bot alone.
	Say func(t *testing.T, person, text string)
	// Sees returns the bot's posts that the person sees in the direct
	// conversation, oldest first.
	Sees func(t *testing.T, person string) []Seen

	// Press presses a choice of a post (Traits.Buttons).
	Press func(t *testing.T, person, ref, choice string)
	// Fill fills in the form that a choice of a post asks for, and sends it (Traits.Forms).
	Fill func(t *testing.T, person, ref, choice string, values map[string]string)
	// Private returns what was shown to the person alone, oldest first (Traits.Private).
	Private func(t *testing.T, person string) []string
	// Redeliver makes the platform deliver the last message again, if it can be made to.
	Redeliver func(t *testing.T)
}

// A Seen is a post as a person sees it.
type Seen struct {
	Ref     string   // as Send named it
	Text    string   // what can be read, with the numbered choices where there are no buttons
	Choices []string // the labels of the buttons, in order
	Live    []string // what the platform made of the text by itself: mentions, links, elements, terminal codes
}

// TestPlatform checks that what open returns keeps the promises of
// [bot.Platform]. Each call of open must return a platform with nobody's words
// on it. The suite measures no time: it waits for what was promised, and fails
// after a minute in which nothing came.
func TestPlatform(t *testing.T, open func(t *testing.T) Harness) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, *stage)
	}{
		{"gives a message as it was said", platformReceives},
		{"answers in the conversation", platformAnswers},
		{"tells a person without a conversation", platformTells},
		{"posts a key once", platformPostsOnce},
		{"posts a key once from several at a time", platformPostsOnceInParallel},
		{"offers choices", platformOffers},
		{"asks a form", platformAsksForm},
		{"asks a form that the receipt brings", platformAsksFormOfReceipt},
		{"changes a post", platformEdits},
		{"says what cannot be delivered", platformUndeliverable},
		{"cuts what is too long", platformCuts},
		{"lets nobody's words act", platformInert},
		{"keeps the order of a conversation", platformOrder},
		{"gives a message again until it is taken", platformGivesAgain},
		{"gives the same message under the same id", platformRedelivers},
		{"shows a receipt to its sender alone", platformReceipt},
		{"ends with its context", platformEnds},
		{"sends nothing after its context", platformSendContext},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, begin(t, open(t))) })
	}
}

// A stage is a platform that runs, and what its handler was given.
type stage struct {
	Harness
	given chan bot.Message // every message, before it is answered

	mu     sync.Mutex
	answer func(context.Context, bot.Message) (bot.Receipt, error)
	stop   func() error // ends Run and returns its error
}

// begin runs a platform until the end of the test.
func begin(t *testing.T, h Harness) *stage {
	t.Helper()
	s := &stage{Harness: h, given: make(chan bot.Message, 1000)}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- h.Platform.Run(ctx, s.handle) }()
	s.stop = sync.OnceValue(func() error {
		cancel()
		return <-ended
	})
	t.Cleanup(func() {
		if err := s.stop(); err != nil {
			t.Errorf("Run returned %v", err)
		}
	})
	return s
}

func (s *stage) handle(ctx context.Context, m bot.Message) (bot.Receipt, error) {
	s.mu.Lock()
	answer := s.answer
	s.mu.Unlock()
	s.given <- m
	if answer == nil {
		return bot.Receipt{}, nil
	}
	return answer(ctx, m)
}

// answering sets what the handler does from now on.
func (s *stage) answering(fn func(context.Context, bot.Message) (bot.Receipt, error)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = fn
}

// hears has a person say something and returns it as the handler was given it.
func (s *stage) hears(t *testing.T, person, text string) bot.Message {
	t.Helper()
	s.Say(t, person, text)
	return s.next(t)
}

// next returns the next message that the handler is given.
func (s *stage) next(t *testing.T) bot.Message {
	t.Helper()
	return wait(t, s.given, "a message")
}

// patience is when the suite gives up. Nothing is measured with it: a platform
// that keeps its promises never comes near, however busy the machine is.
const patience = time.Minute

// wait returns what comes from c, or ends the test if nothing does.
func wait[T any](t *testing.T, c <-chan T, what string) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(patience):
		t.Fatalf("the handler was not given %s within %v", what, patience)
		panic("not reached")
	}
}

// sends posts to a person's direct conversation.
func (s *stage) sends(t *testing.T, person string, p bot.Post) string {
	t.Helper()
	p.User = s.User(person)
	ref, err := s.Platform.Send(t.Context(), p)
	if err != nil {
		t.Fatalf("send %s to %s: %v", p.Key, person, err)
	}
	return ref
}

// only returns the one post that a person sees.
func (s *stage) only(t *testing.T, person string) Seen {
	t.Helper()
	seen := s.Sees(t, person)
	if len(seen) != 1 {
		t.Fatalf("%s sees %d posts, want 1: %+v", person, len(seen), seen)
	}
	return seen[0]
}
