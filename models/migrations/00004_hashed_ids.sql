-- Conversation ids may be personal data, which must not stand in workflow ids.

-- +goose Up
-- Written when the row is and never changed: under another form of its id a conversation would get a
-- second workflow.
ALTER TABLE organizations ADD COLUMN hashes_conversation_ids boolean NOT NULL DEFAULT false;

-- +goose Down
ALTER TABLE organizations DROP COLUMN hashes_conversation_ids;
