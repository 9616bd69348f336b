package web

import (
	"fmt"
	"math"
	"net/http"
	"slices"

	"ersthelfer/bot"
	"ersthelfer/knowledge"
)

// maxTried is how many drafts are tried at once.
const maxTried = 50

// A tryPage asks a question of what is in force, and of the drafts.
type tryPage struct {
	curating
	Question, Article string
	Drafts            []bot.Option
	Sides             []trySide
	Same              bool // both sides answer alike
}

// A trySide is what would become of a question.
type trySide struct {
	Title, Outcome, Reason, Read string
	Hits                         []tryHit
	Preview                      []previewView // of the article that answers
}

// A tryHit is an article that may answer.
type tryHit struct {
	Href, Title, Score string
	Width              string // of its bar
	Evidence           string
	Draft              bool
}

// showTry answers a question (frage) from what is in force and from the newest
// text of the drafts, or of one article (artikel), side by side.
func (s *Server) showTry(w http.ResponseWriter, r *http.Request, p Person) {
	q := r.URL.Query()
	d := &tryPage{curating: s.curating(p, "try.title", "/probe"), Question: plainLine(q.Get("frage")), Article: q.Get("artikel")}
	entries, err := s.o.Library.Entries(r.Context(), p.article())
	if err != nil {
		s.refuseArticle(w, r, err)
		return
	}
	var ids []string
	for _, e := range entries {
		if e.State != knowledge.StateDraft && e.State != knowledge.StateReview || len(d.Drafts) == maxTried {
			continue
		}
		rev, err := s.o.Library.Revision(r.Context(), p.article(), e.ID, e.Latest)
		if err != nil {
			s.refuseArticle(w, r, err)
			return
		}
		ids = append(ids, e.ID)
		d.Drafts = append(d.Drafts, bot.Option{Value: e.ID, Label: line(rev.Article.Title)})
	}
	if slices.Contains(ids, d.Article) {
		ids = []string{d.Article}
	}
	if d.Question == "" {
		s.render(w, r, http.StatusOK, tryTemplate, d)
		return
	}
	d.Sides = append(d.Sides, s.trySide(d.voice, p, "try.published", s.o.Library.Explain(d.Question), nil))
	if len(ids) > 0 {
		drafts, err := s.o.Library.ExplainDrafts(r.Context(), p.article(), d.Question, ids...)
		if err != nil {
			s.refuseArticle(w, r, err)
			return
		}
		d.Sides = append(d.Sides, s.trySide(d.voice, p, "try.drafts", drafts, ids))
		d.Same = d.Sides[0].Outcome == d.Sides[1].Outcome && slices.EqualFunc(d.Sides[0].Hits, d.Sides[1].Hits,
			func(a, b tryHit) bool { return a.Href == b.Href && !b.Draft })
	}
	s.render(w, r, http.StatusOK, tryTemplate, d)
}

// trySide describes an answer and what decided it.
func (s *Server) trySide(v voice, p Person, title string, e knowledge.Explanation, drafts []string) trySide {
	out := trySide{
		Title: v.W(title), Outcome: v.W("outcome." + string(e.Answer.Outcome)), Reason: v.W(tryReason(e)),
		Read: line(e.Read),
	}
	if e.Answer.Outcome == knowledge.Talk {
		return out
	}
	for _, h := range e.Answer.Hits {
		hit := tryHit{
			Href: base(p.ID) + articlePath(h.Article.ID), Title: line(h.Article.Title),
			Score: v.W("try.score", "percent", int(math.Round(100*h.Score))), Width: fmt.Sprintf("%.0f", 100*h.Score),
			Draft: slices.Contains(drafts, h.Article.ID),
		}
		for _, f := range e.Features {
			if f.Article.ID == h.Article.ID && f.Phrase != "" {
				hit.Evidence = v.W("try.evidence", "phrase", line(f.Phrase), "percent", int(math.Round(100*f.Likeness)))
			}
		}
		out.Hits = append(out.Hits, hit)
	}
	if e.Answer.Outcome == knowledge.Answered {
		a := *e.Answer.Hits[0].Article
		if e.Answer.Language != "en" {
			a.English = nil
		}
		all := s.previews(a)
		out.Preview = all[len(all)-1:]
	}
	return out
}

// tryReason returns the key of the sentence that says why an answer is what it is.
func tryReason(e knowledge.Explanation) string {
	switch a := e.Answer; {
	case a.Outcome == knowledge.Talk:
		return "reason.talk"
	case a.Outcome == knowledge.Choose && a.Vague:
		return "reason.vague"
	case a.Outcome == knowledge.None && a.Language != "de" && a.Language != "en":
		return "reason.language"
	default:
		return "reason." + string(a.Outcome)
	}
}
