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
	order    []int32 // the foremost articles, best first
	known    float64 // share of the words that the base knows
}

// judge weighs the evidence for every class.
func (ix *Index) judge(text string) *judgement {
	t := ix.reader.counts(text)
	known := ix.voc.numbers(t)
	x := ix.voc.weigh(known, ix.tuning.shares)
	n := ix.classes
	j := &judgement{linear: make([]float32, n), likeness: make([]float32, n), nearest: make([]int32, n), words: make([]float32, n), total: make([]float32, n)}
	if ix.linear != nil {
		j.linear = ix.linear.scores(x)
	}
	if ix.phrases != nil {
		ix.judgePhrases(j, x)
	}
	ix.judgeWords(j, known.presence(ix.tuning.present), t.size()-len(x.index))
	for c := range j.total {
		j.total[c] = ix.tuning.linear*j.linear[c] + ix.tuning.likeness*j.likeness[c] + ix.tuning.words*j.words[c]
	}
	j.known = ix.reader.share(text)
	j.order = foremost(j.total[:len(ix.articles)], shortlist)
	return j
}

// judgePhrases compares the message with every phrasing.
func (ix *Index) judgePhrases(j *judgement, x vector) {
	each := make([]float32, len(ix.phraseOf))
	ix.phrases.add(each, x)
	for i, s := range each {
		if c := ix.phraseOf[i]; s > j.likeness[c] {
			j.likeness[c], j.nearest[c] = s, int32(i)
		}
	}
}

// judgeWords compares the message with every whole article, as a share of the best. unknown is how many features
// of the message no article has.
func (ix *Index) judgeWords(j *judgement, x vector, unknown int) {
	if ix.phrases != nil {
		ix.documents.add(j.words, x)
	} else {
		ix.documents.addRare(j.words, x, 1_000_000)
	}
	reachable := float32(unknown) * ix.reachMean
	for k, f := range x.index {
		reachable += x.value[k] * ix.reach[f]
	}
	top := max(slices.Max(j.words), 1e-6)
	j.reach = top / max(reachable, 1e-6)
	for c := range j.words {
		j.words[c] /= top
	}
}

// shortlist is how many articles are looked at closer.
const shortlist = 16

// foremost returns the numbers of the n highest scores, best first; of equal ones the lower number first.
func foremost(scores []float32, n int) []int32 {
	best := make([]int32, 0, n+1)
	for c, s := range scores {
		if len(best) == n && s <= scores[best[n-1]] {
			continue
		}
		at, _ := slices.BinarySearchFunc(best, s, func(b int32, s float32) int {
			if scores[b] >= s {
				return -1
			}
			return 1
		})
		best = slices.Insert(best, at, int32(c))[:min(n, len(best)+1)]
	}
	return best
}

// explain is Answer and Explain.
func (ix *Index) explain(text string) Explanation {
	rest, details := setAside(text)
	a := Answer{Outcome: None, Language: language(text), Details: details}
	all := words(fold(text))
	act := talk().act(all, ix.reader.known)
	if len(all) == 0 {
		act = talk().sign(text)
	}
	if act != "" {
		a.Outcome, a.Act = Talk, act
		return Explanation{Answer: a, Read: strings.Join(all, " "), Reason: "the whole message is an act"}
	}
	ws, cut := talk().trim(words(fold(rest)))
	if len(ws) == 0 && (cut != "" || len(details.Rooms)+len(details.Classes) == 0) {
		a.Outcome, a.Act = Talk, cmp.Or(cut, ActHelp)
		return Explanation{Answer: a, Read: strings.Join(all, " "), Reason: "the message holds nothing besides an act"}
	}
	read := strings.Join(ws, " ")
	if len(ix.articles) == 0 {
		return Explanation{Answer: a, Read: read, Reason: "there are no articles"}
	}
	j := ix.judge(read)
	if details.Exam {
		ix.examFirst(j)
	}
	e := ix.decide(j, a, ws, all, cut)
	e.Features = ix.evidence(j)
	return e
}

// examFirst puts the article about examinations first, if the message speaks for it at all: whatever device is
// broken, a running examination comes before it. It is known by its tags.
func (ix *Index) examFirst(j *judgement) {
	for rank, c := range j.order[:min(rivals, len(j.order))] {
		a := &ix.articles[c]
		if a.AtOnce && slices.ContainsFunc(a.Tags, func(tag string) bool { return examWord(fold(tag)) }) {
			j.total[c] = j.total[j.order[0]] + examLead
			copy(j.order[1:], j.order[:rank])
			j.order[0] = c
			return
		}
	}
}

// examLead is by how much a running examination leads what else the message is about.
const examLead = 0.5

