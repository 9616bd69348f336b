// Package knowledge holds the articles of a school's IT help and finds the one that answers a question.
//
// # Articles
//
// An [Article] is one Markdown file: a head with its id, its title and the ways people ask for it, then the steps
// in German and, below a heading, in English. [ParseArticle] reads a file and reports every mistake in it at once;
// [Article.Markdown] writes it back. [Lint] looks at all articles together. [Starter] returns the articles that
// ship with the program.
//
// # Answers
//
// An [Index] is built once from the articles and never changes; whoever edits articles builds a new one and swaps
// it in. [Index.Answer] returns an [Outcome], never just a list: one article, a few to choose from, nothing, or an
// act of conversation such as thanks. The way from a message to an outcome:
//
//	message → read: fold case and umlauts, cut into words                       (read.go, stem.go, spelling.go)
//	        → set aside: rooms, classes, lessons, greetings                     (details.go, acts.go)
//	        → or an act of conversation, said in a listed way                   (acts.go, lexicon_acts.txt)
//	        → link: words of the school's IT that mean the same                 (lexicon.go, lexicon.txt)
//	        → features: words, pairs, parts of compounds, senses, characters    (reader.go, features.go, compound.go)
//	        → three pieces of evidence per article:
//	             a linear model trained on the phrasings of all articles        (linear.go)
//	             the likeness to each single phrasing                           (lexical.go)
//	             the words of the whole article                                 (lexical.go)
//	        → a probability for the best article                                (calibrate.go)
//	        → or an act after all, or somebody who goes and tries, by a model
//	             of acts and everything else                                    (guess.go, lexicon_talk.txt)
//	        → or too vague: what is usual for the thing that it names           (vague.go, vague.txt)
//	        → an outcome, by what a wrong answer costs                          (answer.go)
//
// Character runs carry typos and compounds, pairs carry negation ("kein Bild", "kein Ton"), the lexicon carries
// what nobody can learn from spelling ("Elmo" is a document camera); two of its senses in one message say more than
// each ("beamer" and "dunkel"). Stop words stay in: messages are short.
//
// A base of more than 40,000 phrasings is searched by the words of whole articles alone, see build.go.
//
// Everything is deterministic: the same articles and the same message give the same answer, on every run.
//
// # Measuring
//
// [Index.Evaluate] asks a file of questions and counts what became of them; [Bench] builds an index from a
// training file and measures it on a test file. [FitCalibration] works out the numbers in calibrate.go.
// BENCHMARK.md holds the table of the public question sets.
package knowledge
