package dataset

import (
	"encoding/binary"
	"encoding/hex"
	"math"
	"strconv"
)

// Header and Trailer frame the rows of a binary COPY.
var (
	Header  = []byte("PGCOPY\n\xff\r\n\x00\x00\x00\x00\x00\x00\x00\x00\x00")
	Trailer = []byte{0xff, 0xff}
)

// row appends fields in the binary format of COPY.
type row struct{ b []byte }

func (w *row) begin(fields int) {
	w.b = binary.BigEndian.AppendUint16(w.b, uint16(fields)) //nolint:gosec // some fifty
}

func (w *row) length(n int) {
	w.b = binary.BigEndian.AppendUint32(w.b, uint32(n)) //nolint:gosec // short texts
}

func (w *row) null() { w.b = append(w.b, 0xff, 0xff, 0xff, 0xff) }

func (w *row) text(s string) {
	w.length(len(s))
	w.b = append(w.b, s...)
}

// named appends a prefix and a number as one text.
func (w *row) named(prefix string, n int64) {
	at := len(w.b)
	w.length(0)
	w.b = append(w.b, prefix...)
	w.b = strconv.AppendInt(w.b, n, 10)
	binary.BigEndian.PutUint32(w.b[at:], uint32(len(w.b)-at-4)) //nolint:gosec // a short text
}

func (w *row) uuid(id *[16]byte) {
	w.length(16)
	w.b = append(w.b, id[:]...)
}

// uuidText appends the text form of an id.
func (w *row) uuidText(id *[16]byte) {
	w.length(36)
	for i, part := range [][]byte{id[:4], id[4:6], id[6:8], id[8:10], id[10:]} {
		if i > 0 {
			w.b = append(w.b, '-')
		}
		w.b = hex.AppendEncode(w.b, part)
	}
}

func (w *row) int4(n int32) {
	w.length(4)
	w.b = binary.BigEndian.AppendUint32(w.b, uint32(n)) //nolint:gosec // the bits are the same
}

func (w *row) int8(n int64) {
	w.length(8)
	w.b = binary.BigEndian.AppendUint64(w.b, uint64(n)) //nolint:gosec // the bits are the same
}

func (w *row) optional(n int64) {
	if n == none {
		w.null()
		return
	}
	w.int8(n)
}

func (w *row) float8(f float64) {
	w.length(8)
	w.b = binary.BigEndian.AppendUint64(w.b, math.Float64bits(f))
}

func (w *row) bool(b bool) {
	w.length(1)
	if b {
		w.b = append(w.b, 1)
	} else {
		w.b = append(w.b, 0)
	}
}

// epoch is 2000-01-01 UTC, where Postgres counts from, in Unix milliseconds.
const epoch = 946_684_800_000

// instant appends Unix milliseconds.
func (w *row) instant(at int64) {
	if at == none {
		w.null()
		return
	}
	w.int8((at - epoch) * 1000)
}

// textOID is that of the type text.
const textOID = 25

func (w *row) texts(all []string) {
	at := len(w.b)
	w.length(0)
	if len(all) == 0 {
		for _, n := range []int{0, 0, textOID} {
			w.length(n)
		}
	} else {
		for _, n := range []int{1, 0, textOID, len(all), 1} {
			w.length(n)
		}
		for _, s := range all {
			w.text(s)
		}
	}
	binary.BigEndian.PutUint32(w.b[at:], uint32(len(w.b)-at-4)) //nolint:gosec // few tags
}
