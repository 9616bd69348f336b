package bot

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"ersthelfer/escalation"
)

// WriteRehearsal writes who would be told what and when, one line a step, with
// the reason of each promise beneath it.
func (b *Bot) WriteRehearsal(ctx context.Context, w io.Writer, lang, school string, steps []escalation.Step) error {
	v := b.texts.voice(lang)
	m := b.desk.Model()
	var out strings.Builder
	for _, s := range steps {
		e := s.Event
		holder := ""
		if e.To != nil {
			holder = b.holderOf(v, e.To)
		}
		at := e.At.In(b.zone())
		fmt.Fprintf(&out, "%s  %s\n", stamp(v, at), v.word(eventKey(&e), "holder", holder, "percent", strconv.Itoa(e.Percent), "round", strconv.Itoa(e.Round)))
		if e.To != nil && !e.Due.Response.IsZero() {
			fmt.Fprintf(&out, "    %s\n", v.word("rehearse.due", "due", v.when(e.Due.Response.In(b.zone()), at)))
			if why := v.why(m.Hours(school, e.To.Party), e.At, e.Due.Response); why != "" {
				fmt.Fprintf(&out, "    %s\n", why)
			}
		}
		if to := b.recipients(ctx, v, s.Notices); to != "" {
			fmt.Fprintf(&out, "    %s\n", v.word("rehearse.told", "names", to))
		}
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// stamp says a time with its date, for tables.
func stamp(v voice, at time.Time) string {
	return v.day(at.Weekday()) + " " + at.Format("02.01.2006 15:04")
}

// recipients names whom notices go to, each once.
func (b *Bot) recipients(ctx context.Context, v voice, notices []escalation.Notice) string {
	var names []string
	for _, n := range notices {
		who := n.To.Channel
		switch {
		case n.To.As == escalation.Requester:
			who = v.word("rehearse.requester")
		case n.To.Person != escalation.Nobody:
			who = b.personName(ctx, n.To.Person)
		}
		if !slices.Contains(names, who) {
			names = append(names, who)
		}
	}
	return v.list(names)
}
