package escalationtest_test

import (
	"testing"

	"ersthelfer/escalation"
	"ersthelfer/escalation/escalationtest"
)

func TestMemory(t *testing.T) {
	escalationtest.TestStore(t, func(*testing.T) escalation.Store { return new(escalationtest.Memory) })
}
