-- What a grant was given upon: what the applicant stated and which lines of the policy a reviewer confirmed. NULL for grants
-- from before lines were confirmed one by one.
ALTER TABLE grants ADD COLUMN basis TEXT;

-- The evaluation that a request's verdict comes from.
ALTER TABLE requests ADD COLUMN evaluation BYTEA;

-- The evaluation that a delivery rests on.
ALTER TABLE deliveries ADD COLUMN evaluation BYTEA;
CREATE TRIGGER deliveries_evaluation_no_update BEFORE UPDATE OF evaluation ON deliveries
    FOR EACH ROW EXECUTE FUNCTION account_is_append_only();

-- The secure processing environment whose account this is.
ALTER TABLE people ADD COLUMN environment TEXT;

-- Evaluations of policies, each a canonical JSON text named by its SHA-256; the journal's events name it too.
CREATE TABLE policy_evaluations (
    digest BYTEA NOT NULL PRIMARY KEY,
    dataset_id TEXT NOT NULL REFERENCES datasets (id),
    request_id TEXT,
    grant_id TEXT,
    policy_revision BIGINT NOT NULL,
    at BIGINT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX policy_evaluations_by_request ON policy_evaluations (request_id, at);
CREATE INDEX policy_evaluations_by_dataset ON policy_evaluations (dataset_id, at);
