// Package web is the chat in the browser, and the pages around it.
//
// # The conversation
//
// Everybody has one conversation with the bot, whose channel is the person's
// id. It is a list of entries, kept as a whole under the channel in the bucket
// [bot.Histories] of the bot's store; every hundred entries that have grown old
// move to a record of their own:
//
//	anna            the newest entries, and how often the conversation changed
//	anna/00000000   entries 1 to 100
//	anna/00000001   entries 101 to 200
//
// A page shows the entries, and an event stream tells it of every entry that
// is new or changed since the revision that it has. So a reload, a lost
// connection or a crash needs no special care: whatever is missing is sent.
//
// # In and out
//
// What a person says is stored first, under an id that the browser made, and
// then given to the bot until it takes it; sent twice, it is there once. What
// the bot says is stored under its key; sent twice, it is there once.
//
// # Who is who
//
// The person stands in the path, /als/anna/, so that several windows of one
// browser can be several people. In a demonstration everybody may be anybody;
// else people sign in, and every other person's pages do not exist for them:
//
//	a chat    the bot sends a link, which is good for five minutes and one use
//	          ([Server.Link]); its page has a button, so that the previews of
//	          chats do not use it up
//	OIDC      the school's own accounts, if it has them ([OIDC])
//
// A browser then has a cookie with a secret, and the bucket [bot.SignIns] the
// hash of it. What somebody may do is asked anew with every request.
//
// # Curating
//
// The pages about the articles are a way to [knowledge.Library], which decides
// every right: what there is to do, the list with what each article is worth, the
// editor beside what the chat will show, the gate before publishing, the history,
// the text of the schools, gaps, a question tried on drafts, import and export,
// and the audit. What a language model would word goes through the bot
// ([Options].DraftGap), so that the pages know none.
//
// # Pages
//
// One file holds one page: its data, its handler and, beside it in templates/,
// its HTML. All routes stand in one list, with the right that each asks for:
// what is not in it does not exist. All words stand in words/. A GET changes
// nothing, besides beginning the session of somebody whom the school's sign-in
// sends back; what is changed is answered with a redirect, so that everything
// works without JavaScript, which only makes it live.
package web
