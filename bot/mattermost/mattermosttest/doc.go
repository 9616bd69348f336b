// Package mattermosttest is a Mattermost server that exists only in a test, and
// the people of the school that both it and the real test server are seeded
// with.
//
// [New] starts one. It has the routes and the websocket that a bot and the
// people who talk to it use, takes and gives the official types, and misbehaves
// as the real server was seen to (version 11.1): it closes a socket that does
// not authenticate, pings every minute, resumes a connection or gives a new one, forgets what does
// not fit its queue, echoes the bot's own posts, strips what stands behind
// buttons from every answer, knows no action whose id is not of letters and
// digits, limits requests with plain text, recognises a pending_post_id only
// for a while, and shows people an error for every answer of the bot that is
// not 200 with JSON. Its methods make it do worse: break answers, cut sockets
// or let nothing through them, restart, answer since= with nothing.
//
// [Cast] says who is there. [Real] returns that of a real server, so that one
// suite of tests runs against both. TestFacts keeps the fake honest: it is the
// list of what the bot relies on, looked at on both.
package mattermosttest
