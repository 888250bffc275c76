-- Times are microseconds since 1970; ids and states are the API's text; keys order by their bytes (BINARY).

CREATE TABLE installation (
    id                   INTEGER PRIMARY KEY CHECK (id = 1),
    created_at           INTEGER NOT NULL,
    active_master_key_id TEXT NOT NULL,
    wrapped_key          BLOB NOT NULL,
    -- Moves whenever a credential, a grant or the allowlist changes (S22).
    access_changes       INTEGER NOT NULL DEFAULT 0,
    probed_at            INTEGER NOT NULL DEFAULT 0,
    audit_sequence       INTEGER NOT NULL DEFAULT 0,
    audited_at           INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE workspaces (
    id             TEXT PRIMARY KEY,
    name           TEXT,
    allowed        INTEGER NOT NULL,
    created_at     INTEGER NOT NULL,
    audit_sequence INTEGER NOT NULL DEFAULT 0,
    audited_at     INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- A row with deleted_at is invisible at once and purged in the background.
CREATE TABLE projects (
    id           TEXT PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    name         TEXT NOT NULL,
    slug         TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    created_by   TEXT NOT NULL,
    deleted_at   INTEGER
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX projects_by_slug ON projects (workspace_id, slug) WHERE deleted_at IS NULL;
CREATE INDEX projects_by_workspace ON projects (workspace_id, id) WHERE deleted_at IS NULL;
CREATE INDEX projects_deleted ON projects (id) WHERE deleted_at IS NOT NULL;

CREATE TABLE project_keys (
    id            TEXT PRIMARY KEY,
    project_id    TEXT NOT NULL REFERENCES projects (id),
    master_key_id TEXT NOT NULL,
    wrapped_key   BLOB,
    state         TEXT NOT NULL CHECK (state IN ('active', 'retiring', 'destroyed')),
    wraps         INTEGER NOT NULL DEFAULT 0,
    created_at    INTEGER NOT NULL,
    CHECK ((wrapped_key IS NULL) = (state = 'destroyed'))
) STRICT, WITHOUT ROWID;

CREATE INDEX project_keys_by_project ON project_keys (project_id, id);
CREATE UNIQUE INDEX project_keys_active ON project_keys (project_id) WHERE state = 'active';
CREATE INDEX project_keys_by_master_key ON project_keys (master_key_id, id) WHERE state <> 'destroyed';

CREATE TABLE environments (
    id           TEXT PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    project_id   TEXT NOT NULL REFERENCES projects (id),
    name         TEXT NOT NULL,
    slug         TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    created_by   TEXT NOT NULL,
    -- The instant of the last change of any secret here; every change takes a later one.
    changed_at   INTEGER NOT NULL,
    secret_count INTEGER NOT NULL DEFAULT 0,
    deleted_at   INTEGER
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX environments_by_slug ON environments (project_id, slug) WHERE deleted_at IS NULL;
CREATE INDEX environments_by_project ON environments (project_id, id);
CREATE INDEX environments_deleted ON environments (id) WHERE deleted_at IS NOT NULL;

-- A row with deleted_at is a tombstone (S15); its versions are destroyed up to the number destroyed_to.
CREATE TABLE secrets (
    id              TEXT PRIMARY KEY,
    workspace_id    TEXT NOT NULL,
    project_id      TEXT NOT NULL,
    environment_id  TEXT NOT NULL REFERENCES environments (id),
    key             TEXT NOT NULL,
    current_version INTEGER NOT NULL,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    deleted_at      INTEGER,
    deleted_by      TEXT,
    destroyed_to    INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE UNIQUE INDEX secrets_by_key ON secrets (environment_id, key) WHERE deleted_at IS NULL;
CREATE INDEX secrets_by_environment ON secrets (environment_id, id);
CREATE INDEX secrets_by_workspace ON secrets (workspace_id, id) WHERE deleted_at IS NULL;
CREATE INDEX secrets_to_destroy ON secrets (id) WHERE deleted_at IS NOT NULL AND destroyed_to < current_version;

-- The three sealed columns are NULL once the secret is deleted.
CREATE TABLE secret_versions (
    secret_id        TEXT NOT NULL REFERENCES secrets (id),
    version          INTEGER NOT NULL,
    kek_id           TEXT,
    wrapped_data_key BLOB,
    ciphertext       BLOB,
    kind             TEXT NOT NULL,
    created_at       INTEGER NOT NULL,
    created_by       TEXT NOT NULL,
    comment          TEXT,
    PRIMARY KEY (secret_id, version),
    CHECK ((kek_id IS NULL) = (ciphertext IS NULL) AND (kek_id IS NULL) = (wrapped_data_key IS NULL))
) STRICT;

CREATE TABLE credentials (
    id           TEXT PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    kind         TEXT NOT NULL CHECK (kind IN ('api_key', 'access_key')),
    name         TEXT NOT NULL,
    prefix       TEXT NOT NULL UNIQUE,
    token_hash   BLOB NOT NULL,
    created_at   INTEGER NOT NULL,
    created_by   TEXT NOT NULL,
    expires_at   INTEGER,
    revoked_at   INTEGER,
    last_used_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX credentials_by_workspace ON credentials (workspace_id, kind, id);

-- Append-only (S20). workspace_id '' marks the installation's own entries. Names ids only: what they name may be gone.
CREATE TABLE audit_entries (
    workspace_id   TEXT NOT NULL,
    sequence       INTEGER NOT NULL,
    id             TEXT NOT NULL,
    created_at     INTEGER NOT NULL,
    actor_type     TEXT NOT NULL,
    actor_id       TEXT NOT NULL,
    action         TEXT NOT NULL,
    outcome        TEXT NOT NULL CHECK (outcome IN ('success', 'denied', 'failed')),
    request_id     TEXT,
    ip             TEXT,
    user_agent     TEXT,
    project_id     TEXT,
    environment_id TEXT,
    secret_id      TEXT,
    key            TEXT,
    path           TEXT,
    version        INTEGER,
    target_id      TEXT,
    name           TEXT,
    count          INTEGER
) STRICT;

CREATE UNIQUE INDEX audit_by_workspace ON audit_entries (workspace_id, sequence);
CREATE INDEX audit_by_secret ON audit_entries (secret_id, sequence) WHERE secret_id IS NOT NULL;
CREATE INDEX audit_by_actor ON audit_entries (actor_id, workspace_id, sequence);
CREATE INDEX audit_by_trouble ON audit_entries (workspace_id, sequence) WHERE outcome <> 'success';

CREATE TRIGGER audit_entries_keep BEFORE UPDATE ON audit_entries
BEGIN SELECT RAISE(ABORT, 'audit entries are append-only'); END;
CREATE TRIGGER audit_entries_stay BEFORE DELETE ON audit_entries
BEGIN SELECT RAISE(ABORT, 'audit entries are append-only'); END;
