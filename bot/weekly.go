package bot

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"ersthelfer/knowledge"
)

// noteHour is when, on a Monday, editors are told what is most worthwhile to do
// for the articles.
const noteHour = 8

// noteAgain is the wall time until a note that could not be posted is tried again.
const noteAgain = 5 * time.Minute

// noted remembers that nobody is left to be told, so that the loop reads nothing.
type noted struct {
	mu    sync.Mutex
	week  time.Time // whose note is done with
	again time.Time // not before then
}

// noteTime returns the last time at which editors were to be told.
func noteTime(now time.Time) time.Time {
	sinceMonday := (int(now.Weekday()) + 6) % 7
	at := time.Date(now.Year(), now.Month(), now.Day()-sinceMonday, noteHour, 0, 0, 0, now.Location())
	if at.After(now) {
		at = at.AddDate(0, 0, -7)
	}
	return at
}

// note tells every editor once a week what is most worthwhile to do. Whoever is
// new to it is told from the next week on.
func (b *Bot) note(ctx context.Context, now time.Time) error {
	week := noteTime(now)
	b.noted.mu.Lock()
	defer b.noted.mu.Unlock()
	if b.noted.week.Equal(week) || now.Before(b.noted.again) {
		return nil
	}
	var errs []error
	for _, k := range b.people {
		if k.Is("editor") {
			errs = append(errs, b.noteTo(ctx, k, week.Format(time.DateOnly)))
		}
	}
	if err := errors.Join(errs...); err != nil {
		b.noted.again = now.Add(noteAgain)
		return fmt.Errorf("tell editors what to do: %w", err)
	}
	b.noted.week = week
	return nil
}

// noteTo tells one editor, unless that has been done. The key of the post keeps it
// from being there twice if the program ends before it is marked.
func (b *Bot) noteTo(ctx context.Context, k Known, week string) error {
	p, err := b.readProfile(ctx, k.Person)
	if err != nil || p.Noted >= week {
		return err
	}
	by := knowledge.Person(k.Person)
	platform, user := b.reach(p)
	if p.Noted != "" && platform != "" && b.library.Allows(by, knowledge.ActSee, "") {
		tasks, err := b.library.Weekly(ctx, by)
		if err != nil {
			return err
		}
		if err := b.postNote(ctx, k, p, tasks, Post{Key: "week/" + week + "/" + string(k.Person), User: user}); err != nil {
			return err
		}
	}
	_, err = b.changeProfile(ctx, k.Person, func(p *Profile) { p.Noted, p.Name = week, first(p.Name, k.Name) })
	return err
}

// postNote posts the tasks, if there are any, and remembers what their numbers
// stand for.
func (b *Bot) postNote(ctx context.Context, k Known, p *Profile, tasks []knowledge.Task, post Post) error {
	if len(tasks) == 0 {
		return nil
	}
	platform, _ := b.reach(p)
	v := b.texts.voice(first(p.Language, k.Language, p.language(""))).in(p.Zone)
	post.Body = v.say("week")
	var items []string
	for i, t := range tasks {
		args := []string{"n", strconv.Itoa(i + 1), "title", b.newestTitle(ctx, knowledge.Person(k.Person), t.Article)}
		item := t.Article
		if t.Gap != nil {
			args = append(args, "question", t.Gap.Questions[0], "count", strconv.Itoa(t.Gap.Count))
		}
		if t.Kind == knowledge.TaskGap {
			item = gapMark + t.Gap.Keys[0]
		}
		post.Body = append(post.Body, v.say("week."+string(t.Kind), args...)...)
		items = append(items, item)
	}
	post.Body = append(post.Body, v.say("week.how")...)
	if _, err := b.changeProfile(ctx, k.Person, func(p *Profile) { p.Listed = items }); err != nil {
		return err
	}
	return b.post(ctx, platform, post)
}

// newestTitle returns what an article is called, by its newest revision if it is not in force; its id if that cannot be
// read.
func (b *Bot) newestTitle(ctx context.Context, by knowledge.Person, id string) string {
	if _, inForce := b.library.Article(id); inForce || id == "" {
		return b.articleTitle(id)
	}
	e, err := b.library.Entry(ctx, by, id)
	if err != nil {
		return id
	}
	r, err := b.library.Revision(ctx, by, id, e.Latest)
	if err != nil {
		return id
	}
	return r.Article.Title
}
