-- Proactive deliveries: tasks and their attempts, the configurations and records that decide about them,
-- and the dial tokens that pace them. A task's entries are in the event log under its own kind.

-- +goose Up
-- What a row's entries are about: '' a conversation, 'delivery' a delivery task, whose id it then holds.
ALTER TABLE conversations ADD COLUMN kind text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE conversations DROP CONSTRAINT conversations_organization_id_conversation_id_key;
ALTER TABLE conversations ADD CONSTRAINT conversations_subject UNIQUE (organization_id, conversation_id, kind);

CREATE TABLE delivery_configurations (
    id uuid PRIMARY KEY,
    organization_id text NOT NULL REFERENCES organizations (id),
    name text NOT NULL,
    description text NOT NULL DEFAULT '',
    -- the version that new tasks get and by which the configuration is paced
    version integer NOT NULL,
    active boolean NOT NULL DEFAULT true,
    -- why it is not active: api, admin or bot_failure; '' while it is
    suspension_type text NOT NULL DEFAULT '',
    suspended_at timestamptz,
    suspended_by text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX delivery_configurations_organization ON delivery_configurations (organization_id, created_at, id);

-- Immutable.
CREATE TABLE delivery_configuration_versions (
    configuration_id uuid NOT NULL REFERENCES delivery_configurations (id),
    version integer NOT NULL,
    organization_id text NOT NULL,
    -- rules, queue and pacing, as one DeliveryDocument
    document jsonb NOT NULL,
    created_by text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (configuration_id, version)
);

-- One row a record; the latest about a contact or number holds.
CREATE TABLE delivery_consents (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organization_id text NOT NULL REFERENCES organizations (id),
    -- one of the two
    contact_id text NOT NULL DEFAULT '',
    number text NOT NULL DEFAULT '',
    opted_out boolean NOT NULL,
    -- who says so: an API key's name, a disposition, an import
    source text NOT NULL DEFAULT '',
    recorded_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX delivery_consents_contact ON delivery_consents (organization_id, contact_id, recorded_at) WHERE contact_id <> '';
CREATE INDEX delivery_consents_number ON delivery_consents (organization_id, number, recorded_at) WHERE number <> '';
CREATE INDEX delivery_consents_list ON delivery_consents (organization_id, id);

CREATE TABLE delivery_do_not_contact (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organization_id text NOT NULL REFERENCES organizations (id),
    list text NOT NULL,
    contact_id text NOT NULL DEFAULT '',
    number text NOT NULL DEFAULT '',
    created_by text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (organization_id, list, contact_id, number)
);
CREATE INDEX delivery_do_not_contact_contact ON delivery_do_not_contact (organization_id, contact_id) WHERE contact_id <> '';
CREATE INDEX delivery_do_not_contact_number ON delivery_do_not_contact (organization_id, number) WHERE number <> '';

CREATE TABLE delivery_policies (
    id uuid PRIMARY KEY,
    organization_id text NOT NULL REFERENCES organizations (id),
    name text NOT NULL DEFAULT '',
    configuration_ids text[] NOT NULL DEFAULT '{}',
    country text NOT NULL DEFAULT '',
    state text NOT NULL DEFAULT '',
    postal_code text NOT NULL DEFAULT '',
    executed_at timestamptz NOT NULL,
    -- how long it goes on cancelling what is accepted later; null: not at all
    until timestamptz,
    created_by text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX delivery_policies_organization ON delivery_policies (organization_id, created_at, id);

-- What the routing system told last of a queue's agents.
CREATE TABLE delivery_capacity (
    organization_id text NOT NULL REFERENCES organizations (id),
    queue_id text NOT NULL,
    at timestamptz NOT NULL,
    ready_agents integer NOT NULL,
    queued_calls integer NOT NULL,
    busy_agents integer NOT NULL,
    -- after it nobody knows
    valid_until timestamptz NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (organization_id, queue_id)
);

CREATE TABLE delivery_tasks (
    -- conversations.key of the task's entries
    key bigint PRIMARY KEY,
    organization_id text NOT NULL REFERENCES organizations (id),
    id uuid NOT NULL,
    configuration_id uuid NOT NULL REFERENCES delivery_configurations (id),
    -- the configuration's version under which it was accepted
    rules_version integer NOT NULL,
    -- the request as the core takes it
    plan jsonb NOT NULL,
    tracking_id text NOT NULL DEFAULT '',
    journey_id text NOT NULL DEFAULT '',
    journey_run_id text NOT NULL DEFAULT '',
    -- the bulk request it came with
    batch_id text NOT NULL DEFAULT '',
    request_hash bytea NOT NULL DEFAULT '',
    status text NOT NULL,
    reason text NOT NULL DEFAULT '',
    suspended boolean NOT NULL DEFAULT false,
    -- the task as its readers see it, whole
    view jsonb NOT NULL,
    -- when the request was received
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    next_scheduled_at timestamptz,
    last_call_at timestamptz,
    ended_at timestamptz,
    -- the highest entry that these columns show
    seen_number bigint NOT NULL DEFAULT 0,
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (organization_id, id)
) WITH (fillfactor = 80);
CREATE INDEX delivery_tasks_created ON delivery_tasks (organization_id, created_at, key);
CREATE INDEX delivery_tasks_tracking ON delivery_tasks (organization_id, tracking_id, created_at) WHERE tracking_id <> '';
CREATE INDEX delivery_tasks_open ON delivery_tasks (configuration_id) WHERE ended_at IS NULL;

-- What was asked for lately, so that the same request is answered with the same task.
CREATE TABLE delivery_requests (
    organization_id text NOT NULL,
    key text COLLATE "C" NOT NULL,
    request_hash bytea NOT NULL,
    task_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, key)
);
CREATE INDEX delivery_requests_created ON delivery_requests (created_at);

-- One row an attempt.
CREATE TABLE deliveries (
    id uuid PRIMARY KEY,
    organization_id text NOT NULL,
    task_key bigint NOT NULL,
    task_id uuid NOT NULL,
    configuration_id uuid NOT NULL,
    seq integer NOT NULL,
    channel text NOT NULL,
    mode text NOT NULL,
    queue_id text NOT NULL DEFAULT '',
    status text NOT NULL,
    result text,
    -- the result in the older set of six
    result_core text,
    reason text,
    tracking_id text,
    journey_id text,
    journey_run_id text,
    batch_id text,
    contact_id text NOT NULL,
    phone_type text NOT NULL,
    to_address text NOT NULL,
    from_address text,
    country text,
    state text,
    postal_code text,
    call_id text,
    conversation_id text,
    callback boolean NOT NULL DEFAULT false,
    loop integer NOT NULL,
    contact_index integer NOT NULL,
    phone_index integer NOT NULL,
    planned_at timestamptz NOT NULL,
    not_before timestamptz NOT NULL,
    scheduled_at timestamptz,
    expires_at timestamptz NOT NULL,
    window_start timestamptz NOT NULL,
    window_end timestamptz NOT NULL,
    handed_at timestamptz,
    offered_at timestamptz,
    accepted_at timestamptz,
    started_at timestamptz,
    ended_at timestamptz,
    result_at timestamptz,
    customer_connected_at timestamptz,
    greeting_ended_at timestamptz,
    agent_connected_at timestamptz,
    speech_at timestamptz,
    answered_by text,
    message_left boolean NOT NULL DEFAULT false,
    bot_failed boolean NOT NULL DEFAULT false,
    wait_exceeded boolean NOT NULL DEFAULT false,
    sip_code integer,
    diagnostics text,
    dispositions text[] NOT NULL DEFAULT '{}',
    opted_out boolean NOT NULL DEFAULT false,
    policy_id text,
    first_entry bigint NOT NULL DEFAULT 0,
    last_entry bigint NOT NULL DEFAULT 0,
    -- the configuration's version and that of the core's rules
    configuration_version integer NOT NULL,
    rules_version integer NOT NULL,
    workflow_id text NOT NULL DEFAULT '',
    run_id text NOT NULL DEFAULT '',
    revision integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (task_key, seq)
) WITH (fillfactor = 80);
CREATE INDEX deliveries_created ON deliveries (organization_id, created_at, id);
CREATE INDEX deliveries_task ON deliveries (organization_id, task_id);
CREATE INDEX deliveries_configuration ON deliveries (configuration_id, created_at);
-- the history that caps and pauses ask
CREATE INDEX deliveries_contact ON deliveries (organization_id, contact_id, started_at) WHERE started_at IS NOT NULL;
CREATE INDEX deliveries_number ON deliveries (organization_id, to_address, started_at) WHERE started_at IS NOT NULL;

CREATE TABLE delivery_attributes (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organization_id text NOT NULL,
    delivery_id uuid NOT NULL,
    -- input or result
    type text NOT NULL,
    keyword text COLLATE "C" NOT NULL,
    value text NOT NULL,
    UNIQUE (delivery_id, type, keyword)
);
CREATE INDEX delivery_attributes_organization ON delivery_attributes (organization_id, id);

-- Append-only: every verdict, order, claim and start of an attempt.
CREATE TABLE delivery_attempt_log (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organization_id text NOT NULL,
    task_key bigint NOT NULL,
    delivery_id uuid NOT NULL,
    seq integer NOT NULL,
    at timestamptz NOT NULL,
    -- verdict, ordered, claimed, started, refused or lost
    kind text NOT NULL,
    -- the whole verdict, or who claimed
    detail jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX delivery_attempt_log_task ON delivery_attempt_log (task_key, id);

-- Attempts that wait for a dial token; rows come and go under their task's lock.
CREATE TABLE delivery_waiting (
    task_key bigint PRIMARY KEY,
    organization_id text NOT NULL,
    configuration_id uuid NOT NULL,
    seq integer NOT NULL,
    callback boolean NOT NULL,
    priority text NOT NULL,
    accepted_at timestamptz NOT NULL,
    scheduled_at timestamptz NOT NULL,
    -- from when on it may get a token
    due_at timestamptz NOT NULL,
    -- what the rules ask of the attempt
    candidate jsonb NOT NULL,
    -- entries up to it were folded: where the log holds more, the row is out of date
    seen_number bigint NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX delivery_waiting_due ON delivery_waiting (configuration_id, due_at);
-- the default order of turns
CREATE INDEX delivery_waiting_turn ON delivery_waiting (configuration_id, callback DESC, scheduled_at, accepted_at, task_key);

-- One row an order. It counts as live until it is released.
CREATE TABLE delivery_tokens (
    delivery_id uuid NOT NULL,
    -- number of the attempt.ordered entry
    fence bigint NOT NULL,
    organization_id text NOT NULL,
    configuration_id uuid NOT NULL,
    task_key bigint NOT NULL,
    task_id uuid NOT NULL,
    seq integer NOT NULL,
    contact_id text NOT NULL,
    number text NOT NULL,
    granted_at timestamptz NOT NULL,
    -- from then on the call must not be started
    not_after timestamptz NOT NULL,
    claimed_by text,
    claimed_at timestamptz,
    -- a claim that has not started by then is lost
    lease_until timestamptz,
    started_at timestamptz,
    -- when the customer, or a machine, answered: it is not being dialed any more
    answered_at timestamptz,
    lost_at timestamptz,
    -- a lost claim may still ring: it counts until then
    counts_until timestamptz,
    released_at timestamptz,
    PRIMARY KEY (delivery_id, fence)
) WITH (fillfactor = 80);
CREATE INDEX delivery_tokens_live ON delivery_tokens (configuration_id) WHERE released_at IS NULL;
CREATE INDEX delivery_tokens_claimable ON delivery_tokens (organization_id, granted_at) WHERE claimed_at IS NULL AND released_at IS NULL;
CREATE INDEX delivery_tokens_leases ON delivery_tokens (lease_until) WHERE started_at IS NULL AND lost_at IS NULL AND released_at IS NULL;
CREATE INDEX delivery_tokens_task ON delivery_tokens (task_key) WHERE released_at IS NULL;
CREATE INDEX delivery_tokens_contact ON delivery_tokens (organization_id, contact_id, granted_at);
CREATE INDEX delivery_tokens_number ON delivery_tokens (organization_id, number, granted_at);

-- Whoever holds a configuration's row grants its tokens.
CREATE TABLE delivery_pacing (
    configuration_id uuid PRIMARY KEY REFERENCES delivery_configurations (id),
    organization_id text NOT NULL,
    due_at timestamptz NOT NULL,
    lease_until timestamptz,
    fence bigint NOT NULL DEFAULT 0,
    -- the last time a token was granted
    served_at timestamptz
) WITH (fillfactor = 50);
CREATE INDEX delivery_pacing_due ON delivery_pacing (due_at);

-- +goose Down
DROP TABLE delivery_pacing, delivery_tokens, delivery_waiting, delivery_attempt_log, delivery_attributes, deliveries, delivery_requests,
    delivery_tasks, delivery_capacity, delivery_policies, delivery_do_not_contact, delivery_consents,
    delivery_configuration_versions, delivery_configurations;
DELETE FROM dispatch_claims d USING conversations c WHERE c.key = d.conversation_key AND c.kind <> '';
DELETE FROM entries e USING conversations c WHERE c.key = e.conversation_key AND c.kind <> '';
DELETE FROM conversations WHERE kind <> '';
ALTER TABLE conversations DROP CONSTRAINT conversations_subject;
ALTER TABLE conversations ADD CONSTRAINT conversations_organization_id_conversation_id_key UNIQUE (organization_id, conversation_id);
ALTER TABLE conversations DROP COLUMN kind;
