-- Whether an organisation has asked for a dataset is looked up wherever it is refused bytes and wherever it asks: by both,
-- as its grants are.
CREATE INDEX requests_by_asker ON requests (organisation_id, dataset_id);
