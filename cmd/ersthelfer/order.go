package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"ersthelfer/knowledge"
)

// A clerk carries out one order about the articles.
type clerk struct {
	library *knowledge.Library
	by      knowledge.Person
	order
	out io.Writer
}

// carryOut does what an order says, and writes what there is to say of it.
func carryOut(ctx context.Context, l *knowledge.Library, o order, out io.Writer) error {
	c := clerk{l, knowledge.Person(operator + o.User), o, out}
	do, ok := map[string]func(context.Context) error{
		"list": c.list, "show": c.show, "base": c.base, "edit": c.edit, "import": c.importFile, "export": c.export, "eval": c.eval, "gaps": c.gaps,
		"draft": c.draft, "publish": c.publish, "retire": c.retire, "history": c.history, "restore": c.restore, "tasks": c.tasks,
		"audit": c.audit, "verify": c.verify, "erase": c.erase,
	}[o.Do]
	if !ok {
		return usageError{fmt.Errorf("the running program knows no %q; is it of another version?", o.Do)}
	}
	if err := c.mend(do(ctx)); err != nil {
		return err
	}
	return l.Settle(ctx) // what is said to be done is in force
}

// mend says what to do about an error.
func (c *clerk) mend(err error) error {
	var problems knowledge.Problems
	var bad *knowledge.TransitionError
	switch {
	case errors.As(err, &problems):
		return usageError{problems}
	case errors.Is(err, knowledge.ErrNotFound):
		return usageError{fmt.Errorf("there is no %s; \"knowledge list\" and \"knowledge gaps\" show what there is", strings.Join(c.IDs, ", "))}
	case errors.Is(err, knowledge.ErrStale):
		return errors.New("somebody has changed the article meanwhile; look at it and edit it again")
	case errors.As(err, &bad) && bad.State == knowledge.StatePublished:
		return errors.New("the newest revision is in force already")
	case errors.As(err, &bad) && bad.State == knowledge.StateRetired:
		return errors.New("the article is retired; restore a revision of it first")
	}
	return err
}

// A line is an article in a list.
type line struct {
	ID      string `json:"id"`
	State   string `json:"state"`
	InForce int    `json:"in_force"`
	Latest  int    `json:"latest"`
	Room    string `json:"room"`
	Title   string `json:"title"`
	Asked   int    `json:"asked"`
	Helped  int    `json:"helped"`
	Failed  int    `json:"failed"` // did not help, or came back
}

func (c *clerk) list(ctx context.Context) error {
	entries, err := c.library.Entries(ctx, c.by)
	if err != nil {
		return err
	}
	health, err := c.library.Health(ctx, c.by)
	if err != nil {
		return err
	}
	by := map[string]knowledge.Health{}
	for _, h := range health {
		by[h.ID] = h
	}
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	for _, e := range entries {
		a, ok := c.library.Article(e.ID)
		if !ok {
			r, err := c.library.Revision(ctx, c.by, e.ID, e.Latest)
			if err != nil {
				return err
			}
			a = &r.Article
		}
		h := by[e.ID]
		l := line{e.ID, string(e.State), e.InForce, e.Latest, a.Room, a.Title, h.Asked, h.Helped, h.NotHelps + h.CameBack}
		if c.JSON {
			err = json.NewEncoder(c.out).Encode(l)
		} else {
			_, err = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d\t%d\t%d\n", l.ID, l.State, l.Room, l.Title, l.Asked, l.Helped, l.Failed)
		}
		if err != nil {
			return err
		}
	}
	return w.Flush()
}

// show writes an article as its file: the revision that is named, else the newest.
func (c *clerk) show(ctx context.Context) error {
	n := c.Number
	if n == 0 {
		e, err := c.library.Entry(ctx, c.by, c.IDs[0])
		if err != nil {
			return err
		}
		n = e.Latest
	}
	r, err := c.library.Revision(ctx, c.by, c.IDs[0], n)
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(c.out).Encode(r)
	}
	_, err = c.out.Write(r.Article.Markdown())
	return err
}

