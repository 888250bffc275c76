-- Answers to requests with an Idempotency-Key, kept for a day. The id is a keyed hash of the caller, the route and the key.
CREATE TABLE idempotency_keys (
    id         bytea PRIMARY KEY,
    body_hash  bytea NOT NULL,
    answer     text NOT NULL,
    created_at bigint NOT NULL
);

CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
