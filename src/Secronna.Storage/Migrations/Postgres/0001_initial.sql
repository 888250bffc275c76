-- Times are microseconds since 1970; ids and states are the API's text; keys order by their bytes ("C").

-- The clock that all nodes share. It goes on while a transaction runs.
CREATE FUNCTION now_us() RETURNS bigint LANGUAGE sql VOLATILE AS
$$ SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint $$;

-- The clock's time, but always later than the last.
CREATE FUNCTION instant_after(last bigint) RETURNS bigint LANGUAGE sql VOLATILE AS
$$ SELECT greatest((extract(epoch FROM clock_timestamp()) * 1000000)::bigint, last + 1) $$;

CREATE TABLE installation (
    id                   bigint PRIMARY KEY CHECK (id = 1),
    created_at           bigint NOT NULL,
    active_master_key_id text COLLATE "C" NOT NULL,
    wrapped_key          bytea NOT NULL,
    -- Moves whenever a credential, a grant or the allowlist changes (S22).
    access_changes       bigint NOT NULL DEFAULT 0,
    probed_at            bigint NOT NULL DEFAULT 0,
    audit_sequence       bigint NOT NULL DEFAULT 0,
    audited_at           bigint NOT NULL DEFAULT 0
);

CREATE TABLE workspaces (
    id             text COLLATE "C" PRIMARY KEY,
    name           text COLLATE "C",
    allowed        bigint NOT NULL,
    created_at     bigint NOT NULL,
    audit_sequence bigint NOT NULL DEFAULT 0,
    audited_at     bigint NOT NULL DEFAULT 0
);

-- A row with deleted_at is invisible at once and purged in the background.
CREATE TABLE projects (
    id           text COLLATE "C" PRIMARY KEY,
    workspace_id text COLLATE "C" NOT NULL REFERENCES workspaces (id),
    name         text COLLATE "C" NOT NULL,
    slug         text COLLATE "C" NOT NULL,
    created_at   bigint NOT NULL,
    created_by   text COLLATE "C" NOT NULL,
    deleted_at   bigint
);

CREATE UNIQUE INDEX projects_by_slug ON projects (workspace_id, slug) WHERE deleted_at IS NULL;
CREATE INDEX projects_by_workspace ON projects (workspace_id, id) WHERE deleted_at IS NULL;
CREATE INDEX projects_deleted ON projects (id) WHERE deleted_at IS NOT NULL;

CREATE TABLE project_keys (
    id            text COLLATE "C" PRIMARY KEY,
    project_id    text COLLATE "C" NOT NULL REFERENCES projects (id),
    master_key_id text COLLATE "C" NOT NULL,
    wrapped_key   bytea,
    state         text COLLATE "C" NOT NULL CHECK (state IN ('active', 'retiring', 'destroyed')),
    wraps         bigint NOT NULL DEFAULT 0,
    created_at    bigint NOT NULL,
    CHECK ((wrapped_key IS NULL) = (state = 'destroyed'))
);

CREATE INDEX project_keys_by_project ON project_keys (project_id, id);
CREATE UNIQUE INDEX project_keys_active ON project_keys (project_id) WHERE state = 'active';
CREATE INDEX project_keys_by_master_key ON project_keys (master_key_id, id) WHERE state <> 'destroyed';

CREATE TABLE environments (
    id           text COLLATE "C" PRIMARY KEY,
    workspace_id text COLLATE "C" NOT NULL REFERENCES workspaces (id),
    project_id   text COLLATE "C" NOT NULL REFERENCES projects (id),
    name         text COLLATE "C" NOT NULL,
    slug         text COLLATE "C" NOT NULL,
    created_at   bigint NOT NULL,
    created_by   text COLLATE "C" NOT NULL,
    -- The instant of the last change of any secret here; every change takes a later one.
    changed_at   bigint NOT NULL,
    secret_count bigint NOT NULL DEFAULT 0,
    deleted_at   bigint
);

CREATE UNIQUE INDEX environments_by_slug ON environments (project_id, slug) WHERE deleted_at IS NULL;
CREATE INDEX environments_by_project ON environments (project_id, id);
CREATE INDEX environments_deleted ON environments (id) WHERE deleted_at IS NOT NULL;

