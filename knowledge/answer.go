package knowledge

// An Outcome says what became of a message.
type Outcome string

// The outcomes.
const (
	Answered Outcome = "answer" // one article answers, clearly
	Choose   Outcome = "choose" // a few articles may answer; ask which
	None     Outcome = "none"   // no article answers
	Talk     Outcome = "talk"   // an act of conversation, see Act
)

// An Act is something said in a conversation that is no question to the articles. "" is none.
type Act string

// The acts.
const (
	ActStatus   Act = "status"   // how is my ticket
	ActThanks   Act = "thanks"   // thanks, it works
	ActGreeting Act = "greeting" // hello
	ActYes      Act = "yes"      // yes, that helped
	ActNo       Act = "no"       // no, that did not help
	ActHelp     Act = "help"     // what can you do
	ActHuman    Act = "human"    // a person please
	ActStop     Act = "stop"     // forget it
	ActWho      Act = "who"      // are you a robot
)

// MaxChoices is how many articles an answer offers at most.
const MaxChoices = 4

// An Answer is what an index makes of a message.
type Answer struct {
	Outcome  Outcome
	Act      Act     // for Talk
	Guessed  bool    // the act is no listed way to say it, and the message may say more
	Hits     []Hit   // best first, at most MaxChoices; for None what came nearest
	AtOnce   bool    // show first aid and open a ticket in the same breath
	Vague    bool    // the message does not say what it is about; ask for the device and what it shows
	Wait     bool    // for None: somebody goes and looks or tries; there is nothing to answer yet
	Language string  // ISO 639-1 code: "de", "en" or another
	Details  Details // what the message says besides
	Ask      string  // for Choose: the question that tells the hits apart, in Language; "" if they have none

	Short MachineText // for Answered with the help of an [Assistant]: a short answer, if it wrote one
}

// A Hit is an article that may answer.
type Hit struct {
	Article *Article
	Score   float64 // probability that it answers, 0 to 1
	Label   string  // what a choice shows for it: its option, else its title
}

// Costs says what the ways to be wrong cost, in any unit. What is cheapest to expect becomes the outcome.
type Costs struct {
	Wrong float64 // to show an article that does not answer
	Ask   float64 // to let people choose when one article would have done
	Lost  float64 // to let people choose among articles of which none answers
	Miss  float64 // to say that nothing fits although an article does
}

// DefaultCosts ships with the program. A wrong answer costs a lesson's minutes and trust; a question costs a
// glance, in vain or not; a ticket that an article would have spared costs somebody's
// afternoon.
var DefaultCosts = Costs{Wrong: 3, Ask: 1, Lost: 1, Miss: 5}

// Answer says what becomes of a message. It never fails, whatever the bytes.
func (ix *Index) Answer(text string) Answer {
	return ix.explain(text).Answer
}

// An Explanation is an answer with its reasons, for editors.
type Explanation struct {
	Answer   Answer
	Read     string     // the message as it was understood, after setting details aside
	Features []Evidence // of the winner and the runner-up
	InScope  float64    // probability that any article answers
	Reason   string     // why this outcome
}

// Evidence says what speaks for an article.
type Evidence struct {
	Article  *Article
	Linear   float64 // margin of the linear model: above 0 speaks for it
	Phrase   string  // the phrasing most like the message
	Likeness float64 // to that phrasing, 0 to 1
	Words    float64 // share of the best article's score for words of the whole article, 0 to 1
	Total    float64
}

// Explain answers and says which evidence decided.
func (ix *Index) Explain(text string) Explanation {
	return ix.explain(text)
}
