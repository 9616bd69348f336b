package slack

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"ersthelfer/bot"
)

// An item is something that has arrived and is to be worked off; one of the
// pointers is set. It is stored: rename no tag.
type item struct {
	Key   string   `json:"key"`
	Said  *message `json:"said,omitempty"`
	Press *press   `json:"press,omitempty"`
	Sent  *sent    `json:"sent,omitempty"`
	Asked *command `json:"asked,omitempty"`

	batch *batch
	done  chan outcome  // gets what came of it; nil: nobody waits
	told  chan struct{} // closed when the sender has been told of that; may be nil
}

// lane is what items are kept in order by.
func (it *item) lane() string {
	switch {
	case it.Said != nil:
		return it.Said.Channel
	case it.Press != nil:
		return it.Press.Channel
	case it.Sent != nil:
		return it.Sent.Claim.Channel
	}
	return it.Asked.User
}

// order is the place of a message in its conversation: two sockets may bring two
// messages the wrong way round. Everything else has none.
func (it *item) order() string {
	if it.Said != nil {
		return it.Said.time()
	}
	return ""
}

// A batch is what was committed together. It is stored as a list of items.
type batch struct {
	key  string
	left int
}

// An inbox keeps what has arrived until it is done.
type inbox struct {
	r     *run
	in    chan arrival
	slots chan struct{} // what is worked on at the same time

	mu      sync.Mutex
	pending map[string]bool    // keys of what is not done
	lanes   map[string][]*item // what waits; there is a lane while it is being worked off
}

// An arrival is an item that is not committed yet. Then is called after the
// commit, or with its error; fresh is false for what had arrived before.
type arrival struct {
	item *item
	then func(fresh bool, err error)
}

// How the inbox works.
const (
	workers     = 8
	manyAtATime = 200
)

func newInbox(r *run) *inbox {
	return &inbox{
		r: r, in: make(chan arrival, manyAtATime), slots: make(chan struct{}, workers),
		pending: map[string]bool{}, lanes: map[string][]*item{},
	}
}

// Where the inbox keeps things.
const (
	inboxPrefix = name + ":inbox/"
	donePrefix  = name + ":in/"
)

