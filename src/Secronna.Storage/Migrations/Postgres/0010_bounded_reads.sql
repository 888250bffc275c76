-- Lists read no rows of what was deleted.
CREATE INDEX environments_live ON environments (project_id, id) WHERE deleted_at IS NULL;
CREATE INDEX credentials_live ON credentials (workspace_id, kind, id) WHERE revoked_at IS NULL;

-- Of a tombstone, the node of an interval tree that the secret's lifetime belongs to: of all instants of the lifetime, the one
-- with the most zero bits at its end. The lifetimes that hold an instant belong to few nodes, which follow from the instant.
-- NULL where the lifetime has no instant.
ALTER TABLE secrets ADD COLUMN lifetime_node bigint;

UPDATE secrets SET lifetime_node = (
    WITH RECURSIVE levels (level) AS (SELECT 0 UNION ALL SELECT level + 1 FROM levels WHERE level < 52)
    SELECT min(((deleted_at - 1) >> level) << level) FROM levels WHERE ((deleted_at - 1) >> level) << level >= created_at)
WHERE deleted_at IS NOT NULL;

CREATE INDEX secrets_by_birth ON secrets (environment_id, lifetime_node, created_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX secrets_by_death ON secrets (environment_id, lifetime_node, deleted_at) WHERE deleted_at IS NOT NULL;
