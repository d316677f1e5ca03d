-- The share of answered calls whose AI agent failed, which may suspend a configuration.

-- +goose Up
CREATE INDEX deliveries_answered ON deliveries (configuration_id, customer_connected_at) WHERE customer_connected_at IS NOT NULL;

-- +goose Down
DROP INDEX deliveries_answered;
