-- A key signs from active_at on. Before that it is only announced: trails name it, under checkpoints of the key before it.
ALTER TABLE log_keys ADD COLUMN active_at INTEGER;
UPDATE log_keys SET active_at = created_at;

-- Where each trail names a key, and the last checkpoint that the key before it signed. That checkpoint covers the entry.
CREATE TABLE log_key_announcements (
    key_number   INTEGER NOT NULL,
    workspace_id TEXT NOT NULL,
    sequence     INTEGER NOT NULL,
    note         TEXT,
    PRIMARY KEY (key_number, workspace_id)
) STRICT, WITHOUT ROWID;
