-- The bytes of all ciphertexts and wrapped data keys that the workspace stores, old versions included. Every transaction that
-- writes or destroys versions keeps it up to date.
ALTER TABLE workspaces ADD COLUMN stored_bytes INTEGER NOT NULL DEFAULT 0;

UPDATE workspaces SET stored_bytes = coalesce((
    SELECT sum(length(v.wrapped_data_key) + length(v.ciphertext))
    FROM secrets s JOIN secret_versions v ON v.secret_id = s.id
    WHERE s.workspace_id = workspaces.id AND v.kek_id IS NOT NULL), 0);
