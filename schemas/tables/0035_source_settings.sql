-- What was set for a source at run time; a source without a row has the defaults.
CREATE TABLE IF NOT EXISTS source_settings
(
    source_id         LowCardinality(String),
    origins           Array(String),
    events_per_second UInt32,
    first_party_id    UInt8,
    changed_at        DateTime64(3, 'UTC'),
    version           UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (source_id)
