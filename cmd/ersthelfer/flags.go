package main

import (
	"log/slog"
	"path/filepath"

	"ersthelfer/config"

	"github.com/spf13/pflag"
)

// slogQuiet keeps the log of short commands to what went wrong.
const slogQuiet = slog.LevelError

// dataFlags say which configuration and which folder a command works on.
type dataFlags struct {
	config string
	data   string
}

func (o *dataFlags) register(f *pflag.FlagSet) {
	f.StringVar(&o.config, "config", "", "configuration file (default: the demonstration's)")
	f.StringVar(&o.data, "data", "", "folder of the database (default: as configured)")
}

// folder returns the folder of the database.
func (o *dataFlags) folder(cfg *config.Config) string {
	if o.data != "" {
		return o.data
	}
	return cfg.Data
}

// folderFor returns the folder of a command that keeps data apart from the real
// one when it works on the demonstration's configuration.
func (o *dataFlags) folderFor(cfg *config.Config, name string) string {
	if o.data == "" && o.config == "" {
		return filepath.Join("ersthelfer-data", name)
	}
	return o.folder(cfg)
}
