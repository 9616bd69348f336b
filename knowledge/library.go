package knowledge

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// A Library holds the articles of the schools: it answers from those in force, and is the only door to changing them.
//
// Every method that changes something is one transaction of its [Store], checks the right of the person it acts for
// (default deny), adds to the audit, and keeps every revision. A change is seen in two steps. At once, answers show the
// new text, and never again an article that was taken out of force. The index that knows the new phrasings is built
// off the path of questions and swapped in when it is done; changes that come meanwhile share the next one. Every
// question is answered all the while. [Library.Settle] waits for it.
//
// A Library is safe for concurrent use. One made by [NewLibrary] answers and keeps nothing: its other methods return
// ErrReadOnly.
type Library struct {
	index    atomic.Pointer[Index]
	force    atomic.Pointer[map[string]held] // the articles in force; nil without a store
	store    Store
	o        LibraryOptions
	writing  sync.Mutex // held from a transaction's beginning until force follows it
	builds   builds
	plan     plan
	memory   remembered
	tried    atomic.Pointer[lastTrial]
	footings footings
	pruned   atomic.Int64 // day, in days since 1970, of the last pruning
}

// LibraryOptions say how a library works. The zero value lets nobody change anything.
type LibraryOptions struct {
	Index Options // for the index

	// May decides every right. school is set for the text of one school, else empty. See [Can] for a table by role.
	May func(p Person, a Action, school string) bool

	Now   func() time.Time         // the clock; nil for time.Now
	Names func(text string) string // blanks out the names of people who are known; nil if none are
	Rooms []string                 // of the building: an article that belongs to no other is not published; none: any room will do
	Keep  time.Duration            // wall time that observations are kept; 0 for [DefaultKeep]
	// KeepText is the wall time that the words of a question are kept; what was shown for it and whether that helped stays
	// for Keep. 0 for as long as Keep.
	KeepText time.Duration
	Most     int          // how many observations are kept, the newest; 0 for [DefaultMost]
	Log      *slog.Logger // gets keys of damaged records, never text; nil logs nothing
}

// DefaultKeep is how long observations are kept: a school year and a little more.
const DefaultKeep = 400 * 24 * time.Hour

// DefaultMost is how many observations are kept: twice what the teachers of fifty schools ask in [DefaultKeep] if each asks
// every other week, and about 50 MB of memory.
const DefaultMost = 200_000

// NewLibrary returns a library that answers from the index and keeps no articles of its own.
func NewLibrary(index *Index) *Library {
	l := new(Library)
	l.index.Store(index)
	return l
}

// OpenLibrary returns the library of a store, after taking over what is new in the starter articles: those that
// nobody changed move with the program, for the others the change becomes a [Proposal].
func OpenLibrary(ctx context.Context, store Store, starter []Article, o LibraryOptions) (*Library, error) {
	o.Now = orElse(o.Now, time.Now)
	o.Names = orElse(o.Names, func(text string) string { return text })
	o.Keep = cmp.Or(o.Keep, DefaultKeep)
	o.KeepText = cmp.Or(o.KeepText, o.Keep)
	o.Most = cmp.Or(o.Most, DefaultMost)
	o.Log = cmp.Or(o.Log, slog.New(slog.DiscardHandler))
	l := &Library{store: store, o: o}
	force := map[string]held{}
	l.force.Store(&force)
	if err := l.ship(ctx, starter); err != nil {
		return nil, fmt.Errorf("open library: %w", err)
	}
	if err := l.load(ctx); err != nil {
		return nil, fmt.Errorf("open library: %w", err)
	}
	l.index.Store(NewIndex(inForce(*l.force.Load()), o.Index))
	return l, nil
}

func orElse[F func() time.Time | func(string) string](f, other F) F {
	if f == nil {
		return other
	}
	return f
}

