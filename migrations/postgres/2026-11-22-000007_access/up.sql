-- Requests for access: an organisation asks to use one dataset for a purpose. Names that cannot change are kept
-- beside the ids, so that lists need no joins.
CREATE TABLE requests (
    id TEXT NOT NULL PRIMARY KEY,
    dataset_id TEXT NOT NULL REFERENCES datasets (id),
    dataset TEXT NOT NULL,
    space TEXT NOT NULL,
    provider_id TEXT NOT NULL REFERENCES organisations (id),
    organisation_id TEXT NOT NULL REFERENCES organisations (id),
    organisation TEXT NOT NULL,
    applicant TEXT NOT NULL REFERENCES people (id),
    state TEXT NOT NULL,
    purpose TEXT NOT NULL,
    body TEXT NOT NULL,
    policy_revision BIGINT NOT NULL,
    verdict TEXT,
    decided_by TEXT,
    decided_at BIGINT,
    remark TEXT,
    grant_id TEXT,
    revision BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX requests_by_organisation ON requests (organisation_id, id);
CREATE INDEX requests_by_space ON requests (space, state, id);
CREATE INDEX requests_by_dataset ON requests (dataset_id, id);

-- The right an approval creates. Whether it is over is a comparison with the clock, never a stored state.
CREATE TABLE grants (
    id TEXT NOT NULL PRIMARY KEY,
    request_id TEXT NOT NULL REFERENCES requests (id),
    dataset_id TEXT NOT NULL REFERENCES datasets (id),
    dataset TEXT NOT NULL,
    space TEXT NOT NULL,
    provider_id TEXT NOT NULL REFERENCES organisations (id),
    organisation_id TEXT NOT NULL REFERENCES organisations (id),
    organisation TEXT NOT NULL,
    purpose TEXT NOT NULL,
    versions TEXT,
    conditions TEXT,
    policy_revision BIGINT NOT NULL,
    state TEXT NOT NULL,
    ended_by TEXT,
    ended_at BIGINT,
    reason TEXT,
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX grants_by_holder ON grants (organisation_id, dataset_id);
CREATE INDEX grants_by_dataset ON grants (dataset_id, id);
CREATE INDEX grants_by_space ON grants (space, id);

-- One delivery of bytes: who, under which grant, what, for which declared model or run.
CREATE TABLE deliveries (
    id TEXT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    person_id TEXT,
    organisation_id TEXT,
    grant_id TEXT,
    dataset_id TEXT NOT NULL,
    version_id TEXT NOT NULL,
    path TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    way TEXT NOT NULL,
    model TEXT,
    run TEXT
);
CREATE INDEX deliveries_by_dataset ON deliveries (dataset_id, id);
CREATE INDEX deliveries_by_grant ON deliveries (grant_id, id);
