package slack_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"ersthelfer/bot"
	"ersthelfer/bot/slack"
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
	t.Parallel()
	const media = "application/json"
	type request func() *http.Request // made when it is sent: a slow machine makes none older
	of := func(body, secret string, ahead time.Duration) request {
		return func() *http.Request { return signed(body, media, secret, time.Now().Add(ahead)) }
	}
	good := of(hello, slacktest.Secret, 0)
	with := func(change func(*http.Request)) request {
		return func() *http.Request {
			r := good()
			change(r)
			return r
		}
	}
	header := func(key, value string) request {
		return with(func(r *http.Request) { r.Header.Set(key, value) })
	}
	cut := func(change func(signature string) string) request {
		return with(func(r *http.Request) { r.Header.Set("X-Slack-Signature", change(r.Header.Get("X-Slack-Signature"))) })
	}
	form := func() *http.Request {
		return signed("a=b", "application/x-www-form-urlencoded", slacktest.Secret, time.Now())
	}
	for name, test := range map[string]struct {
		r    request
		want int
	}{
		"signed":                     {good, 200},
		"four minutes old":           {of(hello, slacktest.Secret, -4*time.Minute), 200},
		"four minutes ahead":         {of(hello, slacktest.Secret, 4*time.Minute), 200},
		"more than five minutes old": {of(hello, slacktest.Secret, -5*time.Minute-2*time.Second), 401},
		"five minutes ahead":         {of(hello, slacktest.Secret, 5*time.Minute+10*time.Second), 401},
		"a day old":                  {of(hello, slacktest.Secret, -24*time.Hour), 401},
		"another secret":             {of(hello, "another", 0), 401},
		"an empty secret":            {of(hello, "", 0), 401},
		"another body":               {with(func(r *http.Request) { r.Body = http.NoBody }), 401},
		"another time":               {header("X-Slack-Request-Timestamp", "1"), 401},
		"no number as time":          {header("X-Slack-Request-Timestamp", "gestern"), 401},
		"no time":                    {header("X-Slack-Request-Timestamp", ""), 401},
		"no signature":               {header("X-Slack-Signature", ""), 401},
		"half a signature":           {cut(func(s string) string { return s[:20] }), 401},
		"no hex":                     {header("X-Slack-Signature", "v0="+strings.Repeat("g", 64)), 401},
		"another version":            {cut(func(s string) string { return "v1=" + s[3:] }), 401},
		"a changed digit":            {cut(func(s string) string { return s[:9] + "x" + s[10:] }), 401},
		"GET":                        {with(func(r *http.Request) { r.Method = http.MethodGet }), 405},
		"PUT":                        {with(func(r *http.Request) { r.Method = http.MethodPut }), 405},
		"another media type":         {header("Content-Type", "text/plain"), 400},
		"no media type":              {header("Content-Type", ";"), 400},
		"too large":                  {of(strings.Repeat("x", 1<<20+1), slacktest.Secret, 0), 413},
		"no JSON":                    {of("{", slacktest.Secret, 0), 200}, // again it would be no better
		"a form without anything":    {form, 400},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := slacktest.New(t)
			person(s, "anna")
			var logged lockedBuffer
			o := options(s)
			o.Log = logTo(&logged)
			x := start(t, s, ways[1], o)
			r := test.r()
			signature := r.Header.Get("X-Slack-Signature")
			w := call(x.Handler(), r)
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
			for _, secret := range []string{strings.TrimLeft(signature, "v0="), slacktest.Secret, slacktest.BotToken, "forged"} {
				if secret != "" && strings.Contains(out, secret) {
					t.Errorf("%q is told: %s", secret, out)
				}
			}
		})
	}
}

