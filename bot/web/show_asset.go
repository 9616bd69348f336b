package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"net/http"
	"time"
)

//go:embed assets
var assetFiles embed.FS

// assetPath returns the address of a file in assets/. It changes with the
// content, so that browsers may keep what they have.
func assetPath(name string) string {
	data, err := assetFiles.ReadFile("assets/" + name)
	if err != nil {
		return "/assets/" + name // the page asks for it and shows without it
	}
	sum := sha256.Sum256(data)
	return "/assets/" + name + "?v=" + hex.EncodeToString(sum[:6])
}

// showAsset sends the style, the script, the icon.
func (s *Server) showAsset(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	data, err := assetFiles.ReadFile("assets/" + name)
	if err != nil {
		s.notFound(w, r)
		return
	}
	if r.URL.Query().Has("v") {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(data))
}
