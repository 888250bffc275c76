-- What the reads follower derives from trails. secret_id is '' in the rows of a workspace as a whole. A day counts from 1970, UTC.

-- The last reveal of each secret, and how many different readers have revealed it.
CREATE TABLE secret_reads (
    workspace_id text COLLATE "C" NOT NULL,
    secret_id    text COLLATE "C" NOT NULL,
    last_at      bigint NOT NULL,
    actor_type   text COLLATE "C" NOT NULL,
    actor_id     text COLLATE "C" NOT NULL,
    subject      text COLLATE "C" NOT NULL,
    readers      bigint NOT NULL,
    PRIMARY KEY (workspace_id, secret_id)
);

CREATE INDEX secret_reads_by_time ON secret_reads (workspace_id, last_at, secret_id);

-- The readers of each secret. subject is '' unless the actor is a workload. The first and the last read are reveals or comparisons.
CREATE TABLE secret_readers (
    workspace_id    text COLLATE "C" NOT NULL,
    secret_id       text COLLATE "C" NOT NULL,
    actor_type      text COLLATE "C" NOT NULL,
    actor_id        text COLLATE "C" NOT NULL,
    subject         text COLLATE "C" NOT NULL,
    first_at        bigint NOT NULL,
    first_sequence  bigint NOT NULL,
    last_at         bigint NOT NULL,
    last_reveal_day bigint,
    PRIMARY KEY (workspace_id, secret_id, actor_type, actor_id, subject)
);

CREATE INDEX secret_readers_by_first ON secret_readers (workspace_id, secret_id, first_sequence);

-- The reveals of each secret by day, and how many different readers made them.
CREATE TABLE secret_read_days (
    workspace_id text COLLATE "C" NOT NULL,
    secret_id    text COLLATE "C" NOT NULL,
    day          bigint NOT NULL,
    count        bigint NOT NULL,
    readers      bigint NOT NULL,
    PRIMARY KEY (workspace_id, secret_id, day)
);

CREATE INDEX secret_read_days_by_day ON secret_read_days (workspace_id, day);

-- The reveals of each secret by day and version.
CREATE TABLE secret_read_versions (
    workspace_id text COLLATE "C" NOT NULL,
    secret_id    text COLLATE "C" NOT NULL,
    day          bigint NOT NULL,
    version      bigint NOT NULL,
    count        bigint NOT NULL,
    PRIMARY KEY (workspace_id, secret_id, day, version)
);

CREATE INDEX secret_read_versions_by_day ON secret_read_versions (workspace_id, day);

-- The slice of a trail whose reads are partly stored: its last entry, and how many of its tallies are stored.
CREATE TABLE read_slices (
    workspace_id  text COLLATE "C" NOT NULL,
    last_sequence bigint NOT NULL,
    stored        bigint NOT NULL,
    PRIMARY KEY (workspace_id)
);
