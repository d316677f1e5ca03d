-- What finished workflows wrote. Facts are partitioned by month of the instant that places a
-- record in a period; record_keys guards "exactly once", which no unique index over partitions can.

-- +goose Up
CREATE TABLE record_keys (
    -- engagement id, or the derived id of an offer, visit, closing or rating
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    -- first day of the partition's month
    month date NOT NULL,
    revision integer NOT NULL
);

CREATE TABLE engagements (
    id uuid NOT NULL,
    organization_id text NOT NULL,
    revision integer NOT NULL,
    conversation_key bigint NOT NULL,
    conversation_id text NOT NULL,
    ordinal integer NOT NULL,
    ticket_id text NOT NULL,
    agent_id text NOT NULL,
    agent_type text NOT NULL,
    group_id text NOT NULL DEFAULT '',
    queue_id text NOT NULL DEFAULT '',
    requester_id text NOT NULL DEFAULT '',
    channel text NOT NULL DEFAULT '',
    initial_channel text NOT NULL DEFAULT '',
    direction text NOT NULL DEFAULT '',
    contact_point text NOT NULL DEFAULT '',
    tags text[] NOT NULL DEFAULT '{}',
    started_at timestamptz NOT NULL,
    ended_at timestamptz NOT NULL,
    start_reason text NOT NULL,
    end_reason text NOT NULL,
    ticket_status_start text NOT NULL,
    ticket_status_end text NOT NULL,
    duration_ms bigint NOT NULL,
    offered_at timestamptz,
    offer_time_ms bigint,
    queue_entered_at timestamptz,
    -- started_at - queue_entered_at
    time_to_accept_ms bigint,
    handoff_gap_ms bigint,
    -- message values are null on channels without messages
    agent_messages integer,
    agent_replies integer,
    customer_messages integer,
    first_reply_at timestamptz,
    first_reply_ms bigint,
    first_response_ms bigint,
    waits integer,
    wait_total_ms bigint,
    wait_answered_ms bigint,
    wait_unanswered_ms bigint,
    wait_longest_ms bigint,
    hold_ms bigint NOT NULL,
    -- duration - hold
    talk_ms bigint NOT NULL,
    wrapup_ms bigint,
    -- duration + wrap-up
    handle_ms bigint NOT NULL,
    expired boolean NOT NULL DEFAULT false,
    settings_version integer NOT NULL,
    inactivity_period_ms bigint,
    inactivity_anchor text NOT NULL DEFAULT '',
    schedule_id text NOT NULL DEFAULT '',
    started_in_business_hours boolean NOT NULL,
    duration_business_ms bigint NOT NULL,
    first_reply_business_ms bigint,
    wait_total_business_ms bigint,
    wait_longest_business_ms bigint,
    -- provenance
    first_entry bigint NOT NULL,
    last_entry bigint NOT NULL,
    rules_version integer NOT NULL,
    workflow_id text NOT NULL,
    run_id text NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp()
) PARTITION BY RANGE (ended_at);
CREATE INDEX engagements_id ON engagements (id);
CREATE INDEX engagements_start ON engagements (organization_id, started_at, id);
CREATE INDEX engagements_end ON engagements (organization_id, ended_at, id);
CREATE INDEX engagements_ticket ON engagements (organization_id, ticket_id, started_at);
CREATE INDEX engagements_agent ON engagements (organization_id, agent_id, started_at);
CREATE INDEX engagements_conversation ON engagements (conversation_key, ordinal);

CREATE TABLE offers (
    id uuid NOT NULL,
    organization_id text NOT NULL,
    revision integer NOT NULL,
    conversation_key bigint NOT NULL,
    conversation_id text NOT NULL,
    ordinal integer NOT NULL,
    offer_id text NOT NULL DEFAULT '',
    agent_id text NOT NULL,
    agent_type text NOT NULL,
    group_id text NOT NULL DEFAULT '',
    queue_id text NOT NULL DEFAULT '',
    channel text NOT NULL DEFAULT '',
    ticket_id text NOT NULL,
    offered_at timestamptz,
    expires_at timestamptz,
    resolved_at timestamptz NOT NULL,
    outcome text NOT NULL,
    -- resolved_at - offered_at
    open_ms bigint,
    engagement_id uuid,
    expired boolean NOT NULL DEFAULT false,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp()
) PARTITION BY RANGE (resolved_at);
CREATE INDEX offers_conversation ON offers (conversation_key, ordinal);
CREATE INDEX offers_resolved ON offers (organization_id, resolved_at, id);

CREATE TABLE requester_waits (
    engagement_id uuid NOT NULL,
    organization_id text NOT NULL,
    ordinal integer NOT NULL,
    conversation_key bigint NOT NULL,
    conversation_id text NOT NULL,
    agent_id text NOT NULL,
    agent_type text NOT NULL,
    group_id text NOT NULL DEFAULT '',
    queue_id text NOT NULL DEFAULT '',
    channel text NOT NULL DEFAULT '',
    direction text NOT NULL DEFAULT '',
    ticket_id text NOT NULL,
    requester_id text NOT NULL DEFAULT '',
    contact_point text NOT NULL DEFAULT '',
    tags text[] NOT NULL DEFAULT '{}',
    started_in_business_hours boolean NOT NULL,
    opened_at timestamptz NOT NULL,
    closed_at timestamptz NOT NULL,
    answered boolean NOT NULL,
    wait_ms bigint NOT NULL,
    wait_business_ms bigint NOT NULL,
    expired boolean NOT NULL DEFAULT false,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp()
) PARTITION BY RANGE (closed_at);
CREATE INDEX requester_waits_engagement ON requester_waits (engagement_id, ordinal);
CREATE INDEX requester_waits_closed ON requester_waits (organization_id, closed_at);

