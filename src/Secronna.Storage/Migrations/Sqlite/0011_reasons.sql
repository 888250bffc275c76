-- Why the caller made the request that the entry is about, in its own words.
ALTER TABLE audit_entries ADD COLUMN reason TEXT;
