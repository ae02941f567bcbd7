DROP TABLE deliveries;
DROP TABLE grants;
DROP TABLE requests;
