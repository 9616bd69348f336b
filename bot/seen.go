package bot

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ersthelfer/escalation"
)

// remembered is how long (wall time) the bot knows that it has dealt with a
// message. Slack may deliver again for 24 hours.
const remembered = 8 * 24 * time.Hour

// dealtWith reports whether a message has been dealt with: it is remembered, or
// a ticket has it, as when the program was killed between the two.
func (b *Bot) dealtWith(ctx context.Context, m Message) (bool, error) {
	if m.Change != "" {
		return false, nil
	}
	record, err := b.store.Read(ctx, Seen, m.ID)
	if err != nil {
		return false, fmt.Errorf("look up message: %w", err)
	}
	if record != nil {
		return true, nil
	}
	_, err = b.desk.ByMessage(ctx, escalation.Nobody, m.ID)
	if errors.Is(err, escalation.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer b.Wake()
	return true, b.markSeen(ctx, m.ID)
}

func (b *Bot) markSeen(ctx context.Context, id string) error {
	err := b.store.Change(ctx, Seen, id, func([]byte) ([]byte, error) {
		return b.desk.Now().UTC().AppendFormat(nil, time.RFC3339), nil
	})
	if err != nil {
		return fmt.Errorf("remember message: %w", err)
	}
	return nil
}

// forget drops what need not be remembered any more.
func (b *Bot) forget(ctx context.Context, now time.Time) error {
	var old []string
	err := b.store.Each(ctx, Seen, "", func(key string, record []byte) error {
		if at, err := time.Parse(time.RFC3339, string(record)); err == nil && now.Sub(at) > remembered {
			old = append(old, key)
		}
		return nil
	})
	for _, key := range old {
		err = errors.Join(err, b.store.Change(ctx, Seen, key, func([]byte) ([]byte, error) { return nil, nil }))
	}
	if err != nil {
		return fmt.Errorf("forget messages: %w", err)
	}
	return nil
}
