-- SQL cannot compute the roots. With the head of an empty tree, a program that needs one does not write to a journal that has
-- entries, and names what makes the head anew: its own `cadastre admin doctor`.
CREATE TABLE journal_head (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    size BIGINT NOT NULL,
    frontier BLOB NOT NULL
);
INSERT INTO journal_head (id, size, frontier) VALUES (1, 0, x'');
