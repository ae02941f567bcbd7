-- The journal: one row per change of state, append-only. `body` is the canonical JSON that was hashed.
CREATE TABLE journal (
    position INTEGER NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    actor TEXT NOT NULL,
    space TEXT,
    at BIGINT NOT NULL,
    body TEXT NOT NULL,
    leaf BLOB NOT NULL
);
CREATE INDEX journal_by_subject ON journal (subject, position);
CREATE INDEX journal_by_kind ON journal (kind, position);
CREATE INDEX journal_by_actor ON journal (actor, position);

-- Personal or confidential parts of an event; the entry commits to them by a salted hash, so they can be erased.
CREATE TABLE journal_payloads (
    position INTEGER NOT NULL PRIMARY KEY,
    salt BLOB NOT NULL,
    payload TEXT NOT NULL
);

-- The Merkle tree over the leaves: its size and the roots of its complete subtrees, largest first.
CREATE TABLE journal_head (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    size BIGINT NOT NULL,
    frontier BLOB NOT NULL
);
INSERT INTO journal_head (id, size, frontier) VALUES (1, 0, x'');

-- Nothing in the journal ever changes. REPLACE would take a row away without asking the trigger on DELETE.
CREATE TRIGGER journal_no_update BEFORE UPDATE ON journal BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal_no_replace BEFORE INSERT ON journal WHEN EXISTS (SELECT 1 FROM journal WHERE position = NEW.position)
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
