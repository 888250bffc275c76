-- The trail of a workspace, '' for that of the installation: one row for what a commit recorded in it. Append-only (S20).
CREATE TABLE trail_segments (
    workspace_id   TEXT NOT NULL,
    first_sequence INTEGER NOT NULL,
    count          INTEGER NOT NULL CHECK (count > 0),
    at             INTEGER NOT NULL,
    format         INTEGER NOT NULL,
    entries        BLOB NOT NULL
) STRICT;

CREATE UNIQUE INDEX trail_segments_by_sequence ON trail_segments (workspace_id, first_sequence);

CREATE TRIGGER trail_segments_keep BEFORE UPDATE ON trail_segments
BEGIN SELECT RAISE(ABORT, 'audit entries are append-only'); END;
CREATE TRIGGER trail_segments_stay BEFORE DELETE ON trail_segments
BEGIN SELECT RAISE(ABORT, 'audit entries are append-only'); END;

-- How far each follower of a trail has read it, and which node runs the follower.
CREATE TABLE trail_followers (
    workspace_id TEXT NOT NULL,
    follower     TEXT NOT NULL,
    place        INTEGER NOT NULL DEFAULT 0,
    holder       TEXT,
    held_until   INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (workspace_id, follower)
) STRICT, WITHOUT ROWID;

-- A run of the index covers the entries from first_sequence to last_sequence. Its pages hold its postings, sorted.
CREATE TABLE trail_index_runs (
    workspace_id   TEXT NOT NULL,
    last_sequence  INTEGER NOT NULL,
    level          INTEGER NOT NULL,
    first_sequence INTEGER NOT NULL,
    state          TEXT NOT NULL CHECK (state IN ('building', 'live', 'merged')),
    PRIMARY KEY (workspace_id, last_sequence, level)
) STRICT, WITHOUT ROWID;

CREATE TABLE trail_index_pages (
    workspace_id   TEXT NOT NULL,
    last_sequence  INTEGER NOT NULL,
    level          INTEGER NOT NULL,
    first_term     BLOB NOT NULL,
    first_sequence INTEGER NOT NULL,
    postings       BLOB NOT NULL
) STRICT;

CREATE UNIQUE INDEX trail_index_pages_by_term
    ON trail_index_pages (workspace_id, last_sequence, level, first_term, first_sequence);

-- From here on the old table takes no more entries. They are packed into segments before the next migration removes the table.
CREATE TRIGGER audit_entries_closed BEFORE INSERT ON audit_entries
BEGIN SELECT RAISE(ABORT, 'audit entries are in trail_segments'); END;

-- Up to which secret the hashes of the versions of before are in the trail.
CREATE TABLE trail_migration (
    workspace_id TEXT PRIMARY KEY,
    hashed_to    TEXT NOT NULL
) STRICT, WITHOUT ROWID;
