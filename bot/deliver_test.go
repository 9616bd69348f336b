package bot_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"ersthelfer/bot"
	"ersthelfer/bot/bottest"
)

// A torn store cannot read one person's record.
type torn struct {
	bottest.Memory
	key string
}

func (s *torn) Read(ctx context.Context, in bot.Bucket, key string) ([]byte, error) {
	if in == bot.People && key == s.key {
		return nil, errors.New("no such luck")
	}
	return s.Memory.Read(ctx, in, key)
}

// TestOneNoticeHoldsUpNoOther: whom a notice cannot be written for is tried again;
// everybody else is told.
func TestOneNoticeHoldsUpNoOther(t *testing.T) {
	p := newPlay(t)
	p.place = "TestOneNoticeHoldsUpNoOther"
	store := &torn{key: "tom"}
	var err error
	p.bot, err = bot.New(bot.Options{Desk: p.desk, Library: shipped(t), Store: store, Platforms: []bot.Platform{p.chat}, People: cast()})
	p.check(err)
	for _, line := range []string{
		"anna> papierstau im kopierer", "anna> hilft nicht", "anna> unterricht", "anna> 112",
		"anna< Ticket 1 ist offen", "mara< Ticket 1", "tom<",
		"bernd> projector in 12 shows no picture from my laptop", "bernd< Laptop picture", "tom<",
	} {
		p.line(line)
	}
	store.key = ""
	p.line("clock +1m")
	p.line("tom< Ticket 1")
}

// TestCallsToActComeFirst: when a platform has refused everything for a while, who
// must act is told before who waits for an answer, although that is older.
func TestCallsToActComeFirst(t *testing.T) {
	p := newPlay(t)
	p.place = "TestCallsToActComeFirst"
	for _, line := range []string{"bernd> paper jam in the copier", "anna> papierstau im kopierer", "anna> hilft nicht", "anna> unterricht"} {
		p.line(line)
	}
	for _, m := range []bot.Message{p.chat.Message("bernd", "does not help"), p.chat.Message("anna", "112")} {
		_, err := p.bot.Handle(t.Context(), m)
		p.check(err)
	}
	p.chat.Later(4, 30*time.Second) // for bernd, anna, mara and tom
	p.line("clock +0s")
	p.line("mara<")
	p.line("clock +31s")
	order := func(who string) (at int) {
		posts := p.chat.Posts(who)
		_, err := fmt.Sscanf(posts[len(posts)-1].Ref, "chat:p%d", &at)
		p.check(err)
		return at
	}
	p.line("mara< Ticket 2")
	p.line("bernd< Then I pass it on")
	if order("mara") > order("bernd") {
		t.Errorf("mara was told in post %d, bernd answered in post %d", order("mara"), order("bernd"))
	}
}
