package web

import (
	"crypto/rand"
	"regexp"
)

// idPattern is what the id of something sent may look like. The browser makes it.
var idPattern = regexp.MustCompile(`^[A-Za-z0-9-]{8,64}$`)

// newID returns an id as a browser without a script sends it.
func newID() string { return rand.Text()[:20] }
