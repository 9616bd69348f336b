package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"ersthelfer/escalation"
	"ersthelfer/knowledge"
)

// seeking are the questions about which a language model is being asked.
type seeking struct {
	mu      sync.Mutex
	tickets map[escalation.ID]bool
}

// begin reports whether nobody asks about the ticket yet, and notes that somebody does now.
func (s *seeking) begin(id escalation.ID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.tickets[id] {
		return false
	}
	if s.tickets == nil {
		s.tickets = map[escalation.ID]bool{}
	}
	s.tickets[id] = true
	return true
}

func (s *seeking) end(id escalation.ID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.tickets, id)
}

// understand returns the words of a question that wait for an answer, and what
// the library makes of them. Few words, and such as say nothing by themselves,
// are read with what went before: "beamer", and then "kein bild".
func (b *Bot) understand(t *escalation.Ticket) (string, knowledge.Answer) {
	text := fresh(t)
	a := b.lookUp(text)
	whole := t.Question()
	if whole == text || a.Outcome == knowledge.Answered || clear(a) && wordsIn(text) > shortReply {
		return text, a
	}
	if together := b.lookUp(whole); together.Outcome != knowledge.None && together.Outcome != knowledge.Talk {
		return whole, together
	}
	return text, a
}

// seek has a model help with a question off the path of everything else: neither
// the loop nor other people wait for it. The question stays unanswered in the
// store until then, so that a crash only means that it is asked about again.
func (b *Bot) seek(ctx context.Context, t *escalation.Ticket, text string) {
	if !b.seeking.begin(t.ID) {
		return
	}
	// Who began it may be gone before it ends; the assistant bounds the time.
	ctx = context.WithoutCancel(ctx)
	go func() {
		a := b.assist.Ask(ctx, text, t.Language)
		err := b.found(ctx, t.ID, text, a)
		b.seeking.end(t.ID)
		if err != nil {
			b.log.Error("answer a question that a model helped with", "ticket", t.ID, "err", err)
			return // the loop comes upon it again
		}
		b.Wake()
	}()
}

// found answers a question with what has been found for its words, if it still
// waits for that. To words that came meanwhile the loop answers.
func (b *Bot) found(ctx context.Context, id escalation.ID, text string, a knowledge.Answer) error {
	defer b.lanes.Enter("ticket " + name(id))()
	t, err := b.unanswered(ctx, id)
	if t == nil || err != nil {
		return err
	}
	if now, _ := b.understand(t); now != text {
		return nil
	}
	return b.respond(ctx, t, a)
}

// short returns what a model wrote from the article that an event shows: said to
// be so, as a quote in which nothing is interpreted. There is mostly none.
func (b *Bot) short(v voice, e *escalation.Event) Rich {
	a, ok := b.library.Article(e.Articles[0])
	if !ok || e.Text == "" {
		return nil
	}
	text, _ := a.Text(v.lang)
	return slices.Concat(v.say("answer.machine", "title", text.Title), Quoted(e.Text), v.say("answer.source"))
}

// Names returns the names of everybody who has written to the bot, for blanking
// them out.
func Names(ctx context.Context, s Store) ([]string, error) {
	var out []string
	err := s.Each(ctx, People, "", func(_ string, record []byte) error {
		var p Profile
		if err := json.Unmarshal(record, &p); err != nil {
			return fmt.Errorf("read profile: %w", err)
		}
		out = append(out, p.Name)
		return nil
	})
	return out, err
}
