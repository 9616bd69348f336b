// Package slacktest holds a Slack that exists only in the test: the Web API,
// Socket Mode and the Events API over HTTP, as far as the bot uses them, on the
// loopback interface. The real client library talks to it.
//
// People say things, press buttons, send forms and open the home tab through the
// methods of a [Server], and see what the bot has posted. The server keeps
// Slack's rules: tokens and scopes, the limits of blocks and views, one use and
// three seconds for a trigger, own posts only for edits, posts of the bot that
// come back as events, a mention that comes as two. And it can misbehave as Slack
// does: refuse, limit, answer late or not at all after doing what was asked,
// deliver twice, not hear an acknowledgement, and end connections with and
// without a word. What nobody acknowledges it delivers again.
package slacktest
