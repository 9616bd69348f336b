package bot_test

import (
	"context"
	"errors"
	"testing"

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