// decide turns evidence into an outcome; ws is what is left of all words of the message without the act that was cut off.
func (ix *Index) decide(j *judgement, a Answer, ws, all []string, cut Act) Explanation {
	hits, p := ix.hits(j, a.Language, MaxChoices)
	e := Explanation{Read: strings.Join(ws, " "), InScope: p}
	foreign := a.Language != "de" && a.Language != "en" && hits[0].Score < foreignScore
	act := likelyAct(ws, all, cut, p)
	vague, line := ix.reader.vague(e.Read)
	if aside := talk().aside[e.Read]; aside != "" {
		act = aside
	}
	if !vague && (act == actVague || len(ws) == 0) {
		vague, line = true, anyThing()
	}
	switch {
	case foreign:
		a.Hits, e.Reason = hits, "the language is not one of the articles'"
	case act == actWait:
		a.Wait, e.Reason = true, "somebody goes and looks, or tries"
	case act != "" && act != actVague:
		a.Outcome, a.Act, a.Guessed, e.Reason = Talk, act, true, "the message is most like an act"
	case vague:
		a.Vague = true
		a.Outcome, e.Reason = Choose, "the message does not say what is wrong"
		if a.Hits = ix.offered(line, j, p, a.Language); len(a.Hits) < 2 {
			a.Hits = plausible(hits)
		}
	default:
		a.Hits = hits
		a.Outcome = ix.costs.outcome(hits, ix.wrong(hits, ws))
		e.Reason = reasons[a.Outcome]
		if a.Outcome == Choose {
			a.Hits = plausible(hits)
		}
	}
	switch {
	case a.Outcome == Answered:
		a.Hits = ix.withAlso(a.Hits, j)
		a.AtOnce = a.Hits[0].Article.AtOnce
	case a.Outcome == Choose:
		a.Ask = ix.ask(a)
	case a.Outcome == None && cut != "" && salutation(ws):
		a.Outcome, a.Act, a.Hits = Talk, cut, nil
		e.Reason = "an act, and nothing that an article answers"
	}
	e.Answer = a
	return e
}

// likelyAct returns the act, actVague or actWait, that a message is most like, "" if there is none: in its words, or in all of them
// with what was cut off. p is the probability that an article answers.
func likelyAct(ws, all []string, cut Act, p float64) Act {
	if p > actYields {
		return ""
	}
	a, total := guessAct(ws, p)
	if len(all) > len(ws) {
		if b, more := guessAct(all, p); more > total {
			a = b
		}
	}
	if a == ActYes && cut == ActThanks { // "nett von euch, danke": the word that was said goes before a guess
		return cut
	}
	return a
}

// actYields is the probability that an article answers beyond which nobody asks for an act.
const actYields = 0.95

// wrong returns what it costs to answer wrongly with the first hit. A single word is soon answered wrongly: it may be
// about anything.
func (ix *Index) wrong(hits []Hit, ws []string) float64 {
	cost := ix.costs.Wrong
	if len(ws) == 1 {
		cost *= 3
	}
	if len(hits) > 1 && hits[0].Article.AtOnce && slices.Contains(hits[0].Article.Near, hits[1].Article.ID) {
		cost *= 2 // goes to the wrong people, at once
	}
	return cost
}

// reasons say why an outcome was the cheapest to expect.
var reasons = map[Outcome]string{
	Answered: "to answer costs least", Choose: "to let choose costs least", None: "to say that nothing fits costs least",
}

// outcome returns what is cheapest to expect; wrong is what a wrong answer costs here.
func (c Costs) outcome(hits []Hit, wrong float64) Outcome {
	offered := 0.0
	for _, h := range hits {
		offered += h.Score
	}
	answer := wrong * (1 - hits[0].Score)
	choose := c.Ask*offered + c.Lost*(1-offered)
	none := c.Miss * offered
	switch {
	case answer <= choose && answer <= none:
		return Answered
	case choose <= none && len(hits) > 1:
		return Choose
	}
	return None
}

// foreignScore is what a message in another language than the articles' needs to be answered.
const foreignScore = 0.9

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

// offered returns the articles of a line as hits, the likeliest first; p is the probability that any article answers.
func (ix *Index) offered(line *vagueLine, j *judgement, p float64, language string) (hits []Hit) {
	if line == nil {
		return nil
	}
	var order []int32
	for _, id := range line.articles {
		if c, ok := ix.byID[id]; ok {
			order = append(order, c)
		}
	}
	slices.SortStableFunc(order, func(a, b int32) int { return cmp.Compare(j.total[b], j.total[a]) })
	totals := make([]float32, len(order))
	for i, c := range order {
		totals[i] = j.total[c]
	}
	for i, share := range shippedCalibration.shares(totals) {
		art := &ix.articles[order[i]]
		hits = append(hits, Hit{Article: art, Score: p * share, Label: art.label(language)})
	}
	return hits
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
	first := hits[0]
	shown := []Hit{first}
	for _, id := range first.Article.Also {
		c, ok := ix.byID[id]
		if !ok || len(shown) == MaxChoices {
			continue
		}
		if rank := slices.Index(j.order, c); rank >= 0 {
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
	if ix.outside >= 0 {
		s[sigOutside] = float64(j.total[best] - j.total[ix.outside])
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