// base writes the number of the newest revision, and its file below: what an edit
// begins with. A new article has number 0.
func (c *clerk) base(ctx context.Context) error {
	id := c.IDs[0]
	e, err := c.library.Entry(ctx, c.by, id)
	if errors.Is(err, knowledge.ErrNotFound) {
		_, err := fmt.Fprintf(c.out, "0\n%s", knowledge.Article{ID: id}.Markdown())
		return err
	}
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(c.out, e.Latest); err != nil {
		return err
	}
	c.Number = e.Latest
	return c.show(ctx)
}

// edit stores a new revision of the file in Data, made from revision Number.
func (c *clerk) edit(ctx context.Context) error {
	id := c.IDs[0]
	a, err := knowledge.ParseArticle(id+".md", c.Data)
	if err != nil {
		return err
	}
	if a.ID != id {
		return usageError{fmt.Errorf("the file says id %s, not %s; an article keeps its id", a.ID, id)}
	}
	e, err := c.library.Save(ctx, c.by, a, knowledge.Edit{Base: c.Number, Why: c.Why})
	if err != nil {
		return err
	}
	if e.Latest == c.Number {
		_, err = fmt.Fprintf(c.out, "%s: nothing changed\n", id)
	} else {
		_, err = fmt.Fprintf(c.out, "%s: revision %d is a draft; \"knowledge publish %s\" brings it into force\n", id, e.Latest, id)
	}
	return err
}

func (c *clerk) importFile(ctx context.Context) error {
	var articles []knowledge.Article
	var err error
	if c.Format == "csv" {
		articles, err = knowledge.ReadCSV("csv", bytes.NewReader(c.Data))
	} else {
		articles, err = knowledge.ReadZip(bytes.NewReader(c.Data), int64(len(c.Data)))
	}
	if err != nil {
		return err
	}
	done, err := c.library.Import(ctx, c.by, articles, c.Why)
	if err != nil {
		return err
	}
	if len(done.New)+len(done.Changed) == 0 {
		_, err = fmt.Fprintf(c.out, "nothing changed: all %d are the same\n", len(done.Same))
		return err
	}
	_, err = fmt.Fprintf(c.out, "%d new, %d changed, %d the same; they wait for review: \"knowledge publish --all\" brings them into force\n",
		len(done.New), len(done.Changed), len(done.Same))
	return err
}

func (c *clerk) export(ctx context.Context) error {
	if c.Format == "csv" {
		return c.library.WriteCSV(ctx, c.by, c.out)
	}
	return c.library.WriteZip(ctx, c.by, c.out)
}

// eval measures what is in force on the questions of a file.
func (c *clerk) eval(context.Context) error {
	questions, err := knowledge.ParseQuestions("questions", c.Data)
	if err != nil {
		return usageError{err}
	}
	e := c.library.Evaluate(questions)
	if c.JSON {
		return json.NewEncoder(c.out).Encode(e)
	}
	return e.WriteText(c.out)
}

func (c *clerk) gaps(ctx context.Context) error {
	gaps, err := c.library.Gaps(ctx, c.by)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	for _, g := range gaps {
		if c.JSON {
			err = json.NewEncoder(c.out).Encode(g)
		} else {
			_, err = fmt.Fprintf(w, "%s\t%d×\t%s\t%s\t%s\n", g.Keys[0], g.Count, g.Cause, cmp.Or(g.Article, "-"), oneLine(g.Questions[0]))
		}
		if err != nil {
			return err
		}
	}
	return w.Flush()
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// draft makes an article of a gap.
func (c *clerk) draft(ctx context.Context) error {
	g, err := c.library.Gap(ctx, c.by, c.IDs[0])
	if err != nil {
		return err
	}
	e, err := c.library.Draft(ctx, c.by, g.Source())
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.out, "%s is a draft; \"knowledge edit %s\" completes it\n", e.ID, e.ID)
	return err
}

