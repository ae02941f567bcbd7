-- Datasets. `record` is the typed record as JSON; what listings filter on is repeated in columns.
CREATE TABLE datasets (
    id TEXT NOT NULL PRIMARY KEY,
    organisation_id TEXT NOT NULL REFERENCES organisations (id),
    organisation_slug TEXT NOT NULL,
    name TEXT NOT NULL,
    space TEXT NOT NULL REFERENCES spaces (slug),
    visibility TEXT NOT NULL,
    listed BOOLEAN NOT NULL,
    announced BOOLEAN NOT NULL,
    access_mode TEXT,
    policy_revision BIGINT NOT NULL,
    record TEXT NOT NULL,
    extension TEXT,
    completeness BIGINT NOT NULL,
    latest_version TEXT,
    revision BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (organisation_id, name)
);
CREATE UNIQUE INDEX datasets_by_full_name ON datasets (organisation_slug, name);
CREATE INDEX datasets_by_update ON datasets (updated_at, id);

-- Every state a record ever had; the newest is repeated in datasets.
CREATE TABLE dataset_revisions (
    dataset_id TEXT NOT NULL REFERENCES datasets (id),
    revision BIGINT NOT NULL,
    record TEXT NOT NULL,
    edited_by TEXT NOT NULL,
    edited_at BIGINT NOT NULL,
    position BIGINT NOT NULL,
    -- The visibility under which others could see this state; NULL when it was never listed.
    shown TEXT,
    PRIMARY KEY (dataset_id, revision)
);

-- Organisations that may know of a dataset whose visibility is `organisations`.
CREATE TABLE dataset_audiences (
    dataset_id TEXT NOT NULL REFERENCES datasets (id),
    organisation_id TEXT NOT NULL REFERENCES organisations (id),
    PRIMARY KEY (dataset_id, organisation_id)
);
CREATE INDEX dataset_audiences_by_organisation ON dataset_audiences (organisation_id);

-- Values that listings filter on: licence, theme, modality, language.
CREATE TABLE dataset_facets (
    dataset_id TEXT NOT NULL REFERENCES datasets (id),
    facet TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (dataset_id, facet, value)
);
CREATE INDEX dataset_facets_by_value ON dataset_facets (facet, value, dataset_id);

-- Terms of use: an access mode and an ODRL offer; every revision stays.
CREATE TABLE policy_revisions (
    dataset_id TEXT NOT NULL REFERENCES datasets (id),
    revision BIGINT NOT NULL,
    mode TEXT NOT NULL,
    offer TEXT,
    digest BYTEA NOT NULL,
    edited_by TEXT NOT NULL,
    edited_at BIGINT NOT NULL,
    PRIMARY KEY (dataset_id, revision)
);

CREATE TABLE versions (
    id TEXT NOT NULL PRIMARY KEY,
    dataset_id TEXT NOT NULL REFERENCES datasets (id),
    number TEXT NOT NULL,
    state TEXT NOT NULL,
    notes TEXT,
    manifest_digest BYTEA,
    file_count BIGINT NOT NULL,
    total_bytes BIGINT NOT NULL,
    withdrawal_reason TEXT,
    successor TEXT,
    revision BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    published_at BIGINT,
    withdrawn_at BIGINT,
    UNIQUE (dataset_id, number)
);
CREATE INDEX versions_by_state ON versions (dataset_id, state);
CREATE INDEX versions_by_manifest ON versions (manifest_digest);

-- Bytes in our store, named by their SHA-256, stored once; `key` says where they lie.
CREATE TABLE blobs (
    sha256 BYTEA NOT NULL PRIMARY KEY,
    size BIGINT NOT NULL,
    key TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

-- Which organisation brought which bytes: what its quota counts, and whom `already here` may be told.
CREATE TABLE organisation_blobs (
    organisation_id TEXT NOT NULL REFERENCES organisations (id),
    sha256 BYTEA NOT NULL REFERENCES blobs (sha256),
    size BIGINT NOT NULL,
    PRIMARY KEY (organisation_id, sha256)
);

-- How many bytes an organisation has stored; each content counts once.
CREATE TABLE organisation_usage (
    organisation_id TEXT NOT NULL PRIMARY KEY REFERENCES organisations (id),
    bytes BIGINT NOT NULL
);

CREATE TABLE files (
    version_id TEXT NOT NULL REFERENCES versions (id),
    path TEXT COLLATE "C" NOT NULL,
    case_key TEXT COLLATE "C" NOT NULL,
    size BIGINT,
    sha256 BYTEA,
    media_type TEXT NOT NULL,
    sample BOOLEAN NOT NULL,
    held BOOLEAN NOT NULL,
    reference TEXT,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (version_id, path)
);
CREATE UNIQUE INDEX files_by_case ON files (version_id, case_key);
CREATE INDEX files_by_digest ON files (sha256);

CREATE TABLE manifests (
    version_id TEXT NOT NULL PRIMARY KEY REFERENCES versions (id),
    body TEXT NOT NULL
);

-- Sites where a version was verified by digest.
CREATE TABLE replicas (
    id TEXT NOT NULL PRIMARY KEY,
    version_id TEXT NOT NULL REFERENCES versions (id),
    site TEXT NOT NULL,
    path TEXT NOT NULL,
    verified_by TEXT NOT NULL,
    verified_at BIGINT NOT NULL,
    UNIQUE (version_id, site, path)
);
CREATE INDEX replicas_by_version ON replicas (version_id, id);

-- Checks of referenced files: what was found where the reference points.
CREATE TABLE reference_checks (
    version_id TEXT NOT NULL REFERENCES versions (id),
    path TEXT NOT NULL,
    outcome TEXT NOT NULL,
    detail TEXT NOT NULL,
    checked_at BIGINT NOT NULL,
    PRIMARY KEY (version_id, path)
);
