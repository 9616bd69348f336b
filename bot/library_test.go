package bot_test

import (
	"sync"
	"testing"

	"ersthelfer/knowledge"
)

var shippedOnce = sync.OnceValues(func() (*knowledge.Library, error) {
	articles, err := knowledge.Starter()
	return knowledge.NewLibrary(knowledge.NewIndex(articles, knowledge.Options{})), err
})

// shipped returns the articles that ship, indexed once for all tests.
func shipped(t *testing.T) *knowledge.Library {
	t.Helper()
	library, err := shippedOnce()
	if err != nil {
		t.Fatal(err)
	}
	return library
}
