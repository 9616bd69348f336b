package bot_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"ersthelfer/bot"
	"ersthelfer/bot/bottest"
	"ersthelfer/escalation"
	"ersthelfer/escalation/escalationtest"
)

// TestFastClock: where the desk's clock runs fast, as in the demonstration, the loop
// wakes by it, and nobody waits longer for an answer.
func TestFastClock(t *testing.T) {
	library := shipped(t) // outside of the bubble, as it is kept for all tests
	synctest.Test(t, func(t *testing.T) {
		const speed = 600
		start := time.Now()
		now := func() time.Time { return start.Add(speed * time.Since(start)) }
		chat := bottest.NewPlatform("chat", bottest.Full)
		b, err := bot.New(bot.Options{
			Desk:    escalation.NewDesk(new(escalationtest.Memory), escalationtest.Model(), now),
			Library: library, Store: new(bottest.Memory), Platforms: []bot.Platform{chat}, People: cast(),
			Quiet: speed * 700 * time.Millisecond, Speed: speed,
		})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go func() { _ = b.Run(ctx) }()
		synctest.Wait()
		if _, err := b.Handle(ctx, chat.Message("anna", "papierstau im kopierer")); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if posts := chat.Posts("anna"); len(posts) != 2 {
			t.Errorf("after a second anna has %d posts, want the greeting and the answer", len(posts))
		}
		cancel()
		synctest.Wait()
	})
}
