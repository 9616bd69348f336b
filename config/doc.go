// Package config reads the one configuration file: what a Schulträger has decided about support, who the
// people are, and which chats they use.
//
// # One file, every mistake at once
//
// [Load] returns a [Config] in which everything that is named exists, or [Problems]: every mistake of the
// file, each with line, column, its place in the meaning of the file, and what to do:
//
//	ersthelfer.yaml:14:12: schools.gs-nord.model: no "multistage" in models; did you mean "multi-stage"?
//
// [Check] gives the same verdict together with what the program still lacks before it can run, and
// with warnings: what works, but is hardly meant.
//
// # The way from text to model
//
//	source → tree of YAML nodes, which keep their places                       (tree.go)
//	       → values of the environment put in, doubled keys refused            (tree.go)
//	       → completed by the tree of defaults.yaml, whose nodes have no lines (tree.go)
//	       → decoded section by section                                        (decode.go and its neighbours)
//	       → looked at as a whole: who fills which role, circles, reach        (check.go)
//
// Decoding is done by a cursor: a node, its path, and methods that return a value and record a problem
// if there is none (cursor.go). A section is a table of keys and what each of them does. Because a mistake
// never stops the reading, everything is found in one go; because the defaults are a tree below the file,
// they are written in one place, may be looked up there, and [Config.Show] shows them.
//
// The completed tree is also what is shown. Secrets leave it when they are read.
//
// # Values
//
// A value may be ${NAME} from the environment, or begin with ${NAME}/. Every secret has a twin NAME_file,
// the path of a file that holds it, as systemd's credentials and containers hand them over. Relative paths
// begin where the file lies. Text stays as it is written: a room 007 is not a number. References inside
// the file (& and *) are refused, because nobody who reads a message can see where they lead.
//
// A message never quotes what may be a secret: nothing from the environment, no long word, nothing that
// the YAML parser quotes, no name of a file for a secret. See [Secret] for the values themselves.
//
// # The building
//
// The idea of a building of floors and rooms is from the guide for school IT support of MSB NRW and KDN
// (October 2025). The names of its floors and rooms are not published; those of defaults.yaml are our own, and
// every installation may have others. The targets are our own proposal too, and the hours are those that
// Düsseldorf publishes.
package config
