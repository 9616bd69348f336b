//go:build !race

package mattermosttest_test

// raced says that the race detector is on.
const raced = false
