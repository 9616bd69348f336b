package bot

import (
	"slices"
	"strconv"
	"strings"

	"ersthelfer/escalation"
	"ersthelfer/knowledge"
)

// shortReply is how many words an answer to a question of the bot has at most
// if they could also be a question of their own: "Prüfung!" is one, "prüfung
// läuft und kein rechner geht" is the other.
const shortReply = 3

// longReply is how many words an answer has at most that is read by a word in it.
const longReply = 8

// wordsIn returns how many words a text has.
func wordsIn(text string) int { return len(strings.Fields(text)) }

// read finds the option that a typed answer means: its number, its label, or a
// yes or no where the question can be answered so.
func read(text string, act knowledge.Act, expect escalation.Expect, options []option) string {
	text = strings.Trim(strings.ToLower(text), ".!)( \t\n")
	if n, err := strconv.Atoi(text); err == nil && n >= 1 && n <= len(options) {
		return options[n-1].id
	}
	for _, o := range options {
		if strings.EqualFold(text, o.label) {
			return o.id
		}
	}
	text = apostrophes.Replace(text)
	if _, field := fieldOf(expect); field {
		if notKnown[text] || act == knowledge.ActNo || act == knowledge.ActHuman {
			return "unknown"
		}
		return ""
	}
	if id := unsure[expect]; id != "" && notKnown[text] {
		return id
	}
	if id, ok := stillBroken[expect]; ok && wordsIn(text) <= longReply && firstWords[firstWord(text)] == "" && broken(text) {
		return id
	}
	if id, ok := yesNo[expect][act]; ok {
		return id
	}
	if wordsIn(text) > longReply {
		return ""
	}
	return hinted(text, expect)
}

// apostrophes are left out by who types in a hurry, so they are for everybody.
var apostrophes = strings.NewReplacer("'", "", "’", "", "‘", "", "´", "", "`", "")

// bare returns a text as small words are compared: lower case, without an end mark.
func bare(text string) string {
	return apostrophes.Replace(strings.Trim(strings.ToLower(text), ".! \t\n"))
}

// broken reports whether a bare text says that something does not work after all.
func broken(text string) bool {
	return slices.ContainsFunc(itDoesNot, func(words string) bool { return strings.Contains(text, words) })
}

// unsure says which option is meant by "keine ahnung".
var unsure = map[escalation.Expect]string{expectChoice: "none", expectUrgency: "calm"}

// stillBroken says which option is meant by "hilft nicht", which is a no, but not
// to these questions.
var stillBroken = map[escalation.Expect]string{expectDuplicate: "same", expectSame: "same", expectCancel: "keep"}

// hinted finds the option that a word in a short sentence means, else the one
// that its first word does: "ja, und die Kinder warten".
func hinted(text string, expect escalation.Expect) string {
	for _, h := range hints[expect] {
		if strings.Contains(text, h.words) && !(h.plain && negated(text)) {
			return h.option
		}
	}
	if strings.Contains(text, "aber") || strings.Contains(text, "but") {
		return ""
	}
	return yesNo[expect][firstWords[firstWord(text)]]
}

func firstWord(text string) string {
	begin, _, _ := strings.Cut(strings.ReplaceAll(text, ",", " "), " ")
	return begin
}

// negated reports whether a sentence denies something.
func negated(text string) bool {
	for w := range strings.FieldsSeq(text) {
		switch strings.Trim(w, ",.!?") {
		case "nicht", "nich", "nix", "nichts", "net", "kein", "keine", "keinen", "not", "no", "isnt", "doesnt", "didnt", "wont", "cant":
			return true
		}
	}
	return false
}

// firstWords are the beginnings of a sentence that say yes or no.
var firstWords = map[string]knowledge.Act{
	"ja": knowledge.ActYes, "jo": knowledge.ActYes, "jep": knowledge.ActYes, "yes": knowledge.ActYes,
	"nein": knowledge.ActNo, "nee": knowledge.ActNo, "nö": knowledge.ActNo, "no": knowledge.ActNo,
}

// notKnown are answers that say nothing of what was asked.
var notKnown = map[string]bool{
	"weiß nicht": true, "weiss nicht": true, "weis nicht": true, "weiß ich nicht": true, "weiß ich nich": true, "weiß nich": true,
	"weis nich": true, "weiss nich": true, "weis ich nicht": true, "weis ich nich": true, "weiss ich nicht": true,
	"keine ahnung": true, "k.a": true, "ka": true, "kein plan": true, "keiner": true, "keine": true, "steht nicht drauf": true,
	"unbekannt": true, "egal": true, "-": true, "?": true, "dont know": true, "no idea": true, "unknown": true,
	"not sure": true, "i dont know": true, "idk": true, "none": true,
}

