DROP TABLE policy_evaluations;
ALTER TABLE requests DROP COLUMN evaluation;
ALTER TABLE people DROP COLUMN environment;
ALTER TABLE grants DROP COLUMN basis;
