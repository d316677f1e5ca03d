-- Attempts and tasks that are over, as facts for reports.

-- +goose Up
-- When the row was last written since it is over; null before. Rows are reported late by it, and other
-- changes leave its indexes alone.
ALTER TABLE deliveries ADD COLUMN recorded_at timestamptz;
ALTER TABLE delivery_tasks ADD COLUMN recorded_at timestamptz;
-- Those of the configuration's version under which the task was accepted.
ALTER TABLE delivery_tasks ADD COLUMN mode text NOT NULL DEFAULT '', ADD COLUMN queue_id text NOT NULL DEFAULT '';
UPDATE deliveries SET recorded_at = updated_at WHERE ended_at IS NOT NULL;
UPDATE delivery_tasks SET recorded_at = updated_at WHERE ended_at IS NOT NULL;
UPDATE delivery_tasks t SET mode = v.document ->> 'mode', queue_id = coalesce(v.document ->> 'queue_id', '')
FROM delivery_configuration_versions v WHERE v.configuration_id = t.configuration_id AND v.version = t.rules_version;

CREATE INDEX deliveries_ended ON deliveries (organization_id, ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX deliveries_open ON deliveries (organization_id) WHERE ended_at IS NULL;
CREATE INDEX deliveries_late ON deliveries (organization_id, recorded_at, ended_at) WHERE recorded_at - ended_at > interval '1 hour';
CREATE INDEX deliveries_conversation ON deliveries (organization_id, conversation_id) WHERE conversation_id IS NOT NULL;
CREATE INDEX delivery_tasks_ended ON delivery_tasks (organization_id, ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX delivery_tasks_late ON delivery_tasks (organization_id, recorded_at, ended_at) WHERE recorded_at - ended_at > interval '1 hour';

-- One row an attempt that is over. Durations are null for attempts of which no call was started.
CREATE VIEW delivery_facts AS
SELECT id, organization_id, task_id, configuration_id, seq, channel, mode, queue_id, status, result, result_core, reason, tracking_id, journey_id,
    journey_run_id, batch_id, contact_id, phone_type, to_address, from_address, country, state, postal_code, call_id, conversation_id, callback,
    planned_at, scheduled_at, expires_at, window_start, window_end, handed_at, offered_at, accepted_at, started_at, ended_at, result_at,
    customer_connected_at, greeting_ended_at, agent_connected_at, speech_at, answered_by, message_left, bot_failed, wait_exceeded, sip_code,
    dispositions, opted_out, policy_id, workflow_id, run_id, recorded_at,
    (extract(epoch FROM ended_at - started_at) * 1000)::bigint AS duration_ms,
    (extract(epoch FROM started_at - window_start) * 1000)::bigint AS latency_ms,
    -- from the end of the greeting, or from the answer, to the agent
    (extract(epoch FROM agent_connected_at - coalesce(greeting_ended_at, customer_connected_at)) * 1000)::bigint AS agent_wait_ms
FROM deliveries WHERE ended_at IS NOT NULL;

-- One row a task that is over.
CREATE VIEW delivery_task_facts AS
SELECT id, organization_id, configuration_id, 'voice' AS channel, mode, queue_id, status, reason, view #>> '{chain,last_result}' AS result,
    tracking_id, journey_id, journey_run_id, batch_id, created_at, expires_at, last_call_at, ended_at, recorded_at,
    (view ->> 'calls')::integer AS calls,
    (view ->> 'customer_reached')::boolean AS customer_reached,
    (extract(epoch FROM ended_at - created_at) * 1000)::bigint AS duration_ms
FROM delivery_tasks WHERE ended_at IS NOT NULL;

-- +goose Down
DROP VIEW delivery_task_facts, delivery_facts;
DROP INDEX delivery_tasks_late, delivery_tasks_ended, deliveries_conversation, deliveries_late, deliveries_open, deliveries_ended;
ALTER TABLE delivery_tasks DROP COLUMN queue_id, DROP COLUMN mode, DROP COLUMN recorded_at;
ALTER TABLE deliveries DROP COLUMN recorded_at;
