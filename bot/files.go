package bot

import (
	"context"
	"strings"

	"ersthelfer/escalation"
	"ersthelfer/knowledge"
)

// onlyFiles reports whether the message has files and no words.
func (t *turn) onlyFiles() bool { return len(t.m.Files) > 0 && strings.TrimSpace(t.m.Text) == "" }

// filed takes files without words: they go where words would that say nothing of
// their own, and answer no question. Without a conversation they begin one.
func (t *turn) filed(ctx context.Context, cur *escalation.Ticket) error {
	s := stanceOf(cur, weight{}, t.b.desk.Now())
	switch s {
	case isValue:
		s = isMore
	case isNew:
		if done, err := t.words(ctx); done || err != nil {
			return err
		}
	}
	return t.speak(ctx, cur, knowledge.Answer{}, s)
}

// said returns what somebody wrote and sent along with an event, if they did.
func (b *Bot) said(v voice, e *escalation.Event) Rich {
	var out Rich
	if e.Text != "" {
		out = Quoted(e.Text)
	}
	return append(out, attached(v, e.Files)...)
}

// allFiles returns the files of a ticket.
func allFiles(t *escalation.Ticket) []escalation.File {
	var all []escalation.File
	for _, e := range t.Events {
		all = append(all, e.Files...)
	}
	return all
}

// attached names files; where they can be opened stands behind.
func attached(v voice, files []escalation.File) Rich {
	if len(files) == 0 {
		return nil
	}
	var links []string
	for _, f := range files {
		links = append(links, f.Link)
	}
	return withLinks(v.say("staff.files", "files", fileNames(v, files)), links...)
}

func fileNames(v voice, files []escalation.File) string {
	var names []string
	for _, f := range files {
		names = append(names, strings.TrimSpace(first(f.Name, v.word("file"))+" "+f.Link))
	}
	return strings.Join(names, ", ")
}
