// Package bot takes in messages and answers them: who somebody is, what they
// mean in the conversation they are in, what is done about it at the desk, and
// the words for everything that people are told.
//
// # A message
//
// A [Platform] gives a [Message] to [Bot.Handle]. It finds out who speaks
// ([Profile]), which ticket the conversation is about, and what the words mean
// there: decide, a pure function, returns a move. The move is carried out at
// the [escalation.Desk] in one transaction. Nothing is answered directly: what
// the bot says about a ticket is a notice of an event of that ticket, posted
// after the commit and then marked. So an answer is a notice like any other,
// and a crash at any point neither loses nor doubles it. Only small talk
// (a greeting, help, a list of tickets) belongs to no ticket and is posted
// under a key made from the message's id.
//
// # The loops
//
// [Bot.Run] runs the platforms and one loop that wakes when something is due:
// it answers questions that have been quiet long enough (several quick messages
// are one request), lets the desk record what time has brought, and posts
// notices that wait, those that call somebody to act first.
//
// # The words
//
// Everything the bot says stands in texts/de.yaml and texts/en.yaml; words.go
// composes it from events. What people wrote goes into [Rich] uninterpreted.
package bot
