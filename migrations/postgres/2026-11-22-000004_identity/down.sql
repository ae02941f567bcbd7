DROP TABLE invitations;
DROP TABLE sessions;
DROP TABLE tokens;
DROP TABLE space_members;
DROP TABLE space_roles;
DROP TABLE memberships;
DROP TABLE people;
DROP TABLE organisations;
