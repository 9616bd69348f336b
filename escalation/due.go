package escalation

import "time"

// Due returns what time alone has brought for a ticket by now, in the order in
// which it must be applied, or nothing. Of several reminders that are overdue
// together, as after an outage, only the latest counts. The weightier clock comes
// last, as who hears of both hears the last; of equal ones the response clock,
// because it may end with the ticket in other hands.
func (m *Model) Due(t *Ticket, now time.Time) []Event {
	response, resolution := m.latest(t, Response, now), m.latest(t, Resolution, now)
	clocks := []*timer{resolution, response}
	if resolution != nil && response != nil && resolution.percent == 100 && response.percent < 100 {
		clocks = []*timer{response, resolution}
	}
	var out []Event
	for _, x := range clocks {
		if x != nil {
			out = append(out, m.passed(t, x, now)...)
		}
	}
	if at, round, ok := m.chased(t); ok && !at.After(now) && len(out) == 0 {
		out = m.chase(t, round, now)
	}
	if at, kind, ok := m.silence(t); ok && !at.After(now) {
		out = append(out, m.unanswered(t, kind, now))
	}
	if at, ok := m.lapses(t); ok && !at.After(now) {
		out = append(out, Event{At: now, Kind: Lapsed})
	}
	return out
}

// latest returns the last moment on a clock that has been reached, or nil.
func (m *Model) latest(t *Ticket, clock Clock, now time.Time) *timer {
	var latest *timer
	timers := m.clockTimers(t, clock)
	for i := range timers {
		if !timers[i].at.After(now) {
			latest = &timers[i]
		}
	}
	return latest
}

// Next returns when time alone brings the next event for a ticket, or the zero
// time if it never does.
func (m *Model) Next(t *Ticket) time.Time {
	var next time.Time
	earlier := func(at time.Time) {
		if next.IsZero() || at.Before(next) {
			next = at
		}
	}
	for _, clock := range []Clock{Response, Resolution} {
		for _, x := range m.clockTimers(t, clock) {
			earlier(x.at)
		}
	}
	if at, _, ok := m.chased(t); ok {
		earlier(at)
	}
	if at, _, ok := m.silence(t); ok {
		earlier(at)
	}
	if at, ok := m.lapses(t); ok {
		earlier(at)
	}
	return next
}

// A timer is a moment on one clock at which a reminder is sent (Percent < 100)
// or the target is passed.
type timer struct {
	at      time.Time
	clock   Clock
	percent int
}

// clockTimers returns the moments on a clock that are still to come or overdue,
// in order of time. The response clock runs while a ticket is new, the
// resolution clock while it is new or open.
func (m *Model) clockTimers(t *Ticket, clock Clock) []timer {
	due, start, budget := m.reading(t, clock)
	if due.IsZero() || t.told(clock, 100) {
		return nil
	}
	cal := m.calendar(t.School, t.Holder.Party)
	if cal == nil {
		return []timer{{due, clock, 100}}
	}
	var out []timer
	left := cal.Between(start, due)
	for _, percent := range m.Remind {
		rest := budget * time.Duration(100-percent) / 100
		if t.told(clock, percent) || rest > left {
			continue // passed before the clock was set to this due time
		}
		out = append(out, timer{cal.Add(start, left-rest), clock, percent})
	}
	return append(out, timer{due, clock, 100})
}

// reading returns a running clock's due time, since when it is set to it, and
// the whole business time that the target allowed. A clock that does not run
// has no due time.
func (m *Model) reading(t *Ticket, clock Clock) (due, start time.Time, budget time.Duration) {
	cal := m.calendarOf(t)
	if clock == Response {
		if t.Status != StatusNew {
			return
		}
		return t.Due.Response, t.Held, between(cal, t.Held, t.Due.Response)
	}
	if t.Status != StatusNew && t.Status != StatusOpen {
		return
	}
	opened := t.Last(Opened)
	if opened == nil {
		return
	}
	budget = between(m.calendar(t.School, opened.To.Party), opened.At, opened.Due.Resolution)
	set := t.Last(Opened, Resumed, Reopened, HandedOn)
	return t.Due.Resolution, set.At, budget
}

func between(c *Calendar, a, b time.Time) time.Duration {
	if c == nil || b.IsZero() {
		return 0
	}
	return c.Between(a, b)
}

func (m *Model) calendarOf(t *Ticket) *Calendar {
	if t.Holder == nil {
		return nil
	}
	return m.calendar(t.School, t.Holder.Party)
}

// told reports whether a reminder or breach of at least so many percent has been
// recorded, so that no step fires twice, whatever the clock does: on the
// response clock for this holder, on the resolution clock at all, because its
// target passes only once however often it stops.
func (t *Ticket) told(clock Clock, percent int) bool {
	for i := len(t.Events) - 1; i >= 0; i-- {
		e := &t.Events[i]
		if e.Clock == clock && e.Percent >= percent && (e.Kind == Reminded || e.Kind == Breached) {
			return true
		}
		if clock == Response && (e.Kind == HandedOn || e.Kind == Opened) {
			return false
		}
	}
	return false
}

