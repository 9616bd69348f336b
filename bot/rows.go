package bot

import (
	"context"
	"time"

	"ersthelfer/escalation"
)

// A Row is what a list says of a ticket, in the words of its reader.
type Row struct {
	Ticket *escalation.Ticket
	Title  string
	School string
	Place  string // "Raum 204"; empty if not known
	Holder string
	Due    time.Time // what is promised next; zero: nothing
	Late   bool      // Due has passed
}

// Lists returns a person's own tickets that are not over, those that wait for
// the person's parties, and whether there are such parties, for pages.
func (b *Bot) Lists(ctx context.Context, p escalation.Person) (mine, queue []Row, staff bool, err error) {
	profile, err := b.readProfile(ctx, p)
	if err != nil {
		return nil, nil, false, err
	}
	v := b.texts.voice(profile.language("")).in(profile.Zone)
	own, err := b.desk.Mine(ctx, p, 30)
	if err != nil {
		return nil, nil, false, err
	}
	for _, t := range own {
		if t.Unsolved() || t.Status == escalation.StatusSolved {
			mine = append(mine, b.row(v, t))
		}
	}
	waiting, err := b.desk.Queue(ctx, p)
	if err != nil {
		return nil, nil, false, err
	}
	for _, t := range waiting {
		queue = append(queue, b.row(v, t))
	}
	return mine, queue, len(b.desk.Model().Queues(p)) > 0, nil
}

func (b *Bot) row(v voice, t *escalation.Ticket) Row {
	r := Row{Ticket: t, Title: b.title(v, t), School: b.school(t), Holder: b.holder(v, t)}
	if place := t.Fields["place"]; place != "" {
		r.Place = v.word("field.place") + " " + place
	}
	switch t.Status {
	case escalation.StatusNew:
		r.Due = t.Due.Response
	case escalation.StatusOpen:
		r.Due = t.Due.Resolution
	}
	r.Late = !r.Due.IsZero() && r.Due.Before(b.desk.Now())
	return r
}
