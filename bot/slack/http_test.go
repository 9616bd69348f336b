package slack_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"ersthelfer/bot"
	"ersthelfer/bot/slack/slacktest"
)

const hello = `{"type":"event_callback","event_id":"Ev1","event":{"type":"message","channel":"DANNA","user":"UANNA","text":"forged","ts":"1.2"}}`

// signed returns a request that Slack could have sent.
func signed(body, media, secret string, at time.Time) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/slack", strings.NewReader(body))
	r.Header.Set("Content-Type", media)
	slacktest.Sign(r.Header, []byte(body), secret, at)
	return r
}

// TestSignature gives requests to the listener as anybody on the internet may.
func TestSignature(t *testing.T) {
	const media = "application/json"
	now := time.Now()
	good := func() *http.Request { return signed(hello, media, slacktest.Secret, now) }
	with := func(change func(*http.Request)) *http.Request {
		r := good()
		change(r)
		return r
	}
	header := func(key, value string) *http.Request {
		return with(func(r *http.Request) { r.Header.Set(key, value) })
	}
	signature := good().Header.Get("X-Slack-Signature")
	for name, test := range map[string]struct {
		r    *http.Request
		want int
	}{
		"signed":                     {good(), 200},
		"four minutes old":           {signed(hello, media, slacktest.Secret, now.Add(-4*time.Minute)), 200},
		"four minutes ahead":         {signed(hello, media, slacktest.Secret, now.Add(4*time.Minute)), 200},
		"more than five minutes old": {signed(hello, media, slacktest.Secret, now.Add(-5*time.Minute-2*time.Second)), 401},
		"five minutes ahead":         {signed(hello, media, slacktest.Secret, now.Add(5*time.Minute+10*time.Second)), 401},
		"a day old":                  {signed(hello, media, slacktest.Secret, now.Add(-24*time.Hour)), 401},
		"another secret":             {signed(hello, media, "another", now), 401},
		"an empty secret":            {signed(hello, media, "", now), 401},
		"another body":               {with(func(r *http.Request) { r.Body = http.NoBody }), 401},
		"another time":               {header("X-Slack-Request-Timestamp", "1"), 401},
		"no number as time":          {header("X-Slack-Request-Timestamp", "gestern"), 401},
		"no time":                    {header("X-Slack-Request-Timestamp", ""), 401},
		"no signature":               {header("X-Slack-Signature", ""), 401},
		"half a signature":           {header("X-Slack-Signature", signature[:20]), 401},
		"no hex":                     {header("X-Slack-Signature", "v0="+strings.Repeat("g", 64)), 401},
		"another version":            {header("X-Slack-Signature", "v1="+signature[3:]), 401},
		"a changed digit":            {header("X-Slack-Signature", strings.Replace(signature, signature[10:11], "x", 1)), 401},
		"GET":                        {with(func(r *http.Request) { r.Method = http.MethodGet }), 405},
		"PUT":                        {with(func(r *http.Request) { r.Method = http.MethodPut }), 405},
		"another media type":         {header("Content-Type", "text/plain"), 400},
		"no media type":              {header("Content-Type", ";"), 400},
		"too large":                  {signed(strings.Repeat("x", 1<<20+1), media, slacktest.Secret, now), 413},
		"no JSON":                    {signed("{", media, slacktest.Secret, now), 200}, // again it would be no better
		"a form without anything":    {signed("a=b", "application/x-www-form-urlencoded", slacktest.Secret, now), 400},
	} {
		t.Run(name, func(t *testing.T) {
			s := slacktest.New(t)
			person(s, "anna")
			var logged lockedBuffer
			o := options(s)
			o.Log = logTo(&logged)
			x := start(t, s, ways[1], o)
			w := call(x.Handler(), test.r)
			if w.Code != test.want {
				t.Errorf("status %d, want %d", w.Code, test.want)
			}
			if test.want == 200 && name != "no JSON" {
				x.said(t, "forged")
			}
			x.stop()
			if n := x.count(func(m bot.Message) bool { return m.Text == "forged" }); test.want != 200 && n != 0 {
				t.Error("it has an effect")
			}
			out := logged.String() + w.Body.String()
			for _, secret := range []string{signature[3:], signature[3:20], slacktest.Secret, slacktest.BotToken, "forged"} {
				if strings.Contains(out, secret) {
					t.Errorf("%q is told: %s", secret, out)
				}
			}
		})
	}
}

