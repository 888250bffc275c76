-- What an access key may do where, as the contract's JSON; an empty list is everything.
ALTER TABLE credentials ADD COLUMN grants text COLLATE "C" NOT NULL DEFAULT '[]';
