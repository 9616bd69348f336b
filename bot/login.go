package bot

import (
	"context"
	"fmt"

	"ersthelfer/escalation"
)

// A SignIn returns the address of a page on which a person can sign in to the
// pages, once and within a few minutes. Whoever has the address is that person.
type SignIn func(ctx context.Context, p escalation.Person) (address string, err error)

// login sends the person a link to the pages. It is told in a direct
// conversation only: in a channel others would read it.
func (t *turn) login(ctx context.Context) error {
	switch {
	case t.b.signIn == nil:
		return t.say(ctx, t.v.say("login.none"))
	case !t.m.Direct:
		return t.say(ctx, t.v.say("login.direct"))
	}
	address, err := t.b.signIn(ctx, t.p.Person)
	if err != nil {
		return fmt.Errorf("make link to sign in: %w", err)
	}
	return t.say(ctx, withLinks(t.v.say("login.link", "address", address), address))
}
