-- Answers to requests with an Idempotency-Key, kept for a day. The id is a keyed hash of the caller, the route and the key.
CREATE TABLE idempotency_keys (
    id         BLOB PRIMARY KEY,
    body_hash  BLOB NOT NULL,
    answer     TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
