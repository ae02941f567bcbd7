-- Where the journal has the newest change of a dataset: the order in which changes became visible, whatever the clocks say.
ALTER TABLE datasets ADD COLUMN position BIGINT NOT NULL DEFAULT 0;
UPDATE datasets SET position = COALESCE(
    (SELECT MAX(r.position) FROM dataset_revisions r WHERE r.dataset_id = datasets.id), 0);
CREATE INDEX datasets_by_position ON datasets (position);

-- Datasets that everybody could see and now cannot: what a public catalogue tells of what left it, as it was when it left.
CREATE TABLE departures (
    dataset_id TEXT NOT NULL PRIMARY KEY,
    organisation_slug TEXT NOT NULL,
    name TEXT NOT NULL,
    space TEXT NOT NULL,
    position BIGINT NOT NULL,
    departed_at BIGINT NOT NULL
);
CREATE INDEX departures_by_position ON departures (position);
CREATE INDEX departures_by_instant ON departures (departed_at);

-- Dumps of the public catalogue; their bytes lie in the store.
CREATE TABLE dumps (
    name TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    size BIGINT NOT NULL,
    sha256 BYTEA NOT NULL,
    records BIGINT NOT NULL,
    position BIGINT NOT NULL,
    made_at BIGINT NOT NULL
);
