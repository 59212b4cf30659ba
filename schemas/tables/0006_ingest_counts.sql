-- What became of received events, per segment frame, source and hour; written last of a segment, so its presence says the segment is loaded.
CREATE TABLE IF NOT EXISTS ingest_counts
(
    segment_id      UUID,
    segment_index   UInt32,
    source_id       LowCardinality(String),
    hour            DateTime('UTC'),
    received        UInt64,
    deduplicated    UInt64,
    rejected        UInt64,
    suppressed      UInt64,
    first_received_at DateTime64(3, 'UTC'),
    last_received_at  DateTime64(3, 'UTC'),
    loaded_at       DateTime64(3, 'UTC'),
    INDEX ix_segment_id segment_id TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(hour)
ORDER BY (loaded_at, source_id)
SETTINGS non_replicated_deduplication_window = 0, fsync_after_insert = 1, fsync_part_directory = 1
