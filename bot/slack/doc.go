// Package slack lets the bot talk in a Slack workspace, as an app that the
// school or its authority has created there from [Manifest].
//
// # In: acknowledged in time, worked off later
//
// Slack sends what people say and press over one of two ways: Socket Mode, which
// needs no public address (socket.go), or signed HTTP requests (http.go). Behind
// both is the same handler (receive.go). Slack wants an answer within three
// seconds and sends again what it got none for, so nothing is worked on before
// the answer: what arrives is committed to the inbox (inbox.go), then
// acknowledged, then worked off, each conversation in order. What has been done
// is remembered for a week. A second delivery, the same mention as another kind
// of event, and what is found again by reading a channel have the same key and
// so count once; the number of a retry means nothing.
//
// Whether Slack delivers again what was said while no connection was open is not
// promised. So the bot knows how far it has read each channel, and after such a
// gap, at every start, and every quarter of an hour besides, it reads what is
// missing (catchup.go). Two sockets are kept open, so that the refresh of one
// leaves no gap.
//
// # Out: posted once
//
// Slack has no key under which a post counts once. So before a post the intention
// is stored, and after it the name of the post (send.go). An intention without a
// name is a post whose answer was lost or a program that was killed: then the
// conversation is searched for it, by the key in the post's metadata, before it
// is posted again. The key holds for one store: a new database begins with ticket 1
// once more. All text goes through one renderer, in which nothing of it
// acts and which keeps every limit of Slack (mrkdwn.go, blocks.go).
//
// # What is stored
//
// Everything is in the bucket [bot.Marks] and JSON, but for the last in [bot.Seen]:
//
//	"slack:<channel>"            → mark: how far the channel has been read
//	"slack:since:<bot>"          → the time from which on the bot reads at all
//	"slack:inbox/<time>-<word>"  → batch: what arrived together and is not all done
//	"slack:sent/<digest>"        → sending: an intention, then the post
//	"slack:in/<key>"             → when it was done
//
// Facts about Slack stand in the test double of package slacktest, with which the
// tests of this package drive the real client library.
package slack
