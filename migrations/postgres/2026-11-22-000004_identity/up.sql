-- Legal persons taking part.
CREATE TABLE organisations (
    id TEXT NOT NULL PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    country TEXT NOT NULL,
    sector TEXT,
    contact TEXT,
    quota_bytes BIGINT NOT NULL,
    max_file_bytes BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);

-- People who sign in.
CREATE TABLE people (
    id TEXT NOT NULL PRIMARY KEY,
    login TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    password_hash TEXT,
    admin BOOLEAN NOT NULL,
    auditor BOOLEAN NOT NULL,
    disabled BOOLEAN NOT NULL,
    revision BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE memberships (
    organisation_id TEXT NOT NULL REFERENCES organisations (id),
    person_id TEXT NOT NULL REFERENCES people (id),
    role TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (organisation_id, person_id)
);
CREATE INDEX memberships_by_person ON memberships (person_id);

CREATE TABLE space_roles (
    space TEXT NOT NULL,
    person_id TEXT NOT NULL REFERENCES people (id),
    role TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (space, person_id, role)
);
CREATE INDEX space_roles_by_person ON space_roles (person_id);

-- Organisations that are members of a data space.
CREATE TABLE space_members (
    space TEXT NOT NULL,
    organisation_id TEXT NOT NULL REFERENCES organisations (id),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (space, organisation_id)
);
CREATE INDEX space_members_by_organisation ON space_members (organisation_id);

-- API tokens and browser sessions: only the SHA-256 of the secret is kept.
CREATE TABLE tokens (
    id TEXT NOT NULL PRIMARY KEY,
    secret_hash BYTEA NOT NULL UNIQUE,
    person_id TEXT NOT NULL REFERENCES people (id),
    name TEXT NOT NULL,
    scopes TEXT NOT NULL,
    organisation_id TEXT REFERENCES organisations (id),
    space TEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT
);
CREATE INDEX tokens_by_person ON tokens (person_id, id);

CREATE TABLE sessions (
    id TEXT NOT NULL PRIMARY KEY,
    secret_hash BYTEA NOT NULL UNIQUE,
    person_id TEXT NOT NULL REFERENCES people (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_by_person ON sessions (person_id);

-- One-time links by which a person sets the first or a new password.
CREATE TABLE invitations (
    secret_hash BYTEA NOT NULL PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES people (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

-- Keys of this instance that all replicas share, made at the first start.
CREATE TABLE instance_secrets (
    name TEXT NOT NULL PRIMARY KEY,
    secret BYTEA NOT NULL
);

-- Counts what changes who a caller is or may do, whoever writes it, so that callers are remembered for exactly as long
-- as that stands. What only adds a person, an organisation, a token or a session takes nothing from anybody known.
CREATE TABLE caller_changes (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    number BIGINT NOT NULL
);
INSERT INTO caller_changes (id, number) VALUES (1, 0);
CREATE FUNCTION caller_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE caller_changes SET number = number + 1;
    RETURN NULL;
END $$;
CREATE TRIGGER people_changes_callers AFTER UPDATE OR DELETE ON people
    FOR EACH STATEMENT EXECUTE FUNCTION caller_changed();
CREATE TRIGGER organisations_changes_callers AFTER UPDATE OR DELETE ON organisations
    FOR EACH STATEMENT EXECUTE FUNCTION caller_changed();
CREATE TRIGGER tokens_changes_callers AFTER UPDATE OR DELETE ON tokens
    FOR EACH STATEMENT EXECUTE FUNCTION caller_changed();
CREATE TRIGGER sessions_changes_callers AFTER UPDATE OR DELETE ON sessions
    FOR EACH STATEMENT EXECUTE FUNCTION caller_changed();
CREATE TRIGGER memberships_changes_callers AFTER INSERT OR UPDATE OR DELETE ON memberships
    FOR EACH STATEMENT EXECUTE FUNCTION caller_changed();
CREATE TRIGGER space_roles_changes_callers AFTER INSERT OR UPDATE OR DELETE ON space_roles
    FOR EACH STATEMENT EXECUTE FUNCTION caller_changed();
CREATE TRIGGER space_members_changes_callers AFTER INSERT OR UPDATE OR DELETE ON space_members
    FOR EACH STATEMENT EXECUTE FUNCTION caller_changed();
