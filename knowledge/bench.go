package knowledge

import (
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"time"
)

// A Labelled is a text with the id of what it asks for, "-" if nothing in the set answers it.
type Labelled struct {
	ID, Text string
}

// ParseLabelled reads lines "id<TAB>text".
func ParseLabelled(name string, src []byte) ([]Labelled, error) {
	var out []Labelled
	var problems Problems
	for i, line := range strings.Split(string(src), "\n") {
		line = strings.TrimSuffix(line, "\r")
		if line == "" {
			continue
		}
		id, text, ok := strings.Cut(line, "\t")
		if !ok || id == "" || strings.TrimSpace(text) == "" {
			problems = append(problems, Problem{File: name, Line: i + 1, Column: 1, Message: "expected an id, a tab and a text"})
			continue
		}
		out = append(out, Labelled{id, text})
	}
	return out, problems.err()
}

// A BenchResult is what a question set measured. Shares are 0 to 1; those about refusal are -1 for a set without
// questions that nothing answers.
type BenchResult struct {
	First       float64 `json:"first"`          // in-scope questions whose best hit is right
	Top3        float64 `json:"top3"`           // ... with the right one among the first three
	MRR         float64 `json:"mrr"`            // mean of 1/rank of the right one
	InScopeAt80 float64 `json:"in_scope_at_80"` // in-scope questions answered rightly at the threshold that refuses 80 % of the others
	InScopeAt90 float64 `json:"in_scope_at_90"` // ... 90 %

	InScopeFitted float64 `json:"in_scope_at_fitted"` // ... that the fitted threshold does not refuse
	RefusedFitted float64 `json:"refused_at_fitted"`  // questions out of scope that it refuses

	BuildMS   float64 `json:"build_ms"`  // time to build the index
	P50MS     float64 `json:"p50_ms"`    // median time of an answer
	P95MS     float64 `json:"p95_ms"`    // 95th percentile
	P99MS     float64 `json:"p99_ms"`    // 99th percentile
	RSSMB     float64 `json:"rss_mb"`    // memory of the Go program after building
	Questions int     `json:"questions"` // in scope
	Outside   int     `json:"outside"`   // out of scope
}

// Bench builds an index of the ids in train, with their texts as phrasings, and measures it on test. Only the
// out-of-scope texts of val are used: as examples of what to refuse.
func Bench(train, val, test []Labelled) BenchResult {
	start := time.Now()
	ix := benchIndex(train, val)
	r := BenchResult{BuildMS: ms(time.Since(start)), RSSMB: memory(), InScopeAt80: -1, InScopeAt90: -1, InScopeFitted: -1, RefusedFitted: -1}
	var asked []judged
	times := make([]time.Duration, 0, len(test))
	for _, q := range test {
		start := time.Now()
		hits := ix.rank(q.Text, 10)
		times = append(times, time.Since(start))
		asked = append(asked, judged{
			score: hits[0].Score, rank: slices.IndexFunc(hits, func(h Hit) bool { return h.Article.ID == q.ID }), outside: q.ID == "-",
			refused: ix.costs.outcome(hits[:min(len(hits), MaxChoices)], ix.costs.Wrong) == None,
		})
	}
	slices.Sort(times)
	if n := len(times); n > 0 {
		r.P50MS, r.P95MS, r.P99MS = ms(times[n/2]), ms(times[n*95/100]), ms(times[n*99/100])
	}
	r.score(asked)
	return r
}

// judged is what became of one question.
type judged struct {
	score   float64 // of the best hit
	rank    int     // of the right one, from 0; -1 if it was not found
	outside bool
	refused bool // by the fitted threshold
}

func (r *BenchResult) score(asked []judged) {
	var outside []float64
	for _, j := range asked {
		if j.outside {
			outside = append(outside, j.score)
			continue
		}
		r.Questions++
		if j.rank == 0 {
			r.First++
		}
		if j.rank >= 0 && j.rank < 3 {
			r.Top3++
		}
		if j.rank >= 0 {
			r.MRR += 1 / float64(j.rank+1)
		}
	}
	n := float64(max(r.Questions, 1))
	r.First, r.Top3, r.MRR = r.First/n, r.Top3/n, r.MRR/n
	r.Outside = len(outside)
	if r.Outside == 0 {
		return
	}
	slices.Sort(outside)
	kept := func(share float64) float64 {
		limit := outside[min(int(share*float64(len(outside))), len(outside)-1)]
		right := 0.0
		for _, j := range asked {
			if !j.outside && j.rank == 0 && j.score >= limit {
				right++
			}
		}
		return right / n
	}
	r.InScopeAt80, r.InScopeAt90 = kept(0.8), kept(0.9)
	r.InScopeFitted, r.RefusedFitted = 0, 0
	for _, j := range asked {
		switch {
		case j.outside && j.refused:
			r.RefusedFitted += 1 / float64(len(outside))
		case !j.outside && !j.refused && j.rank == 0:
			r.InScopeFitted += 1 / n
		}
	}
}

// benchIndex makes an article of each id, without the shipped out-of-scope messages and the words of a school's IT.
func benchIndex(train, val []Labelled) *Index {
	number := make(map[string]int)
	var articles []Article
	for _, l := range train {
		i, ok := number[l.ID]
		if !ok {
			i = len(articles)
			number[l.ID] = i
			articles = append(articles, Article{ID: l.ID})
		}
		articles[i].Questions = append(articles[i].Questions, l.Text)
	}
	var outside []string
	for _, l := range val {
		if l.ID == "-" {
			outside = append(outside, l.Text)
		}
	}
	return NewIndex(articles, Options{OutOfScope: append([]string{}, outside...), Lexicon: &Lexicon{}})
}

// rank returns the n best hits, whatever the outcome.
func (ix *Index) rank(text string, n int) []Hit {
	rest, _ := setAside(text)
	j := ix.judge(rest)
	hits, _ := ix.hits(j, "en", n)
	return hits
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// memory returns what the program holds, in MB.
func memory() float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.Sys-m.HeapReleased) / 1e6
}

// WriteText writes the result as lines a person reads.
func (r BenchResult) WriteText(w io.Writer) error {
	refused := ""
	if r.Outside > 0 {
		refused = fmt.Sprintf("kept, 80 %% refused %4.1f %%  of %d questions out of scope\nkept, 90 %% refused %4.1f %%\n"+
			"kept, as fitted    %4.1f %%  with %.1f %% refused\n",
			100*r.InScopeAt80, r.Outside, 100*r.InScopeAt90, 100*r.InScopeFitted, 100*r.RefusedFitted)
	}
	_, err := fmt.Fprintf(w, "first hit right   %5.1f %%  of %d questions\namong the first 3 %5.1f %%\nmean reciprocal   %5.3f\n%s"+
		"build %.0f ms, answer %.2f ms median, %.2f ms p95, %.2f ms p99, memory %.0f MB\n",
		100*r.First, r.Questions, 100*r.Top3, r.MRR, refused, r.BuildMS, r.P50MS, r.P95MS, r.P99MS, r.RSSMB)
	return err
}
