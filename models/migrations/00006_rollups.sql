-- What the records of a stretch of time add up to, kept ready for questions, and the marks that say
-- where that is out of date.

-- +goose Up
-- The zone whose days are kept ready. Checked where it is written.
ALTER TABLE organizations ADD COLUMN reporting_zone text NOT NULL DEFAULT 'UTC';

-- Every transaction that changes a fact table appends the quarter hours it has touched. Rows are only
-- ever appended and deleted, so that no two writers meet; vacuum follows closely.
CREATE TABLE rollup_marks (
    organization_id text NOT NULL,
    -- the fact table
    record text NOT NULL,
    -- start of the quarter hour in which a row is, or was
    cell timestamptz NOT NULL,
    marked_at timestamptz NOT NULL DEFAULT clock_timestamp()
) WITH (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);
CREATE INDEX rollup_marks_cell ON rollup_marks (organization_id, record, cell);

-- One row for each organization and record: it says what the cells under its id mean. Other terms,
-- sets or another zone make a row with another id; the old one stays until its cells are deleted.
CREATE TABLE rollups (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organization_id text NOT NULL,
    record text NOT NULL,
    -- hash of what is kept, and how
    version text NOT NULL,
    -- days are those of this zone
    zone text NOT NULL,
    -- days that begin before it have day cells
    days_through timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    retired_at timestamptz
);
CREATE UNIQUE INDEX rollups_current ON rollups (organization_id, record) WHERE retired_at IS NULL;

-- The combinations of values that occur in a dimension set, numbered from 1. Cells name the numbers.
CREATE TABLE rollup_keys (
    rollup_id integer NOT NULL,
    -- place of the set in the record's list
    dimension_set smallint NOT NULL,
    number integer NOT NULL,
    -- a value for each attribute of the set; empty: none
    combination text[] NOT NULL,
    PRIMARY KEY (rollup_id, dimension_set, number)
);

-- What one term comes to in one quarter hour or day, for all keys at once. Terms of which a cell has
-- nothing have no row.
CREATE TABLE rollup_cells (
    rollup_id integer NOT NULL,
    dimension_set smallint NOT NULL,
    -- minutes: 15, or 1440 for a day of the zone, however long it is
    grain smallint NOT NULL,
    -- place of the term in the list that the version stands for
    term smallint NOT NULL,
    start timestamptz NOT NULL,
    -- by key: rows, and of values sum, sum of squares, least and greatest
    stats bytea NOT NULL,
    -- by key: the distribution of the values; null for terms without
    sketches bytea,
    PRIMARY KEY (rollup_id, dimension_set, grain, term, start)
) WITH (toast_tuple_target = 8160);
-- Numbers of variable length hardly compress: a try costs more than it saves. Sketches go out of line
-- first, where only who wants them reads them.
ALTER TABLE rollup_cells ALTER COLUMN stats SET STORAGE EXTERNAL, ALTER COLUMN sketches SET STORAGE EXTERNAL;

-- +goose Down
DROP TABLE rollup_cells, rollup_keys, rollups, rollup_marks;
ALTER TABLE organizations DROP COLUMN reporting_zone;
