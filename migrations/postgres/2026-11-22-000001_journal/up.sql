-- The journal: one row per change of state, append-only. `body` is the canonical JSON that was hashed.
CREATE TABLE journal (
    position BIGINT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    actor TEXT NOT NULL,
    space TEXT,
    at BIGINT NOT NULL,
    body TEXT NOT NULL,
    leaf BYTEA NOT NULL
);
CREATE INDEX journal_by_subject ON journal (subject, position);
CREATE INDEX journal_by_kind ON journal (kind, position);
CREATE INDEX journal_by_actor ON journal (actor, position);

-- Personal or confidential parts of an event; the entry commits to them by a salted hash, so they can be erased.
CREATE TABLE journal_payloads (
    position BIGINT NOT NULL PRIMARY KEY,
    salt BYTEA NOT NULL,
    payload TEXT NOT NULL
);

-- The Merkle tree over the leaves: its size and the roots of its complete subtrees, largest first.
CREATE TABLE journal_head (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    size BIGINT NOT NULL,
    frontier BYTEA NOT NULL
);
INSERT INTO journal_head (id, size, frontier) VALUES (1, 0, ''::bytea);

-- Nothing in the journal ever changes.
CREATE FUNCTION journal_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the journal is append-only';
END $$;
CREATE TRIGGER journal_no_change BEFORE UPDATE OR DELETE ON journal
    FOR EACH ROW EXECUTE FUNCTION journal_is_append_only();
CREATE TRIGGER journal_no_truncate BEFORE TRUNCATE ON journal
    FOR EACH STATEMENT EXECUTE FUNCTION journal_is_append_only();
