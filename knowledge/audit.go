package knowledge

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// An AuditRecord says who changed what. Records form a chain: the hash of each covers the one before it, so that
// changing, removing, adding or exchanging records shows. It is a stored form: rename nothing.
//
// The chain does not cover names and words, so that a person can be erased and the chain still holds: it covers a
// pseudonym that only the people shelf resolves, and a salted hash of the reason.
type AuditRecord struct {
	Seq      int       `json:"seq"` // from 1, without gaps
	At       time.Time `json:"at"`
	Who      string    `json:"who,omitempty"` // pseudonym; empty for the program
	Action   Action    `json:"action"`
	Article  string    `json:"article,omitempty"`
	School   string    `json:"school,omitempty"`
	Revision int       `json:"revision,omitempty"`
	Sum      string    `json:"sum,omitempty"`   // SHA-256 of the revision's article
	Taken    int       `json:"taken,omitempty"` // published anyway although it takes so many questions away
	WhySum   string    `json:"why_sum,omitempty"`
	Prev     string    `json:"prev"`
	Hash     string    `json:"hash"`

	By   Person `json:"by,omitempty"`   // who that is; resolved on reading, never stored
	Why  string `json:"why,omitempty"`  // empty if the person has been erased
	Salt string `json:"salt,omitempty"` // goes with Why
}

// sum returns the hash of the record: SHA-256 of the JSON of what the chain covers.
func (r AuditRecord) sum() (string, error) {
	r.Hash, r.By, r.Why, r.Salt = "", "", "", ""
	data, err := json.Marshal(r)
	if err != nil {
		return "", fmt.Errorf("encode audit record: %w", err)
	}
	return hashHex(data), nil
}

func hashHex(data []byte) string {
	h := sha256.Sum256(data)
	return hex.EncodeToString(h[:])
}

// articleSum is the hash of an article in the audit.
func articleSum(a Article) (string, error) {
	data, err := json.Marshal(a)
	if err != nil {
		return "", fmt.Errorf("encode article: %w", err)
	}
	return hashHex(data), nil
}

// A Checkpoint is the end of the chain at some time. Kept elsewhere, it shows when the end of the audit has been cut
// off or all of it rewritten, which the chain alone cannot.
type Checkpoint struct {
	Seq  int    `json:"seq"`
	Hash string `json:"hash"`
}

const auditHead = "audit" // key on the meta shelf

func auditKey(seq int) string { return fmt.Sprintf("%012d", seq) }

// audit appends a record to the chain.
func (c *change) audit(r AuditRecord) error {
	var head Checkpoint
	if err := read(c.tx, ShelfMeta, auditHead, &head); err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	who, err := c.pseudonym(c.by)
	if err != nil {
		return err
	}
	r.Seq, r.Prev, r.At, r.Who = head.Seq+1, head.Hash, c.now, who
	if r.Why != "" {
		r.Salt = rand.Text()
		r.WhySum = hashHex([]byte(r.Salt + r.Why))
	}
	if r.Hash, err = r.sum(); err != nil {
		return err
	}
	if err := write(c.tx, ShelfAudit, auditKey(r.Seq), r); err != nil {
		return err
	}
	return write(c.tx, ShelfMeta, auditHead, Checkpoint{r.Seq, r.Hash})
}

// pseudonym returns the one of the person, and makes one if there is none.
func (c *change) pseudonym(p Person) (string, error) {
	if p == Program {
		return "", nil
	}
	var ref string
	err := read(c.tx, ShelfPeople, "name/"+string(p), &ref)
	if !errors.Is(err, ErrNotFound) {
		return ref, err
	}
	ref = rand.Text()
	return ref, errors.Join(write(c.tx, ShelfPeople, "name/"+string(p), ref), write(c.tx, ShelfPeople, "ref/"+ref, p))
}

// person returns who is behind a pseudonym, Program if nobody is any more, or if
// the record of it is damaged: an article does not depend on who wrote it.
func person(tx Tx, ref string) Person {
	var p Person
	if ref == "" || read(tx, ShelfPeople, "ref/"+ref, &p) != nil {
		return Program
	}
	return p
}

