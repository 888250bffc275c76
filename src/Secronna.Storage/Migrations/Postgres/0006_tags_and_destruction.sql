-- The ciphertext's authentication tag, its last 16 bytes. The four sealed columns are NULL once the secret is deleted or the
-- version is destroyed.
ALTER TABLE secret_versions ADD COLUMN tag bytea;
UPDATE secret_versions SET tag = substr(ciphertext, greatest(octet_length(ciphertext) - 15, 1)) WHERE ciphertext IS NOT NULL;
ALTER TABLE secret_versions ADD CONSTRAINT secret_versions_tag CHECK ((kek_id IS NULL) = (tag IS NULL));

-- The version that a change destroyed (S15), and by whom; NULL for every other change. Of such a change, version is the one
-- that was and stayed the current one.
ALTER TABLE secret_changes ADD COLUMN destroyed bigint;
ALTER TABLE secret_changes ADD COLUMN destroyed_by text COLLATE "C";
ALTER TABLE secret_changes ADD CONSTRAINT secret_changes_destroyed_by CHECK ((destroyed IS NULL) = (destroyed_by IS NULL));
CREATE UNIQUE INDEX secret_changes_destroyed ON secret_changes (secret_id, destroyed) WHERE destroyed IS NOT NULL;
