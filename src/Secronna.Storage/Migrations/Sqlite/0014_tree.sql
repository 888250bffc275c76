-- The installation's part of the names of its logs. A program fills it when it makes the first log key.
ALTER TABLE installation ADD COLUMN public_id TEXT;

-- The keys that sign checkpoints. The seed, which is the private key, is wrapped under the installation key.
CREATE TABLE log_keys (
    number       INTEGER NOT NULL,
    public_key   BLOB NOT NULL,
    wrapped_seed BLOB NOT NULL,
    created_at   INTEGER NOT NULL,
    retired_at   INTEGER,
    PRIMARY KEY (number)
) STRICT, WITHOUT ROWID;

-- The epochs of trails after the first: their numbers, and the first entry of each. A trail without a row is in epoch 1.
CREATE TABLE trail_epochs (
    workspace_id      TEXT NOT NULL,
    epoch             INTEGER NOT NULL CHECK (epoch > 1),
    began_at_sequence INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, epoch)
) STRICT, WITHOUT ROWID;

-- The tiles of a trail's tree from level 1 upwards. A tile that is not full yet is overwritten as it grows.
CREATE TABLE trail_tiles (
    workspace_id TEXT NOT NULL,
    level        INTEGER NOT NULL CHECK (level > 0),
    tile_index   INTEGER NOT NULL,
    hashes       BLOB NOT NULL
) STRICT;

CREATE UNIQUE INDEX trail_tiles_by_index ON trail_tiles (workspace_id, level, tile_index);

-- The signed checkpoints of a trail: the latest one, and the first one of each hour.
CREATE TABLE trail_checkpoints (
    workspace_id TEXT NOT NULL,
    epoch        INTEGER NOT NULL,
    size         INTEGER NOT NULL CHECK (size > 0),
    at           INTEGER NOT NULL,
    root         BLOB NOT NULL,
    note         TEXT NOT NULL,
    PRIMARY KEY (workspace_id, epoch, size)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER trail_checkpoints_keep BEFORE UPDATE ON trail_checkpoints
BEGIN SELECT RAISE(ABORT, 'checkpoints are never changed'); END;
