-- A keyword of 850 characters can be longer than what an index holds: what is unique is its hash.

-- +goose Up
CREATE UNIQUE INDEX delivery_attributes_keyword ON delivery_attributes (delivery_id, type, md5(keyword));
ALTER TABLE delivery_attributes DROP CONSTRAINT delivery_attributes_delivery_id_type_keyword_key;

-- +goose Down
ALTER TABLE delivery_attributes ADD CONSTRAINT delivery_attributes_delivery_id_type_keyword_key UNIQUE (delivery_id, type, keyword);
DROP INDEX delivery_attributes_keyword;