// passed returns the events for a moment on a clock that has been reached.
func (m *Model) passed(t *Ticket, x *timer, now time.Time) []Event {
	e := Event{At: now, Kind: Reminded, Clock: x.clock, Percent: x.percent, Due: t.Due}
	if x.percent < 100 {
		if x.percent >= 80 {
			e.Tell = tell(t.Holder.Deputies)
		}
		return []Event{e}
	}
	e.Kind = Breached
	if x.clock == Response {
		if h, last := m.Route(t.Matter(), t.Holder.Step+1, now); !last {
			return []Event{e, m.handedOn(t, h, Response, now)}
		}
	}
	e.Tell = m.supervisors(t.School, now)
	if t.Requester != Nobody {
		e.Tell = append(e.Tell, Recipient{Person: t.Requester, As: Requester})
	}
	return []Event{e}
}

func tell(people []Person) []Recipient {
	var out []Recipient
	for _, p := range people {
		out = append(out, Recipient{Person: p, As: Responsible})
	}
	return out
}

// handedOn returns the event by which h becomes responsible: the response clock
// starts anew with the new holder's target, the resolution clock goes on with
// what is left of it, in the new holder's calendar. Missed is the clock whose
// target has passed, if that is the reason.
func (m *Model) handedOn(t *Ticket, h *Holder, missed Clock, now time.Time) Event {
	e := Event{At: now, Kind: HandedOn, To: h, Clock: missed}
	e.Due = m.promise(t.School, h, t.Priority, now)
	left := m.left(t, now)
	if cal := m.calendar(t.School, h.Party); cal != nil && left > 0 {
		e.Due.Resolution = cal.Add(now, left)
	} else {
		e.Due.Resolution = t.Due.Resolution
	}
	return m.alarmed(t.School, e, now)
}

// promise returns the due times of a ticket that h gets now.
func (m *Model) promise(school string, h *Holder, p Priority, now time.Time) Due {
	cal := m.calendar(school, h.Party)
	if cal == nil {
		return Due{}
	}
	target := m.target(school, m.Parties[h.Party], p)
	return Due{Response: cal.Due(now, target.Response), Resolution: cal.Due(now, target.Resolution)}
}

// left returns the business time that the resolution clock has left: what it
// showed when it stopped, if it stands still.
func (m *Model) left(t *Ticket, now time.Time) time.Duration {
	at := now
	if !t.Stopped.IsZero() {
		at = t.Stopped
	}
	if t.Due.Resolution.Before(at) {
		return 0
	}
	return between(m.calendarOf(t), at, t.Due.Resolution)
}

// alarmed adds the supervisor to whom e tells, if the step's role was vacant.
func (m *Model) alarmed(school string, e Event, now time.Time) Event {
	if len(e.To.Vacant) > 0 {
		e.Tell = append(e.Tell, m.supervisors(school, now)...)
	}
	return e
}

// supervisors returns whom the supervisor's part falls to at a school now.
func (m *Model) supervisors(school string, now time.Time) []Recipient {
	out := m.staffed(Matter{School: school}, "", m.Supervisor, now).recipients()
	for i := range out {
		out[i].As = Supervisor
	}
	return out
}

// lapses returns when a ticket that waits for a word of its requester is over
// without it: a conversation after Lapse in wall time, a solved ticket after
// Close in business time of the school.
func (m *Model) lapses(t *Ticket) (time.Time, bool) {
	switch t.Status {
	case StatusAsked, StatusAnswered, StatusHelped:
		return t.Active().Add(m.Lapse), m.Lapse > 0
	case StatusSolved:
		cal := m.hours(t.School)
		if cal == nil || m.Close.IsZero() {
			return time.Time{}, false
		}
		at := cal.Due(t.Solved, m.Close)
		return at, !at.IsZero()
	}
	return time.Time{}, false
}

// Spent returns the business time that a clock of an opened ticket has run
// until now (or until it stopped), each stretch in the calendar of who held the
// ticket then. The resolution clock leaves out the time it waited for the requester.
func (m *Model) Spent(t *Ticket, clock Clock, now time.Time) time.Duration {
	var total time.Duration
	var holder *Holder
	var from time.Time
	running := false
	stop := func(at time.Time) {
		if running && at.After(from) {
			total += between(m.calendar(t.School, holder.Party), from, at)
		}
		running = false
	}
	for _, e := range t.Events {
		switch e.Kind {
		case Opened, HandedOn, Resumed, Reopened:
			stop(e.At)
			if e.To != nil {
				holder = e.To
			}
			from, running = e.At, holder != nil
		case Paused:
			if clock == Resolution {
				stop(e.At)
			}
		case Solved, Cancelled, Merged:
			stop(e.At)
		}
		if clock == Response && e.qualified() {
			stop(e.At)
			return total
		}
	}
	stop(now)
	return total
}
