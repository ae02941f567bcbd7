DROP TABLE journal_head;
DROP TABLE journal_payloads;
DROP TABLE journal;
