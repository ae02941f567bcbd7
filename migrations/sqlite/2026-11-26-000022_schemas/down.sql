DROP TABLE blob_schemas;
