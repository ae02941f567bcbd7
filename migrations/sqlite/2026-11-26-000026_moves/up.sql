-- Datasets that everybody could see in a data space and that are listed in another one since: what a follower of the old one is told.
CREATE TABLE moves (
    dataset_id TEXT NOT NULL,
    space TEXT NOT NULL,
    organisation_slug TEXT NOT NULL,
    name TEXT NOT NULL,
    position BIGINT NOT NULL,
    moved_at BIGINT NOT NULL,
    PRIMARY KEY (dataset_id, space)
);
CREATE INDEX moves_by_space ON moves (space, position);
