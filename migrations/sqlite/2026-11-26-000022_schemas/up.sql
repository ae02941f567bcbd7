-- What is inside published files: columns of tables, members of archives. A fact of the bytes under a media type, so it is
-- kept once however many versions hold them.
CREATE TABLE blob_schemas (
    sha256 BLOB NOT NULL,
    media_type TEXT NOT NULL,
    -- `pending` while a replica reads it, since `updated_at`.
    outcome TEXT NOT NULL,
    reason TEXT,
    structure TEXT,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (sha256, media_type)
);
