package slack

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"

	api "github.com/slack-go/slack"
)

// callSize is how much Slack may send at once, in bytes.
const callSize = 1 << 20

// Handler returns what Slack calls where there is no Socket Mode: one address
// for events, for what is pressed, and for the slash command. Who cannot sign
// with the app's secret reaches nothing.
func (p *Platform) Handler() http.Handler { return http.HandlerFunc(p.serve) }

func (p *Platform) serve(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, callSize))
	if err != nil {
		http.Error(w, "too large", http.StatusRequestEntityTooLarge)
		return
	}
	if !p.signed(r.Header, body) {
		// Neither the signature nor what is wrong with it is anybody's business.
		p.log.Warn("slack: a request is not signed by Slack, or too old")
		http.Error(w, "not signed", http.StatusUnauthorized)
		return
	}
	kind, payload, ok := parts(r.Header.Get("Content-Type"), body)
	if !ok {
		http.Error(w, "bad request", http.StatusBadRequest)
		return
	}
	if challenge, ok := challenged(kind, payload); ok {
		reply(w, map[string]string{"challenge": challenge})
		return
	}
	run := p.running.Load()
	if run == nil {
		http.Error(w, "not running", http.StatusServiceUnavailable) // Slack tries again
		return
	}
	type result struct {
		answer any
		err    error
	}
	done := make(chan result, 1)
	run.receive(r.Context(), kind, payload, func(answer any, err error) { done <- result{answer, err} })
	select {
	case <-r.Context().Done():
	case <-run.ended:
		http.Error(w, "not running", http.StatusServiceUnavailable)
	case got := <-done:
		if got.err != nil {
			http.Error(w, "not stored", http.StatusServiceUnavailable)
			return
		}
		reply(w, got.answer)
	}
}

// signed reports whether a request is signed with the app's secret, and fresh.
// https://docs.slack.dev/authentication/verifying-requests-from-slack
func (p *Platform) signed(header http.Header, body []byte) bool {
	if s := header.Get("X-Slack-Signature"); s != strings.ToLower(s) {
		return false // hex that was written anew: one request has one signature
	}
	v, err := api.NewSecretsVerifier(header, p.o.SigningSecret)
	if err != nil {
		return false
	}
	_, err = io.Copy(&v, bytes.NewReader(body))
	return err == nil && v.Ensure() == nil
}

// parts returns what kind of thing a request brings, as Socket Mode names it, and
// its payload in JSON.
func parts(contentType string, body []byte) (kind string, payload []byte, ok bool) {
	media, _, err := mime.ParseMediaType(contentType)
	if err == nil && media == "application/json" {
		return kindEvent, body, true
	}
	form, err := url.ParseQuery(string(body))
	if err != nil || media != "application/x-www-form-urlencoded" {
		return "", nil, false
	}
	if payload := form.Get("payload"); payload != "" {
		return kindPress, []byte(payload), true
	}
	if form.Get("command") == "" {
		return "", nil, false
	}
	fields := map[string]string{}
	for key := range form {
		fields[key] = form.Get(key)
	}
	payload, err = json.Marshal(fields)
	return kindCommand, payload, err == nil
}

// challenged returns what Slack wants back to see that the address is the app's.
func challenged(kind string, payload []byte) (string, bool) {
	var c struct {
		Type      string `json:"type"`
		Challenge string `json:"challenge"`
	}
	return c.Challenge, kind == kindEvent && json.Unmarshal(payload, &c) == nil && c.Type == "url_verification"
}

// reply answers a request; without an answer, with nothing.
func reply(w http.ResponseWriter, answer any) {
	if answer == nil {
		w.WriteHeader(http.StatusOK)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer) // Slack is gone: it tries again
}
