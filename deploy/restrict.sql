-- Run once, after the first migration, as secronna_owner or a superuser, in the database secronna.
\set ON_ERROR_STOP on
REVOKE UPDATE, DELETE ON trail_segments FROM secronna;
REVOKE INSERT, UPDATE, DELETE ON schema_migrations FROM secronna;
