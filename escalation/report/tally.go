package report

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// A tally collects what the figures of a group are drawn from.
type tally struct {
	counts     Figures // without times and mean
	response   durations
	resolution durations
	stars      int
}

// durations are the readings of a clock that has ended.
type durations struct{ spent, wall []time.Duration }

func (t *tally) add(f *facts) {
	c := &t.counts
	c.Questions++
	c.Outcomes.add(f.outcome)
	if f.stars > 0 {
		c.Ratings.Count++
		t.stars += f.stars
	}
	if !f.opened {
		return
	}
	c.ResponseKept.decide(f.response.promise)
	c.ResolutionKept.decide(f.resolution.promise)
	if f.wasSolved {
		c.Reopened.add(f.reopened)
	}
	if f.measured {
		t.response.add(f.response)
		t.resolution.add(f.resolution)
	}
}

func (t *tally) figures() Figures {
	f := t.counts
	f.Response, f.Resolution = t.response.times(), t.resolution.times()
	if f.Ratings.Count > 0 {
		f.Ratings.Mean = math.Round(100*float64(t.stars)/float64(f.Ratings.Count)) / 100
	}
	return f
}

func (s *Share) add(counts bool) {
	s.Of++
	if counts {
		s.Count++
	}
}

func (s *Share) decide(p promise) {
	if p != undecided {
		s.add(p == kept)
	}
}

func (d *durations) add(r reading) {
	if r.ended {
		d.spent, d.wall = append(d.spent, r.spent), append(d.wall, r.wall)
	}
}

func (d *durations) times() Times {
	slices.Sort(d.spent)
	slices.Sort(d.wall)
	return Times{
		Count:  len(d.spent),
		Median: minutes(percentile(d.spent, 50)),
		P90:    minutes(percentile(d.spent, 90)),
		Wall:   minutes(percentile(d.wall, 50)),
	}
}

// percentile returns the nearest-rank percentile: the smallest of the sorted
// values that at least p percent of them do not exceed; 0 of none.
func percentile(sorted []time.Duration, p int) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	rank := (p*len(sorted) + 99) / 100
	return sorted[max(rank, 1)-1]
}

// tallies are the tallies of a breakdown by id.
type tallies map[string]*tally

func (all tallies) of(id string) *tally {
	if all[id] == nil {
		all[id] = &tally{}
	}
	return all[id]
}

// groups returns the groups by title, the unknown one last.
func (all tallies) groups(title func(id string) string) []Group {
	out := make([]Group, 0, len(all))
	for id, t := range all {
		g := Group{ID: id, Figures: t.figures()}
		if id != "" {
			g.Title = cmp.Or(title(id), id)
		}
		out = append(out, g)
	}
	slices.SortFunc(out, func(a, b Group) int {
		if (a.ID == "") != (b.ID == "") {
			return cmp.Compare(len(b.ID), len(a.ID))
		}
		return cmp.Or(cmp.Compare(a.Title, b.Title), cmp.Compare(a.ID, b.ID))
	})
	return out
}
