-- The trail of a workspace, '' for that of the installation: one row for what a commit recorded in it. Append-only (S20).
CREATE TABLE trail_segments (
    workspace_id   text COLLATE "C" NOT NULL,
    first_sequence bigint NOT NULL,
    count          bigint NOT NULL CHECK (count > 0),
    at             bigint NOT NULL,
    format         bigint NOT NULL,
    entries        bytea NOT NULL,
    PRIMARY KEY (workspace_id, first_sequence)
);

-- Entries hold few bytes that repeat, so compressing them is not worth its time.
ALTER TABLE trail_segments ALTER COLUMN entries SET STORAGE EXTERNAL;

CREATE FUNCTION trail_segments_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'audit entries are append-only'; END $$;

CREATE TRIGGER trail_segments_keep BEFORE UPDATE OR DELETE ON trail_segments
FOR EACH ROW EXECUTE FUNCTION trail_segments_refuse();
CREATE TRIGGER trail_segments_stay BEFORE TRUNCATE ON trail_segments
FOR EACH STATEMENT EXECUTE FUNCTION trail_segments_refuse();

-- How far each follower of a trail has read it, and which node runs the follower.
CREATE TABLE trail_followers (
    workspace_id text COLLATE "C" NOT NULL,
    follower     text COLLATE "C" NOT NULL,
    place        bigint NOT NULL DEFAULT 0,
    holder       text COLLATE "C",
    held_until   bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (workspace_id, follower)
);

-- A run of the index covers the entries from first_sequence to last_sequence. Its pages hold its postings, sorted.
CREATE TABLE trail_index_runs (
    workspace_id   text COLLATE "C" NOT NULL,
    last_sequence  bigint NOT NULL,
    level          bigint NOT NULL,
    first_sequence bigint NOT NULL,
    state          text COLLATE "C" NOT NULL CHECK (state IN ('building', 'live', 'merged')),
    PRIMARY KEY (workspace_id, last_sequence, level)
);

CREATE TABLE trail_index_pages (
    workspace_id   text COLLATE "C" NOT NULL,
    last_sequence  bigint NOT NULL,
    level          bigint NOT NULL,
    first_term     bytea NOT NULL,
    first_sequence bigint NOT NULL,
    postings       bytea NOT NULL,
    PRIMARY KEY (workspace_id, last_sequence, level, first_term, first_sequence)
);

ALTER TABLE trail_index_pages ALTER COLUMN postings SET STORAGE EXTERNAL;

-- From here on the old table takes no more entries. They are packed into segments before the next migration removes the table.
CREATE FUNCTION audit_entries_close() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'audit entries are in trail_segments'; END $$;

CREATE TRIGGER audit_entries_closed BEFORE INSERT ON audit_entries
FOR EACH STATEMENT EXECUTE FUNCTION audit_entries_close();

-- Up to which secret the hashes of the versions of before are in the trail.
CREATE TABLE trail_migration (
    workspace_id text COLLATE "C" PRIMARY KEY,
    hashed_to    text COLLATE "C" NOT NULL
);
