-- Undos of merges, as people asked for them: nothing derives them, so nothing may empty this. stitch makes the cut edges from it.
-- undone_at grows with every row: readers go on from the latest that they have seen.
CREATE TABLE IF NOT EXISTS identity_undos
(
    undo_id    String,
    left_type  LowCardinality(String),
    left       String,
    right_type LowCardinality(String),
    right      String,
    undone_at  DateTime64(3, 'UTC'),
    undone_by  String
)
ENGINE = MergeTree
ORDER BY (undone_at, undo_id)
SETTINGS non_replicated_deduplication_window = 0, fsync_after_insert = 1, fsync_part_directory = 1
