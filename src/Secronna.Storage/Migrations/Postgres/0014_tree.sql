-- The installation's part of the names of its logs. A program fills it when it makes the first log key.
ALTER TABLE installation ADD COLUMN public_id text COLLATE "C";

-- The keys that sign checkpoints. The seed, which is the private key, is wrapped under the installation key.
CREATE TABLE log_keys (
    number       bigint PRIMARY KEY,
    public_key   bytea NOT NULL,
    wrapped_seed bytea NOT NULL,
    created_at   bigint NOT NULL,
    retired_at   bigint
);

-- The epochs of trails after the first: their numbers, and the first entry of each. A trail without a row is in epoch 1.
CREATE TABLE trail_epochs (
    workspace_id      text COLLATE "C" NOT NULL,
    epoch             bigint NOT NULL CHECK (epoch > 1),
    began_at_sequence bigint NOT NULL,
    PRIMARY KEY (workspace_id, epoch)
);

-- The tiles of a trail's tree from level 1 upwards. A tile that is not full yet is overwritten as it grows.
CREATE TABLE trail_tiles (
    workspace_id text COLLATE "C" NOT NULL,
    level        bigint NOT NULL CHECK (level > 0),
    tile_index   bigint NOT NULL,
    hashes       bytea NOT NULL,
    PRIMARY KEY (workspace_id, level, tile_index)
);

-- Hashes can't be compressed.
ALTER TABLE trail_tiles ALTER COLUMN hashes SET STORAGE EXTERNAL;

-- The signed checkpoints of a trail: the latest one, and the first one of each hour.
CREATE TABLE trail_checkpoints (
    workspace_id text COLLATE "C" NOT NULL,
    epoch        bigint NOT NULL,
    size         bigint NOT NULL CHECK (size > 0),
    at           bigint NOT NULL,
    root         bytea NOT NULL,
    note         text COLLATE "C" NOT NULL,
    PRIMARY KEY (workspace_id, epoch, size)
);

CREATE FUNCTION trail_checkpoints_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'checkpoints are never changed'; END $$;

CREATE TRIGGER trail_checkpoints_keep BEFORE UPDATE ON trail_checkpoints
FOR EACH ROW EXECUTE FUNCTION trail_checkpoints_refuse();
