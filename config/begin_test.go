package config

import (
	"bytes"
	"testing"
)

// TestBeginning: what config init writes is in order on a machine without any
// environment variable, and still shows every section.
func TestBeginning(t *testing.T) {
	file := Beginning()
	if _, err := Parse("ersthelfer.yaml", file, func(string) string { return "" }); err != nil {
		t.Errorf("the file to begin with: %v", err)
	}
	for _, section := range []string{"# mattermost:", "# slack:", "# token: ${MATTERMOST_TOKEN}", "# knowledge:", "\nschools:"} {
		if !bytes.Contains(file, []byte(section)) {
			t.Errorf("the file to begin with does not show %q", section)
		}
	}
}
