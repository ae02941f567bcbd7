DROP TABLE dumps;
DROP TABLE departures;
DROP INDEX datasets_by_position;
ALTER TABLE datasets DROP COLUMN position;
