-- Rejected events that were replayed, by their place in rejected_events: each counts as stored (or as a copy) and no longer as rejected.
CREATE TABLE IF NOT EXISTS rejected_replays
(
    segment_id    UUID,
    segment_index UInt32,
    source_id     LowCardinality(String),
    received_at   DateTime64(3, 'UTC'),
    message_id    String,
    replayed_at   DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(received_at)
ORDER BY (segment_id, segment_index)
