DROP TABLE policy_evaluations;
DROP TRIGGER deliveries_evaluation_no_update ON deliveries;
ALTER TABLE deliveries DROP COLUMN evaluation;
ALTER TABLE requests DROP COLUMN evaluation;
ALTER TABLE people DROP COLUMN environment;
ALTER TABLE grants DROP COLUMN basis;
