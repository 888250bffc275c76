DROP TABLE audit_entries;
DROP TABLE trail_migration;

-- The last segment of a trail holds its end.
ALTER TABLE workspaces DROP COLUMN audit_sequence;
ALTER TABLE workspaces DROP COLUMN audited_at;
ALTER TABLE installation DROP COLUMN audit_sequence;
ALTER TABLE installation DROP COLUMN audited_at;
