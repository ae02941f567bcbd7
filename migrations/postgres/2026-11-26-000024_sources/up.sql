-- Catalogues elsewhere from which records are harvested into a space, under an organisation.
CREATE TABLE sources (
    id TEXT NOT NULL PRIMARY KEY,
    space TEXT NOT NULL REFERENCES spaces (slug),
    organisation_id TEXT NOT NULL REFERENCES organisations (id),
    organisation_slug TEXT NOT NULL,
    kind TEXT NOT NULL,
    url TEXT NOT NULL,
    -- Hosts that may be asked, as a JSON array; the one of the address is among them.
    hosts TEXT NOT NULL,
    -- Hours between two harvests; NULL where it is harvested only when somebody asks.
    every_hours BIGINT,
    -- From how many percent of deletions on somebody is asked first.
    threshold BIGINT NOT NULL,
    deadline_minutes BIGINT NOT NULL,
    most_records BIGINT NOT NULL,
    state TEXT NOT NULL,
    -- The harvest that is not over yet.
    run_id TEXT,
    next_run_at BIGINT,
    -- What the last complete harvest left for the next one: the state of a single document, or where changes go on.
    etag TEXT,
    last_modified TEXT,
    continuation TEXT,
    revision BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX sources_by_space ON sources (space, id);
CREATE INDEX sources_by_next_run ON sources (next_run_at);

-- Harvests: what they have come to, and what is still to be done of one under way.
CREATE TABLE source_runs (
    id TEXT NOT NULL PRIMARY KEY,
    source_id TEXT NOT NULL REFERENCES sources (id),
    state TEXT NOT NULL,
    -- Everything is read, so that what is not found there is deleted here.
    complete BOOLEAN NOT NULL,
    -- Somebody has agreed to what the guard asked about.
    confirmed BOOLEAN NOT NULL,
    -- Where to go on, as JSON.
    position TEXT NOT NULL,
    -- Records that were here when it began.
    known BIGINT NOT NULL,
    pages BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    created BIGINT NOT NULL,
    updated BIGINT NOT NULL,
    unchanged BIGINT NOT NULL,
    deleted BIGINT NOT NULL,
    failed BIGINT NOT NULL,
    skipped BIGINT NOT NULL,
    reason TEXT,
    begun_at BIGINT NOT NULL,
    deadline_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX source_runs_by_source ON source_runs (source_id, id);

-- Pages that a harvest under way has read, by digest of their address: none is read twice.
CREATE TABLE source_pages (
    run_id TEXT NOT NULL,
    address BYTEA NOT NULL,
    PRIMARY KEY (run_id, address)
);

-- Records of a source by the identifier that they have there, and what became of each.
CREATE TABLE source_records (
    source_id TEXT NOT NULL,
    identifier TEXT COLLATE "C" NOT NULL,
    dataset_id TEXT,
    -- Of the record as it was taken over.
    digest BYTEA,
    outcome TEXT NOT NULL,
    detail TEXT,
    -- The source says that it is gone; it is deleted at the end of the harvest.
    leaving BOOLEAN NOT NULL,
    -- The harvest that saw it last.
    run_id TEXT NOT NULL,
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (source_id, identifier)
);
CREATE INDEX source_records_by_dataset ON source_records (dataset_id);
CREATE INDEX source_records_by_outcome ON source_records (source_id, outcome, identifier);

-- What marks a dataset as harvested, as JSON.
ALTER TABLE datasets ADD COLUMN harvested TEXT;
