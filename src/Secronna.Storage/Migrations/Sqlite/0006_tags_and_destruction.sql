-- The table is written anew instead of changed in place: rows that grow would leave copies of sealed bytes in the pages, which
-- no later deletion could overwrite (S15). The ciphertext comes last, so that the other columns are read without it.
-- tag is the ciphertext's authentication tag, its last 16 bytes. The four sealed columns are NULL once the secret is deleted
-- or the version is destroyed.
CREATE TABLE secret_versions_with_tags (
    secret_id        TEXT NOT NULL REFERENCES secrets (id),
    version          INTEGER NOT NULL,
    kek_id           TEXT,
    wrapped_data_key BLOB,
    tag              BLOB,
    kind             TEXT NOT NULL,
    created_at       INTEGER NOT NULL,
    created_by       TEXT NOT NULL,
    comment          TEXT,
    ciphertext       BLOB,
    PRIMARY KEY (secret_id, version),
    CHECK ((kek_id IS NULL) = (ciphertext IS NULL) AND (kek_id IS NULL) = (wrapped_data_key IS NULL)
        AND (kek_id IS NULL) = (tag IS NULL))
) STRICT;

INSERT INTO secret_versions_with_tags
    (secret_id, version, kek_id, wrapped_data_key, tag, kind, created_at, created_by, comment, ciphertext)
SELECT secret_id, version, kek_id, wrapped_data_key, substr(ciphertext, -16), kind, created_at, created_by, comment, ciphertext
FROM secret_versions ORDER BY rowid;

DROP TABLE secret_versions;
ALTER TABLE secret_versions_with_tags RENAME TO secret_versions;
CREATE INDEX versions_by_kek ON secret_versions (kek_id) WHERE kek_id IS NOT NULL;

-- The version that a change destroyed (S15), and by whom; NULL for every other change. Of such a change, version is the one
-- that was and stayed the current one.
ALTER TABLE secret_changes ADD COLUMN destroyed INTEGER;
ALTER TABLE secret_changes ADD COLUMN destroyed_by TEXT CHECK ((destroyed IS NULL) = (destroyed_by IS NULL));
CREATE UNIQUE INDEX secret_changes_destroyed ON secret_changes (secret_id, destroyed) WHERE destroyed IS NOT NULL;
