-- Work that one process does at a time, by name: who asked for its turn, has it (running) or is through with it (over), and when it was last seen.
CREATE TABLE IF NOT EXISTS shared_turns
(
    name     LowCardinality(String),
    turn_id  String,
    state    LowCardinality(String),
    asked_at DateTime64(3, 'UTC'),
    seen_at  DateTime64(3, 'UTC'),
    step     UInt32
)
ENGINE = ReplacingMergeTree(step)
ORDER BY (name, turn_id)
TTL toDateTime(asked_at) + INTERVAL 1 DAY
