package slacktest

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// An Envelope is something that Slack sends to the app.
type Envelope struct {
	ID      string
	Kind    string // as Socket Mode names it
	Payload map[string]any

	// Set under the server's mutex; read them with Server.State.
	Sent   []Delivery
	Acked  time.Time
	Answer json.RawMessage
	Lost   bool // nobody listened when it was to be delivered
	number int
	deaf   bool
}

// A Delivery is one attempt to give the app an envelope.
type Delivery struct {
	At    time.Time
	Acked time.Time // when it was acknowledged, whether that was heard or not
	Gone  bool      // its connection ended before, or the app refused it
	over  *socket   // none by HTTP
}

// State returns how an envelope stands.
func (s *Server) State(e *Envelope) Envelope {
	s.mu.Lock()
	defer s.mu.Unlock()
	return e.copy()
}

func (e *Envelope) copy() Envelope {
	out := *e
	out.Sent = slices.Clone(e.Sent)
	return out
}

// Envelopes returns all that was sent.
func (s *Server) Envelopes() []Envelope {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Envelope
	for _, e := range s.envelopes {
		out = append(out, e.copy())
	}
	return out
}

// Answered waits until an envelope is acknowledged, and returns the answer.
func (s *Server) Answered(ctx context.Context, e *Envelope) (json.RawMessage, error) {
	err := s.Wait(ctx, func() bool { return !s.State(e).Acked.IsZero() })
	return s.State(e).Answer, err
}

// UseHTTP has everything delivered to an address, signed.
func (s *Server) UseHTTP(endpoint string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.endpoint = endpoint
}

// send delivers something new. It wants mu held.
func (s *Server) send(kind string, payload map[string]any) *Envelope {
	e := &Envelope{ID: s.id("envelope-"), Kind: kind, Payload: payload, number: len(s.envelopes) + 1}
	e.deaf = kind == "events_api" && s.rules.Deaf > 0 && e.number%s.rules.Deaf == 1
	s.envelopes = append(s.envelopes, e)
	s.deliver(e)
	if kind == "events_api" && s.rules.Twice > 0 && e.number%s.rules.Twice == 0 {
		s.deliver(e)
	}
	return e
}

// Deliver delivers an envelope once more.
func (s *Server) Deliver(e *Envelope) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deliver(e)
}

// deliver sends an envelope, and again if nobody acknowledges it. What is sent
// while nobody listens is lost. It wants mu held.
func (s *Server) deliver(e *Envelope) {
	attempt := len(e.Sent)
	k := s.pick()
	e.Sent = append(e.Sent, Delivery{At: time.Now(), over: k})
	if s.endpoint != "" {
		endpoint := s.endpoint
		s.wg.Go(func() { s.post(endpoint, e, attempt) })
	} else if k != nil {
		frame := map[string]any{
			"envelope_id": e.ID, "type": e.Kind, "payload": e.Payload,
			"accepts_response_payload": e.Kind != "events_api",
		}
		if attempt > 0 {
			frame["retry_attempt"], frame["retry_reason"] = attempt, "timeout"
		}
		_ = k.write(frame) // it is gone, and the envelope is sent again
	} else {
		e.Lost, e.Sent[attempt].Gone = true, true
		s.changed()
		return
	}
	s.wg.Go(func() { s.insist(e, attempt+1) })
	s.changed()
}

// insist delivers an envelope again that nobody has acknowledged in time.
func (s *Server) insist(e *Envelope, sent int) {
	s.mu.Lock()
	patience, retries := s.rules.Patience, s.rules.Retries
	s.mu.Unlock()
	if patience == 0 {
		patience = 3 * time.Second
	}
	if retries == 0 {
		retries = 3
	}
	t := time.NewTimer(patience)
	defer t.Stop()
	select {
	case <-s.done:
		return
	case <-t.C:
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if e.Acked.IsZero() && len(e.Sent) == sent && sent <= retries {
		s.deliver(e)
	}
}

// hears takes an acknowledgement that came over a connection.
func (s *Server) hears(k *socket, id string, answer json.RawMessage) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.envelopes {
		if e.ID == id {
			s.acknowledged(e, slices.IndexFunc(e.Sent, func(d Delivery) bool { return d.over == k && d.Acked.IsZero() }), answer)
		}
	}
}

// acknowledged takes the acknowledgement of a delivery. It wants mu held.
func (s *Server) acknowledged(e *Envelope, delivery int, answer json.RawMessage) {
	if delivery >= 0 {
		e.Sent[delivery].Acked = time.Now()
	}
	switch {
	case e.deaf:
		e.deaf = false
	case e.Acked.IsZero():
		e.Acked, e.Answer = time.Now(), answer
		s.heed(e)
	}
	s.changed()
}

// post delivers an envelope by HTTP.
func (s *Server) post(endpoint string, e *Envelope, attempt int) {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	req, err := Request(ctx, endpoint, e.Kind, e.Payload)
	if err != nil {
		return
	}
	if attempt > 0 {
		req.Header.Set("X-Slack-Retry-Num", strconv.Itoa(attempt))
		req.Header.Set("X-Slack-Retry-Reason", "http_timeout")
	}
	status, body := 0, []byte(nil)
	resp, err := http.DefaultClient.Do(req)
	if err == nil {
		defer resp.Body.Close()
		status = resp.StatusCode
		body, err = io.ReadAll(resp.Body)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case err == nil && status == http.StatusOK:
		s.acknowledged(e, attempt, body)
	case ctx.Err() == nil: // else it took too long
		e.Sent[attempt].Gone = true
		s.changed()
	}
}

// Request returns a signed request that delivers something by HTTP.
func Request(ctx context.Context, endpoint, kind string, payload map[string]any) (*http.Request, error) {
	data, err := json.Marshal(payload)
	if err != nil {
		return nil, err
	}
	media := "application/json"
	switch kind {
	case "interactive":
		data, media = []byte(url.Values{"payload": {string(data)}}.Encode()), "application/x-www-form-urlencoded"
	case "slash_commands":
		form := url.Values{}
		for key, v := range payload {
			form.Set(key, fmt.Sprint(v))
		}
		data, media = []byte(form.Encode()), "application/x-www-form-urlencoded"
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint, bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", media)
	Sign(req.Header, data, Secret, time.Now())
	return req, nil
}

// Sign signs a body as Slack does.
func Sign(h http.Header, body []byte, secret string, at time.Time) {
	ts := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(mac, "v0:%s:%s", ts, body)
	h.Set("X-Slack-Request-Timestamp", ts)
	h.Set("X-Slack-Signature", "v0="+hex.EncodeToString(mac.Sum(nil)))
}

// happened sends an event of a channel, unless the app is not to be told: then it
// returns none. It wants mu held.
func (s *Server) happened(c *Channel, event map[string]any) *Envelope {
	need := s.kind(c.ID) + ":history"
	if event["type"] == "app_mention" {
		need = "app_mentions:read"
	} else if c.User == "" && !s.rules.Subscribe {
		return nil
	}
	if !s.allowed(need) {
		return nil
	}
	e := map[string]any{"channel": c.ID, "event_ts": event["ts"]}
	for key, v := range event {
		e[key] = v
	}
	if e["channel_type"] = "channel"; strings.HasPrefix(c.ID, "D") {
		e["channel_type"] = "im"
	}
	return s.event(e)
}

// event sends an event. It wants mu held.
func (s *Server) event(e map[string]any) *Envelope {
	return s.send("events_api", map[string]any{
		"type": "event_callback", "event_id": s.id("Ev"), "event_time": time.Now().Unix(), "team_id": Team,
		"api_app_id": "A1", "event": e,
	})
}
