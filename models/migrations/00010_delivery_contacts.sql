-- Tasks and attempts of a contact.

-- +goose Up
CREATE INDEX delivery_tasks_contacts ON delivery_tasks USING gin (jsonb_path_query_array(plan, '$.contacts[*].id') jsonb_path_ops);
CREATE INDEX deliveries_contact_created ON deliveries (organization_id, contact_id, created_at, id);

-- +goose Down
DROP INDEX deliveries_contact_created, delivery_tasks_contacts;
