package mattermost

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"ersthelfer/bot"
)

// TestHold calls before, during and after a Run: the server may call as soon as
// somebody listens, which is before the bot has learnt what it needs to run.
func TestHold(t *testing.T) {
	handle := func(context.Context, bot.Message) (bot.Receipt, error) { return bot.Receipt{}, nil }
	synctest.Test(t, func(t *testing.T) {
		p := &Platform{begun: make(chan struct{})}
		call := func() <-chan error {
			answered := make(chan error, 1)
			go func() {
				_, err := p.work(t.Context(), bot.Message{}, func(bot.Receipt, error) {})
				answered <- err
			}()
			return answered
		}
		begun := time.Now()
		if err := <-call(); err != errNotRunning || time.Since(begun) != answerTime {
			t.Errorf("without a Run: %v after %v, want %v after %v", err, time.Since(begun), errNotRunning, answerTime)
		}
		early := call()
		synctest.Wait()
		end := p.take(t.Context(), handle)
		if err := <-early; err != nil {
			t.Errorf("just before a Run: %v", err)
		}
		if err := <-call(); err != nil {
			t.Errorf("during a Run: %v", err)
		}
		end()
		begun = time.Now()
		if err := <-call(); err != errNotRunning || time.Since(begun) != 0 {
			t.Errorf("after a Run: %v after %v, want %v at once", err, time.Since(begun), errNotRunning)
		}
	})
}
