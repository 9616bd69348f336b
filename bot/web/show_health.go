package web

import (
	"io"
	"net/http"
)

// showHealth tells a watchdog that the pages are served.
func (s *Server) showHealth(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, "ok\n")
}
