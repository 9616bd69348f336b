package boltfile

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
)

// ErrDamaged says that bytes are not what was stored. The wrapping error says what is wrong with them.
var ErrDamaged = errors.New("damaged")

// A sealed record is
//
//	sealMagic, version, length of the payload (4 bytes), CRC-32C of all the rest (4 bytes), payload (JSON)
//
// This is a format: files written by every released version must remain readable.
const (
	sealMagic  = 0xE5
	sealHeader = 10
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Seal encodes v as JSON and puts the envelope around it. The version is the record's own, for whoever decodes it
// after the form of v has changed.
func Seal(version byte, v any) ([]byte, error) {
	payload, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode record: %w", err)
	}
	if len(payload) > math.MaxUint32 {
		return nil, fmt.Errorf("encode record: %d bytes are too many", len(payload))
	}
	data := make([]byte, sealHeader, sealHeader+len(payload))
	data[0], data[1] = sealMagic, version
	binary.BigEndian.PutUint32(data[2:], uint32(len(payload)))
	binary.BigEndian.PutUint32(data[6:], sealSum(data, payload))
	return append(data, payload...), nil
}

// Unseal verifies the envelope, decodes the JSON into v and returns the record's version. A nil v only verifies; a
// *json.RawMessage takes the JSON undecoded, to look at the version first. The error is [ErrDamaged] if the bytes are
// not what was sealed, and any other if they are but do not fit v. Nothing in v refers to data afterwards.
func Unseal(data []byte, v any) (version byte, err error) {
	switch {
	case len(data) < sealHeader:
		return 0, fmt.Errorf("%w: record of %d bytes is shorter than its envelope", ErrDamaged, len(data))
	case data[0] != sealMagic:
		return 0, fmt.Errorf("%w: record begins with byte %#02x, not %#02x", ErrDamaged, data[0], sealMagic)
	}
	payload := data[sealHeader:]
	if want := binary.BigEndian.Uint32(data[2:]); uint64(want) != uint64(len(payload)) {
		return 0, fmt.Errorf("%w: record has %d bytes, its envelope says %d", ErrDamaged, len(payload), want)
	}
	if binary.BigEndian.Uint32(data[6:]) != sealSum(data, payload) {
		return 0, fmt.Errorf("%w: record does not match its checksum", ErrDamaged)
	}
	version = data[1]
	if v == nil {
		return version, nil
	}
	if err := json.Unmarshal(payload, v); err != nil {
		return version, fmt.Errorf("decode record of version %d: %w", version, err)
	}
	return version, nil
}

func sealSum(header, payload []byte) uint32 {
	return crc32.Update(crc32.Checksum(header[:6], castagnoli), castagnoli, payload)
}