// A TamperError says where the audit is not as it was written.
type TamperError struct {
	Seq    int // the first record that does not fit
	Reason string
}

// Error implements error.
func (e *TamperError) Error() string { return fmt.Sprintf("audit record %d: %s", e.Seq, e.Reason) }

// Head returns the end of the audit, to be kept where who can change the store cannot.
func (l *Library) Head(ctx context.Context, by Person) (Checkpoint, error) {
	var head Checkpoint
	if err := l.may(by, ActAudit, ""); err != nil {
		return head, err
	}
	err := l.store.View(ctx, func(tx Tx) error { return read(tx, ShelfMeta, auditHead, &head) })
	if errors.Is(err, ErrNotFound) {
		err = nil
	}
	return head, err
}

// Verify reads the whole audit and checks every record, the revisions that it speaks of, its end, and the checkpoints
// that were kept elsewhere. The error is a *TamperError for the first that does not fit.
func (l *Library) Verify(ctx context.Context, by Person, kept ...Checkpoint) error {
	if err := l.may(by, ActAudit, ""); err != nil {
		return err
	}
	v := verifier{kept: kept}
	if err := each(ctx, l.store, ShelfAudit, v.damaged, v.next); err != nil {
		return err
	}
	return l.store.View(ctx, v.end)
}

// A verifier follows the chain.
type verifier struct {
	last  Checkpoint
	kept  []Checkpoint
	found int // of the kept checkpoints
	torn  error
}

func (v *verifier) damaged(key string, err error) {
	if v.torn == nil {
		v.torn = &TamperError{v.last.Seq + 1, fmt.Sprintf("record %s cannot be read: %v", key, err)}
	}
}

// end checks what was written since, and that the chain ends where it should.
func (v *verifier) end(tx Tx) error {
	for item, err := range tx.Scan(ShelfAudit, auditKey(v.last.Seq)+"\x00") {
		if err != nil {
			v.damaged(item.Key, err)
		}
		if err := v.next(tx, item); err != nil {
			return err
		}
	}
	var head Checkpoint
	err := read(tx, ShelfMeta, auditHead, &head)
	switch {
	case v.torn != nil:
		return v.torn
	case err != nil && !notFound(err):
		return err
	case v.last != head:
		return &TamperError{min(v.last.Seq, head.Seq) + 1, "the audit does not end where it should"}
	case v.found < len(v.kept):
		return &TamperError{v.last.Seq + 1, "a kept checkpoint lies behind the end"}
	}
	return nil
}

// next checks the record that should follow.
func (v *verifier) next(tx Tx, item Item) error {
	if v.torn != nil {
		return v.torn
	}
	var r AuditRecord
	want := v.last.Seq + 1
	if err := json.Unmarshal(item.Value, &r); err != nil {
		return &TamperError{want, "the record cannot be read"}
	}
	sum, err := r.sum()
	switch {
	case err != nil:
		return err
	case r.Seq != want || item.Key != auditKey(want):
		return &TamperError{want, "the record is missing or not in its place"}
	case r.Prev != v.last.Hash:
		return &TamperError{want, "the record does not follow the one before it"}
	case r.Hash != sum:
		return &TamperError{want, "the record has been changed"}
	case r.Why != "" && r.WhySum != hashHex([]byte(r.Salt+r.Why)):
		return &TamperError{want, "the reason has been changed"}
	}
	for _, k := range v.kept {
		if k.Seq == r.Seq && k.Hash != r.Hash {
			return &TamperError{want, "the record is not the one of the kept checkpoint"}
		}
		if k.Seq == r.Seq {
			v.found++
		}
	}
	v.last = Checkpoint{r.Seq, r.Hash}
	return v.revision(tx, r)
}

// revision checks that the stored revision is the one that the record speaks of.
func (v *verifier) revision(tx Tx, r AuditRecord) error {
	if r.Sum == "" {
		return nil
	}
	var rev Revision
	if err := read(tx, ShelfRevisions, revisionKey(r.Article, r.Revision), &rev); err != nil {
		return &TamperError{r.Seq, fmt.Sprintf("its revision cannot be read: %v", err)}
	}
	sum, err := articleSum(rev.Article)
	if err == nil && sum != r.Sum {
		err = &TamperError{r.Seq, "its revision has been changed"}
	}
	return err
}

