-- What an access key may do where, as the contract's JSON; an empty list is everything.
ALTER TABLE credentials ADD COLUMN grants TEXT NOT NULL DEFAULT '[]';
