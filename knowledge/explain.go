package knowledge

import (
	"cmp"
	"slices"
	"strings"
)

// A judgement is the evidence for every class.
type judgement struct {
	linear   []float32
	likeness []float32
	nearest  []int32 // per class: the phrasing most like the message
	words    []float32
	total    []float32
	reach    float32 // what words are worth against the most that any article could reach
	order    []int32 // the articles, best first
	known    float64 // share of the words that the base knows
	count    int     // words of the message
}

// judge weighs the evidence for every class.
func (ix *Index) judge(text string) *judgement {
	t := ix.reader.counts(text)
	x := ix.voc.weigh(ix.voc.numbers(t), ix.tuning.wordShare)
	n := len(ix.classes)
	j := &judgement{linear: make([]float32, n), likeness: make([]float32, n), nearest: make([]int32, n), words: make([]float32, n), total: make([]float32, n)}
	if ix.linear != nil {
		j.linear = ix.linear.scores(x)
	}
	each := make([]float32, len(ix.phraseOf))
	ix.phrases.add(each, x)
	for i, s := range each {
		if c := ix.phraseOf[i]; s > j.likeness[c] {
			j.likeness[c], j.nearest[c] = s, int32(i)
		}
	}
	ix.documents.add(j.words, x.presence())
	reachable := float32(len(t.words)+len(t.runs)-len(x.index)) * ix.reachMean
	for _, f := range x.index {
		reachable += ix.reach[f]
	}
	j.reach = 1 / max(reachable, 1e-6)
	scale := 1 / max(slices.Max(j.words), 1e-6)
	j.reach /= scale
	for c := range j.total {
		j.words[c] *= scale
		j.total[c] = ix.tuning.linear*j.linear[c] + ix.tuning.likeness*j.likeness[c] + ix.tuning.words*j.words[c]
	}
	j.count = len(words(fold(text)))
	j.known = ix.reader.share(text)
	for c := range ix.articles {
		j.order = append(j.order, int32(c))
	}
	slices.SortFunc(j.order, func(a, b int32) int {
		return cmp.Or(cmp.Compare(j.total[b], j.total[a]), cmp.Compare(a, b))
	})
	return j
}

// best returns the class of the kind with the most evidence, -1 if there is none.
func (ix *Index) best(j *judgement, kind classKind) int {
	best := -1
	for c := range ix.classes {
		if ix.classes[c].kind == kind && (best < 0 || j.total[c] > j.total[best]) {
			best = c
		}
	}
	return best
}

// explain is Answer and Explain.
func (ix *Index) explain(text string) Explanation {
	rest, details := setAside(text)
	a := Answer{Outcome: None, Language: language(text), Details: details}
	all := words(fold(text))
	if act := talk().act(all); act != "" {
		a.Outcome, a.Act = Talk, act
		return Explanation{Answer: a, Read: strings.Join(all, " "), Reason: "the whole message is an act"}
	}
	ws, only := talk().trim(words(fold(rest)))
	if only != "" || len(ws) == 0 {
		a.Outcome, a.Act = Talk, cmp.Or(only, ActHelp)
		return Explanation{Answer: a, Read: strings.Join(all, " "), Reason: "the message holds nothing besides an act"}
	}
	read := strings.Join(ws, " ")
	if len(ix.articles) == 0 {
		return Explanation{Answer: a, Read: read, Reason: "there are no articles"}
	}
	j := ix.judge(read)
	e := ix.decide(j, a)
	e.Read = read
	e.Features = ix.evidence(j)
	return e
}

