DROP TRIGGER deliveries_no_update;
DROP TRIGGER delivery_cuts_no_update;
DROP TRIGGER deliveries_seal_once;
DROP TRIGGER delivery_cuts_seal_once;
DROP TRIGGER deliveries_no_delete;
DROP TRIGGER delivery_cuts_no_delete;
UPDATE deliveries SET bytes = (SELECT c.bytes FROM delivery_cuts c WHERE c.delivery_id = deliveries.id)
WHERE id IN (SELECT delivery_id FROM delivery_cuts);
DROP TABLE delivery_cuts;
DROP TABLE grant_usage;
DROP INDEX deliveries_unsealed;
DROP INDEX deliveries_by_seal;
ALTER TABLE deliveries DROP COLUMN seal;
ALTER TABLE deliveries DROP COLUMN seal_index;
ALTER TABLE grants DROP COLUMN suspended_at;
