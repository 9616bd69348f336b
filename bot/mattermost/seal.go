package mattermost

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"ersthelfer/bot"
)

// What a claim is for. A claim for one purpose is worth nothing for another.
const (
	toPress = "press"
	toSend  = "send"
	toProbe = "probe"
)

// How long (wall time) what is shown stays good. People come back to a button
// after a long weekend or a week of illness; a form is filled in at once.
const (
	pressTime = 28 * 24 * time.Hour
	formTime  = time.Hour
)

// A claim is what the bot remembers in a button or form, so that it need not
// remember it itself. It is sealed, not hidden: whoever sees a form can read it.
type claim struct {
	Purpose string               `json:"p"`
	Channel string               `json:"c,omitempty"`
	Home    string               `json:"h,omitempty"` // where a form from Channel is talked about, if not there
	Key     string               `json:"k,omitempty"` // of the post that the button is on
	Post    string               `json:"o,omitempty"` // the post whose button opened the form
	User    string               `json:"u,omitempty"` // who may send the form
	Root    string               `json:"r,omitempty"` // the thread, empty outside of one
	Until   int64                `json:"x"`           // Unix seconds
	Nonce   string               `json:"n,omitempty"`
	Choices map[string]*bot.Form `json:"f,omitempty"` // what may be chosen, with the form to ask before
}

var (
	errForged  = errors.New("not sealed by this bot for this purpose")
	errExpired = errors.New("expired")
)

// A sealer seals claims with a secret.
type sealer []byte

// seal returns the claim as text that only a sealer with the same secret makes.
func (s sealer) seal(c claim) (string, error) {
	data, err := json.Marshal(c)
	if err != nil {
		return "", fmt.Errorf("seal %s: %w", c.Purpose, err)
	}
	body := base64.RawURLEncoding.EncodeToString(data)
	return body + "." + base64.RawURLEncoding.EncodeToString(s.sum(body)), nil
}

// open returns the claim if it is the bot's own, for the purpose, and in time.
func (s sealer) open(text, purpose string, now time.Time) (claim, error) {
	body, mac, _ := strings.Cut(text, ".")
	sum, err := base64.RawURLEncoding.Strict().DecodeString(mac)
	if err != nil || !hmac.Equal(sum, s.sum(body)) {
		return claim{}, errForged
	}
	data, err := base64.RawURLEncoding.Strict().DecodeString(body)
	if err != nil {
		return claim{}, errForged
	}
	var c claim
	if err := json.Unmarshal(data, &c); err != nil || c.Purpose != purpose {
		return claim{}, errForged
	}
	if now.Unix() > c.Until {
		return claim{}, errExpired
	}
	return c, nil
}

func (s sealer) sum(body string) []byte {
	h := hmac.New(sha256.New, s)
	h.Write([]byte("ersthelfer mattermost 1\x00" + body))
	return h.Sum(nil)
}

// digest shortens a text to 26 letters and digits, as ids are here.
func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])[:26]
}

// nonce returns a new random word.
func nonce() string { return strings.ToLower(rand.Text()) }