// load takes up what an earlier run has left.
func (b *inbox) load(ctx context.Context) error {
	var left []*item
	err := b.r.p.o.Store.Each(ctx, bot.Marks, inboxPrefix, func(key string, record []byte) error {
		var items []*item
		if err := json.Unmarshal(record, &items); err != nil {
			// One damaged record must not keep all others from being answered.
			b.r.p.log.Error("slack: what arrived cannot be read", "record", key)
			return nil
		}
		of := &batch{key: key, left: len(items)}
		for _, it := range items {
			it.batch = of
			left = append(left, it)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("read inbox: %w", err)
	}
	for _, it := range left {
		known, err := b.known(ctx, it.Key, nil)
		if err != nil {
			return err
		}
		if known {
			if err := b.drop(ctx, it); err != nil {
				return err
			}
			continue
		}
		b.work(it)
	}
	return nil
}

func (b *inbox) isDone(ctx context.Context, key string) (bool, error) {
	record, err := b.r.p.o.Store.Read(ctx, bot.Seen, donePrefix+key)
	if err != nil {
		return false, fmt.Errorf("look up what is done: %w", err)
	}
	return record != nil, nil
}

// put gives an item to be committed.
func (b *inbox) put(ctx context.Context, a arrival) {
	select {
	case b.in <- a:
	case <-ctx.Done():
		a.then(false, ctx.Err())
	}
}

// commit stores what arrives, as much at a time as there is: each commit takes
// the disk some milliseconds, and Slack waits for it.
func (b *inbox) commit(ctx context.Context) {
	for {
		var all []arrival
		select {
		case <-ctx.Done():
			return
		case a := <-b.in:
			all = append(all, a)
		}
		for more := true; more && len(all) < manyAtATime; {
			select {
			case a := <-b.in:
				all = append(all, a)
			default:
				more = false
			}
		}
		b.commitAll(ctx, all)
	}
}

func (b *inbox) commitAll(ctx context.Context, all []arrival) {
	fresh := make([]bool, len(all))
	var items []*item
	var failed error
	for i, a := range all {
		known, err := b.known(ctx, a.item.Key, items)
		failed = errors.Join(failed, err)
		if fresh[i] = !known; fresh[i] {
			items = append(items, a.item)
		}
	}
	if failed == nil && len(items) > 0 {
		failed = b.store(ctx, items)
	}
	if failed != nil && ctx.Err() == nil {
		b.r.p.log.Error("slack: what arrives cannot be stored and is not acknowledged", "err", failed)
	}
	for i, a := range all {
		if fresh[i] && failed == nil {
			b.work(a.item)
		}
		a.then(fresh[i], failed)
	}
}

// known reports whether something has arrived before.
func (b *inbox) known(ctx context.Context, key string, now []*item) (bool, error) {
	b.mu.Lock()
	pending := b.pending[key]
	b.mu.Unlock()
	if pending || slices.ContainsFunc(now, func(it *item) bool { return it.Key == key }) {
		return true, nil
	}
	return b.isDone(ctx, key)
}

func (b *inbox) store(ctx context.Context, items []*item) error {
	of := &batch{left: len(items)}
	of.key = fmt.Sprintf("%s%020d-%s", inboxPrefix, b.r.p.now().UnixNano(), strings.ToLower(rand.Text()))
	data, err := json.Marshal(items)
	if err != nil {
		return fmt.Errorf("encode what arrived: %w", err)
	}
	err = b.r.p.o.Store.Change(ctx, bot.Marks, of.key, func([]byte) ([]byte, error) { return data, nil })
	if err != nil {
		return fmt.Errorf("store what arrived: %w", err)
	}
	for _, it := range items {
		it.batch = of
	}
	return nil
}

// work puts a committed item into its lane.
func (b *inbox) work(it *item) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.pending[it.Key] = true
	lane := it.lane()
	waiting, busy := b.lanes[lane]
	at := len(waiting)
	for at > 0 && it.order() != "" && waiting[at-1].order() > it.order() {
		at--
	}
	b.lanes[lane] = slices.Insert(waiting, at, it)
	if !busy {
		b.r.spawn(func(ctx context.Context) { b.follow(ctx, lane) })
	}
}

// follow works off a lane until it is empty. What goes wrong is tried again:
// nothing is passed over.
func (b *inbox) follow(ctx context.Context, lane string) {
	for {
		b.mu.Lock()
		if len(b.lanes[lane]) == 0 {
			delete(b.lanes, lane)
			b.mu.Unlock()
			return
		}
		it := b.lanes[lane][0]
		b.lanes[lane] = b.lanes[lane][1:]
		b.mu.Unlock()
		for tries := 0; ; tries++ {
			err := b.try(ctx, it)
			if err == nil {
				break
			}
			if ctx.Err() != nil {
				return
			}
			if later := new(bot.LaterError); !errors.As(err, &later) { // that one only waits for its turn
				b.r.p.log.Warn("slack: a message is tried again", "tries", tries, "err", err)
			}
			if pause(ctx, wait(tries, err)) != nil {
				return
			}
		}
	}
}

// try works off one item, when it is its turn.
func (b *inbox) try(ctx context.Context, it *item) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case b.slots <- struct{}{}:
	}
	defer func() { <-b.slots }()
	out, err := b.r.deal(ctx, it)
	if err != nil {
		return err
	}
	// What the handler has taken is done, even if the program ends just now.
	finish := func() {
		if err := b.finish(context.WithoutCancel(ctx), it, out); err != nil {
			b.r.p.log.Error("slack: what is done cannot be stored", "err", err)
		}
	}
	refused := len(out.receipt.Errors) > 0
	if refused { // forgotten before its sender hears of it and may send it again
		finish()
	}
	if it.done != nil {
		it.done <- out
	}
	if it.told != nil { // what is said next comes after it
		select {
		case <-it.told:
		case <-ctx.Done():
		}
	}
	if !refused {
		finish()
	}
	return nil
}

// finish remembers that an item is done, and forgets its words. A form that was
// refused has changed nothing, so that it may be sent again as it is.
func (b *inbox) finish(ctx context.Context, it *item, out outcome) error {
	defer func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.pending, it.Key)
	}()
	if len(out.receipt.Errors) > 0 {
		return b.drop(ctx, it)
	}
	err := b.r.p.o.Store.Change(ctx, bot.Seen, donePrefix+it.Key, func([]byte) ([]byte, error) {
		return b.r.p.now().UTC().AppendFormat(nil, time.RFC3339), nil
	})
	if err != nil {
		return fmt.Errorf("remember what is done: %w", err)
	}
	return b.drop(ctx, it)
}

// drop takes an item out of its batch, and deletes the batch after its last one.
func (b *inbox) drop(ctx context.Context, it *item) error {
	b.mu.Lock()
	it.batch.left--
	last := it.batch.left == 0
	b.mu.Unlock()
	if !last {
		return nil
	}
	err := b.r.p.o.Store.Change(ctx, bot.Marks, it.batch.key, func([]byte) ([]byte, error) { return nil, nil })
	if err != nil {
		return fmt.Errorf("empty inbox: %w", err)
	}
	return nil
}
