-- Which entries each record transaction folded, up to when. An entry that came after a record is late
-- for it, so folding the log again gives the same rows only if it is cut where the runs cut it.

-- +goose Up
CREATE TABLE record_log (
    conversation_key bigint NOT NULL,
    -- counts the conversation's record transactions from 1
    record_count bigint NOT NULL,
    -- highest entry the run knew, and those up to it that it left to the next run
    seen_number bigint NOT NULL,
    tail bigint[] NOT NULL,
    -- entries with a time up to it were folded, deadlines up to it decided
    cut_at timestamptz NOT NULL,
    -- the carry's floor afterwards; null before the first end of a leg
    floor timestamptz,
    -- newest settings that the run knew
    settings_version integer NOT NULL,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (conversation_key, record_count)
);

-- +goose Down
DROP TABLE record_log;
