package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// doorName is the socket beside the database by which a running program takes
// orders: the database belongs to one process. The folder and the socket are its
// owner's alone, so whoever gets in may read the file anyway.
const doorName = "ersthelfer.sock"

// maxOrder is how large an order may be: an import, as JSON writes bytes.
const maxOrder = 16 << 20

// An order is what the command line wants of the articles or the tickets. It goes to
// the running program as JSON, or is carried out on the file itself: nobody need know which.
type order struct {
	Do       string   `json:"do"`
	User     string   `json:"user,omitempty"` // the name on the machine, for the audit
	IDs      []string `json:"ids,omitempty"`
	Number   int      `json:"number,omitempty"` // of a revision, or of days
	Why      string   `json:"why,omitempty"`
	Anyway   bool     `json:"anyway,omitempty"`
	All      bool     `json:"all,omitempty"`
	JSON     bool     `json:"json,omitempty"`
	Format   string   `json:"format,omitempty"` // zip, csv or md; of a report text, csv or json
	Data     []byte   `json:"data,omitempty"`
	From     string   `json:"from,omitempty"` // of a report, as the flags say it
	To       string   `json:"to,omitempty"`
	School   string   `json:"school,omitempty"`
	Language string   `json:"language,omitempty"`
}

// A reply is what became of an order.
type reply struct {
	Out   []byte `json:"out"`
	Error string `json:"error,omitempty"`
	Code  int    `json:"code,omitempty"` // for the end of the process
}

// A toldError is an error of the running program, in its words and with its exit code.
type toldError struct {
	words string
	code  int
}

// Error implements error.
func (e *toldError) Error() string { return e.words }

// A closeDoor ends the taking of orders.
type closeDoor func()

// openDoor takes orders in the data folder until it is closed. Without a socket,
// as on a file system that has none, the program runs all the same.
func openDoor(data string, handle func(context.Context, order, io.Writer) error, log *slog.Logger) closeDoor {
	path := filepath.Join(data, doorName)
	// What lies there was left by a program that was killed: the database is locked by this one.
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		log.Warn("the socket for the command line cannot be replaced", "path", path, "err", err)
	}
	l, err := new(net.ListenConfig).Listen(context.Background(), "unix", path)
	if err == nil {
		err = os.Chmod(path, 0o600)
	}
	if err != nil {
		log.Warn("no socket for the command line: it reaches the database only while the program does not run", "path", path, "err", err)
		return func() {}
	}
	server := &http.Server{Handler: door(handle), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: time.Minute}
	go func() {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			log.Error("take orders from the command line", "err", err)
		}
	}()
	return func() { _ = server.Close() } // the orders under way are cut off
}

// door answers one order with one reply.
func door(handle func(context.Context, order, io.Writer) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var o order
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxOrder)).Decode(&o); err != nil || r.Method != http.MethodPost {
			http.Error(w, "no order", http.StatusBadRequest)
			return
		}
		var out bytes.Buffer
		answer := reply{}
		if err := handle(r.Context(), o, &out); err != nil {
			answer.Error, answer.Code = err.Error(), exitCode(err)
		}
		answer.Out = out.Bytes()
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(answer) // who asked is gone
	}
}

// errNobodyHome says that no program runs on the data folder.
var errNobodyHome = errors.New("no program runs")

// knock gives an order to the program that runs on the data folder, and writes
// what it says. The error is errNobodyHome if none runs.
func knock(ctx context.Context, data string, o order, out io.Writer) error {
	body, err := json.Marshal(o)
	if err != nil {
		return fmt.Errorf("encode order: %w", err)
	}
	path := filepath.Join(data, doorName)
	client := http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", path)
		},
	}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://ersthelfer/order", bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("make order: %w", err)
	}
	resp, err := client.Do(req)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.EINVAL) {
		return errNobodyHome
	}
	if errors.Is(err, fs.ErrPermission) {
		return noDatabase(data, err)
	}
	if err != nil {
		return fmt.Errorf("ask the running program: %w", err)
	}
	defer resp.Body.Close()
	var answer reply
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the running program refused: %s; is it of another version?", resp.Status)
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return fmt.Errorf("read reply of the running program: %w", err)
	}
	if _, err := out.Write(answer.Out); err != nil {
		return fmt.Errorf("write reply: %w", err)
	}
	if answer.Error != "" {
		return &toldError{answer.Error, answer.Code}
	}
	return nil
}
