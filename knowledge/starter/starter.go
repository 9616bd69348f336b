// Package starter holds the articles that ship with the program, one Markdown file each.
//
// A school changes them in its own store; these files are what a new installation begins with.
package starter

import "embed"

// Files holds the articles, named <id>.md.
//
//go:embed *.md
var Files embed.FS
