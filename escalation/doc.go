// Package escalation keeps tickets, tells who is responsible for them, and says
// who must hear of what, and when.
//
// # A ticket is a list of events
//
// A conversation is a [Ticket] from its first question on. It is opened only
// when people have to act, and only then do the clocks start:
//
//	asked → answered → helped                               (never opened)
//	               ↘ new → open ⇄ pending → solved → closed (people act)
//
// Everything that happens is an [Event]. A ticket has no other state: status,
// assignee, first response and what the bot waits for are a fold over its
// events, so the history shown to people, the figures and a rehearsal ("who is
// told what if this comes on Friday at 13:50?") all read the same facts.
//
// Three pure functions hold the rules; none reads a clock or a store:
//
//	Ticket.apply   what may follow what: the transition table
//	Model.Due      what time alone brings: reminder, breach, handing on, lapse
//	notices        who must be told of an event
//
// # The model is data
//
// A [Model] holds what a Schulträger has decided: the building (which task
// belongs to which role), the ways schools are connected to support (direct,
// multi-stage, mixed), who fills a role, the calendars and the targets. Each
// step's clock runs in the calendar of whoever holds the ticket: the provider
// works through school holidays, the school contact does not.
//
// # The desk is the door
//
// A [Desk] is the only way to change a ticket. It checks the right ([Model.Can],
// default deny), applies, and stores ticket, index keys and notices in one
// transaction of a [Store]. A notice is recorded with its event, posted, and
// then marked, under a stable key, so that a crash at any point neither loses
// nor doubles it. A platform may deliver a message twice, late or out of
// order: message ids are part of the ticket, and the second one changes nothing.
//
// # What is stored
//
// A Store keeps each ticket as one record under its number, and next to it the
// [Key]s that the ticket names for itself ([Ticket.Keys]): by message, thread,
// requester, holder, school, due time, unsent notice. No look-up scans tickets.
// The stored form is the JSON of [Ticket]; see the note there before renaming.
//
// The words follow the usual ones of service desks (Zammad's manual on SLAs,
// Zendesk's SLA metrics, ITIL), the roles and the three connections follow the
// guide for school IT support of MSB NRW and KDN, October 2025.
package escalation