CREATE TABLE queue_visits (
    id uuid NOT NULL,
    organization_id text NOT NULL,
    revision integer NOT NULL,
    conversation_key bigint NOT NULL,
    conversation_id text NOT NULL,
    ordinal integer NOT NULL,
    queue_id text NOT NULL,
    channel text NOT NULL DEFAULT '',
    direction text NOT NULL DEFAULT '',
    ticket_id text NOT NULL,
    entered_at timestamptz NOT NULL,
    left_at timestamptz NOT NULL,
    outcome text NOT NULL,
    wait_ms bigint NOT NULL,
    agent_id text NOT NULL DEFAULT '',
    engagement_id uuid,
    expired boolean NOT NULL DEFAULT false,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp()
) PARTITION BY RANGE (left_at);
CREATE INDEX queue_visits_conversation ON queue_visits (conversation_key, ordinal);
CREATE INDEX queue_visits_left ON queue_visits (organization_id, left_at, id);

CREATE TABLE ratings (
    id uuid NOT NULL,
    organization_id text NOT NULL,
    revision integer NOT NULL,
    conversation_key bigint NOT NULL,
    conversation_id text NOT NULL,
    survey text NOT NULL,
    requested_at timestamptz,
    rated_at timestamptz,
    -- rated_at, else requested_at
    created_at timestamptz NOT NULL,
    score double precision,
    scale_min double precision NOT NULL,
    scale_max double precision NOT NULL,
    comment_length integer NOT NULL DEFAULT 0,
    agent_id text NOT NULL DEFAULT '',
    agent_type text NOT NULL DEFAULT '',
    group_id text NOT NULL DEFAULT '',
    queue_id text NOT NULL DEFAULT '',
    channel text NOT NULL DEFAULT '',
    ticket_id text NOT NULL,
    tags text[] NOT NULL DEFAULT '{}',
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp()
) PARTITION BY RANGE (created_at);
CREATE INDEX ratings_conversation ON ratings (conversation_key, survey);
CREATE INDEX ratings_created ON ratings (organization_id, created_at, id);

CREATE TABLE closed_conversations (
    id uuid NOT NULL,
    organization_id text NOT NULL,
    revision integer NOT NULL,
    conversation_key bigint NOT NULL,
    conversation_id text NOT NULL,
    ordinal integer NOT NULL,
    closed_at timestamptz NOT NULL,
    closed_by text NOT NULL,
    agent_id text NOT NULL DEFAULT '',
    agent_type text NOT NULL DEFAULT '',
    group_id text NOT NULL DEFAULT '',
    queue_id text NOT NULL DEFAULT '',
    channel text NOT NULL DEFAULT '',
    initial_channel text NOT NULL DEFAULT '',
    direction text NOT NULL DEFAULT '',
    ticket_id text NOT NULL,
    tags text[] NOT NULL DEFAULT '{}',
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp()
) PARTITION BY RANGE (closed_at);
CREATE INDEX closed_conversations_conversation ON closed_conversations (conversation_key, ordinal);
CREATE INDEX closed_conversations_closed ON closed_conversations (organization_id, closed_at, id);

-- Everything before 2000, so that a wrong clock cannot make partitions without end.
CREATE TABLE engagements_early PARTITION OF engagements FOR VALUES FROM (MINVALUE) TO ('2000-01-01 00:00:00+00');
CREATE TABLE offers_early PARTITION OF offers FOR VALUES FROM (MINVALUE) TO ('2000-01-01 00:00:00+00');
CREATE TABLE requester_waits_early PARTITION OF requester_waits FOR VALUES FROM (MINVALUE) TO ('2000-01-01 00:00:00+00');
CREATE TABLE queue_visits_early PARTITION OF queue_visits FOR VALUES FROM (MINVALUE) TO ('2000-01-01 00:00:00+00');
CREATE TABLE ratings_early PARTITION OF ratings FOR VALUES FROM (MINVALUE) TO ('2000-01-01 00:00:00+00');
CREATE TABLE closed_conversations_early PARTITION OF closed_conversations FOR VALUES FROM (MINVALUE) TO ('2000-01-01 00:00:00+00');

-- What is open right now, one row a conversation: the projection that live views read.
CREATE TABLE live_conversations (
    conversation_key bigint PRIMARY KEY REFERENCES conversations (key),
    organization_id text NOT NULL,
    conversation_id text NOT NULL,
    -- highest entry folded into this row, and the records before it: an older projection never
    -- overwrites a newer one
    seen_number bigint NOT NULL,
    record_count bigint NOT NULL DEFAULT 0,
    channel text NOT NULL DEFAULT '',
    ticket_id text NOT NULL DEFAULT '',
    -- the open leg, null without one
    engagement_id uuid,
    engagement jsonb,
    agent_id text NOT NULL DEFAULT '',
    group_id text NOT NULL DEFAULT '',
    queue_id text NOT NULL DEFAULT '',
    started_at timestamptz,
    -- the open queue visit, null without one
    waiting_queue_id text NOT NULL DEFAULT '',
    waiting_since timestamptz,
    open_offers integer NOT NULL DEFAULT 0,
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
) WITH (fillfactor = 70);
CREATE INDEX live_conversations_open ON live_conversations (organization_id, started_at, engagement_id) WHERE engagement_id IS NOT NULL;
CREATE INDEX live_conversations_waiting ON live_conversations (organization_id, waiting_queue_id, waiting_since) WHERE waiting_since IS NOT NULL;

-- +goose Down
DROP TABLE live_conversations, closed_conversations, ratings, queue_visits, requester_waits, offers, engagements, record_keys;