// TestReplay sends the same signed request again: it has one effect.
func TestReplay(t *testing.T) {
	t.Parallel()
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
	t.Parallel()
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

// A mutation changes a signed request at one place, as anybody could who has seen
// one or guesses.
type mutation struct {
	part    byte // body, signature or time
	at      uint16
	with    byte
	how     byte // put in place, put in, take out, or cut off
	minutes int8 // how old the request is
}

// apply returns the request, and whether it still is the one that was signed.
func (m mutation) apply(body string) (r *http.Request, same bool) {
	r = signed(body, "application/json", slacktest.Secret, time.Now().Add(-time.Duration(m.minutes)*time.Minute))
	switch m.part % 3 {
	case 0:
		changed := m.change(body)
		r.Body = io.NopCloser(strings.NewReader(changed))
		same = changed == body
	case 1:
		same = m.header(r, "X-Slack-Signature")
	case 2:
		same = m.header(r, "X-Slack-Request-Timestamp")
	}
	return r, same && m.minutes > -5 && m.minutes < 5
}

func (m mutation) header(r *http.Request, key string) (same bool) {
	before := r.Header.Get(key)
	r.Header[key] = []string{m.change(before)}
	return r.Header.Get(key) == before
}

func (m mutation) change(text string) string {
	if text == "" {
		return string(m.with)
	}
	at := int(m.at) % len(text)
	switch m.how % 4 {
	case 0:
		return text[:at] + string([]byte{m.with}) + text[at+1:]
	case 1:
		return text[:at] + string([]byte{m.with}) + text[at:]
	case 2:
		return text[:at] + text[at+1:]
	}
	return text[:at]
}

// FuzzForged changes signed requests: none that was changed, and none that is
// older or newer than five minutes, is taken.
func FuzzForged(f *testing.F) {
	for part := range byte(3) {
		for how := range byte(4) {
			f.Add(hello, part, uint16(7), byte('A'), how, int8(0))
			f.Add(hello, part, uint16(60), byte('f'), how, int8(1))
		}
		f.Add(hello, part, uint16(0), hello[0], byte(0), int8(6))
		f.Add("", part, uint16(9), byte(' '), byte(1), int8(-6))
	}
	s := slacktest.New(f)
	o := options(s)
	o.AppToken = ""
	p, err := slack.New(o) // it does not run: what is taken gets a 503
	if err != nil {
		f.Fatal(err)
	}
	h := p.Handler()
	f.Fuzz(func(t *testing.T, body string, part byte, at uint16, with, how byte, minutes int8) {
		r, same := mutation{part, at, with, how, minutes}.apply(body)
		switch w := call(h, r); {
		case !same && w.Code != http.StatusUnauthorized && (minutes != 5 && minutes != -5):
			t.Errorf("it was changed, and the answer is %d", w.Code)
		case same && w.Code == http.StatusUnauthorized:
			t.Errorf("it was not changed, and is refused")
		}
	})
}

// TestNoSecrets lets everything go wrong that can, at the finest log level: no
// token, signature or ticket of a connection is in an error or the log, and no
// words of people.
func TestNoSecrets(t *testing.T) {
	both(t, func(t *testing.T, w way) {
		s := slacktest.New(t)
		anna := person(s, "anna")
		var logged lockedBuffer
		o := options(s)
		o.Log = logTo(&logged)
		x := start(t, s, w, o)
		faults := []slacktest.Fault{
			{Status: 503}, {Lose: true}, {Error: "invalid_auth"}, {Error: "missing_scope"}, {Error: "something_new"}, {Error: "is_archived"},
		}
		var errs []string
		for i, f := range faults {
			s.Fail("chat.postMessage", f)
			_, err := x.Send(t.Context(), bot.Post{Key: fmt.Sprint("geheim", i), User: anna.ID, Body: bot.Plain("GEHEIM")})
			errs = append(errs, fmt.Sprint(err))
			if err == nil {
				t.Errorf("%+v: no error", f)
			}
		}
		x.reply(func(_ context.Context, m bot.Message) (bot.Receipt, error) {
			return bot.Receipt{Private: bot.Plain("GEHEIM " + m.Text)}, nil
		})
		for _, f := range faults {
			s.Fail("chat.postEphemeral", f)
			answered(t, s, s.Say(anna.ID, "GEHEIM ist mein Passwort").Events[0])
		}
		s.Fail("users.info", faults...)
		s.Fail("apps.connections.open", faults[:2]...)
		s.Cut()
		wait(t, s, "the connections again", func() bool { return w.name == "http" || s.Sockets() == 2 })
		answered(t, s, s.Send("interactive", map[string]any{"type": "block_actions", "actions": []any{map[string]any{"value": "GEHEIM"}}}))
		answered(t, s, s.Send("events_api", map[string]any{"event": "GEHEIM"}))
		refused := signed(hello, "application/json", "another", time.Now())
		call(x.Handler(), refused)
		dead := o
		dead.API = "http://127.0.0.1:1/api/"
		_, err := newPlatform(t, dead).Send(t.Context(), bot.Post{Key: "1", User: anna.ID, Body: bot.Plain("GEHEIM")})
		errs = append(errs, fmt.Sprint(err))
		x.heardAs(t, s.Say(anna.ID, "GEHEIM am Ende"))
		x.stop()
		all := logged.String() + strings.Join(errs, "\n")
		if len(logged.String()) < 100 || len(errs) != len(faults)+1 {
			t.Fatalf("nothing went wrong, so nothing was tested: %s", all)
		}
		for _, secret := range []string{
			slacktest.BotToken, slacktest.AppToken, slacktest.Secret, "xoxb-", "xapp-", "v0=", "GEHEIM", "ticket=", "Anna", "anna@",
			refused.Header.Get("X-Slack-Signature")[3:],
		} {
			if strings.Contains(all, secret) {
				t.Errorf("%q is told in\n%s", secret, all)
			}
		}
	})
}
