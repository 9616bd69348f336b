package escalation_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	. "ersthelfer/escalation"
	"ersthelfer/escalation/escalationtest"
)

// TestTakenWhileTheTimerFires lets Mara take a ticket in the moment in which it
// would be handed on, 2,000 times (the outcomes are even, so each is seen hundreds of times). Either she is first, and nothing is handed
// on, or the ticket goes on and she takes it from there.
func TestTakenWhileTheTimerFires(t *testing.T) {
	m := escalationtest.Model()
	m.Remind = nil
	outcomes := map[string]int{
		"opened taken":                    0,
		"opened breached handed_on taken": 0,
	}
	random := rand.New(rand.NewPCG(1, 2))
	const rounds = 2_000
	for range rounds {
		s := newStage(t, m)
		s.ask("gs-nord", "Mo 2026-03-09 09:00")
		s.do("anna", Action{Kind: Opened, Priority: P2, Room: "praesentation"})
		s.now = wall(t, "Mo 2026-03-09 11:00")
		both := []func() error{
			func() error { _, err := s.desk.Do(t.Context(), "mara", s.id, Action{Kind: Taken}); return err },
			func() error { _, err := s.desk.Tick(t.Context(), s.now); return err },
		}
		random.Shuffle(2, func(i, j int) { both[i], both[j] = both[j], both[i] })
		yields := random.IntN(4)
		var wg sync.WaitGroup
		for _, f := range both {
			wg.Go(func() {
				if err := f(); err != nil {
					t.Error(err)
				}
			})
			for range yields {
				runtime.Gosched()
			}
		}
		wg.Wait()
		x := s.ticket()
		var kinds []string
		for _, e := range x.Events[1:] {
			kinds = append(kinds, string(e.Kind))
		}
		outcome := strings.Join(kinds, " ")
		if _, ok := outcomes[outcome]; !ok || x.Assignee != "mara" || x.Status != StatusOpen {
			t.Fatalf("assignee %q in status %q after\n%s", x.Assignee, x.Status, tell(t, x))
		}
		outcomes[outcome]++
		if handed := x.Holder.Party != "kontakt-nord"; handed != (len(kinds) == 4) {
			t.Fatalf("held by %s after\n%s", x.Holder.Party, tell(t, x))
		}
	}
	for outcome, n := range outcomes {
		if n == 0 {
			t.Errorf("%q never happened", outcome)
		}
	}
}

// A walk does random things at a desk and checks after each what must always hold.
type walk struct {
	*stage
	random *rand.Rand
	table  map[string]map[string]string // the transition table
	kinds  []string
	tries  int
	done   map[Kind]int
	seen   map[Status]bool
}

