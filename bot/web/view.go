package web

import (
	"strings"

	"ersthelfer/bot"
)

// An entryView is an entry as the template "entry" shows it.
type entryView struct {
	voice
	Base    string // the path of the person's pages
	N       int
	Rev     int
	ID      string // an id for whatever is sent from the entry, where there is no script
	Ref     string
	Mine    bool
	Author  string
	Short   string // the machine's and the eye's form of its time
	Time    string
	Edited  bool
	Old     bool   // it has moved: nothing can be done with it
	ReplyTo string // the beginning of the post that it belongs to
	ReplyN  int
	Blocks  []blockView
	Excerpt string // its own beginning, for replies to it
	Choices []choiceView
	Note    []blockView
	Form    *formView
}

// A blockView is a paragraph, a quote or a whole list.
type blockView struct {
	Quote    bool
	List     bool
	Numbered bool
	Start    int
	Lines    [][]bot.Span // of a list: its items; else one
}

// A choiceView is a button, or a form that unfolds.
type choiceView struct {
	ID, Label string
	Number    int
	Strong    bool
	Form      *formView
}

// A formView is a form with the names of its inputs.
type formView struct {
	voice
	bot.Form
	Prefix string // makes the ids of the inputs unique on the page
	Base   string
	Post   string // the ref of the post that it belongs to
	MsgID  string
	Inputs []inputView
}

// An inputView is one question of a form.
type inputView struct {
	bot.Field
	ID    string
	Error string
}

// entryView returns the view of an entry of h for a person.
func (s *Server) entryView(v voice, p Person, h *history, e *entry) entryView {
	out := entryView{
		voice: v, Base: base(p.ID), N: e.N, Rev: e.Rev, ID: newID(), Ref: ref(h.Channel, e.N), Edited: e.Edited,
		Author: v.W("app.name"), Time: v.When(e.At), Short: v.Machine(e.At), Note: blocks(e.Note),
	}
	body, thread := e.Body, e.Thread
	if e.Said != nil {
		out.Mine, out.Author, thread = true, v.W("chat.you"), e.Said.Root
		body = said(v, e)
	}
	if root := h.entry(thread); root != nil {
		out.ReplyTo, out.ReplyN = excerpt(v, root), root.N
	}
	out.Blocks, out.Excerpt = blocks(body), short(body)
	for i, c := range e.Choices {
		cv := choiceView{ID: c.ID, Label: line(c.Label), Number: i + 1, Strong: c.Strong}
		if c.Form != nil {
			cv.Form = out.formView(c.Form, nil)
		}
		out.Choices = append(out.Choices, cv)
	}
	if e.Form != nil && e.Said != nil {
		out.Form = out.formView(e.Form, e.Errors)
		out.Form.Post = e.Said.Post
	}
	return out
}

// formView returns the view of a form of the entry.
func (e *entryView) formView(f *bot.Form, errors map[string]string) *formView {
	out := &formView{voice: e.voice, Form: *f, Base: e.Base, Post: e.Ref, MsgID: newID(), Prefix: "f" + newID()}
	out.Title, out.Submit = line(f.Title), line(f.Submit)
	for i, field := range f.Fields {
		field.Label, field.Hint = line(field.Label), line(field.Hint)
		out.Inputs = append(out.Inputs, inputView{
			Field: field, ID: out.Prefix + string(rune('a'+i%26)), Error: line(errors[field.Name]),
		})
	}
	return out
}

// said returns what a person's own entry shows: the words, the choice, or what
// was filled in.
func said(v voice, e *entry) bot.Rich {
	switch {
	case e.Said.Choice == "":
		return bot.Plain(e.Said.Text)
	case e.Said.Form == nil:
		return bot.Plain(v.W("chat.chosen", "label", e.Label))
	}
	out := bot.Rich{{Spans: []bot.Span{{Text: e.Label, Bold: true}}}}
	for _, f := range e.Fields {
		label := f.Label + " "
		if !strings.HasSuffix(f.Label, "?") {
			label = f.Label + ": "
		}
		out = append(out, bot.Block{Spans: []bot.Span{{Text: label}, {Text: f.Value}}})
	}
	return out
}

// excerpt returns the beginning of an entry.
func excerpt(v voice, e *entry) string {
	if e.Said != nil {
		return short(said(v, e))
	}
	return short(e.Body)
}

// maxExcerpt is how many characters of an entry stand for it.
const maxExcerpt = 60

func short(r bot.Rich) string {
	first, _, _ := strings.Cut(r.Visible().String(), "\n")
	return line(bot.Plain(first).Cut(maxExcerpt).String())
}

// line returns text made visible and on one line.
func line(text string) string { return strings.ReplaceAll(bot.Visible(text), "\n", " ") }

// blocks returns the view of a text: items in a row are one list.
func blocks(r bot.Rich) []blockView {
	var out []blockView
	for _, b := range r.Visible() {
		last := len(out) - 1
		item := b.Kind == bot.Item
		if item && last >= 0 && out[last].List && out[last].Numbered == (b.Number > 0) {
			out[last].Lines = append(out[last].Lines, b.Spans)
			continue
		}
		out = append(out, blockView{
			Quote: b.Kind == bot.Quote, List: item, Numbered: item && b.Number > 0, Start: b.Number,
			Lines: [][]bot.Span{b.Spans},
		})
	}
	return out
}
