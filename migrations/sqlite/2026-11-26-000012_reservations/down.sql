DELETE FROM dataset_facets WHERE facet IN ('tdm', 'tdm_terms');