// TestRandomWalk checks that nothing that people and time can do to tickets
// breaks what the package promises.
func TestRandomWalk(t *testing.T) {
	kinds, _, table := table(transitionTable)
	done, seen := map[Kind]int{}, map[Status]bool{}
	for seed := range uint64(100) {
		w := &walk{
			stage: newStage(t, escalationtest.Model()), random: rand.New(rand.NewPCG(seed, 0)),
			table: table, kinds: append(kinds, "unknown"), done: done, seen: seen,
		}
		absent(t, w.model, "wanda", "2026-03-10", "2026-03-20")
		w.model.Roles["platform-admin"].Fallback = "unknown"
		w.model.Overdue = OverdueRule{Every: span(t, "2h"), Times: 3}
		w.model.Silence = Silence{Remind: span(t, "1h"), End: span(t, "1 workday"), GiveBack: seed%2 == 0}
		w.now = wall(t, "Mo 2026-03-09 07:00")
		for range 80 {
			w.step()
			if t.Failed() {
				t.Fatalf("seed %d: after %d steps", seed, w.tries)
			}
		}
	}
	for _, k := range kinds {
		if done[Kind(k)] == 0 {
			t.Errorf("%s never happened", k)
		}
	}
	for s := range Transitions {
		if !seen[s] && s != "" {
			t.Errorf("status %q was never reached", s)
		}
	}
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

// step does one random thing: time passes, somebody asks, or somebody acts.
func (w *walk) step() {
	w.tries++
	switch n := w.random.IntN(10); {
	case n < 3:
		w.wait()
	case n == 3 && w.random.IntN(2) == 0, w.id == 0, w.ticket().Status == StatusClosed && w.random.IntN(4) == 0:
		w.askSomething()
	default:
		w.act()
	}
}

// wait lets time pass to the next due moment, or over some, or back a little.
func (w *walk) wait() {
	switch w.random.IntN(4) {
	case 0:
		w.now = w.now.Add(time.Duration(w.random.IntN(48*60)) * time.Minute)
	case 1:
		w.now = w.now.Add(-time.Duration(w.random.IntN(60)) * time.Minute)
	default:
		if next := w.ticketNext(); next.After(w.now) {
			w.now = next
		}
	}
	next, err := w.desk.Tick(w.t.Context(), w.now)
	if err != nil {
		w.t.Error(err)
	}
	if !next.IsZero() && !next.After(w.now) {
		w.t.Errorf("tick at %s wants to be called at %s", minutes(w.t, w.now), minutes(w.t, next))
	}
	for id := ID(1); ; id++ {
		x, err := w.store.Ticket(w.t.Context(), id)
		if err != nil {
			break
		}
		if !x.Next.IsZero() && !x.Next.After(w.now) {
			w.t.Errorf("after a tick at %s ticket %d is due at %s:\n%s", minutes(w.t, w.now), id, minutes(w.t, x.Next), tell(w.t, x))
		}
		w.check(x)
	}
}

func (w *walk) ticketNext() time.Time {
	if w.id == 0 {
		return time.Time{}
	}
	return w.ticket().Next
}

func (w *walk) askSomething() {
	school := pick(w.random, []string{"gs-nord", "gym-sued", "grund-west"})
	q := Question{School: school, Requester: requesters[school], Message: fmt.Sprint("ask", w.random.IntN(80))}
	x, err := w.desk.Ask(w.t.Context(), q)
	if err != nil {
		w.t.Error(err)
		return
	}
	w.id = x.ID
	w.check(x)
}

// act tries an action of a person, which may well be refused.
func (w *walk) act() {
	before := w.ticket()
	who, kind := w.attempt(before)
	var actions []Action
	for range 1 + w.random.IntN(2) {
		actions = append(actions, Action{
			Kind: kind, Room: pick(w.random, []string{"praesentation", "konten", "netzwerk", "gebaeude", ""}),
			Priority: pick(w.random, []Priority{P1, P2, P3, P4, ""}), Articles: []string{"a", "b"}[:w.random.IntN(3)],
			Role: pick(w.random, []Role{"", "", "contact", "provider", "caretaker"}), Field: "place", Stars: 3,
		})
		kind = Kind(pick(w.random, w.kinds))
	}
	if w.random.IntN(3) == 0 {
		actions[0].Message = fmt.Sprint("act", w.random.IntN(40))
	}
	_, err := w.desk.Do(w.t.Context(), who, w.id, actions...)
	after := w.ticket()
	if err != nil && !reflect.DeepEqual(before, after) {
		w.t.Errorf("refused with %v, but the ticket has changed:\n%s", err, tell(w.t, after))
	}
	if len(after.Events) < len(before.Events) || !reflect.DeepEqual(before.Events, after.Events[:len(before.Events)]) {
		w.t.Errorf("the past has changed:\n%s", tell(w.t, after))
	}
	w.check(after)
	w.checkKeys(after)
}

// attempt returns who tries what: mostly something that can follow and that the
// person may do.
func (w *walk) attempt(x *Ticket) (Person, Kind) {
	people := []Person{x.Requester, x.Requester, "mara", "wanda", "paul", "peer", "sven", "bernd", Nobody}
	var who Person
	var kind Kind
	for range 1 + w.random.IntN(50) {
		who, kind = pick(w.random, people), Kind(pick(w.random, w.kinds))
		next := w.table[string(kind)][string(x.Status)]
		if next != "" && next != "." && w.model.Can(who, kind, x) {
			break
		}
	}
	return who, kind
}

// check says what holds for every ticket at any time.
func (w *walk) check(x *Ticket) {
	again, err := Decode(must(Encode(x)))
	if err != nil || !reflect.DeepEqual(x, again) {
		w.t.Errorf("ticket %d does not survive being stored: %v", x.ID, err)
	}
	w.checkEvents(x)
	w.checkTimers(x)
	w.checkNotices(x)
}

// checkKeys checks that a ticket is found by every key that it names.
func (w *walk) checkKeys(x *Ticket) {
	for _, k := range x.Keys() {
		found, err := w.store.Find(w.t.Context(), Query{Index: k.Index, Value: k.Value, From: k.At, To: k.At.Add(1), Limit: 1000})
		if err != nil || !slices.Contains(ids(found), x.ID) {
			w.t.Errorf("ticket %d is not found by its key %+v: %v, %v", x.ID, k, ids(found), err)
		}
	}
}

// checkEvents follows the transition table and the clock.
func (w *walk) checkEvents(x *Ticket) {
	status, at := "start", time.Time{}
	for _, e := range x.Events {
		next := w.table[string(e.Kind)][status]
		if next == "" || next == "." {
			w.t.Errorf("ticket %d: %s in status %s", x.ID, e.Kind, status)
		}
		if e.At.Before(at) {
			w.t.Errorf("ticket %d: %s is before what it follows", x.ID, e.Kind)
		}
		status, at = next, e.At
		w.done[e.Kind]++
		w.seen[Status(status)] = true
	}
	if string(x.Status) != status {
		w.t.Errorf("ticket %d is in status %s, its events lead to %s", x.ID, x.Status, status)
	}
	if x.Unsolved() && (x.Holder == nil || x.Holder.Party == "") {
		w.t.Errorf("ticket %d is without somebody responsible", x.ID)
	}
}

// checkTimers checks that each percent of a target passes once: of the response
// for each holder, of the resolution for the ticket.
func (w *walk) checkTimers(x *Ticket) {
	fired := map[string]bool{}
	hold := 0
	for _, e := range x.Events {
		if e.Kind == Opened || e.Kind == HandedOn {
			hold++
		}
		if e.Kind != Reminded && e.Kind != Breached {
			continue
		}
		key := fmt.Sprint(e.Clock, e.Percent)
		if e.Clock == Response {
			key += fmt.Sprint(" of holder ", hold)
		}
		if fired[key] {
			w.t.Errorf("ticket %d: %s fired twice\n%s", x.ID, key, tell(w.t, x))
		}
		fired[key] = true
	}
}

// checkNotices checks that keys are unique and that nobody's turn comes unheard.
func (w *walk) checkNotices(x *Ticket) {
	keys := map[string]bool{}
	called := map[int]bool{}
	for _, n := range x.Notices {
		if keys[n.Key] {
			w.t.Errorf("ticket %d: two notices %s", x.ID, n.Key)
		}
		keys[n.Key] = true
		called[n.Event] = called[n.Event] || n.To.As != Requester
	}
	for i, e := range x.Events {
		byHolder := e.To != nil && slices.Contains(e.To.People, e.By)
		if (e.Kind == Opened || e.Kind == HandedOn || e.Kind == Breached) && !called[i] && !byHolder {
			w.t.Errorf("ticket %d: nobody is told of event %d\n%s", x.ID, i, tell(w.t, x))
		}
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
