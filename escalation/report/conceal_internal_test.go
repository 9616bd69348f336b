package report

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestCover holds which parts of a known sum are hidden, with at least 5
// tickets: "s" too small, "c" covering, "." shown.
func TestCover(t *testing.T) {
	tests := []struct {
		sizes []int
		want  string
	}{
		{[]int{9, 8, 7}, "..."},
		{[]int{9, 5, 5}, "..."},
		{[]int{9, 8, 4}, ".cs"},
		{[]int{9, 8, 8, 1}, ".c.s"}, // of two next smallest the first
		{[]int{9, 3, 2}, ".ss"},     // together 5: enough
		{[]int{9, 2, 2}, "css"},     // together 4: the two would be a group of 4
		{[]int{9, 6, 1, 1, 1}, ".csss"},
		{[]int{9, 0, 0}, "..."},
		{[]int{9, 0, 4}, "c.s"}, // an empty group covers nothing
		{[]int{4}, "s"},
		{[]int{0}, "."},
		{nil, ""},
	}
	for _, tt := range tests {
		part, hidden := make([]int, len(tt.sizes)), make([]Hidden, len(tt.sizes))
		for i := range part {
			part[i] = i
		}
		cover(part, tt.sizes, hidden, 5)
		got := ""
		for _, h := range hidden {
			got += map[Hidden]string{"": ".", Small: "s", Covering: "c"}[h]
		}
		if got != tt.want {
			t.Errorf("%v: hidden %q, want %q", tt.sizes, got, tt.want)
		}
	}
}

// TestDifferences tries to work out small groups from what is shown, in many
// made-up reports: neither a sum of hidden groups nor what a hidden figure is
// drawn from may be known if it is below the limit.
func TestDifferences(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	hidden := 0
	for range 3000 {
		before, model := madeUp(rnd)
		after := copyOf(before)
		after.conceal(func(school string) string { return model[school] })
		for n, f := range append([]figure{whole}, single...) {
			a := attack{t: t, name: fmt.Sprintf("figure %d of %s", n, describe(before, model)), f: f, least: before.MinGroup}
			a.run(&before, &after, model)
			hidden += a.hidden
		}
	}
	if hidden == 0 {
		t.Error("nothing was hidden: the test tests nothing")
	}
}

// madeUp returns a result with a few models, schools that add up to them, and
// rooms, many of them small.
func madeUp(rnd *rand.Rand) (Result, map[string]string) {
	size := func() int { return []int{0, 1, 2, 3, 4, 5, 6, 8, 20}[rnd.IntN(9)] }
	r, model := Result{MinGroup: 5}, map[string]string{}
	for m := range 1 + rnd.IntN(4) {
		g := Group{ID: fmt.Sprintf("m%d", m)}
		for s := range 1 + rnd.IntN(4) {
			q := max(1, size())
			school := Group{ID: fmt.Sprintf("m%d-s%d", m, s), Figures: Figures{
				Questions: q,
				Response:  Times{Count: min(q, size())}, ResponseKept: Share{Of: min(q, size())},
				Resolution: Times{Count: min(q, size())}, ResolutionKept: Share{Of: min(q, size())},
				Reopened: Share{Of: min(q, size())}, Ratings: Ratings{Count: min(q, size())},
			}}
			model[school.ID] = g.ID
			r.Schools = append(r.Schools, school)
			sum(&g.Figures, &school.Figures)
		}
		r.Models = append(r.Models, g)
		sum(&r.Total, &g.Figures)
	}
	for range 2 {
		r.Rooms = append(r.Rooms, Group{})
	}
	for i := range r.Schools { // any split will do
		sum(&r.Rooms[i%2].Figures, &r.Schools[i].Figures)
	}
	return r, model
}

func sum(to, of *Figures) {
	to.Questions += of.Questions
	to.Response.Count += of.Response.Count
	to.ResponseKept.Of += of.ResponseKept.Of
	to.Resolution.Count += of.Resolution.Count
	to.ResolutionKept.Of += of.ResolutionKept.Of
	to.Reopened.Of += of.Reopened.Of
	to.Ratings.Count += of.Ratings.Count
}

func copyOf(r Result) Result {
	r.Models = append([]Group(nil), r.Models...)
	r.Schools = append([]Group(nil), r.Schools...)
	r.Rooms = append([]Group(nil), r.Rooms...)
	return r
}

func describe(r Result, model map[string]string) string {
	var out []string
	for _, s := range r.Schools {
		out = append(out, fmt.Sprintf("%s %+v", s.ID, s.Figures))
	}
	return strings.Join(out, "\n")
}

// An attack subtracts what is shown of one figure.
type attack struct {
	t      *testing.T
	name   string
	f      figure
	least  int
	hidden int
}

func (a *attack) run(before, after *Result, model map[string]string) {
	if total := a.f.size(&before.Total); total < a.least {
		a.check("total", 0, a.f.size(&after.Total))
		return
	}
	a.check("rooms", a.f.size(&before.Total), a.shown(after.Rooms, nil))
	// A model that is hidden but whose schools are all shown is as good as shown.
	known := map[string]bool{}
	rest := a.f.size(&before.Total)
	for i, m := range before.Models {
		schools := a.shown(after.Schools, func(s string) bool { return model[s] == m.ID })
		size := a.f.size(&m.Figures)
		if a.f.size(&after.Models[i].Figures) == size || schools == size {
			known[m.ID] = true
			rest -= size
			a.check("schools of "+m.ID, size, schools)
		}
	}
	a.check("models", rest, 0)
	a.check("schools of hidden models", rest, a.shown(after.Schools, func(s string) bool { return !known[model[s]] }))
}

func (a *attack) shown(groups []Group, of func(id string) bool) int {
	n := 0
	for i := range groups {
		if of == nil || of(groups[i].ID) {
			n += a.f.size(&groups[i].Figures)
		}
	}
	return n
}

// check fails if what is left of a sum is a group that must not be known.
func (a *attack) check(what string, sum, shown int) {
	a.t.Helper()
	left := sum - shown
	if left != 0 {
		a.hidden++
	}
	if left < 0 || 0 < left && left < a.least {
		a.t.Fatalf("%s: %d of the %s can be worked out\n%s", a.name, left, what, a.name)
	}
}
