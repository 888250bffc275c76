-- Finds the data keys that a KEK wraps, and whether there is any left.
CREATE INDEX versions_by_kek ON secret_versions (kek_id) WHERE kek_id IS NOT NULL;

-- Which node re-wraps the data keys of a retiring KEK, and until when nobody else does.
ALTER TABLE project_keys ADD COLUMN worker text COLLATE "C";
ALTER TABLE project_keys ADD COLUMN worked_until bigint NOT NULL DEFAULT 0;

CREATE INDEX project_keys_retiring ON project_keys (id) WHERE state = 'retiring';
CREATE INDEX project_keys_by_age ON project_keys (created_at) WHERE state = 'active';
-- Half of the wraps that a KEK may make.
CREATE INDEX project_keys_worn ON project_keys (wraps) WHERE state = 'active' AND wraps >= 536870912;

-- NULL when everything is under the active master key; and who brings it there, until when nobody else does.
ALTER TABLE installation ADD COLUMN rotation_began_at bigint;
ALTER TABLE installation ADD COLUMN worker text COLLATE "C";
ALTER TABLE installation ADD COLUMN worked_until bigint NOT NULL DEFAULT 0;

-- The master keys that the installation was told of. active_since is when it last became the active one; unused_since,
-- when nothing was under it any more. check_box is what the key wrapped of nobody's key: who unwraps it has the right one.
CREATE TABLE master_keys (
    id           text COLLATE "C" PRIMARY KEY,
    created_at   bigint NOT NULL,
    active_since bigint,
    unused_since bigint,
    retired_at   bigint,
    check_box    bytea
);

INSERT INTO master_keys (id, created_at, active_since)
SELECT active_master_key_id, created_at, created_at FROM installation;
INSERT INTO master_keys (id, created_at, active_since)
SELECT k.master_key_id, min(k.created_at), min(k.created_at) FROM project_keys k
WHERE k.master_key_id NOT IN (SELECT id FROM master_keys) GROUP BY k.master_key_id;

-- The servers that run, or ran until lately; master_keys are the ids that it can use, with commas.
CREATE TABLE nodes (
    id          text COLLATE "C" PRIMARY KEY,
    name        text COLLATE "C" NOT NULL,
    started_at  bigint NOT NULL,
    seen_at     bigint NOT NULL,
    master_keys text COLLATE "C" NOT NULL
);

CREATE INDEX nodes_by_age ON nodes (seen_at);

-- Of a deleted environment, the last secret whose sealed bytes were overwritten before rows are removed.
ALTER TABLE environments ADD COLUMN overwritten_to text COLLATE "C" NOT NULL DEFAULT '';