// TestReplay sends the same signed request again: it has one effect.
func TestReplay(t *testing.T) {
	s := slacktest.New(t)
	person(s, "anna")
	x := start(t, s, ways[1], options(s))
	for range 3 {
		r := signed(hello, "application/json", slacktest.Secret, time.Now())
		r.Header.Set("X-Slack-Retry-Num", "1")
		if w := call(x.Handler(), r); w.Code != 200 {
			t.Errorf("status %d", w.Code)
		}
	}
	x.said(t, "forged")
	x.stop()
	if n := x.count(func(bot.Message) bool { return true }); n != 1 {
		t.Errorf("%d effects", n)
	}
	if w := call(x.Handler(), signed(hello, "application/json", slacktest.Secret, time.Now())); w.Code != 503 {
		t.Errorf("a bot that has ended answers %d, want 503, so that Slack tries again", w.Code)
	}
}

func TestChallenge(t *testing.T) {
	s := slacktest.New(t)
	p := ways[1].open(t, s, options(s))
	r := signed(`{"type":"url_verification","challenge":"3eZbrw"}`, "application/json", slacktest.Secret, time.Now())
	w := call(p.Handler(), r) // an admin enters the address before anything runs
	if w.Code != 200 || strings.TrimSpace(w.Body.String()) != `{"challenge":"3eZbrw"}` {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// FuzzServe gives anything to the listener, signed or not: nothing unsigned is
// taken, nothing panics, and Slack always gets an answer.
func FuzzServe(f *testing.F) {
	press := url.Values{"payload": {`{"type":"block_actions","user":{"id":"UANNA"},"actions":[{"block_id":"choices0","action_id":"1/1/take","action_ts":"1.1"}],"container":{"channel_id":"DANNA","message_ts":"1.2"}}`}}
	f.Add(hello, "application/json", "", "", true)
	f.Add(press.Encode(), "application/x-www-form-urlencoded", "", "", true)
	f.Add("command=%2Fersthelfer&text=hallo&user_id=UANNA&trigger_id=1", "application/x-www-form-urlencoded", "", "", true)
	f.Add(`{"type":"event_callback","event":{"type":"message","subtype":"message_changed","channel":"D","message":null}}`, "application/json", "", "", true)
	f.Add(`{"event":{"type":"message","subtype":"message_deleted","channel":"D","previous_message":{"user":"U"}}}`, "application/json", "", "", true)
	f.Add(`payload={"type":"view_submission","view":{"private_metadata":"{\"f\":\"x\"}"}}`, "application/x-www-form-urlencoded", "", "", true)
	f.Add(`payload={"type":"block_actions","actions":[null]}`, "application/x-www-form-urlencoded", "", "", true)
	f.Add(hello, "application/json", "v0=00", "1", false)
	s := slacktest.New(f)
	person(s, "anna")
	o := options(s)
	o.AppToken = ""
	p := fuzzed(f, s, o)
	f.Fuzz(func(t *testing.T, body, media, signature, at string, sign bool) {
		r := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader([]byte(body)))
		r.Header["Content-Type"] = []string{media}
		if sign {
			slacktest.Sign(r.Header, []byte(body), slacktest.Secret, time.Now())
		} else {
			r.Header["X-Slack-Signature"], r.Header["X-Slack-Request-Timestamp"] = []string{signature}, []string{at}
		}
		w := call(p.Handler(), r)
		switch {
		case !sign && w.Code != http.StatusUnauthorized:
			t.Errorf("unsigned, and the answer is %d", w.Code)
		case sign && w.Code != http.StatusOK && w.Code != http.StatusBadRequest:
			t.Errorf("signed, and the answer is %d", w.Code)
		}
	})
}
