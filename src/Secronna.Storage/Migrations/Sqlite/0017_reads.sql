-- What the reads follower derives from trails. secret_id is '' in the rows of a workspace as a whole. A day counts from 1970, UTC.

-- The last reveal of each secret, and how many different readers have revealed it.
CREATE TABLE secret_reads (
    workspace_id TEXT NOT NULL,
    secret_id    TEXT NOT NULL,
    last_at      INTEGER NOT NULL,
    actor_type   TEXT NOT NULL,
    actor_id     TEXT NOT NULL,
    subject      TEXT NOT NULL,
    readers      INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, secret_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX secret_reads_by_time ON secret_reads (workspace_id, last_at, secret_id);

-- The readers of each secret. subject is '' unless the actor is a workload. The first and the last read are reveals or comparisons.
CREATE TABLE secret_readers (
    workspace_id    TEXT NOT NULL,
    secret_id       TEXT NOT NULL,
    actor_type      TEXT NOT NULL,
    actor_id        TEXT NOT NULL,
    subject         TEXT NOT NULL,
    first_at        INTEGER NOT NULL,
    first_sequence  INTEGER NOT NULL,
    last_at         INTEGER NOT NULL,
    last_reveal_day INTEGER,
    PRIMARY KEY (workspace_id, secret_id, actor_type, actor_id, subject)
) STRICT, WITHOUT ROWID;

CREATE INDEX secret_readers_by_first ON secret_readers (workspace_id, secret_id, first_sequence);

-- The reveals of each secret by day, and how many different readers made them.
CREATE TABLE secret_read_days (
    workspace_id TEXT NOT NULL,
    secret_id    TEXT NOT NULL,
    day          INTEGER NOT NULL,
    count        INTEGER NOT NULL,
    readers      INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, secret_id, day)
) STRICT, WITHOUT ROWID;

CREATE INDEX secret_read_days_by_day ON secret_read_days (workspace_id, day);

-- The reveals of each secret by day and version.
CREATE TABLE secret_read_versions (
    workspace_id TEXT NOT NULL,
    secret_id    TEXT NOT NULL,
    day          INTEGER NOT NULL,
    version      INTEGER NOT NULL,
    count        INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, secret_id, day, version)
) STRICT, WITHOUT ROWID;

CREATE INDEX secret_read_versions_by_day ON secret_read_versions (workspace_id, day);

-- The slice of a trail whose reads are partly stored: its last entry, and how many of its tallies are stored.
CREATE TABLE read_slices (
    workspace_id  TEXT NOT NULL,
    last_sequence INTEGER NOT NULL,
    stored        INTEGER NOT NULL,
    PRIMARY KEY (workspace_id)
) STRICT, WITHOUT ROWID;
