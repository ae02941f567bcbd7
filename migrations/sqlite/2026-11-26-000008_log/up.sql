-- The organisation that an event concerns, as the one that asks or holds, and the one that provides. Both stand in the
-- entry too; the columns are for finding what an organisation may see.
ALTER TABLE journal ADD COLUMN concerning TEXT;
ALTER TABLE journal ADD COLUMN provided_by TEXT;
CREATE INDEX journal_by_concerned ON journal (concerning, position) WHERE concerning IS NOT NULL;
CREATE INDEX journal_by_provider ON journal (provided_by, position) WHERE provided_by IS NOT NULL;

-- Roots of complete subtrees of the Merkle tree: at level 1 each is over 256 entries, at level 2 over 256 of level 1.
CREATE TABLE journal_nodes (
    level BIGINT NOT NULL,
    number BIGINT NOT NULL,
    root BLOB NOT NULL,
    PRIMARY KEY (level, number)
);

-- Under which names and public keys the log has been signed, in order; the last row holds now. No private key is here.
CREATE TABLE journal_keys (
    number BIGINT NOT NULL PRIMARY KEY,
    epoch BIGINT NOT NULL,
    origin TEXT NOT NULL,
    vkey TEXT NOT NULL,
    since BIGINT NOT NULL
);

-- Signed checkpoints: of each hour since 1970 and each epoch the newest.
CREATE TABLE journal_checkpoints (
    epoch BIGINT NOT NULL,
    hour BIGINT NOT NULL,
    size BIGINT NOT NULL,
    note TEXT NOT NULL,
    PRIMARY KEY (epoch, hour)
);
CREATE INDEX journal_checkpoints_by_size ON journal_checkpoints (epoch, size);
