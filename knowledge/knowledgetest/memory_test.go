package knowledgetest_test

import (
	"testing"

	"ersthelfer/knowledge"
	"ersthelfer/knowledge/knowledgetest"
)

func TestMemory(t *testing.T) {
	knowledgetest.TestStore(t, func(*testing.T) knowledge.Store { return new(knowledgetest.Memory) })
}
