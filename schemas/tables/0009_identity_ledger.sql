-- What the graph did and why: merges, refusals, splits, undos. version is constant, as in identity_map.
CREATE TABLE IF NOT EXISTS identity_ledger
(
    entry_id   String,
    kind       LowCardinality(String),
    rule       LowCardinality(String),
    left_type  LowCardinality(String),
    left       String,
    right_type LowCardinality(String),
    right      String,
    profile_id String,
    evidence   String,
    at         DateTime64(3, 'UTC'),
    version    UInt64,
    is_deleted UInt8
)
ENGINE = ReplacingMergeTree(version, is_deleted)
ORDER BY (entry_id)
