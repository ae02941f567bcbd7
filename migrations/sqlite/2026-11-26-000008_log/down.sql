DROP TABLE journal_checkpoints;
DROP TABLE journal_keys;
DROP TABLE journal_nodes;
DROP INDEX journal_by_provider;
DROP INDEX journal_by_concerned;
ALTER TABLE journal DROP COLUMN provided_by;
ALTER TABLE journal DROP COLUMN concerning;
