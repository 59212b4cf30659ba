-- Places of events that were erased on request: no content, so that the account of events adds up without them. Written before their rows
-- are deleted; from then on a row at such a place counts as erased, whether it is still there or not.
CREATE TABLE IF NOT EXISTS removed_events
(
    segment_id    UUID,
    segment_index UInt32,
    source_id     LowCardinality(String),
    hour          DateTime('UTC'),
    removal_id    String,
    removed_at    DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(removed_at)
PARTITION BY toYYYYMM(hour)
ORDER BY (hour, segment_id, segment_index)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
