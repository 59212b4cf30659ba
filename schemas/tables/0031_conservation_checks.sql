-- Checks that the events received in closed hours are all accounted for; a row when the outcome changes, and each hour.
CREATE TABLE IF NOT EXISTS conservation_checks
(
    checked_at     DateTime64(3, 'UTC'),
    from_hour      DateTime('UTC'),
    to_hour        DateTime('UTC'),
    received       UInt64,
    difference     Int64,
    segments       UInt32,
    first_wrong_hour DateTime('UTC')
)
ENGINE = MergeTree
ORDER BY checked_at
