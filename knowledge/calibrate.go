package knowledge

import "math"

// A calibration turns evidence into probabilities. Its numbers are the same for every base, because what they
// weigh does not depend on the size of one; they were fitted on phrasings that the index had not seen, by
// [FitCalibration] with the starter articles and the public set clinc150; see BENCHMARK.md.
type calibration struct {
	weights     [signals]float64 // of the signals, for "some article answers"
	temperature float64          // how sharply totals separate articles
}

// The signals from which the probability that any article answers is worked out.
const (
	sigConstant = iota
	sigTotal    // evidence for the best article
	sigMargin   // of the linear model, for the best article
	sigOutside  // evidence for the best article less that for being out of scope
	sigKnown    // share of the words that the articles have, small ones aside
	sigReach    // evidence of the words for the best article, as a share of what any article could reach
	signals
)

var signalNames = [signals]string{
	"sigConstant", "sigTotal", "sigMargin", "sigOutside", "sigKnown", "sigReach",
}

var shippedCalibration = calibration{
	weights:     [signals]float64{sigConstant: -3.26, sigTotal: 0.08, sigMargin: 0.58, sigOutside: 1.50, sigKnown: 2.93, sigReach: 1.33},
	temperature: 3.3,
}

// inScope returns the probability that some article answers.
func (c *calibration) inScope(s [signals]float64) float64 {
	sum := 0.0
	for i, w := range c.weights {
		sum += w * s[i]
	}
	return sigmoid(sum)
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// shares divides 1 among totals, which are sorted from best to worst.
func (c *calibration) shares(totals []float32) []float64 {
	out := make([]float64, len(totals))
	sum := 0.0
	for i, t := range totals {
		out[i] = math.Exp(c.temperature * float64(t-totals[0]))
		sum += out[i]
	}
	for i := range out {
		out[i] /= sum
	}
	return out
}
