ALTER TABLE datasets DROP COLUMN harvested;
DROP TABLE source_records;
DROP TABLE source_pages;
DROP TABLE source_runs;
DROP TABLE sources;
