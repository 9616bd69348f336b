package report

// A figure is one of Figures that is drawn from a number of tickets, and how it
// is hidden.
type figure struct {
	size func(*Figures) int
	hide func(*Figures, Hidden)
}

// whole is the group itself, which decides about all its figures. Hiding only
// marks it; what it holds is needed for the figures one by one, and wiped last.
var whole = figure{func(f *Figures) int { return f.Questions }, func(f *Figures, h Hidden) { f.Hidden = h }}

var single = []figure{
	{func(f *Figures) int { return f.Response.Count }, func(f *Figures, h Hidden) { f.Response = Times{Hidden: h} }},
	{func(f *Figures) int { return f.ResponseKept.Of }, func(f *Figures, h Hidden) { f.ResponseKept = Share{Hidden: h} }},
	{func(f *Figures) int { return f.Resolution.Count }, func(f *Figures, h Hidden) { f.Resolution = Times{Hidden: h} }},
	{func(f *Figures) int { return f.ResolutionKept.Of }, func(f *Figures, h Hidden) { f.ResolutionKept = Share{Hidden: h} }},
	{func(f *Figures) int { return f.Reopened.Of }, func(f *Figures, h Hidden) { f.Reopened = Share{Hidden: h} }},
	{func(f *Figures) int { return f.Ratings.Count }, func(f *Figures, h Hidden) { f.Ratings = Ratings{Hidden: h} }},
}

// conceal hides what is drawn from too few tickets, and what would give that
// away. The connection of a school says to which model it adds up.
func (r *Result) conceal(connection func(school string) string) {
	for _, f := range append([]figure{whole}, single...) {
		f.conceal([]*Figures{&r.Total}, []string{""}, r.MinGroup)
		f.conceal(figuresOf(r.Rooms), make([]string, len(r.Rooms)), r.MinGroup)
		shown := map[string]string{}
		for i, h := range f.conceal(figuresOf(r.Models), make([]string, len(r.Models)), r.MinGroup) {
			if h == "" {
				shown[r.Models[i].ID] = "model " + r.Models[i].ID
			}
		}
		// Schools of a model that is shown add up to it, all others to what is
		// left of the total.
		sum := make([]string, len(r.Schools))
		for i, g := range r.Schools {
			sum[i] = shown[connection(g.ID)]
		}
		f.conceal(figuresOf(r.Schools), sum, r.MinGroup)
	}
	r.wipe()
	r.concealSteps()
}

// conceal hides the figure where it must be, each sum for itself, and returns
// why. A group that is hidden as a whole stays so.
func (f figure) conceal(groups []*Figures, sum []string, least int) []Hidden {
	hidden, sizes := make([]Hidden, len(groups)), make([]int, len(groups))
	parts := map[string][]int{}
	for i, g := range groups {
		hidden[i], sizes[i] = g.Hidden, f.size(g)
		parts[sum[i]] = append(parts[sum[i]], i)
	}
	for _, part := range parts {
		cover(part, sizes, hidden, least)
	}
	for i, g := range groups {
		if hidden[i] != "" {
			f.hide(g, hidden[i])
		}
	}
	return hidden
}

// cover marks which of the groups in part, which add up to a sum that is known,
// must be hidden. An empty group needs no hiding and hides nothing. One that is
// too small never stays alone, because alone it is less than least.
func cover(part, sizes []int, hidden []Hidden, least int) {
	for _, i := range part {
		if hidden[i] == "" && 0 < sizes[i] && sizes[i] < least {
			hidden[i] = Small
		}
	}
	for {
		together, next := 0, -1
		for _, i := range part {
			switch {
			case sizes[i] == 0:
			case hidden[i] != "":
				together += sizes[i]
			case next < 0 || sizes[i] < sizes[next]:
				next = i
			}
		}
		if together == 0 || together >= least || next < 0 {
			return
		}
		hidden[next] = Covering
	}
}

func figuresOf(groups []Group) []*Figures {
	out := make([]*Figures, len(groups))
	for i := range groups {
		out[i] = &groups[i].Figures
	}
	return out
}

// wipe empties the groups that are hidden as a whole. Of too few questions
// altogether nothing is said at all.
func (r *Result) wipe() {
	for _, groups := range [][]*Figures{{&r.Total}, figuresOf(r.Models), figuresOf(r.Schools), figuresOf(r.Rooms)} {
		for _, g := range groups {
			if g.Hidden != "" {
				*g = Figures{Hidden: g.Hidden}
			}
		}
	}
	if r.Total.Hidden != "" {
		r.Steps, r.Priorities, r.Ages, r.Articles, r.Unmeasured = nil, nil, nil, nil, 0
	}
}

// concealSteps does for steps what conceal does for groups: those of one number
// add up to the tickets that came so far.
func (r *Result) concealSteps() {
	parts := map[int][]int{}
	sizes, hidden := make([]int, len(r.Steps)), make([]Hidden, len(r.Steps))
	for i, s := range r.Steps {
		sizes[i] = s.HandedOn.Of
		parts[s.Step] = append(parts[s.Step], i)
	}
	for _, part := range parts {
		cover(part, sizes, hidden, r.MinGroup)
	}
	for i, h := range hidden {
		if h != "" {
			r.Steps[i].HandedOn = Share{Hidden: h}
		}
	}
}