// decide turns evidence into an outcome.
func (ix *Index) decide(j *judgement, a Answer) Explanation {
	article := j.order[0]
	if c := ix.best(j, classAct); c >= 0 && j.total[c] > j.total[article] && j.linear[c] > -0.2 {
		a.Outcome, a.Act = Talk, ix.classes[c].act
		return Explanation{Answer: a, Reason: "the message is most like an act"}
	}
	var p float64
	a.Hits, p = ix.hits(j, a.Language, MaxChoices)
	offered := 0.0
	for _, h := range a.Hits {
		offered += h.Score
	}
	if c := ix.best(j, classVague); c >= 0 && j.total[c] > j.total[article] {
		a.Outcome, a.Vague = Choose, true
		a.Ask = ix.ask(a)
		return Explanation{Answer: a, InScope: p, Reason: "the message is too vague"}
	}
	e := Explanation{InScope: p}
	answer := ix.costs.Wrong * (1 - a.Hits[0].Score)
	choose := ix.costs.Ask*offered + ix.costs.Lost*(1-offered)
	none := ix.costs.Miss * offered
	switch {
	case answer <= choose && answer <= none:
		a.Outcome, e.Reason = Answered, "to answer costs least"
		a.Hits = ix.withAlso(a.Hits, j)
	case choose <= none && len(a.Hits) > 1:
		a.Outcome, e.Reason = Choose, "to let choose costs least"
		a.Hits = plausible(a.Hits)
		a.Ask = ix.ask(a)
	default:
		a.Outcome, e.Reason = None, "to say that nothing fits costs least"
	}
	a.AtOnce = a.Outcome == Answered && a.Hits[0].Article.AtOnce
	e.Answer = a
	return e
}

// rivals is among how many articles the probability is divided; those behind have no share worth counting.
const rivals = 8

// hits returns the n best articles with their probabilities, and the probability that any article answers.
func (ix *Index) hits(j *judgement, language string, n int) ([]Hit, float64) {
	p := shippedCalibration.inScope(ix.signals(j))
	totals := make([]float32, 0, max(n, rivals))
	for _, c := range j.order[:min(max(n, rivals), len(j.order))] {
		totals = append(totals, j.total[c])
	}
	shares := shippedCalibration.shares(totals)
	hits := make([]Hit, 0, n)
	for i, c := range j.order[:min(n, len(j.order))] {
		art := &ix.articles[c]
		hits = append(hits, Hit{Article: art, Score: p * shares[i], Label: art.label(language)})
	}
	return hits, p
}

// plausible drops choices that are far behind the first, but keeps two.
func plausible(hits []Hit) []Hit {
	n := len(hits)
	for n > 2 && hits[n-1].Score < 0.05*hits[0].Score {
		n--
	}
	return hits[:n]
}

// withAlso returns the first hit and the articles that must be shown with it, where the message speaks for them.
func (ix *Index) withAlso(hits []Hit, j *judgement) []Hit {
	const deep = 10
	first := hits[0]
	shown := []Hit{first}
	for _, id := range first.Article.Also {
		c, ok := ix.byID[id]
		if !ok || len(shown) == MaxChoices {
			continue
		}
		if rank := slices.Index(j.order, c); rank < deep {
			score := 0.0
			if rank < len(hits) {
				score = hits[rank].Score
			}
			art := &ix.articles[c]
			shown = append(shown, Hit{Article: art, Score: score, Label: art.Title})
		}
	}
	return shown
}

// ask returns the question that tells the hits apart, if they share one.
func (ix *Index) ask(a Answer) string {
	first, _ := a.Hits[0].Article.Text(a.Language)
	for _, h := range a.Hits[1:] {
		if t, _ := h.Article.Text(a.Language); t.Ask != first.Ask {
			return ""
		}
	}
	return first.Ask
}

// signals reads off what the calibration weighs.
func (ix *Index) signals(j *judgement) (s [signals]float64) {
	best := j.order[0]
	s[sigConstant] = 1
	s[sigTotal] = float64(j.total[best])
	s[sigMargin] = float64(j.linear[best])
	s[sigLikeness] = float64(j.likeness[best])
	if len(j.order) > 1 {
		s[sigGap] = float64(j.total[best] - j.total[j.order[1]])
	}
	if c := ix.best(j, classOutside); c >= 0 {
		s[sigOutside] = float64(j.total[best] - j.total[c])
	}
	s[sigReach] = float64(j.words[best] * j.reach)
	s[sigKnown] = j.known
	return s
}

// evidence describes the two best articles.
func (ix *Index) evidence(j *judgement) []Evidence {
	var out []Evidence
	for _, c := range j.order[:min(2, len(j.order))] {
		e := Evidence{
			Article: &ix.articles[c], Linear: float64(j.linear[c]), Likeness: float64(j.likeness[c]),
			Words: float64(j.words[c]), Total: float64(j.total[c]),
		}
		if e.Likeness > 0 {
			e.Phrase = ix.texts[j.nearest[c]]
		}
		out = append(out, e)
	}
	return out
}
