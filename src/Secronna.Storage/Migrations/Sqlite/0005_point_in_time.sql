-- The past up to this instant was read: no change may take one at or before it any more.
ALTER TABLE environments ADD COLUMN settled_to INTEGER NOT NULL DEFAULT 0;

-- What happened to secrets when: a version was minted, or, where there is none, the secret was deleted. A secret changes
-- once at most at one instant of its environment.
CREATE TABLE secret_changes (
    environment_id TEXT NOT NULL,
    instant        INTEGER NOT NULL,
    secret_id      TEXT NOT NULL,
    version        INTEGER,
    PRIMARY KEY (environment_id, instant, secret_id)
) STRICT, WITHOUT ROWID;

-- Finds the version that was current at an instant, also where there are many after it.
CREATE INDEX secret_changes_by_secret ON secret_changes (secret_id, instant, version);

INSERT INTO secret_changes (environment_id, instant, secret_id, version)
SELECT s.environment_id, v.created_at, v.secret_id, v.version FROM secret_versions v JOIN secrets s ON s.id = v.secret_id;
INSERT INTO secret_changes (environment_id, instant, secret_id, version)
SELECT environment_id, deleted_at, id, NULL FROM secrets WHERE deleted_at IS NOT NULL;

-- Of keys, all secrets that there ever were, tombstones included.
CREATE INDEX secrets_by_key_ever ON secrets (environment_id, key, created_at, deleted_at);
