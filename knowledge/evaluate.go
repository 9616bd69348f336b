package knowledge

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
)

// An Evaluation is how an index did on questions with known answers. Counts
// are of questions; a share is a count of its total.
type Evaluation struct {
	Articles  int `json:"articles"`  // questions that an article answers
	First     int `json:"first"`     // ... whose best hit is right
	Offered   int `json:"offered"`   // ... answered rightly, or right among the choices
	Wrong     int `json:"wrong"`     // ... given a single article that does not answer
	Outside   int `json:"outside"`   // messages that nothing answers
	Answered  int `json:"answered"`  // ... given an article all the same
	Vague     int `json:"vague"`     // messages too vague to answer
	AskedBack int `json:"askedback"` // ... not answered with one article but asked about
	Acts      int `json:"acts"`      // acts of conversation
	ActsRight int `json:"actsright"` // ... taken for what they are

	Reliability [10]Bin     `json:"reliability"` // best hits by score, in tenths, for questions that an article answers or nothing
	Confusions  []Confusion `json:"confusions"`  // most frequent first
}

// A Bin holds the hits whose score lies in one tenth.
type Bin struct {
	Hits     int     `json:"hits"`
	Expected float64 `json:"expected"` // sum of the scores: how many should be right
	Right    int     `json:"right"`
}

// A Confusion is an article that came first in the place of another.
type Confusion struct {
	Want  string `json:"want"`
	Got   string `json:"got"`
	Count int    `json:"count"`
}

// Evaluate asks the questions. It is deterministic.
func (ix *Index) Evaluate(questions []Question) Evaluation {
	var e Evaluation
	confused := map[[2]string]int{}
	for _, q := range questions {
		a := ix.Answer(q.Text)
		switch q.kind() {
		case "article":
			e.article(q, a, confused)
		case "outside":
			e.Outside++
			if a.Outcome == Answered {
				e.Answered++
			}
			e.rely(a, false)
		case "vague":
			e.Vague++
			if a.Outcome == Choose || a.Outcome == None || a.Act == ActHelp {
				e.AskedBack++
			}
		case "act":
			e.Acts++
			if a.Outcome == Talk && "@"+string(a.Act) == q.Want[0] {
				e.ActsRight++
			}
		}
	}
	for _, pair := range slices.SortedFunc(maps.Keys(confused), func(x, y [2]string) int {
		return cmp.Or(confused[y]-confused[x], slices.Compare(x[:], y[:]))
	}) {
		e.Confusions = append(e.Confusions, Confusion{pair[0], pair[1], confused[pair]})
	}
	return e
}

// article judges the answer to a question that an article answers.
func (e *Evaluation) article(q Question, a Answer, confused map[[2]string]int) {
	e.Articles++
	right := q.first(a)
	if right {
		e.First++
	} else if len(a.Hits) > 0 {
		confused[[2]string{q.Want[0], a.Hits[0].Article.ID}]++
	}
	switch a.Outcome {
	case Answered:
		if right {
			e.Offered++
		} else {
			e.Wrong++
		}
	case Choose:
		if q.offered(a) {
			e.Offered++
		}
	}
	e.rely(a, right)
}

// rely holds the score of the best hit against whether it is right.
func (e *Evaluation) rely(a Answer, right bool) {
	if len(a.Hits) == 0 {
		return
	}
	score := a.Hits[0].Score
	bin := &e.Reliability[min(int(score*10), 9)]
	bin.Hits++
	bin.Expected += score
	if right {
		bin.Right++
	}
}

// WriteText writes the evaluation as lines that a person reads.
func (e Evaluation) WriteText(w io.Writer) error {
	percent := func(n, of int) float64 { return 100 * float64(n) / float64(max(of, 1)) }
	fmt.Fprintf(w, "questions with an article  %4d   first %.1f %%   right or among the choices %.1f %%   wrong answer given %.1f %%\n",
		e.Articles, percent(e.First, e.Articles), percent(e.Offered, e.Articles), percent(e.Wrong, e.Articles))
	fmt.Fprintf(w, "nothing fits               %4d   answered all the same %.1f %%\n", e.Outside, percent(e.Answered, e.Outside))
	fmt.Fprintf(w, "too vague                  %4d   asked back %.1f %%\n", e.Vague, percent(e.AskedBack, e.Vague))
	fmt.Fprintf(w, "acts                       %4d   right %.1f %%\n", e.Acts, percent(e.ActsRight, e.Acts))
	fmt.Fprintln(w, "\nreliability: score, hits, expected to be right, were right")
	for i, b := range e.Reliability {
		if b.Hits > 0 {
			fmt.Fprintf(w, "  %.1f–%.1f  %4d  %5.1f %%  %5.1f %%\n", float64(i)/10, float64(i+1)/10, b.Hits,
				100*b.Expected/float64(b.Hits), percent(b.Right, b.Hits))
		}
	}
	fmt.Fprintln(w, "\nmost confused: wanted, came first, times")
	for _, c := range e.Confusions[:min(len(e.Confusions), 20)] {
		if _, err := fmt.Fprintf(w, "  %-28s %-28s %d\n", c.Want, c.Got, c.Count); err != nil {
			return err
		}
	}
	return nil
}
