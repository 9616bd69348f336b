package report

import (
	"math"
	"time"

	"ersthelfer/escalation"
)

// A Result is the figures of a period. It is the JSON that other programs read:
// rename no tag.
type Result struct {
	From     time.Time `json:"from,omitzero"` // the period by when a question was asked: [From, To)
	To       time.Time `json:"to,omitzero"`
	Now      time.Time `json:"now"` // as of when
	Language string    `json:"language"`
	MinGroup int       `json:"min_group"`

	Total   Figures `json:"total"`
	Models  []Group `json:"models"`  // by how the school is connected to support
	Schools []Group `json:"schools"` // by school
	Rooms   []Group `json:"rooms"`   // opened tickets by room of the building

	// The rest is about all schools together, and nil if Total is hidden.
	Steps      []Step     `json:"steps"`
	Priorities []Priority `json:"priorities"`
	Ages       []Age      `json:"ages"`
	Articles   []Article  `json:"articles"`

	// Unmeasured counts opened tickets that are missing in all times because the
	// model no longer has the calendar of somebody who held them.
	Unmeasured int `json:"unmeasured"`
}

// Hidden says why a figure is not shown; it is empty for one that is.
type Hidden string

// The reasons. The package comment says why there are two.
const (
	Small    Hidden = "small"    // drawn from fewer tickets than Options.MinGroup
	Covering Hidden = "covering" // or else a small one could be worked out
)

// A Group is the figures of one part of a breakdown.
type Group struct {
	ID    string `json:"id"` // empty: a school or room that the model does not know
	Title string `json:"title"`
	Figures
}

// Figures are what is said of a group of questions. If Hidden is set, all else
// is zero.
type Figures struct {
	Hidden         Hidden   `json:"hidden,omitempty"`
	Questions      int      `json:"questions"`
	Outcomes       Outcomes `json:"outcomes"`
	Response       Times    `json:"response"`        // opened → first qualified action of a person
	ResponseKept   Share    `json:"response_kept"`   // promises of it, see Share
	Resolution     Times    `json:"resolution"`      // opened → solved, without waiting for the requester
	ResolutionKept Share    `json:"resolution_kept"` // promises of it, see Share
	Reopened       Share    `json:"reopened"`        // tickets reopened at least once, of those solved at least once
	Ratings        Ratings  `json:"ratings"`
}

// Outcomes count questions by how they ended; every question has exactly one.
// What the bot solved is never one blended rate: silence is no proof of help.
type Outcomes struct {
	Confirmed       int `json:"confirmed"`        // never opened; the requester said the article helped
	NotContradicted int `json:"not_contradicted"` // never opened; one article was shown, and no word came back
	CameBack        int `json:"came_back"`        // one of the two, but taken back, or asked again within Return
	Opened          int `json:"opened"`           // people had to act, whatever came before or after
	Abandoned       int `json:"abandoned"`        // never opened; lapsed without an article that could have helped
	Cancelled       int `json:"cancelled"`        // withdrawn before anybody had to act, or a duplicate
	Open            int `json:"open"`             // the conversation goes on
}

// Return is how long after being solved by the bot the same question counts as
// come back: the same requester is shown the same article again, in wall time.
// Somebody who asks with such other words that another article is shown is not
// recognised.
const Return = 14 * 24 * time.Hour

// Times are how long one clock ran in the tickets where it has ended: the
// response clock at the first qualified action of a person, the resolution clock
// when staff said what was done and nobody reopened it. (Zammad, manage/slas:
// pending and closed stop the clock.) Without a Count they say nothing.
type Times struct {
	Hidden Hidden  `json:"hidden,omitempty"`
	Count  int     `json:"count"`
	Median Minutes `json:"median_minutes"`      // business time
	P90    Minutes `json:"p90_minutes"`         // business time
	Wall   Minutes `json:"wall_median_minutes"` // on the wall, waiting for the requester included
}

// A Share is Count of Of. Without an Of it says nothing.
//
// A promise is kept if its clock ended no later than the due time that was in
// force then, and broken as soon as a due time in force passed, even if the
// ticket was handed on with a new one. It counts from the moment that is
// decided: a ticket nobody has touched counts as broken when it is overdue, and
// not at all before. What was promised is read from the events, so that a later
// change of targets does not change the past.
type Share struct {
	Hidden Hidden `json:"hidden,omitempty"`
	Count  int    `json:"count"`
	Of     int    `json:"of"`
}

// Percent returns the share in percent, rounded, and 0 without an Of.
func (s Share) Percent() int {
	if s.Of == 0 {
		return 0
	}
	return int(math.Round(100 * float64(s.Count) / float64(s.Of)))
}

// Ratings are the requesters' stars, 1 to 5, the last of each ticket.
type Ratings struct {
	Hidden Hidden  `json:"hidden,omitempty"`
	Count  int     `json:"count"`
	Mean   float64 `json:"mean"` // rounded to hundredths
}

// A Step is how many tickets a step of the way held at some time, and how many
// of them it handed on to a later step, by itself or because time ran out.
type Step struct {
	Step     int             `json:"step"` // counted from 1
	Role     escalation.Role `json:"role"` // empty: the supervisor
	Title    string          `json:"title"`
	HandedOn Share           `json:"handed_on"`
}

// A Priority is how many opened tickets have it.
type Priority struct {
	Priority escalation.Priority `json:"priority"`
	Count    int                 `json:"count"`
}

// An Age is how many tickets of the period are unsolved since so many business
// days: days with opening hours, of whoever holds the ticket now, after the day
// on which its clock could first run. The borders are those of our default
// targets.
type Age struct {
	Least int `json:"least"`
	Most  int `json:"most"` // 0: no end
	Count int `json:"count"`
}

// An Article is how an article did, in tickets. Listed are those that did not
// help somebody or whose help did not last. An article is nobody's performance,
// so that small numbers are shown.
type Article struct {
	ID        string `json:"id"`
	Shown     int    `json:"shown"` // as the answer, or chosen from several
	Helped    int    `json:"helped"`
	NotHelped int    `json:"not_helped"`
	CameBack  int    `json:"came_back"` // said or taken to have helped, and yet came back
}

// Minutes are a length of time in whole minutes, rounded.
type Minutes int

func minutes(d time.Duration) Minutes { return Minutes(d.Round(time.Minute) / time.Minute) }
