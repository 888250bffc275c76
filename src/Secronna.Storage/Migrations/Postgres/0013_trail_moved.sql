DROP TABLE audit_entries;
DROP TABLE trail_migration;
DROP FUNCTION audit_entries_refuse();
DROP FUNCTION audit_entries_close();
