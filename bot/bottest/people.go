package bottest

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	"ersthelfer/bot"
	"ersthelfer/escalation"
)

// Message returns a new message of a person in the direct conversation, not yet
// delivered.
func (p *Platform) Message(user, text string) bot.Message {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.last++
	from, ok := p.users[user]
	if !ok {
		from = bot.User{Platform: p.name, ID: user, Name: user, Handle: user}
	}
	return bot.Message{
		ID:     fmt.Sprintf("%s:m%d", p.name, p.last),
		From:   from,
		In:     p.direct(user),
		Direct: true,
		Text:   text,
		At:     time.Now(),
	}
}

// Say has a person say something to the bot alone, and returns when the handler
// has taken it.
func (p *Platform) Say(ctx context.Context, user, text string) (bot.Receipt, error) {
	return p.Deliver(ctx, p.Message(user, text))
}

// Mention has a person mention the bot in a channel. The message begins a
// thread of its own, in which the bot is expected to answer.
func (p *Platform) Mention(ctx context.Context, user, channel, text string) (bot.Receipt, error) {
	m := p.Message(user, text)
	m.Direct = false
	m.In = escalation.Address{Platform: p.name, Channel: channel, Thread: m.ID}
	return p.Deliver(ctx, m)
}

// Reply has a person write in the thread of a post.
func (p *Platform) Reply(ctx context.Context, user string, to Posted, text string) (bot.Receipt, error) {
	m := p.Message(user, text)
	m.In, m.Root, m.Direct = to.To, to.Ref, to.To.Channel == p.direct(user).Channel
	m.In.Thread = to.Ref
	return p.Deliver(ctx, m)
}

// Press has a person press a choice of a post, by its id, its label or its
// number. A post that does not show the choice (any more) is an error.
func (p *Platform) Press(ctx context.Context, user string, on Posted, choice string) (bot.Receipt, error) {
	for i, c := range on.Choices {
		if choice == c.ID || choice == c.Label || choice == strconv.Itoa(i+1) {
			return p.Deliver(ctx, p.pressed(user, on, c.ID, nil))
		}
	}
	return bot.Receipt{}, fmt.Errorf("press %q on %s: there is no such choice", choice, on.Ref)
}

// Submit has a person send the form of that id, which a choice of a post, or the
// receipt of a press on it, asked for.
func (p *Platform) Submit(
	ctx context.Context, user string, on Posted, form string, values map[string]string,
) (bot.Receipt, error) {
	return p.Deliver(ctx, p.pressed(user, on, form, values))
}

func (p *Platform) pressed(user string, on Posted, choice string, values map[string]string) bot.Message {
	m := p.Message(user, "")
	m.In, m.Post, m.Choice, m.Form = on.To, on.Ref, choice, values
	m.Root, m.Direct = on.To.Thread, on.To.Channel == p.direct(user).Channel
	return m
}

// Deliver gives a message to the handler until it is taken, and waits for a
// [Platform.Run] to do so. Messages of one conversation are given in the order
// in which Deliver was called, if it was called in an order. The same message
// may be delivered again.
func (p *Platform) Deliver(ctx context.Context, m bot.Message) (bot.Receipt, error) {
	lane := p.lane(m.In)
	lane.Lock()
	defer lane.Unlock()
	for {
		r, err := p.give(ctx, m)
		if err == nil || ctx.Err() != nil {
			return r, err
		}
		select {
		case <-time.After(again):
		case <-ctx.Done():
			return bot.Receipt{}, err
		}
	}
}

// DeliverOnce gives a message to the handler a single time and returns what it
// returned.
func (p *Platform) DeliverOnce(ctx context.Context, m bot.Message) (bot.Receipt, error) {
	lane := p.lane(m.In)
	lane.Lock()
	defer lane.Unlock()
	return p.give(ctx, m)
}

func (p *Platform) lane(in escalation.Address) *sync.Mutex {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.lanes[in] == nil {
		p.lanes[in] = new(sync.Mutex)
	}
	return p.lanes[in]
}

func (p *Platform) give(ctx context.Context, m bot.Message) (bot.Receipt, error) {
	h, err := p.hold(ctx)
	if err != nil {
		return bot.Receipt{}, err
	}
	defer p.flight.Done()
	r, err := h(ctx, m)
	if err == nil {
		err = p.acknowledge(m, r)
	}
	return r, err
}

// hold waits for Run and keeps it from returning until flight is done.
func (p *Platform) hold(ctx context.Context) (bot.Handler, error) {
	for {
		p.mu.Lock()
		if h := p.handler; h != nil {
			defer p.mu.Unlock()
			p.flight.Add(1)
			return h, nil
		}
		started := p.started
		p.mu.Unlock()
		select {
		case <-started:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// acknowledge shows a receipt to its sender.
func (p *Platform) acknowledge(m bot.Message, r bot.Receipt) error {
	if len(r.Private) == 0 {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.traits.Private {
		p.private[m.From.ID] = append(p.private[m.From.ID], r.Private.Visible().String())
		return nil
	}
	post := bot.Post{Key: "receipt/" + m.ID, To: m.In, Body: r.Private}
	p.posts = append(p.posts, &Posted{Post: p.show(post), Ref: fmt.Sprintf("%s:p%d", p.name, len(p.posts)+1)})
	return nil
}