// Audit returns up to limit records, the newest first, from the one with the number on; 0 for the newest. A record that
// cannot be read is left out; [Library.Verify] tells of it.
func (l *Library) Audit(ctx context.Context, by Person, from, limit int) (out []AuditRecord, err error) {
	if err := l.may(by, ActAudit, ""); err != nil {
		return nil, err
	}
	var lost losses
	err = l.store.View(ctx, func(tx Tx) error {
		var head Checkpoint
		if err := read(tx, ShelfMeta, auditHead, &head); err != nil && !notFound(err) {
			return err
		}
		if from <= 0 || from > head.Seq {
			from = head.Seq
		}
		for seq := from; seq > 0 && len(out) < limit; seq-- {
			var r AuditRecord
			if err := read(tx, ShelfAudit, auditKey(seq), &r); err != nil {
				lost.add(auditKey(seq), err)
				continue
			}
			r.By = person(tx, r.Who)
			out = append(out, r)
		}
		return nil
	})
	lost.tell(l)
	return out, err
}

// WriteAudit writes the audit as JSON, one record a line. Whoever has the lines can follow the chain.
func (l *Library) WriteAudit(ctx context.Context, by Person, w io.Writer) error {
	if err := l.may(by, ActAudit, ""); err != nil {
		return err
	}
	var lines []AuditRecord // w may be slow, a transaction must not be
	err := each(ctx, l.store, ShelfAudit, nil, func(tx Tx, item Item) error {
		var r AuditRecord
		if err := json.Unmarshal(item.Value, &r); err != nil {
			return fmt.Errorf("decode audit record %s: %w", item.Key, err)
		}
		r.By = person(tx, r.Who)
		lines = append(lines, r)
		return nil
	})
	if err != nil {
		return err
	}
	out := json.NewEncoder(w)
	for _, r := range lines {
		if err := out.Encode(r); err != nil {
			return fmt.Errorf("write audit: %w", err)
		}
	}
	return nil
}

// Erase forgets a person: afterwards nothing leads from what they did to who they are, and their reasons are gone. What
// was done stays, and the audit still verifies. The bytes remain in the file of a store until it is compacted.
func (l *Library) Erase(ctx context.Context, by, p Person) error {
	if err := l.may(by, ActErase, ""); err != nil {
		return err
	}
	err := l.change(ctx, by, func(c *change) error {
		var ref string
		if err := read(c.tx, ShelfPeople, "name/"+string(p), &ref); err != nil {
			return err
		}
		if err := errors.Join(c.forgetRevisions(ref), c.forgetAudit(ref)); err != nil {
			return err
		}
		err := errors.Join(c.tx.Delete(ShelfPeople, "name/"+string(p)), c.tx.Delete(ShelfPeople, "ref/"+ref))
		if err != nil {
			return err
		}
		c.erased = true
		return c.audit(AuditRecord{Action: ActErase})
	})
	if err != nil {
		return fmt.Errorf("erase person: %w", err)
	}
	return nil
}

// forgetRevisions removes the reasons that the person gave. Who it was is no longer to be resolved anyway.
func (c *change) forgetRevisions(ref string) error {
	return rewrite(c.tx, ShelfRevisions, func(rev *Revision) bool {
		hit := rev.By == Person(ref) && rev.Why != ""
		rev.Why = ""
		return hit
	})
}

func (c *change) forgetAudit(ref string) error {
	return rewrite(c.tx, ShelfAudit, func(r *AuditRecord) bool {
		hit := r.Who == ref && r.Why != ""
		r.Why, r.Salt = "", ""
		return hit
	})
}

// rewrite stores those records of a shelf again for which change reports true. Damaged ones stay.
func rewrite[T any](tx Tx, s Shelf, change func(*T) bool) error {
	changed := map[string]T{}
	for item, err := range tx.Scan(s, "") {
		var v T
		if err == nil && json.Unmarshal(item.Value, &v) == nil && change(&v) {
			changed[strings.Clone(item.Key)] = v
		}
	}
	for key, v := range changed {
		if err := write(tx, s, key, v); err != nil {
			return err
		}
	}
	return nil
}
