-- A key signs from active_at on. Before that it is only announced: trails name it, under checkpoints of the key before it.
ALTER TABLE log_keys ADD COLUMN active_at bigint;
UPDATE log_keys SET active_at = created_at;

-- Where each trail names a key, and the last checkpoint that the key before it signed. That checkpoint covers the entry.
CREATE TABLE log_key_announcements (
    key_number   bigint NOT NULL,
    workspace_id text COLLATE "C" NOT NULL,
    sequence     bigint NOT NULL,
    note         text COLLATE "C",
    PRIMARY KEY (key_number, workspace_id)
);
