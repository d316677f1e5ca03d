package models

import (
	"crypto/sha256"
	"encoding/binary"

	"engaged/engagement"
)

// The kinds of records, as record_keys names them.
const (
	kindEngagement = "engagement"
	kindOffer      = "offer"
	kindVisit      = "visit"
	kindRating     = "rating"
	kindClosing    = "closing"
)

// engagementID is the id of one of the conversation's legs.
func (h head) engagementID(ordinal int) string {
	return engagement.EngagementID(h.OrganizationID, h.ConversationID, h.generation, ordinal).UUID()
}

// legID is the id of a leg that a row may name: nil for ordinal 0.
func (h head) legID(ordinal int) *string {
	if ordinal == 0 {
		return nil
	}
	return new(h.engagementID(ordinal))
}

// rowID derives the id of an offer, visit, closing or rating as engagement ids are derived: the same
// however often it is recorded, and not to be guessed.
func (h head) rowID(kind, which string) string {
	var b []byte
	for _, part := range []string{h.OrganizationID, h.ConversationID, h.generation, kind, which} {
		b = binary.BigEndian.AppendUint32(b, uint32(len(part)))
		b = append(b, part...)
	}
	sum := sha256.Sum256(b)
	return engagement.ID(sum[:16]).UUID()
}