-- A row with deleted_at is a tombstone (S15); its versions are destroyed up to the number destroyed_to.
CREATE TABLE secrets (
    id              text COLLATE "C" PRIMARY KEY,
    workspace_id    text COLLATE "C" NOT NULL,
    project_id      text COLLATE "C" NOT NULL,
    environment_id  text COLLATE "C" NOT NULL REFERENCES environments (id),
    key             text COLLATE "C" NOT NULL,
    current_version bigint NOT NULL,
    created_at      bigint NOT NULL,
    updated_at      bigint NOT NULL,
    deleted_at      bigint,
    deleted_by      text COLLATE "C",
    destroyed_to    bigint NOT NULL DEFAULT 0
);

CREATE UNIQUE INDEX secrets_by_key ON secrets (environment_id, key) WHERE deleted_at IS NULL;
CREATE INDEX secrets_by_environment ON secrets (environment_id, id);
CREATE INDEX secrets_by_workspace ON secrets (workspace_id, id) WHERE deleted_at IS NULL;
CREATE INDEX secrets_to_destroy ON secrets (id) WHERE deleted_at IS NOT NULL AND destroyed_to < current_version;

-- The three sealed columns are NULL once the secret is deleted.
CREATE TABLE secret_versions (
    secret_id        text COLLATE "C" NOT NULL REFERENCES secrets (id),
    version          bigint NOT NULL,
    kek_id           text COLLATE "C",
    wrapped_data_key bytea,
    ciphertext       bytea,
    kind             text COLLATE "C" NOT NULL,
    created_at       bigint NOT NULL,
    created_by       text COLLATE "C" NOT NULL,
    comment          text COLLATE "C",
    PRIMARY KEY (secret_id, version),
    CHECK ((kek_id IS NULL) = (ciphertext IS NULL) AND (kek_id IS NULL) = (wrapped_data_key IS NULL))
);

CREATE TABLE credentials (
    id           text COLLATE "C" PRIMARY KEY,
    workspace_id text COLLATE "C" NOT NULL REFERENCES workspaces (id),
    kind         text COLLATE "C" NOT NULL CHECK (kind IN ('api_key', 'access_key')),
    name         text COLLATE "C" NOT NULL,
    prefix       text COLLATE "C" NOT NULL UNIQUE,
    token_hash   bytea NOT NULL,
    created_at   bigint NOT NULL,
    created_by   text COLLATE "C" NOT NULL,
    expires_at   bigint,
    revoked_at   bigint,
    last_used_at bigint
);

CREATE INDEX credentials_by_workspace ON credentials (workspace_id, kind, id);

-- Append-only (S20). workspace_id '' marks the installation's own entries. Names ids only: what they name may be gone.
CREATE TABLE audit_entries (
    workspace_id   text COLLATE "C" NOT NULL,
    sequence       bigint NOT NULL,
    id             text COLLATE "C" NOT NULL,
    created_at     bigint NOT NULL,
    actor_type     text COLLATE "C" NOT NULL,
    actor_id       text COLLATE "C" NOT NULL,
    action         text COLLATE "C" NOT NULL,
    outcome        text COLLATE "C" NOT NULL CHECK (outcome IN ('success', 'denied', 'failed')),
    request_id     text COLLATE "C",
    ip             text COLLATE "C",
    user_agent     text COLLATE "C",
    project_id     text COLLATE "C",
    environment_id text COLLATE "C",
    secret_id      text COLLATE "C",
    key            text COLLATE "C",
    path           text COLLATE "C",
    version        bigint,
    target_id      text COLLATE "C",
    name           text COLLATE "C",
    count          bigint
);

CREATE UNIQUE INDEX audit_by_workspace ON audit_entries (workspace_id, sequence);
CREATE INDEX audit_by_secret ON audit_entries (secret_id, sequence) WHERE secret_id IS NOT NULL;
CREATE INDEX audit_by_actor ON audit_entries (actor_id, workspace_id, sequence);
CREATE INDEX audit_by_trouble ON audit_entries (workspace_id, sequence) WHERE outcome <> 'success';

CREATE FUNCTION audit_entries_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'audit entries are append-only'; END $$;

CREATE TRIGGER audit_entries_keep BEFORE UPDATE OR DELETE ON audit_entries
FOR EACH ROW EXECUTE FUNCTION audit_entries_refuse();
CREATE TRIGGER audit_entries_stay BEFORE TRUNCATE ON audit_entries
FOR EACH STATEMENT EXECUTE FUNCTION audit_entries_refuse();
