package slack

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	api "github.com/slack-go/slack"

	"ersthelfer/bot"
)

// showHome draws the home tab of a user anew. It shows what is now: should it
// fail, the next look at the tab repairs it.
func (p *Platform) showHome(ctx context.Context, user, team string) {
	if p.o.Home == nil {
		return
	}
	if err := p.publishHome(ctx, user, team); err != nil && ctx.Err() == nil {
		p.log.Warn("slack: home tab not shown", "err", err)
	}
}

func (p *Platform) publishHome(ctx context.Context, user, team string) error {
	u, err := p.people.user(ctx, user, team)
	if err != nil || u.Bot {
		return err
	}
	home, err := p.o.Home(ctx, u)
	if err != nil {
		return fmt.Errorf("compose home tab: %w", err)
	}
	view := api.HomeTabViewRequest{Type: api.VTHomeTab, Blocks: api.Blocks{BlockSet: drawHome(home)}}
	if _, err := p.client.PublishViewContext(ctx, api.PublishViewContextRequest{UserID: user, View: view}); err != nil {
		return fmt.Errorf("publish home tab: %w", failure(err))
	}
	return nil
}

// drawHome renders a home tab. A row is whole or not there: what does not fit any
// more is left out.
func drawHome(home bot.Home) []api.Block {
	out := []api.Block{}
	for i, part := range home {
		var row []api.Block
		if part.Title != "" {
			row = append(row, api.NewHeaderBlock(label(part.Title, maxHeader)))
		}
		for j, r := range part.Rows {
			if body := mrkdwn(r.Body, maxSection); body != "" {
				row = append(row, section(body))
			}
			id := choicesBlock + strconv.Itoa(i) + "/" + strconv.Itoa(j) + "/"
			row = append(row, actions(r.Choices, asked{}, id, maxViewBlocks)...)
			more := append(slices.Clip(out), row...)
			if _, n := size(more); n > maxView || len(more) > maxViewBlocks {
				return out
			}
			out, row = more, nil
		}
	}
	return out
}
