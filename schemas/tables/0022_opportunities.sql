-- Steps of opportunities told by events: created, stage changed, won, lost.
CREATE TABLE IF NOT EXISTS opportunities
(
    source_id      LowCardinality(String),
    message_id     String,
    opportunity_id String,
    step           LowCardinality(String),
    stage          LowCardinality(String),
    node_type      LowCardinality(String),
    node           String,
    account_hint   String,
    amount         Decimal(18, 4),
    currency       LowCardinality(String),
    at             DateTime64(3, 'UTC'),
    version        UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (source_id, message_id)
