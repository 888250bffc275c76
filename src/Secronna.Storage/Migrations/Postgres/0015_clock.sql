-- The reading of the clock that an operator confirmed last, and the instant of the newest entry of all trails at that moment.
ALTER TABLE installation ADD COLUMN clock_accepted_at bigint;
ALTER TABLE installation ADD COLUMN clock_accepted_newest bigint;

-- Returns the clock's reading. Refuses the transaction if the reading is outside of what a node believes. The error's message is the
-- reading.
CREATE FUNCTION require_clock(earliest bigint, latest bigint) RETURNS bigint LANGUAGE plpgsql VOLATILE AS
$$
DECLARE
    reading bigint := now_us();
BEGIN
    IF reading < earliest OR reading > latest THEN
        RAISE EXCEPTION USING ERRCODE = 'SCLCK', MESSAGE = reading::text;
    END IF;
    RETURN reading;
END
$$;
