package knowledge

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// A Person is somebody who changes articles, by the id that the caller knows them by.
type Person string

// Program stands for the program itself, which brings starter articles and publishes on schedule.
const Program Person = ""

// A State is where the newest revision of an article stands. An article in force stays in force while a newer
// revision is drafted and reviewed.
type State string

// The states.
const (
	StateDraft     State = "draft"     // being written
	StateReview    State = "review"    // waits for somebody to publish it
	StatePublished State = "published" // the newest revision is in force
	StateRetired   State = "retired"   // nothing is in force
)

// An Entry is an article's life besides its text. It is a stored form: rename nothing.
type Entry struct {
	ID        string           `json:"id"`
	State     State            `json:"state"`
	Latest    int              `json:"latest"`             // number of the newest revision; revisions count from 1
	InForce   int              `json:"in_force,omitempty"` // number of the revision that answers, 0 for none
	Since     time.Time        `json:"since,omitzero"`     // when InForce came into force
	Changed   time.Time        `json:"changed"`            // when anything last changed
	Owner     Person           `json:"owner,omitempty"`    // who looks after the article
	Review    time.Time        `json:"review,omitzero"`    // when the article should be looked at again
	PublishAt time.Time        `json:"publish_at,omitzero"`
	Of        []string         `json:"made_of,omitempty"`  // the keys of what it was drafted of, see [Source]
	Shipped   *Article         `json:"shipped,omitempty"`  // the starter article that was last taken over or put aside
	Proposal  *Proposal        `json:"proposal,omitempty"` // what the program would change
	Locals    map[string]Local `json:"locals,omitempty"`   // by school: the text that it puts in
}

// A Revision is an article as somebody left it. Revisions are never changed.
type Revision struct {
	Number  int       `json:"number"`
	At      time.Time `json:"at"`
	By      Person    `json:"by,omitempty"` // Program also if the person has been erased
	Why     string    `json:"why,omitempty"`
	From    int       `json:"from,omitempty"` // the revision that was restored
	Article Article   `json:"article"`
}

// A Proposal is a newer starter article that did not replace the local one, because that has been changed here.
type Proposal struct {
	At        time.Time `json:"at"`
	Gone      bool      `json:"gone,omitempty"`      // the program no longer ships the article
	Shipped   Article   `json:"shipped"`             // as it ships now
	Merged    Article   `json:"merged"`              // what was changed only there, and what was changed here
	Conflicts []string  `json:"conflicts,omitempty"` // fields changed on both sides; Merged keeps those from here
}

var (
	// ErrStale says that the article has been changed since it was read.
	ErrStale = errors.New("changed meanwhile")
	// ErrNoProposal says that the program proposes nothing for the article.
	ErrNoProposal = errors.New("no proposal")
)

// A TransitionError says that something cannot be done with an article in its state.
type TransitionError struct {
	State  State // empty if there is no article yet
	Action Action
}

// Error implements error.
func (e *TransitionError) Error() string {
	return fmt.Sprintf("cannot %s an article in state %q", e.Action, e.State)
}

// follows is the table of what may be done with an article in each state, and in which state that leaves it.
var follows = map[State]map[Action]State{
	"":         {ActSave: StateDraft, ActImport: StateReview, ActShip: StatePublished},
	StateDraft: {ActSave: StateDraft, ActImport: StateReview, ActSubmit: StateReview, ActRestore: StateDraft, ActRetire: StateRetired},
	StateReview: {
		ActSave: StateDraft, ActImport: StateReview, ActReturn: StateDraft, ActPublish: StatePublished,
		ActRestore: StateDraft, ActRetire: StateRetired,
	},
	StatePublished: {
		ActSave: StateDraft, ActImport: StateReview, ActRestore: StateDraft, ActRetire: StateRetired, ActShip: StatePublished,
	},
	StateRetired: {ActSave: StateDraft, ActImport: StateReview, ActRestore: StateDraft},
}

// move brings the entry into the state that the action leads to.
func (e *Entry) move(a Action) error {
	to, ok := follows[e.State][a]
	if !ok {
		return &TransitionError{e.State, a}
	}
	e.State = to
	if to != StateReview {
		e.PublishAt = time.Time{}
	}
	return nil
}

// due reports whether the entry is to be published by now.
func (e *Entry) due(now time.Time) bool {
	return e.State == StateReview && !e.PublishAt.IsZero() && !e.PublishAt.After(now)
}

// Stale reports whether the article is in force and its review date has come. It stays in force all the same.
func (e *Entry) Stale(now time.Time) bool {
	return e.InForce != 0 && !e.Review.IsZero() && !e.Review.After(now)
}