// answersNothing reports whether "keine ahnung" is no answer: to a question of the
// bot that takes none such, or where nothing was asked. "?" then asks for help.
func answersNothing(cur *escalation.Ticket, a knowledge.Answer) bool {
	if cur == nil || cur.Expect == "" {
		return a.Outcome != knowledge.Talk
	}
	return cur.Expect != expectReply
}

// yesNo says which option a plain yes or no means.
var yesNo = map[escalation.Expect]map[knowledge.Act]string{
	expectHelped:    {knowledge.ActYes: "helped", knowledge.ActNo: "nothelped", knowledge.ActThanks: "helped"},
	expectTicket:    {knowledge.ActYes: "ticket", knowledge.ActNo: "stop", knowledge.ActHuman: "ticket"},
	expectUrgency:   {knowledge.ActYes: "lesson", knowledge.ActNo: "calm"},
	expectDuplicate: {knowledge.ActYes: "same", knowledge.ActNo: "new"},
	expectSame:      {knowledge.ActYes: "same", knowledge.ActNo: "new"},
	expectConfirm:   {knowledge.ActYes: "confirm", knowledge.ActNo: "reopen", knowledge.ActThanks: "confirm"},
	expectCancel:    {knowledge.ActYes: "cancel", knowledge.ActNo: "keep"},
	expectChoice:    {knowledge.ActNo: "none"},
	expectRating:    {knowledge.ActYes: "r5"},
}

// A hint is words that settle a question in the middle of a short sentence.
type hint struct {
	words  string
	option string
	plain  bool // only in a sentence that denies nothing
}

func unless(option string, words ...string) []hint { return hintsFor(option, true, words) }
func always(option string, words ...string) []hint { return hintsFor(option, false, words) }

func hintsFor(option string, plain bool, words []string) []hint {
	out := make([]hint, len(words))
	for i, w := range words {
		out[i] = hint{w, option, plain}
	}
	return out
}

// The ways to say that something works again, or does not.
var (
	itWorks = []string{
		"geholfen", "geklappt", "klappt", "geht jetzt", "geht wieder", "jetzt geht", "läuft jetzt", "läuft wieder",
		"funktioniert", "erledigt", "that helped", "it works", "works now", "working now", "solved",
	}
	itDoesNot = []string{
		"immer noch", "weiterhin", "hilft nicht", "hilft auch nicht", "hilft nix", "nicht geholfen", "nichts geholfen", "nix geholfen",
		"bringt nichts", "bringt nix", "nichts gebracht", "nix gebracht", "klappt nicht", "klappt auch nicht", "klappt nich", "klappt net", "klappt ned", "geht net", "geht ned",
		"geht nicht", "geht nich", "geht auch nicht", "geht trotzdem nicht", "funktioniert nicht", "funktioniert auch nicht",
		"doch nicht", "wieder nicht", "nichts hilft", "hilft alles", "alles nix", "alles nichts", "nothing helps", "nothing works", "did not help", "didnt help", "doesnt help", "does not help",
		"did not work", "didnt work", "doesnt work", "does not work", "wont work", "still not", "still no", "still doesnt", "not working",
	}
	itWasTried = []string{
		"schon alles", "alles schon", "schon gemacht", "schon probiert", "schon versucht", "already tried", "already did",
	}
)

// hints are read in order, the first that fits counts.
var hints = map[escalation.Expect][]hint{
	expectUrgency: append(append(
		always("calm", "pause", "freistunde", "kein unterricht", "nicht im unterricht", "no lesson", "nicht dringend", "nicht eilig", "eilt nicht", "not urgent"),
		always("exam", "prüfung", "pruefung", "klausur", "klassenarbeit", "exam", "abitur")...),
		unless("lesson", "kinder warten", "klasse wartet", "warten alle", "vor der klasse", "kids are waiting", "class is waiting", "dringend", "eilig", "eilt", "urgent", "unterricht", "unterrricht", "unterich", "stunde", "lesson")...),
	expectHelped: append(append(always("nothelped", itDoesNot...),
		unless("helped", itWorks...)...),
		always("nothelped", itWasTried...)...),
	expectChoice:  always("none", "nichts davon", "keins davon", "keines davon", "passt nicht", "passt nichts", "passt alles nicht", "none of"),
	expectConfirm: append(always("reopen", itDoesNot...), unless("confirm", itWorks...)...),
	expectRating: append(append(always("reopen", "immer noch", "doch nicht", "wieder nicht", "geht nicht", "still not"),
		always("r5", "sehr gut", "super", "top", "perfekt", "prima", "klasse", "very good", "great", "perfect")...),
		always("r2", "eher schlecht", "nicht gut", "nicht so gut")...),
}

// triesFirst reports whether a text says that somebody is about to try: "danke, das
// probiere ich mal".
func triesFirst(text string) bool {
	text = strings.ToLower(text)
	return slices.ContainsFunc([]string{"probier", "versuch", "teste", " try", "give it a go"}, func(words string) bool { return strings.Contains(text, words) })
}
