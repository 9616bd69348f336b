package knowledge

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"
)

// A TaskKind says what there is to do.
type TaskKind string

// The kinds of tasks.
const (
	TaskGap      TaskKind = "gap"      // write an article for questions that have none
	TaskFailing  TaskKind = "failing"  // an article does not help
	TaskReview   TaskKind = "review"   // a draft waits for somebody to publish it
	TaskDraft    TaskKind = "draft"    // what was made of a solved ticket, or of a gap that is none any more, waits to be finished
	TaskStale    TaskKind = "stale"    // the review date has come
	TaskProposal TaskKind = "proposal" // the program ships a newer text than the one changed here
	TaskLocal    TaskKind = "local"    // a school replaces a step that is no longer there
	TaskOwner    TaskKind = "owner"    // nobody looks after an article that is asked for
)

// A Task is something worthwhile to do.
type Task struct {
	Kind    TaskKind
	Article string // id; of a gap: of the article that comes nearest
	School  string // for TaskLocal
	Owner   Person // who looks after the article
	Gap     *Gap   // for TaskGap and TaskFailing, if there are questions to show
	Since   time.Time
	Worth   float64 // about how many questions it would serve in the time that a question counts, to compare
}

// What a task is worth beside the questions that it serves. A waiting draft is work already done; a review date is a
// promise that somebody made.
const (
	worthReview   = 2.0
	worthDraft    = 1.5
	worthStale    = 1.0
	worthProposal = 0.5
	worthLocal    = 1.0
	worthShare    = 0.1 // of the questions asked of an article: those that looking at it may serve better
	worthOwner    = 0.05
)

// Weekly returns the three most worthwhile things to do.
func (l *Library) Weekly(ctx context.Context, by Person) ([]Task, error) {
	all, err := l.Tasks(ctx, by)
	return all[:min(3, len(all))], err
}

// Tasks returns all there is to do, the most worthwhile first.
func (l *Library) Tasks(ctx context.Context, by Person) ([]Task, error) {
	if err := l.may(by, ActSee, ""); err != nil {
		return nil, err
	}
	now := l.now()
	entries, err := l.entries(ctx)
	if err != nil {
		return nil, fmt.Errorf("find tasks: %w", err)
	}
	gaps, err := l.gaps(ctx, now)
	if err != nil {
		return nil, fmt.Errorf("find tasks: %w", err)
	}
	asked, err := l.asked(ctx, now)
	if err != nil {
		return nil, fmt.Errorf("find tasks: %w", err)
	}
	owners, made, open := map[string]Person{}, map[string][]string{}, map[string]bool{}
	var all []Task
	for _, e := range entries {
		owners[e.ID], made[e.ID] = e.Owner, e.Of
		all = append(all, l.tasksOf(e, asked[e.ID], now)...)
	}
	for i := range gaps {
		g := &gaps[i]
		kind := TaskGap
		if g.Cause == CauseNotHelped {
			kind = TaskFailing
		}
		all = append(all, Task{Kind: kind, Article: g.Article, Owner: owners[g.Article], Gap: g, Since: g.First, Worth: g.Weight})
		for _, key := range g.Keys {
			open[key] = true
		}
	}
	all = slices.DeleteFunc(all, func(t Task) bool { // the gap that it was made of is to be done by it
		return t.Kind == TaskDraft && slices.ContainsFunc(made[t.Article], func(key string) bool { return open[key] })
	})
	slices.SortStableFunc(all, func(a, b Task) int {
		return cmp.Or(cmp.Compare(b.Worth, a.Worth), a.Since.Compare(b.Since), cmp.Compare(a.Article, b.Article))
	})
	return all, nil
}

// tasksOf returns what there is to do with one article that is asked for so often.
func (l *Library) tasksOf(e *Entry, asked float64, now time.Time) (out []Task) {
	add := func(k TaskKind, school string, since time.Time, worth float64) {
		out = append(out, Task{Kind: k, Article: e.ID, School: school, Owner: e.Owner, Since: since, Worth: worth})
	}
	if e.State == StateReview && e.PublishAt.IsZero() {
		add(TaskReview, "", e.Changed, worthReview+worthShare*asked)
	}
	if e.InForce == 0 {
		if e.State == StateDraft && len(e.Of) > 0 {
			add(TaskDraft, "", e.Changed, worthDraft)
		}
		return out
	}
	if e.Stale(now) {
		add(TaskStale, "", e.Review, worthStale+worthShare*asked)
	}
	if e.Proposal != nil {
		add(TaskProposal, "", e.Proposal.At, worthProposal+worthShare*asked)
	}
	if e.Owner == Program && asked >= 1 {
		add(TaskOwner, "", e.Since, worthOwner*asked)
	}
	if a, ok := l.Article(e.ID); ok {
		for school, o := range e.Locals {
			if o.stale(*a) {
				add(TaskLocal, school, e.Since, worthLocal+worthShare*asked)
			}
		}
	}
	slices.SortFunc(out, func(a, b Task) int { return cmp.Compare(a.School, b.School) })
	return out
}

// asked counts the questions for which each article was shown first, the older ones less.
func (l *Library) asked(ctx context.Context, now time.Time) (map[string]float64, error) {
	counted := map[string]float64{}
	err := l.observations(ctx, func(o Observation) {
		if len(o.Articles) > 0 {
			counted[o.Articles[0]] += decay(now.Sub(o.At))
		}
	})
	return counted, err
}
