package config

import "strings"

// optional are the sections of the example that need something from outside: a
// server, a token, a folder. They are commented out in what one begins with.
var optional = []string{"  oidc:", "  mattermost:", "  slack:", "knowledge:"}

// Beginning returns the example as a file to begin with: valid as it stands, on
// any machine, with the sections that need something from outside commented out.
func Beginning() []byte {
	var out strings.Builder
	depth := -1 // indentation of the section that is being commented out
	for line := range strings.Lines(string(example)) {
		text := strings.TrimRight(line, "\n")
		indent := len(text) - len(strings.TrimLeft(text, " "))
		if depth >= 0 && text != "" && indent <= depth && !strings.HasPrefix(text, "#") {
			depth = -1
		}
		if strings.HasPrefix(strings.TrimLeft(text, " "), "channel: mattermost:") {
			text = text[:indent] + "# " + text[indent:]
		}
		for _, section := range optional {
			if strings.TrimLeft(text, " ") == strings.TrimLeft(section, " ") {
				depth = indent
			}
		}
		if depth >= 0 && text != "" && !strings.HasPrefix(strings.TrimLeft(text, " "), "#") {
			text = text[:indent] + "# " + text[indent:]
		}
		out.WriteString(text + "\n")
	}
	return []byte(out.String())
}
