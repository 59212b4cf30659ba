-- Events that failed validation or could not be stored, as they came, with the reason.
CREATE TABLE IF NOT EXISTS rejected_events
(
    source_id     LowCardinality(String),
    received_at   DateTime64(3, 'UTC'),
    `index`       UInt32,
    message_id    String,
    code          LowCardinality(String),
    path          String,
    message       String,
    raw           String,
    segment_id    UUID,
    segment_index UInt32
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(received_at)
ORDER BY (received_at, source_id)
SETTINGS non_replicated_deduplication_window = 0, fsync_after_insert = 1, fsync_part_directory = 1
