-- The reading of the clock that an operator confirmed last, and the instant of the newest entry of all trails at that moment.
ALTER TABLE installation ADD COLUMN clock_accepted_at INTEGER;
ALTER TABLE installation ADD COLUMN clock_accepted_newest INTEGER;
