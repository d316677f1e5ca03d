-- Webhooks: who is told, what there is to tell, and what became of it.

-- +goose Up
CREATE TABLE webhook_endpoints (
    id uuid PRIMARY KEY,
    organization_id text NOT NULL REFERENCES organizations (id),
    url text NOT NULL,
    description text NOT NULL DEFAULT '',
    event_types text[] NOT NULL,
    -- the configurations whose events it gets; empty: all
    configuration_ids text[] NOT NULL DEFAULT '{}',
    -- how long an order that it has taken may wait for its start
    order_lease_ms integer NOT NULL,
    enabled boolean NOT NULL,
    -- why it is not: api, gone or failing; '' while it is
    disabled_reason text NOT NULL DEFAULT '',
    disabled_at timestamptz,
    -- the first failure since the last success
    failing_since timestamptz,
    -- sealed; the one before it goes on signing until previous_until
    secret bytea NOT NULL,
    previous_secret bytea,
    previous_until timestamptz,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX webhook_endpoints_organization ON webhook_endpoints (organization_id, created_at, id);

-- The outbox, and afterwards the log of deliveries.
CREATE TABLE webhook_messages (
    -- made of the endpoint and the event, so that an event is told to an endpoint once
    id text COLLATE "C" PRIMARY KEY,
    endpoint_id uuid NOT NULL REFERENCES webhook_endpoints (id) ON DELETE CASCADE,
    organization_id text NOT NULL,
    type text NOT NULL,
    -- the attempt to call that it tells of, and the fence of the order that it carries
    delivery_id uuid,
    fence bigint,
    -- as it is sent and signed
    body text NOT NULL,
    -- pending, delivered, failed, expired or cancelled
    status text NOT NULL DEFAULT 'pending',
    due_at timestamptz NOT NULL,
    -- when there is no point in telling any more
    expires_at timestamptz,
    -- whoever sends it has it until then; claim counts them
    lease_until timestamptz,
    claim bigint NOT NULL DEFAULT 0,
    -- failed attempts since it was last made due by hand
    tries integer NOT NULL DEFAULT 0,
    -- every attempt there was, and the latest of them
    attempt_count integer NOT NULL DEFAULT 0,
    attempts jsonb NOT NULL DEFAULT '[]',
    created_at timestamptz NOT NULL,
    ended_at timestamptz
) WITH (fillfactor = 70);
-- orders go before everything else
CREATE INDEX webhook_messages_orders ON webhook_messages (endpoint_id, due_at, id) WHERE status = 'pending' AND fence IS NOT NULL;
CREATE INDEX webhook_messages_due ON webhook_messages (endpoint_id, due_at, id) WHERE status = 'pending' AND fence IS NULL;
CREATE INDEX webhook_messages_sending ON webhook_messages (endpoint_id) WHERE lease_until IS NOT NULL;
CREATE INDEX webhook_messages_log ON webhook_messages (endpoint_id, created_at, id);
CREATE INDEX webhook_messages_ended ON webhook_messages (ended_at) WHERE ended_at IS NOT NULL;

-- The endpoint that is told of the order: no dialer may claim it.
ALTER TABLE delivery_tokens ADD COLUMN webhook_endpoint_id uuid;

-- +goose Down
ALTER TABLE delivery_tokens DROP COLUMN webhook_endpoint_id;
DROP TABLE webhook_messages, webhook_endpoints;
