-- Records that came long after the instant that places them: late events and imports. An answer says
-- when they have changed a part of its period that had already passed.

-- +goose Up
-- Only late rows are in the indexes, so that others cost nothing.
CREATE INDEX engagements_late ON engagements (organization_id, recorded_at, ended_at) WHERE recorded_at - ended_at > interval '1 hour';
CREATE INDEX offers_late ON offers (organization_id, recorded_at, resolved_at) WHERE recorded_at - resolved_at > interval '1 hour';
CREATE INDEX requester_waits_late ON requester_waits (organization_id, recorded_at, closed_at) WHERE recorded_at - closed_at > interval '1 hour';
CREATE INDEX queue_visits_late ON queue_visits (organization_id, recorded_at, left_at) WHERE recorded_at - left_at > interval '1 hour';
CREATE INDEX ratings_late ON ratings (organization_id, recorded_at, created_at) WHERE recorded_at - created_at > interval '1 hour';
CREATE INDEX closed_conversations_late ON closed_conversations (organization_id, recorded_at, closed_at) WHERE recorded_at - closed_at > interval '1 hour';

-- +goose Down
DROP INDEX closed_conversations_late, ratings_late, queue_visits_late, requester_waits_late, offers_late, engagements_late;
