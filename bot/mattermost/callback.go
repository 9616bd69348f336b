package mattermost

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"ersthelfer/bot"
)

// Limits of a call, wall time and bytes.
const (
	callSize = 1 << 20
	// answerTime is how long the server is kept waiting. People look at a button
	// that does nothing until then.
	answerTime = 900 * time.Millisecond
	workTime   = 25 * time.Second
)

// Handler returns what the server calls, below the path of Options.Callback:
// action, dialog and command. Who reaches it can do nothing without what only
// the server or the bot can have made.
func (p *Platform) Handler() http.Handler {
	mux := http.NewServeMux()
	if p.base == nil {
		return mux
	}
	mux.HandleFunc("POST "+p.base.JoinPath("action").Path, p.press)
	mux.HandleFunc("POST "+p.base.JoinPath("dialog").Path, p.submit)
	mux.HandleFunc("POST "+p.base.JoinPath("command").Path, p.command)
	return mux
}

// decode reads a call's JSON. What is none does not come from the server.
func decode(w http.ResponseWriter, r *http.Request, v any) bool {
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, callSize)).Decode(v); err != nil {
		http.Error(w, "bad request", http.StatusBadRequest)
		return false
	}
	return true
}

// answer answers a call. Anything but 200 with JSON the server shows as an error.
func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(v) // the server is gone: it shows an error by itself
}

// work gives a message to the handler and waits a moment for what comes of it.
// If that takes longer, the server gets its answer, the work goes on, and the
// receipt reaches the sender in the direct conversation. Then is called when
// the work is done.
func (p *Platform) work(ctx context.Context, m bot.Message, then func(bot.Receipt, error)) (bot.Receipt, error) {
	late, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	on, err := p.hold(late)
	if err != nil {
		then(bot.Receipt{}, err)
		return bot.Receipt{}, err
	}
	type outcome struct {
		receipt bot.Receipt
		err     error
	}
	done := make(chan outcome, 1)
	// The server's call may end before the work.
	long, stop := context.WithTimeout(context.WithoutCancel(ctx), workTime)
	go func() {
		select {
		case <-on.done:
			stop()
		case <-long.Done():
		}
	}()
	go func() {
		defer on.flight.Done()
		defer stop()
		defer p.lanes.Enter(m.In.Channel)()
		r, err := on.handle(long, m)
		then(r, err)
		done <- outcome{r, err}
	}()
	select {
	case o := <-done:
		return o.receipt, o.err
	case <-late.Done():
	}
	go func() {
		o := <-done
		if o.err != nil {
			o.receipt.Private = bot.Plain(p.refusal(context.WithoutCancel(ctx), m.From.ID, o.err))
		}
		o.receipt.Form = nil
		p.tell(context.WithoutCancel(ctx), m, o.receipt)
	}()
	return bot.Receipt{}, nil
}
