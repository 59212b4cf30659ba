-- Evidence that identifiers belong to one person, per day. A row with an empty right side says that an identifier was seen.
-- Rebuilt per dirty day from events_unique; cut rows come from identity_undos.
-- version = latest received_at of its events, epoch ms, and never less than that of the row it replaces.
CREATE TABLE IF NOT EXISTS identity_edges
(
    left_type     LowCardinality(String),
    left          String,
    right_type    LowCardinality(String),
    right         String,
    source_id     LowCardinality(String),
    trust         LowCardinality(String),
    sign          LowCardinality(String),
    day           Date,
    first_seen_at DateTime64(3, 'UTC'),
    last_seen_at  DateTime64(3, 'UTC'),
    count         UInt64,
    version       UInt64,
    is_deleted    UInt8,
    INDEX ix_right right TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version, is_deleted)
ORDER BY (left_type, left, right_type, right, source_id, trust, sign, day)
