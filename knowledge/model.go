package knowledge

import "context"

// A Model is what an [Assistant] needs of a language model. It may fail, be late and write what is not so; nothing it
// gives is more than evidence. Package knowledge/llm holds the one that ships with the program. It blanks out personal
// data before anything leaves and judges what comes back.
//
// Every method returns soon after ctx has ended, and may be called by many at once.
type Model interface {
	// Rephrase returns a few other ways to ask the question. Nobody is shown them.
	Rephrase(ctx context.Context, question string) ([]string, error)

	// Embed returns one vector of length one for each text. All vectors have the same dimension.
	Embed(ctx context.Context, texts []string) ([][]float32, error)

	// Compose returns a short answer to the question that says nothing but what the article says, in language ("de"
	// or "en"). It is plain text, whose steps begin with "1. ".
	Compose(ctx context.Context, question string, a Article, language string) (MachineText, error)
}

// A MachineText was written by a language model. Whoever shows it says so, and shows the article that it was written
// from.
type MachineText string
