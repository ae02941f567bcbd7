-- Agreements that were accepted: the canonical text, its digest, and who accepted it when. One for each grant.
CREATE TABLE agreements (
    grant_id TEXT NOT NULL PRIMARY KEY REFERENCES grants (id),
    digest BLOB NOT NULL,
    document TEXT NOT NULL,
    accepted_by TEXT NOT NULL REFERENCES people (id),
    accepted_at BIGINT NOT NULL
);
