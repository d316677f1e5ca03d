package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"strconv"
	"strings"
	"time"

	"engaged/analytics"
)

// The page sizes of the compatible analytics wire.
const (
	analyticsPage    = 50
	analyticsPageMax = 300
)

// pageKeyVersion is that of pageKey; keys of other versions are refused.
const pageKeyVersion = 1

// The directions of a page key.
const (
	nextPage     = "n"
	previousPage = "p"
)

// pageKey names the place beyond which a page lies. Callers get it as unpadded base64url of JSON. It
// opens nothing: whatever it says, rows are those of the caller's organization.
type pageKey struct {
	// Version is pageKeyVersion.
	Version int `json:"v"`
	// Direction is n for the page after the place, p for the one before it.
	Direction string `json:"d"`
	// Limit is the size of a page.
	Limit int `json:"l"`
	// At is the instant of a record's place, in microseconds since 1970.
	At int64 `json:"t,omitempty"`
	// ID is the id of an entry, the key of a record or a value.
	ID string `json:"k"`
	// Label is a value's.
	Label string `json:"n,omitempty"`
	// Start and End are the resolved period, so that a preset does not move between pages.
	Start *int64 `json:"s,omitempty"`
	End   *int64 `json:"e,omitempty"`
	// Query is the hash of path, question and organization to which the key belongs.
	Query string `json:"q"`
}

// encode returns the key as callers see it.
func (k pageKey) encode() string {
	// Marshalling texts and numbers cannot fail.
	text, _ := json.Marshal(k)
	return base64.RawURLEncoding.EncodeToString(text)
}

// decodePageKey reads a key that was encoded here; ok is false for anything else.
func decodePageKey(text string) (k pageKey, ok bool) {
	decoded, err := base64.RawURLEncoding.Strict().DecodeString(strings.TrimRight(text, "="))
	if err != nil {
		return k, false
	}
	decoder := json.NewDecoder(bytes.NewReader(decoded))
	decoder.DisallowUnknownFields()
	if decoder.Decode(&k) != nil {
		return k, false
	}
	if _, err := decoder.Token(); err != io.EOF {
		return k, false
	}
	return k, k.valid()
}

// valid tells that every part is one that can be looked up.
func (k pageKey) valid() bool {
	if k.Version != pageKeyVersion || k.Direction != nextPage && k.Direction != previousPage {
		return false
	}
	if k.Limit < 1 || k.Limit > analyticsPageMax || !storable(k.ID) || !storable(k.Label) || !instantInRange(micros(k.At)) {
		return false
	}
	if k.Start == nil || k.End == nil {
		return k.Start == nil && k.End == nil
	}
	return *k.Start <= *k.End && instantInRange(micros(*k.Start)) && instantInRange(micros(*k.End))
}

func micros(at int64) time.Time { return time.UnixMicro(at).UTC() }

// paging is which page a call asks for.
type paging struct {
	path  string
	query string
	limit int
	// from is the key given; nil for the first page.
	from *pageKey
	// period is what keys made here carry; nil without one.
	period *analytics.Period
}

// backward tells that the page lies before its key's place.
func (p *paging) backward() bool { return p.from != nil && p.from.Direction == previousPage }

// paging reads pageLimit and pageKey. question is what else the pages depend on. A limit beside a key
// wins over the key's own.
func (c *call) paging(path string, question []byte) (*paging, error) {
	p := &paging{path: path, query: queryHash(path, c.principal.organization, question), limit: analyticsPage}
	if text := c.Query("pageKey"); text != "" {
		key, ok := decodePageKey(text)
		if !ok || key.Query != p.query {
			return nil, invalidKey()
		}
		p.from, p.limit = &key, key.Limit
	}
	if text := c.Query("pageLimit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > analyticsPageMax {
			return nil, invalidParameter("pageLimit", "must be 1 to "+strconv.Itoa(analyticsPageMax))
		}
		p.limit = n
	}
	return p, nil
}

func invalidKey() *Problem {
	return invalidParameter("pageKey", "must come from meta of an earlier page of the same question")
}

// queryHash binds keys to what they were made for. The parts are told apart by their lengths.
func queryHash(path, organization string, question []byte) string {
	hash := sha256.New()
	for _, part := range []string{path, organization, string(question)} {
		_, _ = io.WriteString(hash, strconv.Itoa(len(part))+":"+part)
	}
	return base64.RawURLEncoding.EncodeToString(hash.Sum(nil)[:12])
}

// links are the neighbours of a page whose elements stand at the places; more tells that there are
// elements beyond it in its own direction. Where it came from, there are always some.
func (p *paging) links(places []pageKey, more bool) *PaginationLinks {
	if len(places) == 0 {
		return nil
	}
	var links PaginationLinks
	if p.backward() && more || p.from != nil && !p.backward() {
		links.Previous = p.link(previousPage, places[0])
	}
	if !p.backward() && more || p.backward() {
		links.Next = p.link(nextPage, places[len(places)-1])
	}
	if links == (PaginationLinks{}) {
		return nil
	}
	return &links
}

// link is the address of the page beyond a place.
func (p *paging) link(direction string, place pageKey) string {
	place.Version, place.Direction, place.Limit, place.Query = pageKeyVersion, direction, p.limit, p.query
	if p.period != nil {
		place.Start, place.End = new(p.period.Start.UnixMicro()), new(p.period.End.UnixMicro())
	}
	return p.path + "?pageKey=" + place.encode()
}
