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

// A Gap is questions of one meaning that the articles do not answer well.
type Gap struct {
	Key       string   // of its first question; stays while that is kept
	Cause     Cause    // of most of its questions
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

// alike is the cosine from which on two texts mean the same, chosen on the project's own questions; see
// TestGapsGroupByMeaning.
const alike = 0.30

// gapWords is the share of words in what makes questions alike, the rest is character runs.
const gapWords = 0.4

// maxGapQuestions bounds how many different questions are grouped, the newest first.
const maxGapQuestions = 5000

// Gaps returns what the articles lack, the most frequent and most recent first. Questions that are answered by now, or
// whose article has a newer revision in force, are gaps no more.
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
	var open []lack
	err = l.observations(ctx, func(o Observation) {
		if x, ok := l.lack(o, since); ok {
			open = append(open, x)
		}
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(open, func(a, b lack) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.Key, b.Key)) })
	open = open[:min(len(open), maxGapQuestions)]
	return group(l.index.Load().reader, open, now), nil
}

// A lack is one question that the articles do not answer well.
type lack struct {
	Observation
	cause   Cause
	article string
}

// lack says whether the question still lacks an answer.
func (l *Library) lack(o Observation, since map[string]time.Time) (lack, bool) {
	if len(o.Articles) > 0 && (o.Helped == VerdictNotHelped || o.Helped == VerdictCameBack) {
		id := o.Articles[0]
		at, inForce := since[id]
		return lack{o, CauseNotHelped, id}, !inForce || at.Before(o.At)
	}
	if o.Outcome != None {
		return lack{}, false
	}
	a := l.Answer(o.Text)
	x := lack{o, CauseNone, ""}
	if len(a.Hits) > 0 {
		x.article = a.Hits[0].Article.ID
	}
	return x, a.Outcome != Answered && a.Outcome != Talk
}

// group puts questions together that mean the same.
//
// Their words, pairs, parts of compounds and characters are weighed by how rare they are among the questions
// themselves, as what an article lacks is often just the words that no article has. Each question joins the group
// whose mean it is most like, or begins one; a second round lets the early ones reconsider.
func group(r *reader, open []lack, now time.Time) []Gap {
	texts := make([]counts, len(open))
	for i, o := range open {
		texts[i] = r.counts(o.Text)
	}
	voc, numbers := newVocabulary(texts)
	vectors := make([]vector, len(open))
	for i, n := range numbers {
		vectors[i] = voc.weigh(n, gapWords)
	}
	g := &grouping{member: make([]int, len(open)), sums: nil}
	for i := range g.member {
		g.member[i] = -1
	}
	for range 2 {
		for i, v := range vectors {
			g.join(i, v)
		}
	}
	return g.gaps(open, vectors, now)
}

// A grouping is groups in the making.
type grouping struct {
	member []int                // the group of each question
	sums   []map[uint32]float32 // per group: the sum of its vectors
	sizes  []int
}

// join puts question i where it belongs.
func (g *grouping) join(i int, v vector) {
	if old := g.member[i]; old >= 0 {
		g.add(old, v, -1)
	}
	best, most := -1, float32(alike)
	for c := range g.sums {
		if g.sizes[c] == 0 {
			continue
		}
		// The mean likeness to the members, as all vectors have length 1.
		if s := dot(g.sums[c], v) / float32(g.sizes[c]); s >= most {
			best, most = c, s
		}
	}
	if best < 0 {
		best = len(g.sums)
		g.sums = append(g.sums, map[uint32]float32{})
		g.sizes = append(g.sizes, 0)
	}
	g.member[i] = best
	g.add(best, v, 1)
}

func (g *grouping) add(c int, v vector, sign int) {
	for k, f := range v.index {
		g.sums[c][f] += float32(sign) * v.value[k]
	}
	g.sizes[c] += sign
}

func dot(sum map[uint32]float32, v vector) (s float32) {
	for k, f := range v.index {
		s += sum[f] * v.value[k]
	}
	return s
}

// gaps describes the groups.
func (g *grouping) gaps(open []lack, vectors []vector, now time.Time) []Gap {
	members := make([][]int, len(g.sums))
	for i, c := range g.member {
		members[c] = append(members[c], i)
	}
	var out []Gap
	for c, list := range members {
		if len(list) > 0 {
			slices.SortStableFunc(list, func(a, b int) int { return cmp.Compare(dot(g.sums[c], vectors[b]), dot(g.sums[c], vectors[a])) })
			out = append(out, describe(open, list, now))
		}
	}
	slices.SortFunc(out, func(a, b Gap) int { return cmp.Or(cmp.Compare(b.Weight, a.Weight), cmp.Compare(a.Key, b.Key)) })
	return out
}

// describe makes a gap of questions, given the most typical first.
func describe(open []lack, list []int, now time.Time) Gap {
	gap := Gap{Count: len(list)}
	schools, causes, articles, wordings := map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}
	for _, i := range list {
		o := open[i]
		schools[o.School]++
		causes[string(o.cause)]++
		articles[o.article]++
		if wordings[fold(o.Text)]++; wordings[fold(o.Text)] == 1 {
			gap.Questions = append(gap.Questions, o.Text)
		}
		if gap.First.IsZero() || o.At.Before(gap.First) {
			gap.First, gap.Key = o.At, o.Key
		}
		if o.At.After(gap.Last) {
			gap.Last = o.At
		}
		gap.Weight += decay(now.Sub(o.At))
	}
	gap.Schools = len(schools)
	gap.Cause, gap.Article = Cause(most(causes)), most(articles)
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
