-- Runs of jobs. A row is written when a run opens and again when it closes. A turn of a process at running jobs is the row '(turn)';
-- its fence numbers its runs, and whoever has a lower one commits nothing.
CREATE TABLE IF NOT EXISTS job_runs
(
    run         UInt64,
    job         LowCardinality(String),
    state       LowCardinality(String),
    now         DateTime64(3, 'UTC'),
    started_at  DateTime64(3, 'UTC'),
    finished_at Nullable(DateTime64(3, 'UTC')),
    duration_ms UInt64,
    rows        UInt64,
    watermark   String,
    error       String,
    fence       UInt64,
    holder      String,
    version     UInt8
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (job, run)
TTL toDateTime(started_at) + INTERVAL 30 DAY
