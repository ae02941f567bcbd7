-- What was recorded of a delivery never changes. One that ended early has a row here: how many bytes really went out.
CREATE TABLE delivery_cuts (
    delivery_id TEXT NOT NULL PRIMARY KEY REFERENCES deliveries (id),
    bytes BIGINT NOT NULL,
    at BIGINT NOT NULL,
    seal BIGINT,
    seal_index BIGINT
);

-- Rows that are in no seal yet wait in an index of their own. A seal is the position of its event in the journal; within
-- it, rows are counted from zero without gaps, deliveries first.
ALTER TABLE deliveries ADD COLUMN seal BIGINT;
ALTER TABLE deliveries ADD COLUMN seal_index BIGINT;
CREATE INDEX deliveries_unsealed ON deliveries (id) WHERE seal IS NULL;
CREATE INDEX delivery_cuts_unsealed ON delivery_cuts (delivery_id) WHERE seal IS NULL;
CREATE UNIQUE INDEX deliveries_by_seal ON deliveries (seal, seal_index) WHERE seal IS NOT NULL;
CREATE UNIQUE INDEX delivery_cuts_by_seal ON delivery_cuts (seal, seal_index) WHERE seal IS NOT NULL;

-- How many bytes of a file were delivered under a grant; an empty file counts one byte each time.
CREATE TABLE grant_usage (
    grant_id TEXT NOT NULL,
    version_id TEXT NOT NULL,
    path TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    PRIMARY KEY (grant_id, version_id, path)
);
INSERT INTO grant_usage (grant_id, version_id, path, bytes)
SELECT d.grant_id, d.version_id, d.path, CAST(sum(CASE WHEN f.size = 0 THEN 1 ELSE d.bytes END) AS BIGINT)
FROM deliveries d LEFT JOIN files f ON f.version_id = d.version_id AND f.path = d.path
WHERE d.grant_id IS NOT NULL
GROUP BY d.grant_id, d.version_id, d.path;

-- Since when a grant pauses.
ALTER TABLE grants ADD COLUMN suspended_at BIGINT;

-- Nothing in the account ever changes; a row is sealed once.
CREATE TRIGGER deliveries_no_update
BEFORE UPDATE OF id, at, person_id, organisation_id, grant_id, dataset_id, version_id, path, bytes, way, model, run ON deliveries
BEGIN SELECT RAISE(ABORT, 'the account of deliveries is append-only'); END;
CREATE TRIGGER deliveries_seal_once BEFORE UPDATE OF seal, seal_index ON deliveries WHEN OLD.seal IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'the account of deliveries is append-only'); END;
CREATE TRIGGER deliveries_no_delete BEFORE DELETE ON deliveries
BEGIN SELECT RAISE(ABORT, 'the account of deliveries is append-only'); END;
CREATE TRIGGER delivery_cuts_no_update BEFORE UPDATE OF delivery_id, bytes, at ON delivery_cuts
BEGIN SELECT RAISE(ABORT, 'the account of deliveries is append-only'); END;
CREATE TRIGGER delivery_cuts_seal_once BEFORE UPDATE OF seal, seal_index ON delivery_cuts WHEN OLD.seal IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'the account of deliveries is append-only'); END;
CREATE TRIGGER delivery_cuts_no_delete BEFORE DELETE ON delivery_cuts
BEGIN SELECT RAISE(ABORT, 'the account of deliveries is append-only'); END;
