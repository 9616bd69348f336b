package web

import (
	"net/http"
	"time"

	"ersthelfer/knowledge"
)

// A right is what a route asks of whoever uses it: to be anybody at all, to be
// the person in the path, or what the articles ask, see [knowledge.Can].
type right string

// The rights besides those over the articles.
const (
	anybody right = "anybody" // signed in or not
	oneself right = "oneself" // the person in the path
	talking right = "talking" // ... where the chat in the browser is on
	figures right = "figures" // the Schulträger
)

// The rights over the articles.
const (
	seeing      = right(knowledge.ActSee)
	saving      = right(knowledge.ActSave)
	submitting  = right(knowledge.ActSubmit)
	returning   = right(knowledge.ActReturn)
	publishing  = right(knowledge.ActPublish)
	retiring    = right(knowledge.ActRetire)
	restoring   = right(knowledge.ActRestore)
	scheduling  = right(knowledge.ActSchedule)
	localising  = right(knowledge.ActLocalise)
	dismissing  = right(knowledge.ActDismiss)
	importing   = right(knowledge.ActImport)
	exporting   = right(knowledge.ActExport)
	reading     = right(knowledge.ActAudit)
	maxImport   = knowledge.MaxArchive + 1<<20 // a file with what a form adds to it
	maxOrdinary = maxBody
)

// A route is a pattern of [http.ServeMux], who may use it, and what answers.
type route struct {
	pattern string
	right   right
	open    func(*Server, http.ResponseWriter, *http.Request)         // for anybody
	page    func(*Server, http.ResponseWriter, *http.Request, Person) // for the person in the path
}

// routes is the whole list: what is not in it does not exist. A {school} in a
// pattern is the one that the right is asked for.
var routes = []route{
	{"/", anybody, (*Server).notFound, nil},
	{"GET /healthz", anybody, (*Server).showHealth, nil},
	{"GET /assets/{name}", anybody, (*Server).showAsset, nil},
	{"GET /{$}", anybody, (*Server).showFront, nil},

	// Signing in.
	{"GET /anmelden", anybody, (*Server).showSignIn, nil},
	{"GET /anmelden/{token}", anybody, (*Server).showLink, nil},
	{"GET /anmelden/konto", anybody, (*Server).startAccount, nil},
	{"GET /anmelden/konto/zurueck", anybody, (*Server).endAccount, nil},
	{"POST /anmelden", anybody, (*Server).signIn, nil},
	{"GET /als/{person}/anmeldung", oneself, nil, (*Server).showSession},
	{"POST /als/{person}/abmelden", oneself, nil, (*Server).signOut},

	// The conversation and the figures.
	{"GET /als/{person}/{$}", oneself, nil, (*Server).showHome},
	{"GET /als/{person}/live", talking, nil, (*Server).showLive},
	{"POST /als/{person}/nachricht", talking, nil, (*Server).saveMessage},
	{"POST /als/{person}/auswahl", talking, nil, (*Server).saveChoice},
	{"POST /als/{person}/uhr", oneself, nil, (*Server).updateClock},
	{"GET /als/{person}/bericht", figures, nil, (*Server).showReport},

	// The articles.
	{"GET /als/{person}/artikel", seeing, nil, (*Server).showArticles},
	{"GET /als/{person}/neu", saving, nil, (*Server).showNewArticle},
	{"POST /als/{person}/neu", saving, nil, (*Server).saveNewArticle},
	{"POST /als/{person}/vorschau", saving, nil, (*Server).showPreview},
	{"GET /als/{person}/artikel/{id}", seeing, nil, (*Server).showArticle},
	{"POST /als/{person}/artikel/{id}", saving, nil, (*Server).saveArticle},
	{"POST /als/{person}/artikel/{id}/abgeben", submitting, nil, (*Server).submitArticle},
	{"POST /als/{person}/artikel/{id}/zurueckgeben", returning, nil, returnArticle},
	{"GET /als/{person}/artikel/{id}/veroeffentlichen", publishing, nil, (*Server).showGate},
	{"POST /als/{person}/artikel/{id}/veroeffentlichen", publishing, nil, (*Server).publishArticle},
	{"POST /als/{person}/artikel/{id}/stilllegen", retiring, nil, retireArticle},
	{"POST /als/{person}/artikel/{id}/plan", scheduling, nil, (*Server).planArticle},
	{"GET /als/{person}/artikel/{id}/verlauf", seeing, nil, (*Server).showRevisions},
	{"POST /als/{person}/artikel/{id}/wiederherstellen", restoring, nil, (*Server).restoreArticle},
	{"GET /als/{person}/artikel/{id}/vorschlag", seeing, nil, (*Server).showProposal},
	{"POST /als/{person}/artikel/{id}/vorschlag/uebernehmen", saving, nil, (*Server).acceptProposal},
	{"POST /als/{person}/artikel/{id}/vorschlag/ablegen", dismissing, nil, dismissProposal},
	{"GET /als/{person}/artikel/{id}/schulen", seeing, nil, (*Server).showSchools},
	{"GET /als/{person}/artikel/{id}/schule/{school}", localising, nil, (*Server).showSchool},
	{"POST /als/{person}/artikel/{id}/schule/{school}", localising, nil, (*Server).saveSchool},

	// All articles together.
	{"GET /als/{person}/aufgaben", seeing, nil, (*Server).showTasks},
	{"GET /als/{person}/pruefung", publishing, nil, (*Server).showReviews},
	{"POST /als/{person}/pruefung", publishing, nil, (*Server).publishReviews},
	{"GET /als/{person}/luecken", seeing, nil, (*Server).showGaps},
	{"POST /als/{person}/luecken", saving, nil, (*Server).saveDraft},
	{"GET /als/{person}/probe", seeing, nil, (*Server).showTry},
	{"GET /als/{person}/austausch", exporting, nil, (*Server).showExchange},
	{"GET /als/{person}/export/{file}", exporting, nil, (*Server).showExport},
	{"POST /als/{person}/import", importing, nil, (*Server).importArticles},
	{"GET /als/{person}/protokoll", reading, nil, (*Server).showAudit},
	{"GET /als/{person}/protokoll/protokoll.jsonl", reading, nil, (*Server).showAuditFile},
}

// Handler returns all pages.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, rt := range routes {
		mux.HandleFunc(rt.pattern, s.answer(rt))
	}
	return s.guard(mux)
}

// answer lets through to a route who may use it. A person who does not exist,
// one whom the request does not come from and one without the right are answered
// alike, as if there were no such page; whoever is not signed in, that they are not.
func (s *Server) answer(rt route) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		limit := int64(maxOrdinary)
		if rt.right == importing {
			limit = maxImport
			// A server that has no deadlines to set is one in a test.
			_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(importTime))
		}
		r.Body = http.MaxBytesReader(w, r.Body, limit)
		if rt.right == anybody {
			rt.open(s, w, r)
			return
		}
		p, ok := s.identify(r)
		if !ok && !s.o.Demo {
			s.showSignedOut(w, r)
			return
		}
		if !ok || p.ID != r.PathValue("person") || !s.may(p, rt.right, r.PathValue("school")) {
			s.notFound(w, r)
			return
		}
		rt.page(s, w, r, p)
	}
}

// may reports whether a person has a right, for the school if it is about the
// text of one. It says no to everything it does not know.
func (s *Server) may(p Person, a right, school string) bool {
	switch a {
	case anybody, oneself:
		return true
	case talking:
		return !s.o.NoChat
	case figures:
		return p.is(roleAuthority)
	}
	return s.o.Library != nil && s.o.May != nil && s.o.May(p.article(), knowledge.Action(a), school)
}
