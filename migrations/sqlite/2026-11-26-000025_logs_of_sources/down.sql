ALTER TABLE sources DROP COLUMN checkpoint;
ALTER TABLE sources DROP COLUMN trust_policy;
