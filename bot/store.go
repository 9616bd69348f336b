package bot

import "context"

// A Bucket names one kind of record that the bot keeps by itself, besides
// tickets and articles.
type Bucket string

// The buckets.
const (
	People    Bucket = "people"    // person → Profile
	Users     Bucket = "users"     // "platform:user" → person
	Seen      Bucket = "seen"      // message id → when it was dealt with, for messages that belong to no ticket
	Marks     Bucket = "marks"     // "platform:channel" → how far the channel has been read
	SignIns   Bucket = "signins"   // sign-ins to the pages
	Histories Bucket = "histories" // what the browser chat shows, by conversation
)

// A Store keeps the bot's own records. Package bottest holds the suite that
// every store passes, and a store in memory.
type Store interface {
	// Read returns the record under key, or nil if there is none.
	Read(ctx context.Context, in Bucket, key string) ([]byte, error)

	// Change gives fn the record under key (nil if there is none) and stores what
	// it returns, in one transaction; nil deletes the record. When fn returns an
	// error nothing is stored, and Change returns that error.
	Change(ctx context.Context, in Bucket, key string, fn func(old []byte) ([]byte, error)) error

	// Each calls fn for every record whose key begins with prefix, in the order of
	// the keys, until fn returns an error, which Each then returns. It reads a
	// copy: fn may take its time and may call the store.
	Each(ctx context.Context, in Bucket, prefix string, fn func(key string, record []byte) error) error
}
