-- What became of the events of a day that is over, per source; the row without a source says that the day was counted. It holds as long as
-- the account of the day and of the thirty days before, where first copies lie, has as many entries as then.
CREATE TABLE IF NOT EXISTS ingest_days
(
    day          Date,
    source_id    LowCardinality(String),
    entries      UInt64,
    received     UInt64,
    deduplicated UInt64,
    rejected     UInt64,
    suppressed   UInt64,
    stored       UInt64,
    version      UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (day, source_id)