// revisionKey is the key of a revision on its shelf.
func revisionKey(id string, number int) string { return fmt.Sprintf("%s/%06d", id, number) }

// same reports whether two articles say the same.
func same(a, b Article) bool { return len(Diff(a, b)) == 0 && a.ID == b.ID }

// A Difference is a field that differs between two articles. A text is a list of one; nil is "not given".
type Difference struct {
	Field    string // as in the head of a file, such as "questions"; English ones with "english."
	Old, New []string
}

// Diff returns the fields that differ, in the order of [Columns].
func Diff(from, to Article) []Difference {
	var out []Difference
	for _, c := range columns {
		if x, y := c.get(from), c.get(to); !slices.Equal(x, y) {
			out = append(out, Difference{Field: c.name, Old: x, New: y})
		}
	}
	return out
}

// merge3 returns the local article with what changed from base to shipped, and the fields that changed on both sides
// in different ways; those stay local.
func merge3(base, local, shipped Article) (merged Article, conflicts []string) {
	merged = local
	for _, c := range columns {
		was, here, there := c.get(base), c.get(local), c.get(shipped)
		switch {
		case slices.Equal(was, there) || slices.Equal(here, there):
		case slices.Equal(was, here):
			merged = c.set(merged, there)
		default:
			conflicts = append(conflicts, c.name)
		}
	}
	return merged, conflicts
}

// A column is a field of an article, read and written as a list of texts.
type column struct {
	name string
	text func(*Article) *string   // of a field of one text
	list func(*Article) *[]string // of a list
	flag func(*Article) *bool     // of a yes or no
}

// columns are the fields of an article, in the order of files and tables.
var columns = []column{
	{name: "id", text: func(a *Article) *string { return &a.ID }},
	{name: "title", text: func(a *Article) *string { return &a.Title }},
	{name: "room", text: func(a *Article) *string { return &a.Room }},
	{name: "role", text: func(a *Article) *string { return &a.Role }},
	{name: "kind", text: func(a *Article) *string { return &a.Kind }},
	{name: "priority", text: func(a *Article) *string { return &a.Priority }},
	{name: "at_once", flag: func(a *Article) *bool { return &a.AtOnce }},
	{name: "also", list: func(a *Article) *[]string { return &a.Also }},
	{name: "fields", list: func(a *Article) *[]string { return &a.Fields }},
	{name: "near", list: func(a *Article) *[]string { return &a.Near }},
	{name: "ask", text: func(a *Article) *string { return &a.Ask }},
	{name: "option", text: func(a *Article) *string { return &a.Option }},
	{name: "tags", list: func(a *Article) *[]string { return &a.Tags }},
	{name: "questions", list: func(a *Article) *[]string { return &a.Questions }},
	{name: "steps", list: func(a *Article) *[]string { return &a.Steps }},
	{name: "note", text: func(a *Article) *string { return &a.Note }},
	{name: "english.title", text: func(a *Article) *string { return &a.English.Title }},
	{name: "english.ask", text: func(a *Article) *string { return &a.English.Ask }},
	{name: "english.option", text: func(a *Article) *string { return &a.English.Option }},
	{name: "english.questions", list: func(a *Article) *[]string { return &a.English.Questions }},
	{name: "english.steps", list: func(a *Article) *[]string { return &a.English.Steps }},
	{name: "english.note", text: func(a *Article) *string { return &a.English.Note }},
}

// Columns returns the names of an article's fields, in the order of [Diff] and of tables.
func Columns() []string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.name
	}
	return names
}

// twinned gives the article an English twin of its own, so that its fields can be reached.
func twinned(a Article) Article {
	t := new(Twin)
	if a.English != nil {
		*t = *a.English
	}
	a.English = t
	return a
}

// get returns the field's texts, nil if it is not given.
func (c column) get(a Article) []string {
	a = twinned(a)
	switch {
	case c.list != nil:
		return slices.Clone(*c.list(&a))
	case c.flag != nil && *c.flag(&a):
		return []string{"true"}
	case c.text != nil && *c.text(&a) != "":
		return []string{*c.text(&a)}
	}
	return nil
}

// set returns the article with the field changed.
func (c column) set(a Article, values []string) Article {
	a = twinned(a)
	switch {
	case c.list != nil:
		*c.list(&a) = slices.Clone(values)
	case c.flag != nil:
		*c.flag(&a) = slices.Equal(values, []string{"true"})
	case len(values) == 0:
		*c.text(&a) = ""
	default:
		*c.text(&a) = values[0]
	}
	if t := a.English; t.Title == "" && t.Ask == "" && t.Option == "" && t.Note == "" && len(t.Questions) == 0 && len(t.Steps) == 0 {
		a.English = nil
	}
	return a
}
