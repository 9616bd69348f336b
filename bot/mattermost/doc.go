// Package mattermost lets the bot talk on a Mattermost server, as a bot account
// of that server, from outside: REST for everything that is read and said, a
// websocket to learn that there is something to read, and an HTTP listener for
// what people press.
//
// # Reading
//
// The websocket is only a wake-up call ([Platform.Run], socket.go). An event
// says that a channel has something new; what it is, is read by REST, from the
// place where reading stopped the last time (reader.go). So there is one way in
// for a message, whether it was said a moment ago, during a cut of the socket,
// or while the program was down. That place is kept for each channel in
// [bot.Marks]:
//
//	"mattermost:<channel id>"  → mark, JSON
//	"mattermost:since:<bot>"   → the time (ms) after which the bot reads at all
//
// A mark is not simply the last post. Posts get their time before they are
// stored, so that one may turn up behind another that is already read. Reading
// therefore starts some seconds further back, and the mark names the posts of
// that time that the bot has been given. When the server says that events were
// lost (a new connection id, a gap in the sequence), and every ten minutes
// besides, all channels are compared with their marks.
//
// # Saying
//
// Every post carries a hash of its [bot.Post.Key] and of the time of the first
// start in its props, and such a hash as pending_post_id. The server itself recognises a second attempt for 30
// seconds; for later ones, and after a restart, the newest posts of the channel
// are looked through before the first attempt there (send.go). Text is rendered
// so that nothing in it acts (markdown.go).
//
// # Pressing
//
// The server does not sign what it sends to a listener, and any user can make
// a button that points there. Four things are therefore checked (press.go): the
// trigger id, which the server does sign, says who pressed and when; a seal over
// the button's context says that the bot made it, for which channel, post and
// choices, and until when; the post must be the bot's own; and nothing counts
// twice. Who presses without that gets a private sentence and nothing happens.
//
// Facts about the server that are not documented by Mattermost were observed on
// version 11.1 and are held by the tests, which run against the fake of package
// mattermosttest and, where MM_URL is set, against a real server.
package mattermost
