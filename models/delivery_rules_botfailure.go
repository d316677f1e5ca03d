package models

import (
	"github.com/jackc/pgx/v5"

	"engaged/delivery"
)

// suspendedByEngine is the actor of what nobody asked for.
const suspendedByEngine = "engine"

// suspendFailingSQL suspends a configuration whose AI agents fail more often than it bears, by its
// current version: at once, or above a share of the calls that were answered since it was last changed
// or resumed, in the last day. A failure before that is no reason any more.
const suspendFailingSQL = `
WITH failing AS (
    SELECT c.id, v.document -> 'bot_failure' ->> 'treatment' AS treatment,
        (v.document -> 'bot_failure' ->> 'threshold_percent')::float8 AS threshold,
        greatest(c.updated_at, $2::timestamptz - interval '1 day') AS since
    FROM delivery_configurations c JOIN delivery_configuration_versions v ON v.configuration_id = c.id AND v.version = c.version
    WHERE c.id = $1::uuid AND c.active AND c.updated_at < $2
), suspended AS (
    UPDATE delivery_configurations c SET active = false, suspension_type = 'bot_failure', suspended_at = clock_timestamp(), suspended_by = $3,
        updated_at = clock_timestamp()
    FROM failing f
    WHERE c.id = f.id AND c.active AND (f.treatment = 'suspend' OR f.treatment = 'threshold' AND (
        SELECT 100.0 * count(*) FILTER (WHERE d.bot_failed) > f.threshold * count(*) FROM deliveries d
        WHERE d.configuration_id = f.id AND d.customer_connected_at > f.since))
    RETURNING c.organization_id, c.id
)
INSERT INTO audit_log (organization_id, actor, action, subject, detail)
SELECT organization_id, $3, 'delivery_configuration.suspend', 'delivery_configuration/' || id, '{"suspension_type": "bot_failure"}' FROM suspended`

// queueBotFailure suspends a configuration as its treatment of failing AI agents says. It stands after the
// attempt's own row, which it counts.
func queueBotFailure(batch *pgx.Batch, configuration string, a delivery.Attempt) {
	if a.Result == delivery.BotFailed && a.ResultAt != nil {
		batch.Queue(suspendFailingSQL, configuration, a.ResultAt.Time(), suspendedByEngine)
	}
}