// publish brings articles into force: those named, or all that are in review.
func (c *clerk) publish(ctx context.Context) error {
	entries, err := c.library.Entries(ctx, c.by)
	if err != nil {
		return err
	}
	ids := c.IDs
	for _, e := range entries {
		switch named := slices.Contains(c.IDs, e.ID); {
		case named && e.State == knowledge.StateDraft:
			if _, err := c.library.Submit(ctx, c.by, e.ID, c.Why); err != nil {
				return err
			}
		case c.All && !named && e.State == knowledge.StateReview:
			ids = append(ids, e.ID)
		}
	}
	if len(ids) == 0 {
		return errors.New("nothing is in review")
	}
	trial, err := c.library.Publish(ctx, c.by, knowledge.Order{Anyway: c.Anyway, Why: c.Why}, ids...)
	var gate *knowledge.GateError
	if taken := trial.Taken(); err == nil || errors.As(err, &gate) {
		for _, m := range taken {
			fmt.Fprintf(c.out, "%s takes from %s: %s\n", m.To.Article, m.Belongs, oneLine(m.Question))
		}
	}
	if gate != nil {
		return fmt.Errorf("not published: %d questions would be taken from other articles; --anyway publishes all the same", len(gate.Trial.Taken()))
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.out, "in force: %s\n", strings.Join(ids, ", "))
	return err
}

func (c *clerk) retire(ctx context.Context) error {
	if _, err := c.library.Retire(ctx, c.by, c.IDs[0], c.Why); err != nil {
		return err
	}
	_, err := fmt.Fprintf(c.out, "%s is out of force; its revisions stay\n", c.IDs[0])
	return err
}

func (c *clerk) history(ctx context.Context) error {
	e, err := c.library.Entry(ctx, c.by, c.IDs[0])
	if err != nil {
		return err
	}
	revisions, err := c.library.Revisions(ctx, c.by, c.IDs[0])
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	for i, r := range revisions {
		var fields []string
		if i+1 < len(revisions) {
			for _, d := range knowledge.Diff(revisions[i+1].Article, r.Article) {
				fields = append(fields, d.Field)
			}
		}
		mark := ""
		if r.Number == e.InForce {
			mark = "in force"
		}
		if c.JSON {
			err = json.NewEncoder(c.out).Encode(r)
		} else {
			_, err = fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%s\n", r.Number, r.At.Format("2006-01-02 15:04"),
				cmp.Or(string(r.By), "ersthelfer"), mark, strings.Join(fields, " "), oneLine(r.Why))
		}
		if err != nil {
			return err
		}
	}
	return w.Flush()
}

func (c *clerk) restore(ctx context.Context) error {
	e, err := c.library.Restore(ctx, c.by, c.IDs[0], c.Number, c.Why)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.out, "revision %d of %s is draft %d; \"knowledge publish %s\" brings it into force\n", c.Number, e.ID, e.Latest, e.ID)
	return err
}

func (c *clerk) tasks(ctx context.Context) error {
	tasks, err := c.library.Tasks(ctx, c.by)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	for _, t := range tasks {
		question := ""
		if t.Gap != nil {
			question = oneLine(t.Gap.Questions[0])
		}
		if _, err := fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", t.Kind, cmp.Or(t.Article, "-"), t.Since.Format("2006-01-02"), question); err != nil {
			return err
		}
	}
	return w.Flush()
}

func (c *clerk) audit(ctx context.Context) error { return c.library.WriteAudit(ctx, c.by, c.out) }

// erase forgets a person.
func (c *clerk) erase(ctx context.Context) error {
	err := c.library.Erase(ctx, c.by, knowledge.Person(c.IDs[0]))
	if errors.Is(err, knowledge.ErrNotFound) {
		return usageError{fmt.Errorf("%s has changed no article; \"knowledge audit\" shows who has", c.IDs[0])}
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.out, "%s is forgotten; the bytes stay in the file and in backups until those are gone\n", c.IDs[0])
	return err
}

func (c *clerk) verify(ctx context.Context) error {
	if err := c.library.Verify(ctx, c.by); err != nil {
		return err
	}
	head, err := c.library.Head(ctx, c.by)
	if err == nil {
		_, err = fmt.Fprintf(c.out, "%d records, unbroken; the last is %s\n", head.Seq, head.Hash)
	}
	return err
}
