package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"ersthelfer/escalation"
	"ersthelfer/knowledge"
)

// The loop looks at least this often (wall time), so that a clock that jumps
// or a lost wake-up costs seconds and no more.
const lookEvery = 5 * time.Second

// How long (wall time) the loop waits before it tries a notice again: doubled
// with each attempt up to the last.
const (
	retryFirst = 2 * time.Second
	retryLast  = 5 * time.Minute
	giveUp     = 60 // attempts: about four hours
)

// giveWay is how much longer an answer waits than a call to act that a platform puts
// off until the same moment: by their own clocks the two may be due in any order.
const giveWay = 100 * time.Millisecond

// Run runs the platforms and the loop until ctx ends or one of them cannot go
// on; it then stops the others and returns the errors.
func (b *Bot) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var wg sync.WaitGroup
	errs := make(chan error, len(b.platforms)+1)
	for _, p := range b.platforms {
		wg.Go(func() {
			defer cancel()
			if err := p.Run(ctx, b.Handle); err != nil {
				errs <- fmt.Errorf("run %s: %w", p.Name(), err)
			}
		})
	}
	wg.Go(func() {
		defer cancel()
		errs <- b.loop(ctx)
	})
	wg.Wait()
	close(errs)
	var all []error
	for err := range errs {
		all = append(all, err)
	}
	return errors.Join(all...)
}

// loop works off what is due and sleeps until something may be.
func (b *Bot) loop(ctx context.Context) error {
	forgotten := time.Time{}
	for ctx.Err() == nil {
		next, err := b.Work(ctx)
		if err != nil && ctx.Err() == nil {
			b.log.Error("work", "err", err)
		}
		if now := b.desk.Now(); now.Sub(forgotten) > 24*time.Hour {
			forgotten = now
			if err := b.forget(ctx, now); err != nil && ctx.Err() == nil {
				b.log.Error("forget", "err", err)
			}
		}
		wait := lookEvery
		if !next.IsZero() {
			wall := float64(next.Sub(b.desk.Now())) / b.speed
			wait = min(wait, max(time.Duration(wall), 10*time.Millisecond))
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-b.wake:
		case <-timer.C:
		}
		timer.Stop()
	}
	return nil
}

// Work does once what is due: it answers questions that have been quiet, lets
// the desk and the library do what time has brought, and posts the notices that
// wait. It returns when there is something to do again, or the zero time.
func (b *Bot) Work(ctx context.Context) (next time.Time, err error) {
	now := b.desk.Now()
	sooner := func(at time.Time) {
		if !at.IsZero() && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	due, errTick := b.desk.Tick(ctx, now)
	sooner(due)
	waiting, errWait := b.desk.Waiting(ctx, now.Add(b.quiet))
	for _, t := range waiting {
		if at := t.Active().Add(b.quiet); at.After(now) {
			sooner(at)
			continue
		}
		errWait = errors.Join(errWait, b.reply(ctx, t.ID))
	}
	errSend := b.deliver(ctx, now)
	at, errNext := b.desk.NextUnsent(ctx)
	sooner(at)
	at, errArticles := b.library.Tick(ctx, now)
	if errors.Is(errArticles, knowledge.ErrReadOnly) {
		errArticles = nil
	}
	sooner(at)
	return next, errors.Join(errTick, errWait, errSend, errNext, errArticles, b.note(ctx, now))
}

// settle answers a question at once, or leaves it to the loop when quick
// messages in a row are to become one request.
func (b *Bot) settle(ctx context.Context, id escalation.ID) error {
	if b.quiet > 0 {
		b.Wake()
		return nil
	}
	return b.reply(ctx, id)
}

// reply answers a question that waits, if it still does. Who has taken it in and
// the loop may both come upon it: one of them answers.
func (b *Bot) reply(ctx context.Context, id escalation.ID) error {
	defer b.lanes.Enter("ticket " + name(id))()
	t, err := b.unanswered(ctx, id)
	if t == nil || err != nil {
		return err
	}
	text, a := b.understand(t)
	if t.Last(escalation.Offered, escalation.Prompted) == nil {
		if one, two, ok := twofold(text, b.lookUp); ok {
			return b.divide(ctx, t, one, two)
		}
	}
	if b.assist != nil && b.assist.Unsure(text, a) {
		b.seek(ctx, t, text)
		return nil
	}
	return b.respond(ctx, t, a)
}

// unanswered returns the ticket if its question waits for an answer, else nil. A
// second matter waits for the first.
func (b *Bot) unanswered(ctx context.Context, id escalation.ID) (*escalation.Ticket, error) {
	t, err := b.desk.Ticket(ctx, escalation.Nobody, id)
	if err != nil || t.Status != escalation.StatusAsked || t.Expect != "" {
		return nil, err
	}
	if first, err := b.before(ctx, t); err != nil || first != nil && busy(first, b.desk.Now()) {
		return nil, err
	}
	return t, nil
}

// respond carries out what the bot does about an answer, after what is known
// besides. The ticket's lane is held.
func (b *Bot) respond(ctx context.Context, t *escalation.Ticket, a knowledge.Answer, known ...escalation.Action) error {
	others, err := b.desk.Mine(ctx, t.Requester, 20)
	if err != nil {
		return err
	}
	if first, err := b.before(ctx, t); err != nil {
		return err
	} else if first != nil {
		known = append(known, inherited(first, t, a)...)
	}
	if _, err := b.desk.Do(ctx, escalation.Nobody, t.ID, append(known, b.answer(t, a, others)...)...); err != nil {
		return fmt.Errorf("reply to ticket %d: %w", t.ID, err)
	}
	return nil
}

// deliver posts the notices that wait, calls to act before everything else.
func (b *Bot) deliver(ctx context.Context, now time.Time) error {
	tickets, err := b.desk.Unsent(ctx, now, 200)
	if err != nil {
		return err
	}
	if err := b.observe(ctx, tickets); err != nil && ctx.Err() == nil {
		b.log.Error("observe questions", "err", err) // nobody goes untold for it
	}
	for _, first := range []bool{true, false} {
		for _, t := range tickets {
			for _, n := range t.Waiting(now) {
				if urgent(n) != first {
					continue
				}
				if err := ctx.Err(); err != nil {
					return err
				}
				if err := b.notify(ctx, t, n); err != nil {
					return err
				}
			}
		}
	}
	for _, t := range tickets {
		if err := b.refresh(ctx, t.ID); err != nil {
			return err
		}
	}
	return nil
}

// urgent reports whether a notice calls somebody to act, and does not answer who asked.
func urgent(n escalation.Notice) bool { return n.To.As != escalation.Requester }

// notify posts one notice and marks it, or records why it could not.
func (b *Bot) notify(ctx context.Context, t *escalation.Ticket, n escalation.Notice) error {
	post, platform, err := b.compose(ctx, t, n)
	ref := ""
	switch p := b.platforms[platform]; {
	case err != nil && ctx.Err() == nil: // tried again like what a platform refuses, others wait too
		b.log.Error("compose notice", "ticket", t.ID, "err", err)
	case err != nil:
	case p == nil:
		err = fmt.Errorf("no platform for the recipient: %w", ErrUndeliverable)
	case post.Body == nil:
		// Nothing to say to this recipient about that: told.
	default:
		ref, err = p.Send(ctx, post)
	}
	var later *LaterError
	switch {
	case err == nil:
		b.shown.change(ref, post.Choices)
		return b.desk.Told(ctx, t.ID, n.Key, ref)
	case errors.Is(err, ErrUndeliverable) || n.Tries >= giveUp:
		b.log.Warn("notice is undeliverable", "ticket", t.ID, "platform", platform, "tries", n.Tries)
		return b.desk.Undeliverable(ctx, t.ID, n.Key, "undeliverable on "+platform)
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &later):
		wait := later.After
		if !urgent(n) {
			wait += giveWay
		}
		return b.desk.Retry(ctx, t.ID, n.Key, b.desk.Now().Add(wait))
	}
	b.log.Warn("notice will be tried again", "ticket", t.ID, "platform", platform, "tries", n.Tries)
	wait := min(retryFirst<<min(n.Tries, 20), retryLast)
	return b.desk.Retry(ctx, t.ID, n.Key, b.desk.Now().Add(wait))
}

