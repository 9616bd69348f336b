package llm

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// The shares of its content words that a text, and each sentence of it, must have from the article; one word of a
// sentence may be its own, so that people are told to "check" what the article tells them to look at. Measured on the
// articles that ship with the program: see TestGateArticles and TestGateOther.
const (
	groundText     = 0.5
	groundSentence = 2.0 / 3
)

var sentenceEnd = regexp.MustCompile(`[.!?;:]+(?:\s+|$)|\n+`)

// grounded reports whether the text says nothing but what the source says, as far as its words tell. A sentence that
// has none of the article's words, such as a claim about a ticket or advice from elsewhere, is not grounded. Words do
// not tell everything: who leaves a "not" out, or puts the article's words in another order, is not noticed. That is
// why a text is shown as a machine's and with its article.
func grounded(text, source string) bool {
	have := content(source)
	words, hits := 0, 0
	for _, sentence := range sentenceEnd.Split(text, -1) {
		w, h := 0, 0
		for _, word := range content(sentence) {
			w++
			if likeOne(word, have) {
				h++
			}
		}
		own := w - h
		if w > 0 && h == 0 || own > 1 && float64(h) < groundSentence*float64(w) {
			return false
		}
		words, hits = words+w, hits+h
	}
	return hits > 0 && float64(hits) >= groundText*float64(words)
}

// likeOne reports whether two words begin alike, as forms of one word do: the first five letters, or all of a word of
// four.
func likeOne(word string, have []string) bool {
	for _, h := range have {
		if n := min(5, len(word)); strings.HasPrefix(h, word[:n]) {
			return true
		}
		// The end of a compound: "Drucker" says no more than "Farbdrucker". Shorter ends may be endings.
		if len(word) >= 6 && strings.HasSuffix(h, word) || len(h) >= 6 && strings.HasSuffix(word, h) {
			return true
		}
	}
	return false
}

// content returns the words that carry meaning, folded: those of four letters or more that are not merely grammar.
func content(text string) []string {
	var words []string
	for _, w := range wordsOf(text) {
		if utf8.RuneCountInString(w) >= 4 && !grammar[w] {
			words = append(words, w)
		}
	}
	return words
}

// wordsOf returns the runs of letters of a text, folded.
func wordsOf(text string) []string {
	return strings.FieldsFunc(folded(text), func(r rune) bool { return !unicode.IsLetter(r) })
}

// folded makes spellings of a word alike: lower case, no accents, and ä, ae and a the same.
func folded(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKD.String(text))
	return spellings.Replace(text)
}

var spellings = strings.NewReplacer("ß", "ss", "ae", "a", "oe", "o", "ue", "u", "ı", "i", "ł", "l", "ø", "o", "đ", "d")

// grammar are words of four letters or more, folded, that say nothing about the matter.
var grammar = func() map[string]bool {
	set := make(map[string]bool)
	for _, w := range strings.Fields(folded(`
		aber alle allem allen alles also andere anderen auch beim bereits bitte dabei dadurch damit danach dann darauf
		darin dass davon dazu denn dessen diese diesem diesen dieser dieses doch dort durch eine einem einen einer eines
		einfach einmal etwas falls fertig ganz genau haben hier ihnen ihre ihrem ihren ihrer immer jede jedem jeden jeder jetzt
		kann kein keine keinen können lassen machen mehr mein meist muss müssen nach nicht nichts noch nochmal nötig oder
		ohne oben schon sehr sein sich sind sobald sofort soll sollte sollten sonst über unten unter viel viele
		vielleicht vorher wann wenn werden wieder wird wurde würde wären zuerst zunächst zusammen zwischen anschließend
		about after again also another anything back been before both cannot could does done each else even every first
		from have here into just last like make more most much must need next once only other over please shall should
		some still such than that their them then there these they this those through under until very want well were
		what when where which while will with without would your yourself
		achtung wichtig hinweis tipp schritt erfolg fertig note hint step tips important done`)) {
		set[w] = true
	}
	return set
}()

// pretends reports whether the text speaks for the bot, for a person or for the operator, or asks for what nobody may ask
// for, in words that the source does not have.
func pretends(text, source string) bool {
	for _, words := range []*regexp.Regexp{official, remote, secretWord} {
		if words.MatchString(text) && !words.MatchString(source) {
			return true
		}
	}
	for _, sentence := range sentenceEnd.Split(text, -1) {
		asks := secretWord.MatchString(sentence) && telling.MatchString(sentence)
		if asks && !strings.Contains(source, sentence) {
			return true
		}
	}
	return false
}

var (
	// official are words with which a notice, a person or the state of a ticket would be forged.
	official = regexp.MustCompile(`(?i)\b(?:tickets?|ersthelfer|admin\pL*|system-?(?:nachricht|meldung|message|notice)|` +
		`moderator|geschlossen|closed|gelöst|solved|resolved|eskaliert|escalated|support-?team|hotline|ich bin|i am|i'm)\b`)
	// remote are words that lead to somebody else's hands or purse.
	remote = regexp.MustCompile(`(?i)\b(?:anydesk|teamviewer|quick ?assist|rustdesk|fernwartung|remote|powershell|cmd|` +
		`terminal|curl|wget|regedit|gutschein\pL*|gift ?cards?|paypal|bitcoin|kreditkarte\pL*|credit ?cards?|` +
		`iban|konto(?:nummer|daten)|telegram|whatsapp|discord)\b|überweis|transfer money`)
	// secretWord are words for what proves who somebody is.
	secretWord = regexp.MustCompile(`(?i)(?:passw[oö]rt|password|passwd|kennwort|passcode|zugangsdaten|credentials|\b(?:pin|puk|tan|mfa|2fa|otp|codes?)\b)`)
	// telling are words for handing something to somebody.
	telling = regexp.MustCompile(`(?i)\b(?:chat|antwort\pL*|repl(?:y|ies)|schick\pL*|send\pL*|schreib\pL*|writ\pL*|nenn\pL*|` +
		`mitteil\pL*|teil(?:en|t)?|tell|share|post\pL*|verrat\pL*|hier|here|uns|us|me|mir)\b`)
)
