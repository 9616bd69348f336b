package knowledge

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"
)

// A Cause says why a question is a gap.
type Cause string

// The causes.
const (
	CauseNone      Cause = "none"       // no article answers
	CauseNotHelped Cause = "not_helped" // the article that was shown did not help, or it came back
)

// A Gap is questions of one meaning that no article answers, or those for which one article did not help.
type Gap struct {
	Keys      []string // of its questions, the newest first: each finds it, so that it is found as long as one is kept
	Cause     Cause
	Questions []string // different wordings, the most typical first
	Count     int      // how often it was asked
	Schools   int      // from how many schools
	First     time.Time
	Last      time.Time
	Article   string  // id of the article that was shown, or comes nearest; "" for none
	Weight    float64 // how often, each time counting half for every halfLife since
}

// halfLife is how long it takes until a question counts half.
const halfLife = 30 * 24 * time.Hour

// alike is the mean cosine from which on a question belongs to a group. Chosen on the phrasings of a third of the starter
// articles, asked of an index without these: half of the pairs grouped belong to one article. As those phrasings are
// written to differ, only a tenth of the pairs that belong together are found; people repeat themselves more. See
// TestGapsGroupByMeaning.
const alike = 0.10

// maxGapQuestions bounds how many questions are looked at and grouped, the newest first.
const maxGapQuestions = 5000

// Gaps returns what the articles lack, the most frequent and most recent first. Questions that an article answers by now
// which came into force after they were asked, or whose article has a newer revision in force, are gaps no more.
func (l *Library) Gaps(ctx context.Context, by Person) ([]Gap, error) {
	if err := l.may(by, ActSee, ""); err != nil {
		return nil, err
	}
	gaps, err := l.gaps(ctx, l.now())
	if err != nil {
		return nil, fmt.Errorf("find gaps: %w", err)
	}
	return gaps, nil
}

// Gap returns the gap that has a question with the key, or ErrNotFound.
func (l *Library) Gap(ctx context.Context, by Person, key string) (Gap, error) {
	gaps, err := l.Gaps(ctx, by)
	if err != nil {
		return Gap{}, err
	}
	i := slices.IndexFunc(gaps, func(g Gap) bool { return slices.Contains(g.Keys, key) })
	if i < 0 {
		return Gap{}, fmt.Errorf("find gap %s: %w", key, ErrNotFound)
	}
	return gaps[i], nil
}

func (l *Library) gaps(ctx context.Context, now time.Time) ([]Gap, error) {
	entries, err := l.entries(ctx)
	if err != nil {
		return nil, err
	}
	since := map[string]time.Time{}
	for _, e := range entries {
		if e.InForce != 0 {
			since[e.ID] = e.Since
		}
	}
	var bad []Observation
	err = l.observations(ctx, func(o Observation) {
		if o.Text != "" && (o.Outcome == None || o.failed()) {
			bad = append(bad, o)
		}
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(bad, func(a, b Observation) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.Key, b.Key)) })
	var open []lack
	for _, o := range bad[:min(len(bad), maxGapQuestions)] {
		if x, ok := l.lack(o, since); ok {
			open = append(open, x)
		}
	}
	return group(l.index.Load(), open, now), nil
}

// A lack is one question that the articles do not answer well.
type lack struct {
	Observation
	cause   Cause
	article string
}

// failed reports whether an article was shown and was no help.
func (o Observation) failed() bool {
	return len(o.Articles) > 0 && (o.Helped == VerdictNotHelped || o.Helped == VerdictCameBack)
}

// lack says whether a question that had no answer, or one that failed, still lacks one.
func (l *Library) lack(o Observation, since map[string]time.Time) (lack, bool) {
	if o.failed() {
		id := o.Articles[0]
		at, inForce := since[id]
		return lack{o, CauseNotHelped, id}, !inForce || at.Before(o.At)
	}
	a := l.Answer(o.Text)
	x := lack{o, CauseNone, ""}
	if len(a.Hits) > 0 {
		x.article = a.Hits[0].Article.ID
	}
	return x, a.Outcome != Answered || !since[x.article].After(o.At)
}

// group puts questions together that mean the same.
//
// Their words, pairs, parts of compounds and characters are weighed by how rare they are among the phrasings of the
// articles: what an article lacks is often just the words that no article has. Each question joins the group that it is
// most like, or begins one; a second round lets the early ones reconsider.
func group(ix *Index, open []lack, now time.Time) []Gap {
	g := &grouping{open: open, member: make([]int, len(open)), meanings: make([]meaning, len(open))}
	for i, o := range open {
		g.meanings[i] = ix.meaning(o.Text)
		g.member[i] = -1
	}
	for range 2 {
		for i := range open {
			g.join(i)
		}
	}
	return g.gaps(now)
}

