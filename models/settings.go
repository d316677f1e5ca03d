package models

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"engaged/engagement"
)

// OrganizationSettings is one version of an organization's settings: what the core needs, and what
// concerns the organization as a whole.
type OrganizationSettings struct {
	// OrganizationID is the tenant.
	OrganizationID string `json:"-"`
	engagement.Settings
	// LogRetentionDays is how long the event log is kept; nil: the default of 35 days.
	LogRetentionDays *int `json:"log_retention_days,omitempty"`
	// ReportingTimeZone is the IANA zone of the organization's days; nil: UTC.
	ReportingTimeZone *string `json:"reporting_time_zone,omitempty"`
	// DeliveryResults is the set of results that the OData tables show: one of the DeliveryResults
	// constants; nil: the current one.
	DeliveryResults *string `json:"delivery_results,omitempty"`
}

// The sets of results of deliveries.
const (
	// DeliveryResultsCurrent tells every result apart.
	DeliveryResultsCurrent = "current"
	// DeliveryResultsCore is the older set of six.
	DeliveryResultsCore = "core"
)

const currentSettingsSQL = `
SELECT settings FROM settings_versions WHERE organization_id = $1 ORDER BY version DESC LIMIT 1`

// CurrentSettings returns the newest version, version 0 where there is none.
func (s *Store) CurrentSettings(ctx context.Context, organization string) (OrganizationSettings, error) {
	current := OrganizationSettings{OrganizationID: organization}
	var document []byte
	err := s.pool.QueryRow(ctx, currentSettingsSQL, organization).Scan(&document)
	if errors.Is(notFound(err), ErrNotFound) {
		return current, nil
	}
	if err == nil {
		err = json.Unmarshal(document, &current)
	}
	if err != nil {
		return current, fmt.Errorf("read settings: %w", err)
	}
	return current, nil
}

const (
	// The clock is read under the organization's lock, so that versions and instants rise together.
	lockOrganizationSQL = `SELECT clock_timestamp() FROM organizations WHERE id = $1 FOR NO KEY UPDATE`

	// Rollups keep the days of this zone ready.
	setZoneSQL = `UPDATE organizations SET reporting_zone = $2 WHERE id = $1 AND reporting_zone <> $2`

	insertSettingsSQL = `
INSERT INTO settings_versions (organization_id, version, effective_from, settings, created_by)
SELECT $1, $2, $3, $4::jsonb, $5
WHERE $2 = (SELECT coalesce(max(version), 0) + 1 FROM settings_versions WHERE organization_id = $1)`
)

// AddSettings writes the version after the one that settings names, effective from now on for legs
// that begin; ErrConflict if there is one already.
func (s *Store) AddSettings(ctx context.Context, settings OrganizationSettings, audit Audit) (OrganizationSettings, error) {
	next := settings
	next.Version++
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		var now time.Time
		if err := tx.QueryRow(ctx, lockOrganizationSQL, next.OrganizationID).Scan(&now); err != nil {
			return notFound(err)
		}
		next.EffectiveFrom = engagement.At(now)
		document, err := json.Marshal(next)
		if err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, insertSettingsSQL, next.OrganizationID, next.Version, next.EffectiveFrom.Time(), string(document), audit.Actor)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return ErrConflict
		}
		if _, err := tx.Exec(ctx, setZoneSQL, next.OrganizationID, zoneOf(next)); err != nil {
			return err
		}
		detail, err := json.Marshal(map[string]int{"version": next.Version})
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, insertAuditSQL, audit.OrganizationID, audit.Actor, audit.Action, audit.Subject, string(detail))
		return err
	})
	if err != nil {
		return settings, fmt.Errorf("write settings: %w", err)
	}
	return next, nil
}

// zoneOf is the zone of the organization's days.
func zoneOf(settings OrganizationSettings) string {
	if settings.ReportingTimeZone == nil {
		return "UTC"
	}
	return *settings.ReportingTimeZone
}

const insertAuditSQL = `
INSERT INTO audit_log (organization_id, actor, action, subject, detail) VALUES ($1, $2, $3, $4, $5::jsonb)`
