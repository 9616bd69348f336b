package config

import (
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"go.yaml.in/yaml/v4"
)

//go:embed defaults.yaml
var defaults []byte

//go:embed example.yaml
var example []byte

//go:embed demo.yaml
var demo []byte

// Load reads the configuration file at path. The environment is asked through env, such as os.Getenv.
// If anything is wrong it returns Problems with every mistake of the file.
func Load(path string, env func(string) string) (*Config, error) {
	cfg, r := read(path, env)
	if len(r.problems) > 0 {
		return nil, r.problems
	}
	return cfg, nil
}

// Parse reads a configuration from src as Load does; relative paths in it begin where name lies.
func Parse(name string, src []byte, env func(string) string) (*Config, error) {
	cfg, r := parse(name, src, env)
	if len(r.problems) > 0 {
		return nil, r.problems.sorted()
	}
	return cfg, nil
}

// A Verdict is what there is to say of a configuration file.
type Verdict struct {
	Problems Problems // mistakes: Load accepts the file if and only if there are none
	Lacks    Problems // what is missing before the program can run, see [Config.Lacks]
	Warnings Problems // what works, but is hardly meant
}

// Check reads the configuration file at path and returns everything that is to be said of it at a time.
func Check(path string, env func(string) string, now time.Time) Verdict {
	cfg, r := read(path, env)
	v := Verdict{r.problems, r.lacks.sorted(), r.warnings.sorted()}
	if len(v.Problems) == 0 {
		v.Warnings = cfg.Warnings(now)
	}
	return v
}

// Demo returns the configuration of the demonstration: three schools, connected in the three ways.
func Demo() (*Config, error) {
	return Parse("demo.yaml", demo, func(string) string { return "" })
}

// Example returns a commented configuration file to begin with.
func Example() []byte { return append([]byte(nil), example...) }

// Show writes the configuration as it works, with the defaults and without secrets.
func (c *Config) Show(w io.Writer) error {
	out, err := yaml.Dump(c.effective)
	if err != nil {
		return fmt.Errorf("write configuration: %w", err)
	}
	_, err = w.Write(out)
	return err
}

// read returns the configuration of a file, which is only good if the reader has no problems.
func read(path string, env func(string) string) (*Config, *reader) {
	src, mode, err := readFile(path)
	if err != nil {
		return nil, &reader{problems: Problems{{File: path, Text: "cannot read the configuration: " + reason(err),
			Fix: "write one with config init, or name another file"}}}
	}
	cfg, r := parse(path, src, env)
	if len(r.inline) > 0 && mode.Perm()&0o077 != 0 {
		r.inline[0].warn("run chmod 600 on this file, or write token_file: or ${NAME} instead",
			"a secret stands in a file that others may read")
	}
	r.problems = r.problems.sorted()
	if cfg != nil {
		cfg.warnings = r.warnings // the mode of the file comes after parsing
	}
	return cfg, r
}

// readFile returns a file that is not larger than a configuration can be by much.
func readFile(path string) ([]byte, os.FileMode, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, 0, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, 0, err
	}
	if info.IsDir() {
		return nil, 0, errors.New("a directory")
	}
	src, err := io.ReadAll(io.LimitReader(f, maxSize+1))
	return src, info.Mode(), err
}

// parse reads the source: a tree, completed by the defaults, decoded, checked. The configuration is
// only good if the reader has no problems.
func parse(name string, src []byte, env func(string) string) (*Config, *reader) {
	r := &reader{
		file: name, dir: filepath.Dir(name), env: env,
		from: map[*yaml.Node]string{}, broken: map[*yaml.Node]bool{},
	}
	tree := r.parse(src)
	r.root = cursor{r: r, node: tree}
	if tree == nil || !r.root.mapping() {
		return nil, r
	}
	r.root.prepare()
	r.root.merge(builtIn())
	cfg := r.root.decode()
	r.root.check(cfg)
	cfg.effective, cfg.warnings, cfg.lacks, cfg.followers = tree, r.warnings, r.lacks, r.followers
	return cfg, r
}

// builtIn returns the tree of the defaults.
func builtIn() *yaml.Node {
	var doc yaml.Node
	if err := yaml.Load(defaults, &doc); err != nil {
		panic(err) // the file is part of the program, and every test reads it
	}
	unplace(&doc)
	return doc.Content[0]
}
