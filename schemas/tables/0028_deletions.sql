-- Requests to erase, with their receipt (JSON object of counts per table).
CREATE TABLE IF NOT EXISTS deletions
(
    deletion_id     String,
    identifier_type LowCardinality(String),
    identifier_hash String,
    state           LowCardinality(String),
    receipt         String,
    requested_at    DateTime64(3, 'UTC'),
    finished_at     Nullable(DateTime64(3, 'UTC')),
    version         UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (deletion_id)
