-- Tracking plans, every version that was pushed, as JSON text. state: proposed, active, withdrawn; a version is active once at most.
CREATE TABLE IF NOT EXISTS tracking_plans
(
    id        String,
    version   UInt32,
    push_id   String,
    state     LowCardinality(String),
    body      String,
    pushed_at DateTime64(3, 'UTC'),
    step      UInt8
)
ENGINE = ReplacingMergeTree(step)
ORDER BY (id, version, push_id)
