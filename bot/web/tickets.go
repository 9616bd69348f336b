package web

import (
	"context"
	"time"

	"ersthelfer/escalation"
)

// Tickets are what stands beside a person's conversation.
type Tickets struct {
	Mine   []Ticket
	Queue  []Ticket
	Queues bool // the person has a queue, even if it is empty
}

// A Ticket is a row of a list of tickets.
type Ticket struct {
	ID       escalation.ID
	Title    string
	Status   escalation.Status
	Priority escalation.Priority
	School   string
	Place    string    // "Raum 204"
	Holder   string    // who has it
	Due      time.Time // what is promised next; zero: nothing
	Late     bool      // Due has passed
}

// A panelView is the tickets as the template "panel" shows them.
type panelView struct {
	voice
	Lists []ticketList
}

// A ticketList is one of the lists in the panel.
type ticketList struct {
	voice
	Title, None string
	Tickets     []Ticket
}

// panelView returns what stands beside the conversation, nil for nothing.
func (s *Server) panelView(ctx context.Context, p Person) (*panelView, error) {
	if s.o.Tickets == nil {
		return nil, nil
	}
	t, err := s.o.Tickets(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	v := s.voiceOf(p.Locale)
	out := &panelView{voice: v}
	if t.Queues || len(t.Queue) > 0 {
		out.Lists = append(out.Lists, ticketList{v, v.W("tickets.queue"), v.W("tickets.none.queue"), t.Queue})
	}
	if !t.Queues || len(t.Mine) > 0 {
		out.Lists = append(out.Lists, ticketList{v, v.W("tickets.mine"), v.W("tickets.none.mine"), t.Mine})
	}
	return out, nil
}
