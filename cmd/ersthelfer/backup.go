package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"ersthelfer/internal/boltfile"

	"github.com/spf13/cobra"
)

// backupOrder is the order that copies the database of a running program.
const backupOrder = "backup"

// newBackup returns "ersthelfer backup".
func newBackup() *cobra.Command {
	var opts dataFlags
	c := &cobra.Command{
		Use:   "backup file",
		Short: "Copy the database, checked and as of one moment, while the program runs or not",
		Example: `  ersthelfer backup --config ersthelfer.yaml /var/backups/ersthelfer.db
  ersthelfer backup --config ersthelfer.yaml /var/backups/ersthelfer-$(date +%F).db`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := loadConfig(opts.config)
			if err != nil {
				return err
			}
			path, err := backupPath(args[0])
			if err != nil {
				return err
			}
			data := opts.folderFor(cfg, "demo")
			err = knock(cmd.Context(), data, order{Do: backupOrder, IDs: []string{path}}, io.Discard)
			if errors.Is(err, errNobodyHome) {
				err = backUpFolder(cmd.Context(), data, path)
			}
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.ErrOrStderr(), "wrote %s; to restore it, stop the program, put it in the place of %s and start again\n",
				path, filepath.Join(data, boltfile.Name))
			return nil
		},
	}
	opts.register(c.Flags())
	return c
}

// backupPath returns where a copy goes, as seen from every folder: the running
// program has its own.
func backupPath(arg string) (string, error) {
	path, err := filepath.Abs(arg)
	if err != nil {
		return "", fmt.Errorf("find the place of the copy: %w", err)
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return "", usageError{fmt.Errorf("%s is a folder; name a file in it, such as %s", arg, filepath.Join(arg, boltfile.Name))}
	}
	if info, err := os.Stat(filepath.Dir(path)); err != nil || !info.IsDir() {
		return "", usageError{fmt.Errorf("there is no folder %s; make it first", filepath.Dir(path))}
	}
	return path, nil
}

// backUpFolder copies the database of a folder on which no program runs.
func backUpFolder(ctx context.Context, data, path string) (err error) {
	if err := databaseIn(data); err != nil {
		return err
	}
	file, err := openFile(data, newLog(slogQuiet))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return file.Backup(ctx, path)
}

// backUp copies the database of this program for an order.
func (a *app) backUp(ctx context.Context, o order) error {
	if len(o.IDs) != 1 {
		return usageError{errors.New("name one file for the copy")}
	}
	begun := time.Now()
	if err := a.file.Backup(ctx, o.IDs[0]); err != nil {
		return err
	}
	a.log.Info("backed up", "took", time.Since(begun).Round(time.Millisecond))
	return nil
}
