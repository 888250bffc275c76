-- Run by a superuser of PostgreSQL: psql -f database.sql. Makes the database and two roles without passwords.
-- secronna_owner owns the tables and runs `migrate`. secronna is the role of the nodes: it can't change the schema, and
-- restrict.sql, run after the first migration, takes its right to change the audit trail.
\set ON_ERROR_STOP on
CREATE ROLE secronna_owner LOGIN;
CREATE ROLE secronna LOGIN;
CREATE DATABASE secronna OWNER secronna_owner ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0;
REVOKE ALL ON DATABASE secronna FROM PUBLIC;
GRANT CONNECT ON DATABASE secronna TO secronna;
\connect secronna
ALTER SCHEMA public OWNER TO secronna_owner;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO secronna;
ALTER DEFAULT PRIVILEGES FOR ROLE secronna_owner IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO secronna;
