-- Violations that events were stored with all the same (mode observe), by segment: one that is looked at again writes its rows again.
CREATE TABLE IF NOT EXISTS plan_violations
(
    segment_id   UUID,
    hour         DateTime('UTC'),
    source_id    LowCardinality(String),
    event        LowCardinality(String),
    code         LowCardinality(String),
    path         String,
    n            UInt64,
    message      String,
    last_at      DateTime64(3, 'UTC'),
    plan         LowCardinality(String),
    plan_version UInt32
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(hour)
ORDER BY (hour, source_id, event, code, path, segment_id)
TTL hour + INTERVAL 90 DAY