// load reads the articles in force.
func (l *Library) load(ctx context.Context) error {
	entries, err := l.entries(ctx)
	if err != nil {
		return err
	}
	force := make(map[string]held, len(entries))
	var lost losses
	for part := range slices.Chunk(entries, pageSize) {
		err := l.store.View(ctx, func(tx Tx) error {
			for _, e := range part {
				if e.InForce == 0 {
					continue
				}
				r, err := revisionOf(tx, e.ID, e.InForce)
				if err != nil {
					lost.add(revisionKey(e.ID, e.InForce), err)
					continue
				}
				force[e.ID] = held{&r.Article, e.Locals}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	lost.tell(l)
	l.force.Store(&force)
	return nil
}

// inForce returns the articles in force, ordered by id, so that the same articles give the same index.
func inForce(force map[string]held) []Article {
	out := make([]Article, 0, len(force))
	for _, h := range force {
		out = append(out, *h.article)
	}
	slices.SortFunc(out, func(a, b Article) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

// Answer says what becomes of a message, see [Index.Answer].
func (l *Library) Answer(text string) Answer { return l.current(l.index.Load().Answer(text)) }

// Explain answers and says which evidence decided, see [Index.Explain].
func (l *Library) Explain(text string) Explanation {
	e := l.index.Load().Explain(text)
	e.Answer = l.current(e.Answer)
	return e
}

// Evaluate measures the articles in force on questions, see [Index.Evaluate].
func (l *Library) Evaluate(questions []Question) Evaluation {
	return l.index.Load().Evaluate(questions)
}

// options are those of an index that is built beside or after the one in force, whose readings it can use.
func (l *Library) options() Options {
	o := l.o.Index
	o.before = l.index.Load().readings
	return o
}

// current brings an answer up to date with changes that the index does not know yet.
func (l *Library) current(a Answer) Answer {
	force := l.force.Load()
	if force == nil || len(a.Hits) == 0 {
		return a
	}
	hits := make([]Hit, 0, len(a.Hits))
	for _, h := range a.Hits {
		now, ok := (*force)[h.Article.ID]
		if !ok {
			continue
		}
		if before := h.Article.label(a.Language); h.Label == before {
			h.Label = now.article.label(a.Language)
		} else {
			h.Label = now.article.Title
		}
		h.Article = now.article
		hits = append(hits, h)
	}
	gone := len(hits) == 0 || a.Outcome == Answered && hits[0].Article.ID != a.Hits[0].Article.ID
	if gone && (a.Outcome == Answered || a.Outcome == Choose) {
		a.Outcome, a.Ask = None, ""
	}
	a.Hits = hits
	a.AtOnce = a.Outcome == Answered && hits[0].Article.AtOnce
	return a
}

// Article returns the article in force with the id, and whether there is one. It must not be changed.
func (l *Library) Article(id string) (*Article, bool) {
	if force := l.force.Load(); force != nil {
		h, ok := (*force)[id]
		return h.article, ok
	}
	ix := l.index.Load()
	i, ok := ix.byID[id]
	if !ok {
		return nil, false
	}
	return &ix.articles[i], true
}

// Settle waits until the index in force knows every change that was made before the call, or ctx ends.
func (l *Library) Settle(ctx context.Context) error { return l.builds.settle(ctx) }

// builds coalesces the building of indexes: one at a time, and one more when something changed meanwhile.
type builds struct {
	mu      sync.Mutex
	wanted  int // counts changes
	done    int // how many of them the index knows
	running bool
	changed chan struct{} // closed when done changes; nil if nobody waits
}

// want has an index built of the library's articles.
func (b *builds) want(l *Library) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.wanted++
	if !b.running {
		b.running = true
		go b.run(l)
	}
}

// run builds until nothing has changed during a build.
func (b *builds) run(l *Library) {
	for more := true; more; {
		b.mu.Lock()
		target := b.wanted
		b.mu.Unlock()
		l.index.Store(NewIndex(inForce(*l.force.Load()), l.options()))
		b.mu.Lock()
		b.done = target
		more = b.wanted > target
		b.running = more
		if b.changed != nil {
			close(b.changed)
			b.changed = nil
		}
		b.mu.Unlock()
	}
}

func (b *builds) settle(ctx context.Context) error {
	b.mu.Lock()
	target := b.wanted
	for b.done < target {
		if b.changed == nil {
			b.changed = make(chan struct{})
		}
		changed := b.changed
		b.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
		b.mu.Lock()
	}
	b.mu.Unlock()
	return nil
}

// Overlay returns the starter articles with a school's own ones, ordered by id. An own article replaces the starter
// article of the same id.
func Overlay(starter, own []Article) []Article {
	all := make(map[string]Article, len(starter)+len(own))
	for _, list := range [][]Article{starter, own} {
		for _, a := range list {
			all[a.ID] = a
		}
	}
	out := make([]Article, 0, len(all))
	for _, a := range all {
		out = append(out, a)
	}
	slices.SortFunc(out, func(a, b Article) int { return cmp.Compare(a.ID, b.ID) })
	return out
}
