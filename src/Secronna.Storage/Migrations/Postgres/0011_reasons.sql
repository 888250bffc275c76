-- Why the caller made the request that the entry is about, in its own words.
ALTER TABLE audit_entries ADD COLUMN reason text;

-- 1 where every reveal of the environment's values must say why it is made.
ALTER TABLE environments ADD COLUMN require_reason bigint NOT NULL DEFAULT 0;
