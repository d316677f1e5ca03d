package models

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"engaged/engagement"
)

// recordRow is a row to write, once or as the next revision.
type recordRow struct {
	kind, id string
	// at is the instant that places the row in a partition.
	at time.Time
	// row is a pointer to the row, revision to the revision in it.
	row      any
	revision *int32
	waits    []*WaitRow
}

func (r recordRow) month() time.Time { return month(r.at) }

// recordRows are the rows that a result makes, amendments aside.
func recordRows(h head, result engagement.Result, p provenance) []recordRow {
	var rows []recordRow
	for _, leg := range result.Legs {
		row := h.engagementRow(leg, p)
		rows = append(rows, recordRow{kindEngagement, row.ID, row.EndedAt, row, &row.Revision, waitRows(row, leg)})
	}
	for _, offer := range result.Offers {
		row := h.offerRow(offer, p)
		rows = append(rows, recordRow{kindOffer, row.ID, row.ResolvedAt, row, &row.Revision, nil})
	}
	for _, visit := range result.Visits {
		row := h.visitRow(visit, p)
		rows = append(rows, recordRow{kindVisit, row.ID, row.LeftAt, row, &row.Revision, nil})
	}
	for _, rating := range result.Ratings {
		row := h.ratingRow(rating, p)
		rows = append(rows, recordRow{kindRating, row.ID, row.CreatedAt, row, &row.Revision, nil})
	}
	for _, closing := range result.Closings {
		row := h.closingRow(closing, p)
		rows = append(rows, recordRow{kindClosing, row.ID, row.ClosedAt, row, &row.Revision, nil})
	}
	return rows
}

// recordKey says where the row of a record is.
type recordKey struct {
	month    time.Time
	revision int32
}

const readKeysSQL = `SELECT id::text, month, revision FROM record_keys WHERE id = ANY($1::uuid[])`

// readKeys reads the keys that exist already. The conversation's lock keeps them.
func readKeys(ctx context.Context, tx pgx.Tx, ids []string) (map[string]recordKey, error) {
	keys := map[string]recordKey{}
	if len(ids) == 0 {
		return keys, nil
	}
	rows, err := tx.Query(ctx, readKeysSQL, ids)
	if err != nil {
		return nil, fmt.Errorf("read record keys: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		var key recordKey
		if err := rows.Scan(&id, &key.month, &key.revision); err != nil {
			return nil, fmt.Errorf("read record keys: %w", err)
		}
		keys[id] = key
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read record keys: %w", err)
	}
	return keys, nil
}

func keysOf(h head, rows []recordRow, amendments []engagement.Amendment) []string {
	var ids []string
	for _, row := range rows {
		ids = append(ids, row.id)
	}
	for _, a := range amendments {
		ids = append(ids, h.engagementID(a.LegOrdinal))
	}
	return ids
}

const writeKeysSQL = `
INSERT INTO record_keys (id, kind, month, revision)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::date[], $4::int[])
ON CONFLICT (id) DO UPDATE SET month = excluded.month, revision = excluded.revision`

// queueRows writes rows; one that was written before is replaced by its next revision.
func queueRows(ctx context.Context, batch *pgx.Batch, organization string, rows []recordRow, keys map[string]recordKey) {
	if len(rows) == 0 {
		return
	}
	var ids, kinds []string
	var months []time.Time
	var revisions []int32
	for _, row := range rows {
		if known, again := keys[row.id]; again {
			*row.revision = known.revision + 1
			queueDelete(batch, row, known)
		}
		queueInsert(ctx, batch, row.row)
		for _, wait := range row.waits {
			queueInsert(ctx, batch, wait)
		}
		keys[row.id] = recordKey{row.month(), *row.revision}
		ids, kinds = append(ids, row.id), append(kinds, row.kind)
		months, revisions = append(months, row.month()), append(revisions, *row.revision)
	}
	batch.Queue(writeKeysSQL, ids, kinds, months, revisions)
	queueMarks(batch, organization, rows)
}

// The month spares the other partitions.
var deleteRowSQL = map[string]string{
	kindEngagement: marking(`DELETE FROM engagements WHERE id = $1 AND ended_at >= $2 AND ended_at < $3`, "engagements", "ended_at"),
	kindOffer:      marking(`DELETE FROM offers WHERE id = $1 AND resolved_at >= $2 AND resolved_at < $3`, "offers", "resolved_at"),
	kindVisit:      marking(`DELETE FROM queue_visits WHERE id = $1 AND left_at >= $2 AND left_at < $3`, "queue_visits", "left_at"),
	kindRating:     marking(`DELETE FROM ratings WHERE id = $1 AND created_at >= $2 AND created_at < $3`, "ratings", "created_at"),
	kindClosing:    marking(`DELETE FROM closed_conversations WHERE id = $1 AND closed_at >= $2 AND closed_at < $3`, "closed_conversations", "closed_at"),
}

var deleteWaitsSQL = marking(`DELETE FROM requester_waits WHERE engagement_id = $1`, "requester_waits", "closed_at")

func queueDelete(batch *pgx.Batch, row recordRow, known recordKey) {
	batch.Queue(deleteRowSQL[row.kind], row.id, known.month, known.month.AddDate(0, 1, 0))
	if row.kind == kindEngagement {
		batch.Queue(deleteWaitsSQL, row.id)
	}
}

var amendEngagementSQL = marking(`
UPDATE engagements
SET revision = revision + 1, wrapup_ms = coalesce($4, wrapup_ms), handle_ms = duration_ms + coalesce($4, wrapup_ms, 0),
    tags = coalesce($5::text[], tags), workflow_id = $6, run_id = $7, recorded_at = $8
WHERE id = $1 AND ended_at >= $2 AND ended_at < $3`, "engagements", "ended_at")

const amendKeySQL = `UPDATE record_keys SET revision = revision + 1 WHERE id = $1`

var amendWaitsSQL = marking(`UPDATE requester_waits SET tags = $2 WHERE engagement_id = $1`, "requester_waits", "closed_at")

// queueAmendments writes the next revision of legs whose wrap-up or tags changed after their record.
func queueAmendments(batch *pgx.Batch, h head, amendments []engagement.Amendment, keys map[string]recordKey, p provenance) {
	for _, a := range amendments {
		id := h.engagementID(a.LegOrdinal)
		key, known := keys[id]
		if !known {
			continue
		}
		var tags *[]string
		if a.Tags != nil {
			set := *a.Tags
			if set == nil {
				set = []string{}
			}
			tags = &set
		}
		batch.Queue(amendEngagementSQL, id, key.month, key.month.AddDate(0, 1, 0),
			millisOf(a.Wrapup), tags, p.workflowID, p.runID, p.recordedAt)
		batch.Queue(amendKeySQL, id)
		if tags != nil {
			batch.Queue(amendWaitsSQL, id, *tags)
		}
	}
}
