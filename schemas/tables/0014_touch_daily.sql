-- Touches per identifier, type, topic and day. Keyed by identifier, not by profile: merges rewrite nothing.
-- account_hint: the event's own group id, else ''. version = latest received_at of the identifier's events that day, epoch ms.
CREATE TABLE IF NOT EXISTS touch_daily
(
    account_hint     String,
    node_type        LowCardinality(String),
    node             String,
    type             LowCardinality(String),
    topic            LowCardinality(String),
    day              Date32,
    n                UInt32,
    first_at         DateTime64(3, 'UTC'),
    last_at          DateTime64(3, 'UTC'),
    first_message_id String,
    version          UInt64,
    is_deleted       UInt8,
    INDEX ix_account_hint account_hint TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version, is_deleted)
ORDER BY (node_type, node, day, type, topic, account_hint)
