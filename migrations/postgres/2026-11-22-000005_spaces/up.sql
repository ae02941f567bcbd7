-- Common European data spaces. `names` and `descriptions` are language-tagged JSON.
CREATE TABLE spaces (
    slug TEXT NOT NULL PRIMARY KEY,
    names TEXT NOT NULL,
    descriptions TEXT NOT NULL,
    charter TEXT,
    extension_version BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);

-- JSON Schemas by which a steward extends the record of a space; every version stays.
CREATE TABLE space_extensions (
    space TEXT NOT NULL REFERENCES spaces (slug),
    version BIGINT NOT NULL,
    schema TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (space, version)
);