// A meaning is the features of a text with weights, of length 1.
type meaning []struct {
	f feature
	w float32
}

// meaning weighs words and characters alike, and rare ones by the square of their rarity.
func (ix *Index) meaning(text string) meaning {
	var out meaning
	t := ix.reader.counts(text)
	for _, block := range [][]count{slices.Concat(t[blockWords], t[blockSenses]), t[blockRuns]} {
		first, square := len(out), 0.0
		for _, c := range block {
			idf := ix.voc.unseen
			if n, known := ix.voc.find(c.f); known {
				idf = ix.voc.idf[n]
			}
			w := (idf - 0.9) * (idf - 0.9) // the idf of what every phrasing has is 1
			square += float64(w) * float64(w)
			out = append(out, struct {
				f feature
				w float32
			}{c.f, w})
		}
		for k := first; k < len(out); k++ {
			out[k].w *= float32(math.Sqrt(0.5 / square))
		}
	}
	return out
}

// A grouping is groups in the making.
type grouping struct {
	open     []lack
	meanings []meaning
	member   []int                 // the group of each question
	sums     []map[feature]float32 // per group: the sum of its meanings
	sizes    []int
	kinds    []string
}

// kind tells questions that are never in one group apart: those that nothing answers, and those of each article that
// did not help, which form one group.
func (g *grouping) kind(i int) string {
	if o := g.open[i]; o.cause == CauseNotHelped {
		return o.article
	}
	return ""
}

// join puts question i where it belongs.
func (g *grouping) join(i int) {
	if old := g.member[i]; old >= 0 {
		g.add(old, i, -1)
	}
	best, most := -1, float32(alike)
	for c := range g.sums {
		if g.sizes[c] == 0 || g.kinds[c] != g.kind(i) {
			continue
		}
		if g.open[i].cause == CauseNotHelped {
			best = c
			break
		}
		// The mean likeness to the members, as all meanings have length 1.
		if s := g.likeness(c, i) / float32(g.sizes[c]); s >= most {
			best, most = c, s
		}
	}
	if best < 0 {
		best = len(g.sums)
		g.kinds = append(g.kinds, g.kind(i))
		g.sums = append(g.sums, map[feature]float32{})
		g.sizes = append(g.sizes, 0)
	}
	g.member[i] = best
	g.add(best, i, 1)
}

func (g *grouping) add(c, i, sign int) {
	for _, x := range g.meanings[i] {
		g.sums[c][x.f] += float32(sign) * x.w
	}
	g.sizes[c] += sign
}

// likeness is the sum of the cosines of question i to the members of the group.
func (g *grouping) likeness(c, i int) (s float32) {
	for _, x := range g.meanings[i] {
		s += g.sums[c][x.f] * x.w
	}
	return s
}

// gaps describes the groups.
func (g *grouping) gaps(now time.Time) []Gap {
	members := make([][]int, len(g.sums))
	for i, c := range g.member {
		members[c] = append(members[c], i)
	}
	var out []Gap
	for c, list := range members {
		if len(list) > 0 {
			slices.SortStableFunc(list, func(a, b int) int { return cmp.Compare(g.likeness(c, b), g.likeness(c, a)) })
			out = append(out, describe(g.open, list, now))
		}
	}
	slices.SortFunc(out, func(a, b Gap) int { return cmp.Or(cmp.Compare(b.Weight, a.Weight), cmp.Compare(a.Keys[0], b.Keys[0])) })
	return out
}

// describe makes a gap of questions, given the most typical first.
func describe(open []lack, list []int, now time.Time) Gap {
	gap := Gap{Count: len(list)}
	schools, articles, wordings := map[string]int{}, map[string]int{}, map[string]int{}
	for _, i := range list {
		o := open[i]
		schools[o.School]++
		articles[o.article]++
		if wordings[fold(o.Text)]++; wordings[fold(o.Text)] == 1 {
			gap.Questions = append(gap.Questions, o.Text)
		}
		if gap.First.IsZero() || o.At.Before(gap.First) {
			gap.First = o.At
		}
		if o.At.After(gap.Last) {
			gap.Last = o.At
		}
		gap.Weight += decay(now.Sub(o.At))
	}
	for _, i := range slices.Sorted(slices.Values(list)) { // the newest is asked first
		gap.Keys = append(gap.Keys, open[i].Key)
	}
	gap.Schools = len(schools)
	gap.Cause, gap.Article = open[list[0]].cause, most(articles)
	return gap
}

// decay is how much something counts that was so long ago.
func decay(age time.Duration) float64 {
	return math.Exp2(-max(0, float64(age)/float64(halfLife)))
}

// most returns the key that was counted most often, of those the first.
func most(counted map[string]int) (key string) {
	n := 0
	for k, c := range counted {
		if c > n || c == n && k < key {
			key, n = k, c
		}
	}
	return key
}
