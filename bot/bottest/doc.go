// Package bottest holds what tests of the bot share.
//
// [Memory] is a [bot.Store] in memory, and [TestStore] the suite that it and
// every other store passes.
//
// [Platform] is a chat that exists only in the test. People say things and
// press buttons through its methods, and it answers what each of them sees.
// It can be told to fail as real platforms do: refuse, lose the answer, ask
// for patience, know a person no more. [TestPlatform] is the suite that it and
// every other platform passes, so that a dialogue tested here holds elsewhere.
package bottest
