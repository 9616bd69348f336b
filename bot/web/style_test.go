package web

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestContrast: words stand out from what is behind them by at least 4.5 to 1 (WCAG 2.2, 1.4.3), in light and dark.
func TestContrast(t *testing.T) {
	data := must(assetFiles.ReadFile("assets/style.css"))
	light, rest, found := strings.Cut(string(data), "@media (prefers-color-scheme: dark) {")
	if !found {
		t.Fatal("there is no dark style")
	}
	dark, _, _ := strings.Cut(rest, "\n}\n")
	both := map[string][]string{ // behind: in front
		"page": {"ink", "quiet", "accent", "warn"}, "paper": {"ink", "quiet", "accent", "warn"}, "soft": {"ink", "quiet", "accent"},
		"mine": {"ink", "quiet", "accent"}, "warn-soft": {"ink", "quiet", "accent", "warn"}, "accent": {"accent-ink"},
	}
	for name, style := range map[string]string{"light": light, "dark": dark} {
		colours := map[string]float64{}
		for _, m := range regexp.MustCompile(`--([a-z-]+): #([0-9a-f]{6})`).FindAllStringSubmatch(style, -1) {
			colours[m[1]] = luminance(t, m[2])
		}
		for behind, all := range both {
			for _, front := range all {
				a, b := colours[behind], colours[front]
				if a == 0 || b == 0 {
					t.Fatalf("%s: %s or %s is no colour", name, behind, front)
				}
				if ratio := (max(a, b) + 0.05) / (min(a, b) + 0.05); ratio < 4.5 {
					t.Errorf("%s: %s on %s is %.2f to 1", name, front, behind, ratio)
				}
			}
		}
	}
}

// luminance is the relative luminance of a colour, 0 to 1 (WCAG 2.2).
func luminance(t *testing.T, rgb string) float64 {
	t.Helper()
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, err := strconv.ParseUint(rgb[2*i:2*i+2], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		c := float64(n) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}
