//go:build !race

package slack_test

// slow says that everything takes ten times as long.
const slow = false