// refresh brings the choices of a ticket's posts up to date, on platforms that
// can change posts: what is over disappears, and of staff's posts only the newest
// keeps its choices. It is a courtesy: a late press is refused anyway, so what
// goes wrong is only logged.
func (b *Bot) refresh(ctx context.Context, id escalation.ID) error {
	t, err := b.desk.Ticket(ctx, escalation.Nobody, id)
	if err != nil {
		return err
	}
	done := map[escalation.Recipient]bool{}
	for _, n := range slices.Backward(t.Notices) {
		if n.Ref == "" || !b.offers(t, n) {
			continue
		}
		older := done[n.To]
		done[n.To] = true
		post, platform, err := b.compose(ctx, t, n)
		if err != nil {
			b.log.Error("compose post", "ticket", t.ID, "err", err)
			continue
		}
		if older && n.To.As != escalation.Requester {
			post.Choices = nil
		}
		editor, ok := b.platforms[platform].(Editor)
		if !ok || !b.shown.change(n.Ref, post.Choices) {
			continue
		}
		if err := editor.Edit(ctx, n.Ref, post); err != nil && ctx.Err() == nil {
			b.log.Warn("post keeps its choices", "ticket", t.ID, "platform", platform)
		}
	}
	return nil
}

// offers reports whether a notice's post had choices when it was posted.
func (b *Bot) offers(t *escalation.Ticket, n escalation.Notice) bool {
	e := &t.Events[n.Event]
	if n.To.As == escalation.Requester {
		if e.Kind == escalation.Lapsed {
			return true
		}
		return e.Expect != "" && e.Expect != expectReply && e.Expect != expectWords
	}
	return callsToAct[e.Kind]
}

// shown remembers which choices posts show, so that nothing is changed twice.
// It is only a saving: after a restart a post is changed once more.
type shown struct {
	mu    sync.Mutex
	posts map[string]string
}

// shownPosts is how many posts are remembered before it begins anew.
const shownPosts = 10_000

// change records what a post is to show, and reports whether that is new.
func (s *shown) change(ref string, choices []Choice) bool {
	text := ""
	for _, c := range choices {
		_, _, option, _ := parseChoice(c.ID)
		text += option + "|"
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if old, ok := s.posts[ref]; ok && old == text {
		return false
	}
	if s.posts == nil || len(s.posts) >= shownPosts {
		s.posts = map[string]string{}
	}
	s.posts[ref] = text
	return true
}

// post sends small talk.
func (b *Bot) post(ctx context.Context, platform string, p Post) error {
	to := b.platforms[platform]
	if to == nil {
		return fmt.Errorf("post on %s: no such platform", platform)
	}
	if _, err := to.Send(ctx, p); err != nil && !errors.Is(err, ErrUndeliverable) {
		return fmt.Errorf("post on %s: %w", platform, err)
	}
	return nil
}
