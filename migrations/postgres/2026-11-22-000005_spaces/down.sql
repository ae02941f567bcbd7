DROP TABLE space_extensions;
DROP TABLE spaces;
