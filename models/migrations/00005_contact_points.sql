-- What ratings and closings are filtered by.

-- +goose Up
ALTER TABLE ratings
    ADD COLUMN initial_channel text NOT NULL DEFAULT '',
    ADD COLUMN direction text NOT NULL DEFAULT '',
    ADD COLUMN contact_point text NOT NULL DEFAULT '';
ALTER TABLE closed_conversations ADD COLUMN contact_point text NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE closed_conversations DROP COLUMN contact_point;
ALTER TABLE ratings DROP COLUMN contact_point, DROP COLUMN direction, DROP COLUMN initial_channel;
