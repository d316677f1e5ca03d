package load

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"engaged/bench/internal/analytics/dataset"
	"engaged/engagement"
	"engaged/models"
)

// Organizations makes the two with their settings and names.
func Organizations(ctx context.Context, pool *pgxpool.Pool, from engagement.Instant) error {
	zone, schedule := dataset.Zone, "office"
	settings := models.OrganizationSettings{ReportingTimeZone: &zone}
	settings.Version, settings.EffectiveFrom = 1, from
	settings.Defaults.ScheduleID = &schedule
	settings.Schedules = map[string]engagement.Schedule{schedule: office()}
	document, err := json.Marshal(settings)
	if err != nil {
		return fmt.Errorf("encoding settings: %w", err)
	}
	return pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		for _, organization := range []string{dataset.Main, dataset.Other} {
			if _, err := tx.Exec(ctx, `INSERT INTO organizations (id, reporting_zone) VALUES ($1, $2)`, organization, zone); err != nil {
				return fmt.Errorf("making organization %s: %w", organization, err)
			}
			const insert = `INSERT INTO settings_versions (organization_id, version, effective_from, settings) VALUES ($1, 1, $2, $3::jsonb)`
			if _, err := tx.Exec(ctx, insert, organization, from.Time(), string(document)); err != nil {
				return fmt.Errorf("writing settings: %w", err)
			}
			if err := directory(ctx, tx, organization); err != nil {
				return err
			}
		}
		return nil
	})
}

// office is Monday to Friday, 8 to 18.
func office() engagement.Schedule {
	s := engagement.Schedule{TimeZone: dataset.Zone}
	for day := 1; day <= 5; day++ {
		s.Weekly = append(s.Weekly, engagement.WeeklyInterval{Weekday: day, StartMinute: 8 * 60, EndMinute: 18 * 60})
	}
	return s
}

func directory(ctx context.Context, tx pgx.Tx, organization string) error {
	var rows [][]any
	for _, e := range dataset.Directory() {
		rows = append(rows, []any{organization, e.Kind, e.ID, e.Name, e.Type, e.Group})
	}
	columns := []string{"organization_id", "kind", "id", "name", "type", "group_id"}
	if _, err := tx.CopyFrom(ctx, pgx.Identifier{"directory"}, columns, pgx.CopyFromRows(rows)); err != nil {
		return fmt.Errorf("writing the directory: %w", err)
	}
	return nil
}
