DROP INDEX requests_by_asker;
