package knowledge

import (
	"errors"
	"slices"
)

// ErrDenied says that the person may not do this.
var ErrDenied = errors.New("not allowed")

// ErrReadOnly says that the library has no store to keep changes in.
var ErrReadOnly = errors.New("library keeps no changes")

// An Action is something that can be done with the articles. The word is also what the audit calls it.
type Action string

// The actions.
const (
	ActSee      Action = "see"      // read drafts, revisions, gaps and health
	ActSave     Action = "save"     // write a revision
	ActSuggest  Action = "suggest"  // make a draft of what was asked or solved
	ActSubmit   Action = "submit"   // give a draft to review
	ActReturn   Action = "return"   // send it back from review
	ActPublish  Action = "publish"  // bring the reviewed revision into force
	ActRetire   Action = "retire"   // take an article out of force
	ActRestore  Action = "restore"  // make an old revision the newest draft
	ActSchedule Action = "schedule" // set owner, review date, and when to publish
	ActLocalise Action = "localise" // put in the text of one school
	ActDismiss  Action = "dismiss"  // put what the program proposes aside
	ActImport   Action = "import"   // take over articles from a file
	ActExport   Action = "export"   // write all articles to a file
	ActAudit    Action = "audit"    // read the audit and verify it
	ActErase    Action = "erase"    // forget a person
	ActShip     Action = "ship"     // the program's own: take over a starter article
)

// A Role is a set of rights over the articles.
type Role string

// The roles.
const (
	RoleHelper    Role = "helper"    // solves tickets: suggests articles, and sees none that is not in force
	RoleContact   Role = "contact"   // helps at a school: drafts, and the text of that school
	RoleEditor    Role = "editor"    // writes articles
	RolePublisher Role = "publisher" // brings them into force and takes them out
	RoleAdmin     Role = "admin"     // import, audit, erasing people; writes nothing
)

// Roles lists all roles.
var Roles = []Role{RoleHelper, RoleContact, RoleEditor, RolePublisher, RoleAdmin}

// rights is the whole table of who may do what; what is not listed is denied.
var rights = map[Role][]Action{
	RoleHelper:  {ActSuggest},
	RoleContact: {ActSee, ActSave, ActSuggest, ActLocalise},
	RoleEditor:  {ActSee, ActSave, ActSuggest, ActSubmit, ActRestore, ActLocalise, ActExport},
	RolePublisher: {
		ActSee, ActSave, ActSuggest, ActSubmit, ActReturn, ActPublish, ActRetire, ActRestore, ActSchedule, ActLocalise, ActDismiss,
		ActImport, ActExport,
	},
	RoleAdmin: {ActSee, ActImport, ActExport, ActAudit, ActErase},
}

// Can reports whether a role has the right to an action. It says no to everything it does not know.
func Can(r Role, a Action) bool { return slices.Contains(rights[r], a) }

// may returns why the person may not do the action, for the school if it is about the text of one.
func (l *Library) may(p Person, a Action, school string) error {
	switch {
	case l.store == nil:
		return ErrReadOnly
	case p == Program || l.o.May == nil || !l.o.May(p, a, school):
		return ErrDenied
	}
	return nil
}

// Allows reports whether the person may do the action, for the school if it is about the text of one.
func (l *Library) Allows(p Person, a Action, school string) bool { return l.may(p, a, school) == nil }
