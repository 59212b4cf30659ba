-- Of the segments that do not add up: events that are gone, events that are there more than once, and the first ten of them in words.
ALTER TABLE conservation_checks
    ADD COLUMN IF NOT EXISTS missing UInt64,
    ADD COLUMN IF NOT EXISTS doubled UInt64,
    ADD COLUMN IF NOT EXISTS told Array(String)
