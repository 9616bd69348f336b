// Package llm lets a language model help to find and to word answers. It is off unless somebody configures it, and
// everything works without it: whoever calls falls back to the articles when a call fails.
//
// # The model is an untrusted function from text to text
//
// Nothing in here trusts what a model writes, because no prompt keeps a model from being taken over (OWASP Top 10 for
// LLM applications 2026, LLM01). It has no tools, sees no secret and changes no state. What bounds it is code, on the
// way out and on the way back:
//
//		words of the person, article → redact → call → gate → short answer, rephrasings, vectors, draft
//
//	  - redact (redact.go, names.go, lists.go) takes personal data and secrets out of every text that leaves. A
//	    placeholder stays a placeholder; nothing is ever put back. It is a net, not a guarantee: what has a form or
//	    stands in the directory is found, a stranger's name only mostly.
//	  - call (call.go, limit.go, breaker.go) bounds time, bytes and the number of calls, and reports every failure in
//	    words of its own, so that no key, prompt or answer reaches a log.
//	  - gate (gate.go, ground.go, visible.go) is the one way back for text. What breaks a rule is refused as a whole;
//	    it is never repaired, since half of a hostile text is no better than all of it.
//
// A prompt holds what its function was given and nothing else: the words of one person, or one published article.
//
// # What it is asked for
//
// [Model.Embed] gives vectors as one more piece of evidence, [Model.Rephrase] other words for an unsure question,
// [Model.Compose] a short answer from one article, [Model.Draft] the beginning of an article for an editor. Any
// server that speaks OpenAI's interface will do, such as Ollama or vLLM in one's own building.
package llm
