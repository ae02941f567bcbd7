-- What records say of text and data mining is a facet from now on.
INSERT INTO dataset_facets (dataset_id, facet, value)
SELECT id, 'tdm', json_extract(record, '$.rights.tdm.reservation') FROM datasets
WHERE json_extract(record, '$.rights.tdm.reservation') IN ('reserved', 'not_reserved')
ON CONFLICT DO NOTHING;

-- So is that the terms in force prohibit it, or training as a part of it.
INSERT INTO dataset_facets (dataset_id, facet, value)
SELECT d.id, 'tdm_terms', 'reserved' FROM datasets d
JOIN policy_revisions p ON p.dataset_id = d.id AND p.revision = d.policy_revision
WHERE p.offer LIKE '%"prohibition":%"action":"tdm:mine"%' OR p.offer LIKE '%"prohibition":%"action":"cad:train"%'
ON CONFLICT DO NOTHING;
