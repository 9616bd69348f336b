package config

import (
	"fmt"
	"log/slog"
)

// concealed is what people see of a secret.
const concealed = "(concealed)"

// A Secret is a token or a key that conceals itself: printing it in any way, writing it as JSON, YAML
// or text and logging it gives "(concealed)". Only Reveal returns it, at the place where it is used.
//
// The zero Secret is not set.
type Secret struct {
	// A pointer, so that printing a struct that keeps a Secret unexported, which asks no method,
	// shows an address and not the text.
	text *string
}

// NewSecret returns the secret of a text; the secret of "" is not set.
func NewSecret(text string) Secret {
	if text == "" {
		return Secret{}
	}
	return Secret{&text}
}

// IsSet reports whether there is a secret at all.
func (s Secret) IsSet() bool { return s.text != nil }

// Reveal returns the text, "" if it is not set. It must not end in a message, an error or a log.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// String returns "(concealed)", or "" if the secret is not set.
func (s Secret) String() string {
	if s.text == nil {
		return ""
	}
	return concealed
}

// Format writes what String returns, for every verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(s.String())) }

// MarshalText returns what String returns; JSON is made of it.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// MarshalYAML returns what String returns.
func (s Secret) MarshalYAML() (any, error) { return s.String(), nil }

// LogValue returns what String returns.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }
