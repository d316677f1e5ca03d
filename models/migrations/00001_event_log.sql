-- The event log, its conversations, and the claims of its dispatch.

-- +goose Up
CREATE TABLE organizations (
    id text PRIMARY KEY,
    name text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Keys are stored as SHA-256 of 256 random bits; the prefix finds the row without a scan.
CREATE TABLE api_keys (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organization_id text NOT NULL REFERENCES organizations (id),
    prefix text NOT NULL UNIQUE,
    hash bytea NOT NULL,
    name text NOT NULL DEFAULT '',
    scopes text[] NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    revoked_at timestamptz
);

-- One row a conversation: the lock under which entries are numbered and records are written.
CREATE TABLE conversations (
    key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organization_id text NOT NULL REFERENCES organizations (id),
    conversation_id text NOT NULL,
    -- random, so that engagement ids cannot be guessed and a recreated row makes new ones
    generation uuid NOT NULL DEFAULT gen_random_uuid(),
    -- number of the newest entry
    last_number bigint NOT NULL DEFAULT 0,
    -- entries up to this number were taken in by a finished run, except those listed in tail
    applied_number bigint NOT NULL DEFAULT 0,
    -- numbers up to applied_number that the next run still has to fold
    tail bigint[] NOT NULL DEFAULT '{}',
    -- entries up to this number were handed to a workflow
    delivered_number bigint NOT NULL DEFAULT 0,
    -- counts record transactions and names the last one, so that a retried one is recognized
    record_count bigint NOT NULL DEFAULT 0,
    record_token text NOT NULL DEFAULT '',
    -- end of the last recorded leg: an event with time up to it is late
    floor timestamptz,
    -- a customer message alone may begin a leg, so it is dispatched like a lifecycle entry
    wakes boolean NOT NULL DEFAULT false,
    -- order-free facts for live views
    last_customer_message_at timestamptz,
    last_agent_message_at timestamptz,
    -- no entry is older: partitions before it are never searched
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- the core's memory after the last record, null before the first; last, so that an append, which
    -- leaves it alone, does not log it again
    carry jsonb,
    UNIQUE (organization_id, conversation_id)
) WITH (fillfactor = 70);

-- The log. Partitioned by day of receipt; identity is looked up under the conversation's lock,
-- since a unique index would need the partition key in it.
CREATE TABLE entries (
    conversation_key bigint NOT NULL,
    number bigint NOT NULL,
    received_at timestamptz NOT NULL,
    source text COLLATE "C" NOT NULL DEFAULT '',
    event_id text COLLATE "C" NOT NULL,
    type text NOT NULL,
    time timestamptz NOT NULL,
    lifecycle boolean NOT NULL,
    -- first 16 bytes of SHA-256 of the canonical content: tells a repeat from a conflict
    content_hash bytea NOT NULL,
    -- how often the event came again, and how often with other content
    duplicates integer NOT NULL DEFAULT 0,
    conflicts integer NOT NULL DEFAULT 0,
    -- what the core needs of the event beyond the columns above
    entry jsonb NOT NULL,
    -- the sender's data as it came, null where the core's form holds all of it
    data jsonb,
    -- null: applied if its number is, else waiting; written only where it is neither
    outcome text,
    outcome_reason text
) PARTITION BY RANGE (received_at);
CREATE INDEX entries_number ON entries (conversation_key, number);
CREATE INDEX entries_identity ON entries (conversation_key, event_id, source);

-- Conversations with lifecycle entries that no workflow has been told of. No foreign key: rows come
-- and go with every lifecycle entry, always under their conversation's lock.
CREATE TABLE dispatch_claims (
    conversation_key bigint PRIMARY KEY,
    -- highest lifecycle entry to deliver
    wanted_number bigint NOT NULL,
    due_at timestamptz NOT NULL,
    lease_until timestamptz,
    -- counts claims, so that a late dispatcher cannot clear another's
    fence bigint NOT NULL DEFAULT 0,
    attempts integer NOT NULL DEFAULT 0
) WITH (fillfactor = 50);
CREATE INDEX dispatch_claims_due ON dispatch_claims (due_at);

-- Entries that could not be delivered or applied; they keep their number.
CREATE TABLE dead_letters (
    conversation_key bigint NOT NULL,
    number bigint NOT NULL,
    -- delivery: no workflow could be told; fold: the core could not apply it
    kind text NOT NULL,
    reason text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    redriven_at timestamptz,
    PRIMARY KEY (conversation_key, number)
);
CREATE INDEX dead_letters_open ON dead_letters (created_at) WHERE redriven_at IS NULL;

-- Immutable versions of an organization's settings.
CREATE TABLE settings_versions (
    organization_id text NOT NULL REFERENCES organizations (id),
    version integer NOT NULL,
    effective_from timestamptz NOT NULL,
    settings jsonb NOT NULL,
    created_by text NOT NULL DEFAULT '',
    PRIMARY KEY (organization_id, version)
);

-- Display names, and for agents what the fold needs of them.
CREATE TABLE directory (
    organization_id text NOT NULL REFERENCES organizations (id),
    kind text NOT NULL CHECK (kind IN ('agent', 'group', 'queue', 'tag', 'channel')),
    id text NOT NULL,
    name text NOT NULL DEFAULT '',
    -- agents: human or bot
    type text NOT NULL DEFAULT '',
    -- agents: their group
    group_id text NOT NULL DEFAULT '',
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (organization_id, kind, id)
);

-- Who changed what.
CREATE TABLE audit_log (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organization_id text NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor text NOT NULL,
    action text NOT NULL,
    subject text NOT NULL,
    detail jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX audit_log_organization ON audit_log (organization_id, id);

-- +goose Down
DROP TABLE audit_log, directory, settings_versions, dead_letters, dispatch_claims, entries, conversations, api_keys, organizations;
