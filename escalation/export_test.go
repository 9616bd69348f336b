package escalation

// What the tests of this package reach into: they are outside of it because
// they share the model and the store of package escalationtest.

// Transitions is the transition table.
var Transitions = transitions

// Rights is the table of rights.
var Rights = rights

// Apply applies an event.
func (t *Ticket) Apply(e Event) error { return t.apply(e) }

// Fold rebuilds the state from the events.
func (t *Ticket) Fold() error { return t.fold() }

// View returns what by may see of t.
func (m *Model) View(by Person, t *Ticket) (*Ticket, bool) { return m.view(by, t) }
