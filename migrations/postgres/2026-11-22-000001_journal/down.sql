DROP TABLE journal_head;
DROP TABLE journal_payloads;
DROP TABLE journal;
DROP FUNCTION journal_is_append_only;
