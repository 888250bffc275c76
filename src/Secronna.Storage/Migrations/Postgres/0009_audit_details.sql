-- What an entry says beyond its other columns, as JSON: the keys that it is about, and the instants of a comparison.
ALTER TABLE audit_entries ADD COLUMN details text;
