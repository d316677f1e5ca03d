-- What a new cancellation policy, withdrawn consent or do-not-contact entry forbids is cancelled at once,
-- not when it comes up to be dialed.

-- +goose Up
-- One row a change of rules that waiting attempts have to be asked about; gone once all were.
CREATE TABLE delivery_sweeps (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organization_id text NOT NULL,
    -- the policy that was written; null: the contacts and numbers are meant
    policy_id uuid,
    contact_ids text[] NOT NULL DEFAULT '{}',
    numbers text[] NOT NULL DEFAULT '{}',
    -- tasks up to it were asked in the present pass
    after_key bigint NOT NULL DEFAULT 0,
    -- transactions from it on knew the change when they began; null before the first pass
    known_from bigint,
    -- all others were over when the present pass began
    settled boolean NOT NULL DEFAULT false,
    due_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    lease_until timestamptz,
    fence bigint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX delivery_sweeps_due ON delivery_sweeps (due_at);
CREATE INDEX deliveries_pending ON deliveries (organization_id, task_key) WHERE status = 'Pending';
CREATE INDEX deliveries_pending_number ON deliveries (organization_id, to_address) WHERE status = 'Pending';

-- +goose Down
DROP INDEX deliveries_pending_number, deliveries_pending;
DROP TABLE delivery_sweeps;
